// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
/* A program that uses every part of the generated header. */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "xdp_meta.bpf.h"

__u64 seen, missing, exact;

/* Bound late: any layout will do. */
SEC("xdp")
int late(struct xdp_md *ctx)
{
	struct xdp_meta meta;
	__be16 proto;
	__u32 hash;
	__u16 type, tci;
	__u64 stamp;

	if (xdp_meta_claim(ctx, &meta))
		return XDP_PASS;
	if (!xdp_meta_get_rx_hash(ctx, &meta, &hash) && !xdp_meta_get_rx_hash_type(ctx, &meta, &type))
		seen += hash + type;
	if (!xdp_meta_get_rx_vlan_tci(ctx, &meta, &tci) && !xdp_meta_get_rx_vlan_proto(ctx, &meta, &proto))
		seen += tci + proto;
	if (xdp_meta_get_rx_timestamp(ctx, &meta, &stamp) == XDP_META_NOT_IN_LAYOUT)
		missing++;
	xdp_meta_release(ctx);
	return XDP_PASS;
}

/* Exact: one layout, known when the program is loaded, and no other is mistaken for it. */
SEC("xdp")
int exactly(struct xdp_md *ctx)
{
	struct xdp_meta meta;
	struct nic_rx_hash *record;

	if (xdp_meta_claim(ctx, &meta))
		return XDP_PASS;
	if (xdp_meta_layout_id(&meta) == bpf_core_enum_value(enum nic_rx_layout, NIC_RX_HASH)) {
		record = xdp_meta_as(&meta, struct nic_rx_hash);
		exact += record->rx_hash;
	}
	xdp_meta_release(ctx);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
