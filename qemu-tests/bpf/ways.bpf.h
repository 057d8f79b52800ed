/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ways to read receive metadata in the driver's own program, each into what the oracle judges:
 *
 * - frozen: the offsets of one layout, relocated when the program is loaded, and no look at the record's
 *   id. What a program does today.
 * - kfunc: the kernel's bpf_xdp_metadata_rx_*; a program that is bound to no device may not call them, defines UNBOUND, and
 *   is told nothing this way.
 * - late bound: late_bound.bpf.h.
 *
 * Include after score.bpf.h and xdp_meta.bpf.h.
 */
#ifndef WAYS_BPF_H
#define WAYS_BPF_H

#include "late_bound.bpf.h"

#ifndef UNBOUND
extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *rss_type) __ksym;
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __be16 *vlan_proto,
					__u16 *vlan_tci) __ksym;
#endif

/* Knows one layout, the one at the start, and takes a value for valid when it or its type is not 0. */
static __always_inline void read_frozen(const struct xdp_meta *meta, struct reading *got)
{
	struct rnic_rx_hash_vlan_csum *record = xdp_meta_as(meta, struct rnic_rx_hash_vlan_csum);
	__u16 type = record->rx_hash_type, proto = bpf_ntohs(record->rx_vlan_proto), csum = record->rx_csum;

	got->value[HASH] = HASH_VALUE(record->rx_hash, type);
	got->value[VLAN] = VLAN_VALUE(proto, record->rx_vlan_tci);
	got->value[CSUM] = csum;
	got->has = (type != 0) << HASH | (proto != 0) << VLAN | (csum != 0) << CSUM;
}

static __always_inline void read_kfunc(struct xdp_md *ctx, struct reading *got)
{
#ifdef UNBOUND
	got->has = 0;
#else
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
#endif
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

/*
 * Reads a packet of the oracle in all these ways, judges each, and leaves the record claimed. 0, or negative: there is no
 * record, and only the kfuncs have said something.
 */
static __always_inline int read_all(struct xdp_md *ctx, const struct config *c, struct result *r, struct scratch *now,
				    struct xdp_meta *meta)
{
	__u32 queue = ctx->rx_queue_index & (QUEUES - 1), i;
	struct xdp_meta peeked;
	struct epoch *e;

	r->packets++;
	r->wrong_tag += now->want.inband && (now->want.vlan_proto != ETH_P_8021Q ||
					     now->want.inband_tci != now->want.vlan_tci);
	read_kfunc(ctx, &now->got[KFUNC]);
	/* Late bound where the driver wrote the record, the others in what is claimed after that. */
	if (xdp_meta_peek(ctx, &peeked)) {
		note_bare(r, queue);
		/* Without the record's time there is nothing to compare with. */
		now->want.value[STAMP] = now->got[KFUNC].value[STAMP];
		judge(r, &now->nowhere, now, KFUNC);
		return -1;
	}
	e = find_epoch(r, queue, xdp_meta_layout_id(&peeked), xdp_meta_generation(&peeked));
	if (!e)
		e = &now->nowhere;
	e->packets++;
	e->inband += now->want.inband;
	e->tagged += now->want.vlan_proto != 0;
	for (i = 0; i < FIELDS; i++)
		e->want[i] += now->want.has >> i & 1;
	read_late_bound(ctx, &r->unbound, &peeked, &now->got[LATE_BOUND]);
	if (xdp_meta_claim(ctx, meta)) {
		note_bare(r, queue);
		return -1;
	}
	read_frozen(meta, &now->got[FROZEN]);
	expect_stamp(c, r, queue, now, e);
	judge(r, e, now, LATE_BOUND);
	judge(r, e, now, KFUNC);
	judge(r, e, now, FROZEN);
	return 0;
}

#endif /* WAYS_BPF_H */
