// SPDX-License-Identifier: GPL-2.0
/*
 * The programs that the measured drivers run, one for each verdict, twice: bare, so that nearly all instructions are the
 * driver's, and timed, which keeps the times between consecutive packets. With a clock that counts instructions
 * such a time is one turn of the receive loop.
 */
#include "types.bpf.h"
#include <bpf/bpf_helpers.h>

#define SAMPLES 16384
#define MAC_LENGTH 6

struct progress {
	__u64 last;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct progress);
} progress SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SAMPLES);
	__type(key, __u32);
	__type(value, __u64);
} turns SEC(".maps");

/* Where redirected packets go. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

static __always_inline void take_time(void)
{
	__u64 now = bpf_ktime_get_ns();
	__u32 zero = 0, slot;
	struct progress *s = bpf_map_lookup_elem(&progress, &zero);
	__u64 *turn;

	if (!s)
		return;
	slot = s->count % SAMPLES;
	turn = bpf_map_lookup_elem(&turns, &slot);
	if (turn)
		*turn = now - s->last;
	s->count++;
	/* Its own cost is not in the next difference but for these two lines. */
	s->last = now;
}

/* Back to where it came from. */
static __always_inline int turn_around(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u8 mac[MAC_LENGTH];

	if (data + 2 * MAC_LENGTH > end)
		return -1;
	__builtin_memcpy(mac, data, MAC_LENGTH);
	__builtin_memcpy(data, data + MAC_LENGTH, MAC_LENGTH);
	__builtin_memcpy(data + MAC_LENGTH, mac, MAC_LENGTH);
	return 0;
}

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int tx(struct xdp_md *ctx)
{
	return turn_around(ctx) ? XDP_ABORTED : XDP_TX;
}

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	return turn_around(ctx) ? XDP_ABORTED : bpf_redirect_map(&ports, 0, XDP_ABORTED);
}

SEC("xdp")
int drop_timed(struct xdp_md *ctx)
{
	take_time();
	return XDP_DROP;
}

SEC("xdp")
int pass_timed(struct xdp_md *ctx)
{
	take_time();
	return XDP_PASS;
}

SEC("xdp")
int tx_timed(struct xdp_md *ctx)
{
	take_time();
	return turn_around(ctx) ? XDP_ABORTED : XDP_TX;
}

SEC("xdp")
int redirect_timed(struct xdp_md *ctx)
{
	take_time();
	return turn_around(ctx) ? XDP_ABORTED : bpf_redirect_map(&ports, 0, XDP_ABORTED);
}

char _license[] SEC("license") = "GPL";
