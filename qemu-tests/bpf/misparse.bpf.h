/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The readers, and what one of them got wrong, kept for whoever has to find out why. Include after oracle.bpf.h.
 */
#ifndef MISPARSE_BPF_H
#define MISPARSE_BPF_H

#define QUEUES 8
#define MISPARSES 16

enum reader { FROZEN, KFUNC, LATE_BOUND, READERS };

#define ARRAY(name, entries, value_type)                \
	struct {                                        \
		__uint(type, BPF_MAP_TYPE_ARRAY);       \
		__uint(max_entries, entries);           \
		__type(key, __u32);                     \
		__type(value, value_type);              \
	} name SEC(".maps")

struct misparse {
	__u32 reader; /* plus one: 0 for no misparse */
	__u32 field, seq, layout_id, generation, has;
	__u64 got, want;
};

ARRAY(misparses, MISPARSES, struct misparse);

static __u32 kept;

static __always_inline void note_misparse(__u32 reader, __u32 field, const struct expect *want, __u64 got,
					  __u32 layout_id, __u32 generation)
{
	__u32 slot = __sync_fetch_and_add(&kept, 1) % MISPARSES;
	struct misparse *s = bpf_map_lookup_elem(&misparses, &slot);

	if (!s || field >= FIELDS)
		return;
	s->reader = reader + 1;
	s->field = field;
	s->seq = want->seq;
	s->layout_id = layout_id;
	s->generation = generation;
	s->has = want->has >> field & 1;
	s->got = got;
	s->want = want->value[field];
}

#endif /* MISPARSE_BPF_H */
