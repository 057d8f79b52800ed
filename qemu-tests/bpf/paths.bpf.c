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
#include "late_bound.bpf.h"
#include "exact.bpf.h"
#include "later.bpf.h"

#ifndef PARTS
#define PARTS ""
#endif

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

static __always_inline struct work *place_of(__u32 reader)
{
	return bpf_map_lookup_elem(&places, &reader);
}

static __always_inline void begin(struct work *w)
{
	w->got.has = 0;
	w->record = (struct record){};
}

/* Where the device is still the driver's. */
static __always_inline void look_bound(struct xdp_md *ctx, __u32 reader)
{
	struct work *w = place_of(reader);
	struct later *l = bpf_map_lookup_elem(&later, &reader);
	struct xdp_meta meta;
	struct told *t;

	if (!w || !l || oracle_parse(ctx, &w->want))
		return;
	t = told_of(w->want.seq);
	if (!t)
		return;
	begin(w);
	if (!xdp_meta_open(ctx, &meta)) {
		copy_record(&w->record, &meta);
		read_late_bound(ctx, &l->unbound, &meta, &w->got);
	}
	judge_later(t, &w->want, &w->got, &w->record, reader);
}

SEC("xdp" PARTS "/cpumap")
int at_cpumap(struct xdp_md *ctx)
{
	look_bound(ctx, AT_CPUMAP);
	return XDP_DROP;
}

SEC("xdp" PARTS "/devmap")
int at_devmap(struct xdp_md *ctx)
{
	look_bound(ctx, AT_DEVMAP);
	return XDP_PASS;
}

/* Elsewhere. `ctx` may be a struct __sk_buff; the packet is of the oracle. */
#define look_exact(ctx, w, told, reader)                                           \
	({                                                                         \
		struct xdp_meta meta;                                              \
                                                                                   \
		begin(w);                                                          \
		if (!xdp_meta_open(ctx, &meta)) {                                  \
			copy_record(&(w)->record, &meta);                          \
			read_exact(&(w)->record, &(w)->got);                       \
		}                                                                  \
		judge_later(told, &(w)->want, &(w)->got, &(w)->record, reader);    \
	})

SEC("xdp" PARTS)
int at_veth(struct xdp_md *ctx)
{
	struct work *w = place_of(AT_VETH);
	struct told *t;

	if (!w || oracle_parse(ctx, &w->want))
		return XDP_DROP;
	t = told_of(w->want.seq);
	if (t)
		look_exact(ctx, w, t, AT_VETH);
	return XDP_DROP;
}

SEC("tc")
int in_tc(struct __sk_buff *skb)
{
	struct work *w = place_of(IN_TC);
	__u32 reader = IN_TC;
	struct later *l = bpf_map_lookup_elem(&later, &reader);
	struct told *t;

	if (!w || !l || bpf_skb_pull_data(skb, 0) || oracle_parse(skb, &w->want))
		return TC_ACT_OK;
	t = told_of(w->want.seq);
	if (!t)
		return TC_ACT_OK;
	/* Otherwise it met no program on its way. */
	if (t->seq == w->want.seq)
		look_exact(skb, w, t, IN_TC);
	else
		__sync_fetch_and_add(&l->bypassed, 1);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
