// SPDX-License-Identifier: GPL-2.0
/*
 * Three ways to read receive metadata, side by side on every packet of the oracle:
 *
 * - frozen: the offsets of one layout, relocated when the program is loaded, and no look at the record's
 *   id. What a program does today.
 * - kfunc: the kernel's bpf_xdp_metadata_rx_*.
 * - late bound: xdp_meta.bpf.h.
 *
 * Misparses are counted here. What is missing depends on the layout that was announced for a
 * generation, so it is worked out in user space from the log of generations (guest/src/stats.rs).
 */
#include "types.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"
#include "xdp_meta.bpf.h"

#define EPOCHS 8192
#define SEEN_WORDS 65536
#define MISPARSES 16

enum reader { FROZEN, KFUNC, LATE_BOUND, READERS };

extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *rss_type) __ksym;
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __be16 *vlan_proto,
					__u16 *vlan_tci) __ksym;

struct config {
	__u32 verdict;
	__u32 first_seq; /* number that bit 0 of `seen` stands for */
};

struct result {
	__u64 packets;
	__u64 other;           /* not of the oracle */
	__u64 duplicates;
	__u64 out_of_range;    /* numbers that `seen` has no bit for */
	__u64 meta_at_start;   /* data_meta was not data */
	__u64 no_record;
	__u64 stale;           /* generation went back, or one with two layouts */
	__u64 unbound;         /* the late-bound reader could not bind */
	__u64 wrong_tag;       /* the tag in the frame is not the one that was sent */
	__u64 epochs_lost;     /* two generations in one slot of the log */
	__u64 kept;            /* entries of `misparses` */
	__u64 misparsed[READERS];
};

/* One generation of one ring, as packets showed it. */
struct epoch {
	__u32 layout_id;
	__u32 generation;
	__u64 first_seen;
	__u64 packets;
	__u64 want_hash;
	__u64 want_vlan;
	__u64 inband;
	__u64 got_hash[READERS];
	__u64 got_vlan[READERS];
};

/* A misparse, for whoever has to find out why. */
struct misparse {
	__u32 reader, seq, layout_id, generation;
	__u32 got_hash, want_hash;
	__u16 got_type, want_type, got_tci, want_tci, got_proto, want_proto;
	__u8 has_hash, has_vlan, inband, pad;
};

/*
 * What is known about the packet in hand. In a map rather than on the stack: the verifier follows what
 * the stack holds, and there are too many ways through three readers to follow.
 */
struct scratch {
	struct expect want;
	struct reading got[READERS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

#define ARRAY(name, entries, value_type)                \
	struct {                                        \
		__uint(type, BPF_MAP_TYPE_ARRAY);       \
		__uint(max_entries, entries);           \
		__type(key, __u32);                     \
		__type(value, value_type);              \
	} name SEC(".maps")

ARRAY(config, 1, struct config);
ARRAY(result, 1, struct result);
ARRAY(epochs, EPOCHS, struct epoch);
ARRAY(seen, SEEN_WORDS, __u64);
ARRAY(misparses, MISPARSES, struct misparse);

/* Knows one layout, the one with everything in it, and takes a value for valid when its type is not 0. */
static __always_inline void read_frozen(const struct xdp_meta *meta, struct reading *got)
{
	struct rnic_rx_hash_vlan *record =
		meta->claimed + XDP_META_CLAIM - bpf_core_type_size(struct rnic_rx_hash_vlan);

	got->hash = record->rx_hash;
	got->hash_type = record->rx_hash_type;
	got->vlan_tci = record->rx_vlan_tci;
	got->vlan_proto = bpf_ntohs(record->rx_vlan_proto);
	got->has_hash = got->hash_type != 0;
	got->has_vlan = got->vlan_proto != 0;
}

static __always_inline void read_kfunc(struct xdp_md *ctx, struct reading *got)
{
	enum xdp_rss_hash_type type = 0;
	__be16 proto = 0;
	__u16 tci = 0;
	__u32 hash = 0;

	got->has_hash = !bpf_xdp_metadata_rx_hash(ctx, &hash, &type);
	got->has_vlan = !bpf_xdp_metadata_rx_vlan_tag(ctx, &proto, &tci);
	got->hash = hash;
	got->hash_type = type;
	got->vlan_tci = tci;
	got->vlan_proto = bpf_ntohs(proto);
}

/* The slot of this record's generation; notices generations that go back or change their layout. */
static __always_inline struct epoch *find_epoch(struct result *r, __u32 layout_id, __u16 generation)
{
	static __u16 newest;
	__u32 slot = generation % EPOCHS;
	struct epoch *e = bpf_map_lookup_elem(&epochs, &slot);

	if (!e)
		return NULL;
	if ((__s16)(generation - newest) < 0)
		r->stale++;
	else
		newest = generation;
	if (!e->packets) {
		e->layout_id = layout_id;
		e->generation = generation;
		e->first_seen = bpf_ktime_get_ns();
	} else if (e->generation != generation) {
		r->epochs_lost++;
		return NULL;
	} else if (e->layout_id != layout_id) {
		r->stale++;
	}
	return e;
}

static __always_inline void mark_seen(struct result *r, __u32 first, __u32 seq)
{
	__u32 bit = seq - first, word = bit / 64;
	__u64 *w = bpf_map_lookup_elem(&seen, &word);
	__u64 mask = 1ULL << (bit % 64);

	if (!w) {
		r->out_of_range++;
		return;
	}
	r->duplicates += !!(*w & mask);
	*w |= mask;
}

/* Judges one reader. A function of its own, so that the verifier looks at it once. */
__noinline int judge(struct result *r, struct epoch *e, struct scratch *now, __u32 reader)
{
	struct reading *got;
	struct misparse *s;
	__u32 judgement, slot;

	if (!r || !now || reader >= READERS)
		return 0;
	got = &now->got[reader];
	judgement = oracle_judge(&now->want, got);
	if (e) {
		e->got_hash[reader] += !!(judgement & GOT_HASH);
		e->got_vlan[reader] += !!(judgement & GOT_VLAN);
	}
	if (!(judgement & MISPARSED))
		return 0;
	r->misparsed[reader]++;
	/* The frozen reader's are many and expected: keep the others. */
	if (reader == FROZEN && r->kept)
		return 0;
	slot = r->kept % MISPARSES;
	s = bpf_map_lookup_elem(&misparses, &slot);
	if (!s)
		return 0;
	r->kept++;
	s->reader = reader;
	s->seq = now->want.seq;
	s->layout_id = e ? e->layout_id : 0;
	s->generation = e ? e->generation : 0;
	s->got_hash = got->hash;
	s->want_hash = now->want.rss_hash;
	s->got_type = got->hash_type;
	s->want_type = now->want.hash_type;
	s->got_tci = got->vlan_tci;
	s->want_tci = now->want.vlan_tci;
	s->got_proto = got->vlan_proto;
	s->want_proto = now->want.vlan_proto;
	s->has_hash = got->has_hash;
	s->has_vlan = got->has_vlan;
	s->inband = now->want.inband;
	return 0;
}

/* 1: there is no value for a reason that a reader must expect. */
static __always_inline int is_absent(int err)
{
	return err == XDP_META_NOT_IN_LAYOUT || err == XDP_META_NOT_IN_PACKET;
}

static __always_inline void read_late_bound(struct xdp_md *ctx, struct result *r,
					    const struct xdp_meta *meta, struct reading *got)
{
	__be16 proto;
	__u32 hash;
	__u16 half;
	int err;

	/* Half of a pair is no value: the score counts it as missing. */
	err = xdp_meta_get_rx_hash(ctx, meta, &hash);
	got->hash = hash;
	got->has_hash = !err;
	r->unbound += err && !is_absent(err);
	err = xdp_meta_get_rx_hash_type(ctx, meta, &half);
	got->hash_type = half;
	got->has_hash &= !err;
	r->unbound += err && !is_absent(err);
	err = xdp_meta_get_rx_vlan_tci(ctx, meta, &half);
	got->vlan_tci = half;
	got->has_vlan = !err;
	r->unbound += err && !is_absent(err);
	err = xdp_meta_get_rx_vlan_proto(ctx, meta, &proto);
	got->vlan_proto = bpf_ntohs(proto);
	got->has_vlan &= !err;
	r->unbound += err && !is_absent(err);
}

SEC("xdp")
int readers(struct xdp_md *ctx)
{
	struct scratch *now;
	struct xdp_meta meta;
	struct config *c;
	struct result *r;
	struct epoch *e;
	__u32 zero = 0;

	c = bpf_map_lookup_elem(&config, &zero);
	r = bpf_map_lookup_elem(&result, &zero);
	now = bpf_map_lookup_elem(&scratch, &zero);
	if (!c || !r || !now)
		return XDP_ABORTED;
	r->meta_at_start += ctx->data_meta != ctx->data;
	if (oracle_parse(ctx, &now->want)) {
		r->other++;
		return c->verdict;
	}
	r->packets++;
	mark_seen(r, c->first_seq, now->want.seq);
	r->wrong_tag += now->want.inband && (now->want.vlan_proto != ETH_P_8021Q ||
					     now->want.inband_tci != now->want.vlan_tci);

	read_kfunc(ctx, &now->got[KFUNC]);
	if (xdp_meta_claim(ctx, &meta)) {
		r->no_record++;
		judge(r, NULL, now, KFUNC);
		return c->verdict;
	}
	e = find_epoch(r, xdp_meta_layout_id(&meta), xdp_meta_generation(&meta));
	if (e) {
		e->packets++;
		e->want_hash += now->want.hash_type != 0;
		e->want_vlan += now->want.vlan_proto != 0;
		e->inband += now->want.inband;
	}
	read_frozen(&meta, &now->got[FROZEN]);
	read_late_bound(ctx, r, &meta, &now->got[LATE_BOUND]);
	judge(r, e, now, LATE_BOUND);
	judge(r, e, now, KFUNC);
	judge(r, e, now, FROZEN);
	xdp_meta_release(ctx);
	return c->verdict;
}

char _license[] SEC("license") = "GPL";
