// SPDX-License-Identifier: GPL-2.0
/*
 * Every form of getter that a header can have, for the verifier: integers, enums, a struct, arrays, bit-fields.
 *
 * The header is that of a declaration which exists in tests only. No driver writes its fields, so what a program must be
 * told of each is that the layout does not have it; the one standard hint among them is there.
 */
#include "types.bpf.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "forms.bpf.h"

struct forms {
	__u64 packets;
	__u64 claimed;
	__u64 read;          /* rx_hash was there */
	__u64 not_in_layout; /* getters that said so */
	__u64 other;         /* getters that said something else */
	__u64 sum;           /* of the values of what is not there */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct forms);
} forms SEC(".maps");

static __always_inline void count(struct forms *all, int err)
{
	if (err == XDP_META_NOT_IN_LAYOUT)
		all->not_in_layout++;
	else
		all->other++;
}

SEC("xdp")
int every_form(struct xdp_md *ctx)
{
	struct xdp_meta meta;
	enum form_packet packet, kind;
	enum form_state state;
	struct form_flow flow;
	__be16 counts[2][3];
	__u32 zero = 0, hash;
	struct forms *all;
	__u8 mac[6], l4, last;
	__le32 index;
	__s16 delta;
	__u16 mark;

	all = bpf_map_lookup_elem(&forms, &zero);
	if (!all)
		return XDP_ABORTED;
	all->packets++;
	if (xdp_meta_claim(ctx, &meta))
		return XDP_DROP;
	all->claimed++;
	if (!xdp_meta_get_rx_hash(ctx, &meta, &hash))
		all->read++;
	count(all, xdp_meta_get_flow(ctx, &meta, &flow));
	count(all, xdp_meta_get_index(ctx, &meta, &index));
	count(all, xdp_meta_get_counts(ctx, &meta, &counts));
	count(all, xdp_meta_get_delta(ctx, &meta, &delta));
	count(all, xdp_meta_get_state(ctx, &meta, &state));
	count(all, xdp_meta_get_mac(ctx, &meta, &mac));
	count(all, xdp_meta_get_packet(ctx, &meta, &packet));
	count(all, xdp_meta_get_l4(ctx, &meta, &l4));
	count(all, xdp_meta_get_kind(ctx, &meta, &kind));
	count(all, xdp_meta_get_mark(ctx, &meta, &mark));
	count(all, xdp_meta_get_last(ctx, &meta, &last));
	all->sum += flow.word + flow.packets[1] + flow.ip + flow.l4 + flow.queue + index + counts[0][0] + counts[1][2];
	all->sum += delta + state + mac[0] + mac[5] + packet + l4 + kind + mark + last;
	xdp_meta_release(ctx);
	return XDP_DROP;
}

/*
 * Exact: nested structs, arrays and bit-fields of the one layout, through its own struct. Where no module has that layout the
 * branch is gone when the program is loaded.
 */
SEC("xdp")
int exactly(struct xdp_md *ctx)
{
	struct form_rx_all *record;
	struct xdp_meta meta;
	struct forms *all;
	__u32 zero = 0;

	all = bpf_map_lookup_elem(&forms, &zero);
	if (!all)
		return XDP_ABORTED;
	if (xdp_meta_claim(ctx, &meta))
		return XDP_DROP;
	if (bpf_core_type_exists(struct form_rx_all) && xdp_meta_layout_id(&meta) == FORM_RX_ALL) {
		record = meta.claimed + XDP_META_CLAIM - sizeof(*record);
		all->sum += record->rx_hash + record->flow.queue + record->mac[5] + record->counts[1][2] + record->packet;
	}
	xdp_meta_release(ctx);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
