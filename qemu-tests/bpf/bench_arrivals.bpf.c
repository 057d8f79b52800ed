// SPDX-License-Identifier: GPL-2.0
/*
 * When each packet came, on which queue, and of which layout and generation its record was; 0 and 0 without a record. Twice, so that one can
 * take the other's place.
 */
#include "types.bpf.h"
#include <bpf/bpf_helpers.h>
#include "xdp_meta.bpf.h"

#define ARRIVALS 4096

struct arrival {
	__u64 time; /* CLOCK_MONOTONIC */
	__u32 layout;
	__u16 generation;
	__u16 queue;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ARRIVALS);
	__type(key, __u32);
	__type(value, struct arrival);
} arrivals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} count SEC(".maps");

static __always_inline int note(struct xdp_md *ctx)
{
	__u32 zero = 0, at;
	__u64 *c = bpf_map_lookup_elem(&count, &zero);
	struct arrival *arrival;
	struct xdp_meta meta;

	if (!c)
		return XDP_DROP;
	at = *c % ARRIVALS;
	arrival = bpf_map_lookup_elem(&arrivals, &at);
	if (!arrival)
		return XDP_DROP;
	arrival->time = bpf_ktime_get_ns();
	arrival->layout = 0;
	arrival->generation = 0;
	arrival->queue = ctx->rx_queue_index;
	if (!xdp_meta_claim(ctx, &meta)) {
		arrival->layout = xdp_meta_layout_id(&meta);
		arrival->generation = xdp_meta_generation(&meta);
	}
	++*c;
	return XDP_DROP;
}

SEC("xdp")
int one(struct xdp_md *ctx)
{
	return note(ctx);
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	return note(ctx);
}

char _license[] SEC("license") = "GPL";
