// SPDX-License-Identifier: GPL-2.0
/*
 * One program for each verdict, knowing nothing about records: what a driver must do for programs of today.
 */
#include "types.bpf.h"
#include <bpf/bpf_helpers.h>

struct seen {
	__u64 packets;
	__u64 with_metadata; /* data_meta was not data when the program started */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct seen);
} seen SEC(".maps");

static __always_inline int count(struct xdp_md *ctx, int verdict)
{
	__u32 zero = 0;
	struct seen *s = bpf_map_lookup_elem(&seen, &zero);

	if (s) {
		s->packets++;
		s->with_metadata += ctx->data_meta != ctx->data;
	}
	return verdict;
}

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	return count(ctx, XDP_PASS);
}

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	return count(ctx, XDP_DROP);
}

SEC("xdp")
int aborted(struct xdp_md *ctx)
{
	return count(ctx, XDP_ABORTED);
}

/* A verdict that no kernel knows: the driver has to treat it as ABORTED. */
SEC("xdp")
int unknown(struct xdp_md *ctx)
{
	return count(ctx, 77);
}

char _license[] SEC("license") = "GPL";
