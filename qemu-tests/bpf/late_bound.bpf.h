/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading late bound: xdp_meta.bpf.h, every field that there is. Include after oracle.bpf.h and xdp_meta.bpf.h.
 */
#ifndef LATE_BOUND_BPF_H
#define LATE_BOUND_BPF_H

/* Whether there is a value; that there is none for a reason which a reader need not expect is counted. */
static __always_inline __u32 is_there(__u64 *unbound, int err)
{
	*unbound += err && err != XDP_META_NOT_IN_LAYOUT && err != XDP_META_NOT_IN_PACKET;
	return !err;
}

static __always_inline void read_late_bound(struct xdp_md *ctx, __u64 *unbound, struct xdp_meta *meta,
					    struct reading *got)
{
	__u32 word, has, all;
	__be16 proto;
	__u64 stamp;
	__u16 half;
	__u8 kind;

	/* Half of a pair is no value: the score counts it as missing. */
	has = is_there(unbound, xdp_meta_get_rx_hash(ctx, meta, &word));
	has &= is_there(unbound, xdp_meta_get_rx_hash_type(ctx, meta, &half));
	got->value[HASH] = HASH_VALUE(word, half);
	all = has << HASH;
	has = is_there(unbound, xdp_meta_get_rx_vlan_tci(ctx, meta, &half));
	has &= is_there(unbound, xdp_meta_get_rx_vlan_proto(ctx, meta, &proto));
	got->value[VLAN] = VLAN_VALUE(bpf_ntohs(proto), half);
	all |= has << VLAN;
	all |= is_there(unbound, xdp_meta_get_rx_csum(ctx, meta, &half)) << CSUM;
	got->value[CSUM] = half;
	all |= is_there(unbound, xdp_meta_get_rx_packet_type(ctx, meta, &half)) << PACKET_TYPE;
	got->value[PACKET_TYPE] = half;
	all |= is_there(unbound, xdp_meta_get_rx_ip_id(ctx, meta, &half)) << IP_ID;
	got->value[IP_ID] = half;
	has = is_there(unbound, xdp_meta_get_rx_timestamp(ctx, meta, &stamp));
	has &= is_there(unbound, xdp_meta_get_rx_timestamp_kind(ctx, meta, &kind));
	got->value[STAMP] = stamp;
	got->kind = kind;
	got->has = all | has << STAMP;
}

#endif /* LATE_BOUND_BPF_H */
