// SPDX-License-Identifier: GPL-2.0
/*
 * Where the packets of a storm (storm.bpf.c) come to with their records in front: TC, a cpumap's program, a devmap's, and the
 * other end of a veth. Each reads the record and compares it with what the driver's program was told.
 *
 * The maps of later.bpf.h and of misparse.bpf.h are the storm's own.
 */
#include "types.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"
#include "misparse.bpf.h"
#include "xdp_meta.bpf.h"
#include "exact.bpf.h"
#include "later.bpf.h"

#define TC_ACT_SHOT 2
#define TC_ACT_OK 0

struct work {
	struct expect want;
	struct record record;
	struct reading got;
};

/* A place for each reader: TC and XDP may meet on one processor. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LATER);
	__type(key, __u32);
	__type(value, struct work);
} places SEC(".maps");

static __always_inline __u32 there(int err, __u32 field)
{
	return !err << field;
}

/* Where the device is still the driver's: by the getters. */
static __always_inline void read_bound(struct xdp_md *ctx, const struct xdp_meta *meta, struct reading *got)
{
	__be16 proto;
	__u64 stamp;
	__u32 hash;
	__u16 half;
	__u8 kind;

	got->has = there(xdp_meta_get_rx_hash(ctx, meta, &hash), HASH);
	got->has &= there(xdp_meta_get_rx_hash_type(ctx, meta, &half), HASH);
	got->value[HASH] = HASH_VALUE(hash, half);
	if (!xdp_meta_get_rx_vlan_tci(ctx, meta, &half))
		got->has |= there(xdp_meta_get_rx_vlan_proto(ctx, meta, &proto), VLAN);
	else
		proto = 0;
	got->value[VLAN] = VLAN_VALUE(bpf_ntohs(proto), half);
	got->has |= there(xdp_meta_get_rx_csum(ctx, meta, &half), CSUM);
	got->value[CSUM] = half;
	got->has |= there(xdp_meta_get_rx_packet_type(ctx, meta, &half), PACKET_TYPE);
	got->value[PACKET_TYPE] = half;
	got->has |= there(xdp_meta_get_rx_ip_id(ctx, meta, &half), IP_ID);
	got->value[IP_ID] = half;
	if (!xdp_meta_get_rx_timestamp(ctx, meta, &stamp))
		got->has |= there(xdp_meta_get_rx_timestamp_kind(ctx, meta, &kind), STAMP);
	got->value[STAMP] = stamp;
}

static __always_inline struct work *place_of(__u32 reader)
{
	return bpf_map_lookup_elem(&places, &reader);
}

/* Judges a packet that came here with its record. */
static __always_inline void look(struct xdp_md *ctx, __u32 reader, int is_bound)
{
	struct work *w = place_of(reader);
	struct xdp_meta meta;
	struct told *t;

	if (!w || oracle_parse(ctx, &w->want))
		return;
	t = told_of(w->want.seq);
	if (!t)
		return;
	w->got.has = 0;
	w->record = (struct record){};
	if (!xdp_meta_open(ctx, ctx->rx_queue_index, &meta)) {
		copy_record(&w->record, &meta);
		if (is_bound)
			read_bound(ctx, &meta, &w->got);
		else
			read_exact(&w->record, &w->got);
	}
	judge_later(t, &w->want, &w->got, &w->record, reader);
}

SEC("xdp/cpumap")
int at_cpumap(struct xdp_md *ctx)
{
	look(ctx, AT_CPUMAP, 1);
	return XDP_DROP;
}

SEC("xdp/devmap")
int at_devmap(struct xdp_md *ctx)
{
	look(ctx, AT_DEVMAP, 1);
	return XDP_PASS;
}

SEC("xdp")
int at_veth(struct xdp_md *ctx)
{
	look(ctx, AT_VETH, 0);
	return XDP_DROP;
}

SEC("tc")
int in_tc(struct __sk_buff *skb)
{
	struct work *w = place_of(IN_TC);
	__u32 reader = IN_TC;
	struct xdp_meta meta;
	struct later *l;
	struct told *t;

	l = bpf_map_lookup_elem(&later, &reader);
	if (!w || !l || bpf_skb_pull_data(skb, 0) || oracle_parse(skb, &w->want))
		return TC_ACT_OK;
	t = told_of(w->want.seq);
	if (!t)
		return TC_ACT_OK;
	if (t->seq != w->want.seq) {
		/* It met no program on its way. */
		l->bypassed++;
		return TC_ACT_SHOT;
	}
	w->got.has = 0;
	w->record = (struct record){};
	if (!xdp_meta_open(skb, 0, &meta)) {
		copy_record(&w->record, &meta);
		read_exact(&w->record, &w->got);
	}
	judge_later(t, &w->want, &w->got, &w->record, reader);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
