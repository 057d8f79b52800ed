// SPDX-License-Identifier: GPL-2.0
/*
 * Takes whatever is in front of a packet for a record if its trailer names a layout: what a claim must not do, as those bytes
 * are the driver's only on an interface of a driver that writes records. Counted beside what the header says.
 */
#include "types.bpf.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"
#include "xdp_meta.bpf.h"

struct counts {
	__u64 packets; /* of the oracle */
	__u64 believed;
	__u64 peeked;
	__u64 claimed;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct expect);
} wanted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counts);
} counts SEC(".maps");

#define NAMED(layout, id) named |= layout_id == id;

static __always_inline int believe(struct xdp_md *ctx)
{
	__u32 layout_id, named = 0;
	void *at;

	if (bpf_xdp_adjust_meta(ctx, -XDP_META_TRAILER))
		return 0;
	at = (void *)(long)ctx->data_meta;
	if (at + XDP_META_TRAILER <= (void *)(long)ctx->data) {
		layout_id = *(__u32 *)at;
		RNIC_RX_LAYOUTS(NAMED)
	}
	bpf_xdp_adjust_meta(ctx, XDP_META_TRAILER);
	return named;
}

SEC("xdp")
int believer(struct xdp_md *ctx)
{
	struct expect *want;
	struct xdp_meta meta;
	struct counts *c;
	__u32 zero = 0;

	want = bpf_map_lookup_elem(&wanted, &zero);
	c = bpf_map_lookup_elem(&counts, &zero);
	if (!want || !c || oracle_parse(ctx, want))
		return XDP_PASS;
	__sync_fetch_and_add(&c->packets, 1);
	__sync_fetch_and_add(&c->believed, believe(ctx));
	__sync_fetch_and_add(&c->peeked, !xdp_meta_peek(ctx, &meta));
	if (!xdp_meta_claim(ctx, &meta)) {
		__sync_fetch_and_add(&c->claimed, 1);
		xdp_meta_release(ctx);
	}
	return XDP_DROP;
}

/* Where the record was, there are bytes of the packet or of other metadata now. */
SEC("xdp")
int moved(struct xdp_md *ctx)
{
	struct expect *want;
	struct xdp_meta meta;
	struct counts *c;
	__u32 zero = 0;

	want = bpf_map_lookup_elem(&wanted, &zero);
	c = bpf_map_lookup_elem(&counts, &zero);
	if (!want || !c || oracle_parse(ctx, want))
		return XDP_PASS;
	__sync_fetch_and_add(&c->packets, 1);
	if (bpf_xdp_adjust_head(ctx, 8))
		return XDP_ABORTED;
	__sync_fetch_and_add(&c->peeked, !xdp_meta_peek(ctx, &meta));
	__sync_fetch_and_add(&c->claimed, !xdp_meta_claim(ctx, &meta));
	if (bpf_xdp_adjust_head(ctx, -8) || bpf_xdp_adjust_meta(ctx, -8))
		return XDP_ABORTED;
	__sync_fetch_and_add(&c->peeked, !xdp_meta_peek(ctx, &meta));
	__sync_fetch_and_add(&c->claimed, !xdp_meta_claim(ctx, &meta));
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
