/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Readers of a record that comes later: by another way, or at another place that the packet went to.
 *
 * The driver's program says of each packet what it had; a later reader must find no less and nothing else. What came of that
 * is counted here for each of them. Include after misparse.bpf.h and exact.bpf.h.
 */
#ifndef LATER_BPF_H
#define LATER_BPF_H

#define TOLD 16384 /* packets, by the low bits of their numbers */

enum later_reader {
	IN_DRIVER,   /* in the driver's program, by CO-RE */
	IN_TC,       /* after XDP_PASS, exactly */
	AT_CPUMAP,   /* in the program of a cpumap, late bound */
	AT_DEVMAP,   /* in the program of a devmap, late bound */
	AT_VETH,     /* at the interface behind it, exactly */
	LATER,
};

/* Where the driver's program sends a packet. */
enum way { TO_NOBODY, TO_STACK, TO_PROCESSOR, TO_PORT, TO_SOCKET, TO_WIRE, WAYS };

/* What the driver's program found out about a packet. */
struct told {
	__u32 seq;
	__u32 layout_id;
	__u16 generation;
	__u16 queue;
	__u32 has;
	__u64 value[FIELDS];
};

struct later {
	__u64 packets;
	__u64 generations;
	__u64 misparsed;
	__u64 stale;    /* not of the generation and layout that the packet was told to be of */
	__u64 missing;  /* values that the packet was told to have */
	__u64 unbound;  /* values that no getter could find, for another reason than that they are not there */
	__u64 bypassed; /* came while no program was attached */
};

struct last {
	__u32 generation[QUEUES];
};

ARRAY(told, TOLD, struct told);
ARRAY(later, LATER, struct later);
ARRAY(last, LATER, struct last);
ARRAY(routed, WAYS, __u64);

static __always_inline struct told *told_of(__u32 seq)
{
	__u32 slot = seq % TOLD;

	return bpf_map_lookup_elem(&told, &slot);
}

/* Judges a later reader of a packet. A function of its own, so that the verifier looks at it once. */
__noinline int judge_later(const struct told *by, const struct expect *want, const struct reading *got,
			   const struct record *record, __u32 reader)
{
	__u32 i, layout_id, generation, wrong = FIELDS;
	struct later *l;
	struct last *g;

	if (!by || !want || !got || !record)
		return 0;
	l = bpf_map_lookup_elem(&later, &reader);
	g = bpf_map_lookup_elem(&last, &reader);
	if (!l || !g)
		return 0;
	layout_id = ((__u32 *)(record + 1))[-2];
	generation = ((__u16 *)(record + 1))[-2];
	__sync_fetch_and_add(&l->packets, 1);
	if (layout_id != by->layout_id || generation != by->generation)
		__sync_fetch_and_add(&l->stale, 1);
	if (g->generation[by->queue % QUEUES] != generation + 1) {
		g->generation[by->queue % QUEUES] = generation + 1;
		__sync_fetch_and_add(&l->generations, 1);
	}
	for (i = 0; i < FIELDS; i++) {
		__u32 there = got->has >> i & 1, told_there = by->has >> i & 1;
		/* What the frame cannot say of itself alone is what the driver's program was told, and judged. */
		__u64 right = i == STAMP || i == PACKET_TYPE ? by->value[i] : want->value[i];

		if (told_there && !there)
			__sync_fetch_and_add(&l->missing, 1);
		if (there && (!told_there || got->value[i] != right))
			wrong = i;
	}
	if (wrong >= FIELDS)
		return 0;
	__sync_fetch_and_add(&l->misparsed, 1);
	note_misparse(READERS + reader, wrong, want, got->value[wrong], layout_id, generation);
	return 0;
}

/* In the driver's program: says what a packet had, late bound, and judges the exact reader of its record by that. */
static __always_inline void tell(struct told *t, const struct xdp_meta *meta, const struct expect *want,
				 const struct reading *late, struct record *record, struct reading *exact)
{
	__u32 i;

	t->layout_id = xdp_meta_layout_id(meta);
	t->generation = xdp_meta_generation(meta);
	t->has = late->has;
	for (i = 0; i < FIELDS; i++)
		t->value[i] = late->value[i];
	copy_record(record, meta);
	exact->has = 0;
	read_exact(record, exact);
	judge_later(t, want, exact, record, IN_DRIVER);
}

#endif /* LATER_BPF_H */
