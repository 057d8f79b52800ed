// SPDX-License-Identifier: GPL-2.0
/*
 * A record that XDP claims travels with the packet: TC sees the same bytes. One that is released does not.
 */
#include "types.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"
#include "xdp_meta.bpf.h"

#define TC_ACT_OK 0

struct counters {
	__u64 claimed;     /* frames of the oracle with a record, in XDP */
	__u64 with_record; /* packets with a whole claim in front of them, in TC */
	__u64 same;        /* whose trailer is of the generation and layout that XDP saw last */
	__u64 packets;     /* packets in TC */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

static __u64 last_key;

static __always_inline __u64 key_of(const struct xdp_meta *meta)
{
	return (__u64)xdp_meta_layout_id(meta) << 16 | xdp_meta_generation(meta);
}

static __always_inline int claim(struct xdp_md *ctx, int keep)
{
	struct xdp_meta meta;
	struct expect want;
	struct counters *c;
	__u32 zero = 0;

	c = bpf_map_lookup_elem(&counters, &zero);
	if (!c || oracle_parse(ctx, &want) || xdp_meta_claim(ctx, &meta))
		return XDP_PASS;
	c->claimed++;
	last_key = key_of(&meta);
	if (!keep)
		xdp_meta_release(ctx);
	return XDP_PASS;
}

SEC("xdp")
int claim_and_pass(struct xdp_md *ctx)
{
	return claim(ctx, 1);
}

SEC("xdp")
int claim_and_release(struct xdp_md *ctx)
{
	return claim(ctx, 0);
}

SEC("tc")
int in_tc(struct __sk_buff *skb)
{
	void *claimed = (void *)(long)skb->data_meta;
	void *data = (void *)(long)skb->data;
	struct xdp_meta meta;
	struct counters *c;
	__u32 zero = 0;

	c = bpf_map_lookup_elem(&counters, &zero);
	if (!c)
		return TC_ACT_OK;
	c->packets++;
	if (claimed + XDP_META_CLAIM > data)
		return TC_ACT_OK;
	meta.trailer = *(__u64 *)(claimed + XDP_META_CLAIM - XDP_META_TRAILER);
	if (!xdp_meta_layout_id(&meta))
		return TC_ACT_OK;
	c->with_record++;
	c->same += key_of(&meta) == last_key;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
