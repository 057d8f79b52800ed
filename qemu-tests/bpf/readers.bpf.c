// SPDX-License-Identifier: GPL-2.0
/*
 * Three ways to read receive metadata, side by side on every packet of the oracle:
 *
 * - frozen: the offsets of one layout, relocated when the program is loaded, and no look at the record's
 *   id. What a program does today.
 * - kfunc: the kernel's bpf_xdp_metadata_rx_*.
 * - late bound: xdp_meta.bpf.h, every field that there is.
 */
#include "types.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"
#include "score.bpf.h"
#include "xdp_meta.bpf.h"

extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *rss_type) __ksym;
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __be16 *vlan_proto,
					__u16 *vlan_tci) __ksym;

/* Knows one layout, the one at the start, and takes a value for valid when it or its type is not 0. */
static __always_inline void read_frozen(const struct xdp_meta *meta, struct reading *got)
{
	struct rnic_rx_hash_vlan_csum *record =
		meta->claimed + XDP_META_CLAIM - bpf_core_type_size(struct rnic_rx_hash_vlan_csum);
	__u16 type = record->rx_hash_type, proto = bpf_ntohs(record->rx_vlan_proto), csum = record->rx_csum;

	got->value[HASH] = HASH_VALUE(record->rx_hash, type);
	got->value[VLAN] = VLAN_VALUE(proto, record->rx_vlan_tci);
	got->value[CSUM] = csum;
	got->has = (type != 0) << HASH | (proto != 0) << VLAN | (csum != 0) << CSUM;
}

static __always_inline void read_kfunc(struct xdp_md *ctx, struct reading *got)
{
	enum xdp_rss_hash_type type = 0;
	__be16 proto = 0;
	__u64 stamp = 0;
	__u16 tci = 0;
	__u32 hash = 0;
	__u32 has = 0;

	has |= !bpf_xdp_metadata_rx_hash(ctx, &hash, &type) << HASH;
	has |= !bpf_xdp_metadata_rx_vlan_tag(ctx, &proto, &tci) << VLAN;
	has |= !bpf_xdp_metadata_rx_timestamp(ctx, &stamp) << STAMP;
	got->value[HASH] = HASH_VALUE(hash, type);
	got->value[VLAN] = VLAN_VALUE(bpf_ntohs(proto), tci);
	got->value[STAMP] = stamp;
	got->has = has;
}

/* Whether there is a value; that there is none for a reason which a reader need not expect is counted. */
static __always_inline __u32 is_there(struct result *r, int err)
{
	r->unbound += err && err != XDP_META_NOT_IN_LAYOUT && err != XDP_META_NOT_IN_PACKET;
	return !err;
}

static __always_inline void read_late_bound(struct xdp_md *ctx, struct result *r,
					    const struct xdp_meta *meta, struct reading *got)
{
	__u32 word, has, all;
	__be16 proto;
	__u64 stamp;
	__u16 half;
	__u8 kind;

	/* Half of a pair is no value: the score counts it as missing. */
	has = is_there(r, xdp_meta_get_rx_hash(ctx, meta, &word));
	has &= is_there(r, xdp_meta_get_rx_hash_type(ctx, meta, &half));
	got->value[HASH] = HASH_VALUE(word, half);
	all = has << HASH;
	has = is_there(r, xdp_meta_get_rx_vlan_tci(ctx, meta, &half));
	has &= is_there(r, xdp_meta_get_rx_vlan_proto(ctx, meta, &proto));
	got->value[VLAN] = VLAN_VALUE(bpf_ntohs(proto), half);
	all |= has << VLAN;
	all |= is_there(r, xdp_meta_get_rx_csum(ctx, meta, &half)) << CSUM;
	got->value[CSUM] = half;
	all |= is_there(r, xdp_meta_get_rx_packet_type(ctx, meta, &half)) << PACKET_TYPE;
	got->value[PACKET_TYPE] = half;
	all |= is_there(r, xdp_meta_get_rx_ip_id(ctx, meta, &half)) << IP_ID;
	got->value[IP_ID] = half;
	has = is_there(r, xdp_meta_get_rx_timestamp(ctx, meta, &stamp));
	has &= is_there(r, xdp_meta_get_rx_timestamp_kind(ctx, meta, &kind));
	got->value[STAMP] = stamp;
	got->kind = kind;
	got->has = all | has << STAMP;
}

/* What is known about time: the record's is right if it can be, the kfunc's if it is the record's. */
static __always_inline void expect_stamp(const struct config *c, struct result *r, __u32 queue, struct scratch *now,
					 struct epoch *e)
{
	struct reading *late = &now->got[LATE_BOUND];

	if (!(late->has >> STAMP & 1) || !stamp_can_be(c, r, queue, &now->want, late)) {
		now->want.has &= ~(1 << STAMP);
		return;
	}
	if (now->want.flags & ORACLE_LATCH)
		now->want.value[PACKET_TYPE] = PACKET_TYPE_PTP;
	e->latched += late->kind == STAMP_LATCHED;
}

SEC("xdp")
int readers(struct xdp_md *ctx)
{
	__u32 zero = 0, queue = ctx->rx_queue_index & (QUEUES - 1), i;
	struct scratch *now;
	struct xdp_meta meta;
	struct config *c;
	struct result *r;
	struct epoch *e;

	c = bpf_map_lookup_elem(&config, &zero);
	r = bpf_map_lookup_elem(&result, &queue);
	now = bpf_map_lookup_elem(&scratch, &zero);
	if (!c || !r || !now)
		return XDP_ABORTED;
	r->meta_at_start += ctx->data_meta != ctx->data;
	if (oracle_parse(ctx, &now->want)) {
		r->other++;
		return c->verdict;
	}
	r->packets++;
	r->wrong_tag += now->want.inband && (now->want.vlan_proto != ETH_P_8021Q ||
					     now->want.inband_tci != now->want.vlan_tci);

	read_kfunc(ctx, &now->got[KFUNC]);
	if (xdp_meta_claim(ctx, &meta)) {
		r->no_record++;
		/* Without the record's time there is nothing to compare with. */
		now->want.value[STAMP] = now->got[KFUNC].value[STAMP];
		judge(r, &now->nowhere, now, KFUNC);
		mark_seen(r, c->first_seq, now->want.seq);
		return c->verdict;
	}
	e = find_epoch(r, queue, xdp_meta_layout_id(&meta), xdp_meta_generation(&meta));
	if (!e)
		e = &now->nowhere;
	e->packets++;
	e->inband += now->want.inband;
	e->tagged += now->want.vlan_proto != 0;
	for (i = 0; i < FIELDS; i++)
		e->want[i] += now->want.has >> i & 1;
	read_frozen(&meta, &now->got[FROZEN]);
	read_late_bound(ctx, r, &meta, &now->got[LATE_BOUND]);
	expect_stamp(c, r, queue, now, e);
	judge(r, e, now, LATE_BOUND);
	judge(r, e, now, KFUNC);
	judge(r, e, now, FROZEN);
	xdp_meta_release(ctx);
	mark_seen(r, c->first_seq, now->want.seq);
	return c->verdict;
}

char _license[] SEC("license") = "GPL";
