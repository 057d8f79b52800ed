// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that take packets in several parts. In an object of their own: a map of ports is for programs that all do, or
 * all do not.
 */
#include "types.bpf.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETH_P_EXPERIMENT 0x88b5

struct counters {
	__u64 here;       /* packets */
	__u64 bytes;      /* of them, all parts */
	__u64 fragmented; /* packets whose first part is not all of it */
	__u64 wrong;      /* packets whose last byte is not what it must be, or could not be read */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

static __always_inline struct counters *count(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&counters, &zero);
}

/* Exchanges the addresses; 0 when the frame is of the EtherType for experiments. */
static __always_inline int turn_around(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	unsigned char address[6];

	if ((void *)(eth + 1) > end || eth->h_proto != bpf_htons(ETH_P_EXPERIMENT))
		return -1;
	__builtin_memcpy(address, eth->h_dest, 6);
	__builtin_memcpy(eth->h_dest, eth->h_source, 6);
	__builtin_memcpy(eth->h_source, address, 6);
	return 0;
}

/* The whole packet, wherever its parts are: bytes count up from the end of the header, as the sender makes them. */
static __always_inline int look(struct xdp_md *ctx, int verdict)
{
	__u64 len = bpf_xdp_get_buff_len(ctx);
	struct counters *c = count();
	struct ethhdr eth;
	unsigned char last;

	if (!c || bpf_xdp_load_bytes(ctx, 0, &eth, sizeof(eth)))
		return XDP_ABORTED;
	if (eth.h_proto != bpf_htons(ETH_P_EXPERIMENT))
		return XDP_PASS;
	c->here++;
	c->bytes += len;
	c->fragmented += len > (__u64)(ctx->data_end - ctx->data);
	if (bpf_xdp_load_bytes(ctx, len - 1, &last, 1) || last != ((len - 1) & 0xff))
		c->wrong++;
	return verdict;
}

SEC("xdp.frags")
int whole_pass(struct xdp_md *ctx)
{
	return look(ctx, XDP_PASS);
}

SEC("xdp.frags")
int whole_drop(struct xdp_md *ctx)
{
	return look(ctx, XDP_DROP);
}

SEC("xdp.frags")
int whole_back(struct xdp_md *ctx)
{
	int verdict = look(ctx, XDP_TX);

	if (verdict == XDP_TX && turn_around(ctx))
		return XDP_ABORTED;
	return verdict;
}

SEC("xdp.frags")
int whole_to_port(struct xdp_md *ctx)
{
	int verdict = look(ctx, XDP_TX);

	if (verdict != XDP_TX)
		return verdict;
	return turn_around(ctx) ? XDP_ABORTED : bpf_redirect_map(&ports, 0, XDP_ABORTED);
}

char _license[] SEC("license") = "GPL";
