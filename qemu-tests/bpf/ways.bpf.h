/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ways to read receive metadata in the driver's own program, each into what the oracle judges:
 *
 * - frozen: the offsets of one layout, relocated when the program is loaded, and no look at the record's
 *   id. What a program does today.
 * - kfunc: the kernel's bpf_xdp_metadata_rx_*.
 * - late bound: xdp_meta.bpf.h, every field that there is.
 *
 * Include after score.bpf.h and xdp_meta.bpf.h.
 */
#ifndef WAYS_BPF_H
#define WAYS_BPF_H

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

#endif /* WAYS_BPF_H */
