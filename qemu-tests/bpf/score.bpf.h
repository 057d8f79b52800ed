/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How readers of metadata are doing, packet by packet: who was told something wrong, and the log of generations.
 *
 * What is missing depends on the layout that was announced for a generation, so that is worked out in user space
 * (guest/src/score.rs). Counters are kept for each queue: a queue is polled by one processor at a time. Include after
 * oracle.bpf.h.
 */
#ifndef SCORE_BPF_H
#define SCORE_BPF_H

#include "misparse.bpf.h"

#define EPOCHS 8192 /* for each queue */
#define BARE 8192   /* for each queue */
#define SEEN_WORDS 65536

struct config {
	__u32 verdict;
	__u32 first_seq;  /* number that bit 0 of `seen` stands for */
	__u64 not_before; /* no packet arrived before that, by the NIC's clock */
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
	__u64 latest;          /* the latest time that a packet had */
	__u64 misparsed[READERS];
};

/* One generation of one ring, as packets showed it. */
struct epoch {
	__u32 layout_id;
	__u32 generation;
	__u64 first_seen;
	__u64 packets;
	__u64 inband;  /* with the tag still in the frame */
	__u64 tagged;  /* sent with one */
	__u64 latched; /* the NIC kept the time */
	__u64 want[FIELDS];
	__u64 got[READERS][FIELDS];
};

/*
 * What is known about the packet in hand. In a map rather than on the stack: the verifier follows what
 * the stack holds, and there are too many ways through three readers to follow.
 */
struct scratch {
	struct expect want;
	struct reading got[READERS];
	struct epoch nowhere; /* for packets that no slot of the log takes */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

ARRAY(score_config, 1, struct config);
ARRAY(result, QUEUES, struct result);
ARRAY(epochs, QUEUES * EPOCHS, struct epoch);
ARRAY(seen, SEEN_WORDS, __u64);
/* When each packet came that had no record: whether it was to have one follows from what was announced by then. */
ARRAY(bare, QUEUES * BARE, __u64);

static __u16 newest[QUEUES];
/* The last time of each queue, by where it comes from: the NIC may have kept a time before the driver read one. */
static __u64 last_stamp[QUEUES][4];

/* The slot of this record's generation; notices generations that go back or change their layout. */
static __always_inline struct epoch *find_epoch(struct result *r, __u32 queue, __u32 layout_id, __u16 generation)
{
	__u32 slot = queue * EPOCHS + generation % EPOCHS;
	struct epoch *e = bpf_map_lookup_elem(&epochs, &slot);

	if (!e)
		return NULL;
	if ((__s16)(generation - newest[queue]) < 0)
		r->stale++;
	else
		newest[queue] = generation;
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

static __always_inline void note_bare(struct result *r, __u32 queue)
{
	__u64 place = r->no_record++;
	__u32 slot = queue * BARE + place;
	__u64 *time = place < BARE ? bpf_map_lookup_elem(&bare, &slot) : NULL;

	if (time)
		*time = bpf_ktime_get_ns();
}

/* Last of all: whoever waits for a packet goes on, and may change what is expected of the next. */
static __always_inline void mark_seen(struct result *r, __u32 first, __u32 seq)
{
	__u32 bit = seq - first, word = bit / 64;
	__u64 *w = bpf_map_lookup_elem(&seen, &word);
	__u64 mask = 1ULL << (bit % 64);

	if (!w) {
		r->out_of_range++;
		return;
	}
	r->duplicates += !!(__sync_fetch_and_or(w, mask) & mask);
}

/*
 * Whether a packet's time can be: not before the first was sent, not before the packet in front of it, of a known kind.
 * Otherwise what is wanted is the earliest time that can be.
 */
static __always_inline int stamp_can_be(const struct config *c, struct result *r, __u32 queue, struct expect *want,
					const struct reading *got)
{
	__u64 stamp = got->value[STAMP], *last = &last_stamp[queue][got->kind & 3];
	__u64 least = *last > c->not_before ? *last : c->not_before;
	int ok = stamp >= least;

	want->value[STAMP] = ok ? stamp : least;
	*last = stamp;
	if (stamp > r->latest)
		r->latest = stamp;
	if (got->kind == STAMP_LATCHED)
		return ok && want->flags & ORACLE_LATCH;
	return ok && got->kind == STAMP_READ;
}

/* Judges one reader. A function of its own, so that the verifier looks at it once. */
__noinline int judge(struct result *r, struct epoch *e, struct scratch *now, __u32 reader)
{
	struct reading *got;
	__u32 i, wrong = FIELDS;

	if (!r || !e || !now || reader >= READERS)
		return 0;
	got = &now->got[reader];
	for (i = 0; i < FIELDS; i++) {
		if (!(got->has >> i & 1))
			continue;
		if (now->want.has >> i & 1 && got->value[i] == now->want.value[i])
			e->got[reader][i]++;
		else if (wrong == FIELDS)
			wrong = i;
	}
	if (wrong >= FIELDS)
		return 0;
	r->misparsed[reader]++;
	/* The frozen reader's are many and expected: keep the others. */
	if (reader == FROZEN && kept)
		return 0;
	note_misparse(reader, wrong, &now->want, got->value[wrong], e->layout_id, e->generation);
	return 0;
}

#endif /* SCORE_BPF_H */
