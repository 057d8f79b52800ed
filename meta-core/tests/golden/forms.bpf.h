/* SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0 */
/*
 * Reading receive metadata whose layout may change while the program runs.
 *
 * Generated from the driver's declaration; do not edit. Include vmlinux.h (or linux/bpf.h) and bpf/bpf_helpers.h first.
 *
 *	SEC("xdp")
 *	int reader(struct xdp_md *ctx)
 *	{
 *		struct xdp_meta meta;
 *		__u32 hash;
 *		int err;
 *
 *		if (xdp_meta_peek(ctx, &meta))
 *			return XDP_PASS;	// this packet has no record
 *		err = xdp_meta_get_rx_hash(ctx, &meta, &hash);
 *		if (!err)
 *			use(hash);
 *		else if (err == XDP_META_NOT_IN_PACKET)
 *			;			// the hardware hashes, but not this packet
 *		else if (err == XDP_META_NOT_IN_LAYOUT)
 *			;			// hashing is off now
 *		return XDP_PASS;
 *	}
 *
 * A getter gives 0 and the value, or one of enum xdp_meta_error and the value 0. There are three ways to a record:
 *
 * xdp_meta_peek()	reads it where the driver wrote it; nothing moves, and GRO merges as ever. Read before you write in front of
 *			the packet: a record lies where bpf_xdp_adjust_head() makes room.
 * xdp_meta_claim()	exposes it as well, so that it goes with the packet: to TC, to programs of cpumaps and devmaps, to other
 *			interfaces and sockets. After a release, or anything else that moves the packet, the verifier refuses
 *			what reads it.
 * xdp_meta_open()	finds one that an earlier program has claimed.
 *
 * The first two ask the kernel whose packet it is: bytes in front of another driver's packet, or of one that generic XDP looks
 * at, are anybody's, and never taken for a record.
 *
 * Fields are looked up with a kfunc once for each layout that is met, whenever that is. A layout's id stands for its content,
 * so what was found once is true for ever, and no lookup needs a lock.
 */
#ifndef __XDP_META_BPF_H
#define __XDP_META_BPF_H

/* Field ids: standard hints, then the driver's own. */
enum xdp_meta_field {
	XDP_META_RX_TIMESTAMP = 1,
	XDP_META_RX_HASH = 2,
	XDP_META_RX_HASH_TYPE = 3,
	XDP_META_RX_VLAN_TCI = 4,
	XDP_META_RX_VLAN_PROTO = 5,
	XDP_META_RX_CSUM = 6,
	XDP_META_RX_PACKET_TYPE = 7,
	XDP_META_FLOW = 0x8000,
	XDP_META_INDEX = 0x8004,
	XDP_META_COUNTS = 0x8002,
	XDP_META_DELTA = 0x8003,
	XDP_META_STATE = 0x8006,
	XDP_META_MAC = 0x8001,
	XDP_META_PACKET = 0x8005,
	XDP_META_L4 = 0x8007,
	XDP_META_KIND = 0x8008,
	XDP_META_MARK = 0x8009,
	XDP_META_LAST = 0x800a,
};

/* Where lookups are cached. */
enum xdp_meta_slot {
	XDP_META_SLOT_RX_TIMESTAMP,
	XDP_META_SLOT_RX_HASH,
	XDP_META_SLOT_RX_HASH_TYPE,
	XDP_META_SLOT_RX_VLAN_TCI,
	XDP_META_SLOT_RX_VLAN_PROTO,
	XDP_META_SLOT_RX_CSUM,
	XDP_META_SLOT_RX_PACKET_TYPE,
	XDP_META_SLOT_FLOW,
	XDP_META_SLOT_INDEX,
	XDP_META_SLOT_COUNTS,
	XDP_META_SLOT_DELTA,
	XDP_META_SLOT_STATE,
	XDP_META_SLOT_MAC,
	XDP_META_SLOT_PACKET,
	XDP_META_SLOT_L4,
	XDP_META_SLOT_KIND,
	XDP_META_SLOT_MARK,
	XDP_META_SLOT_LAST,
	XDP_META_SLOTS,
};

/* Layout ids, for bpf_core_enum_value(): exact readers compare a trailer's with them. */
enum form_rx_layout {
	FORM_RX_NONE = 0x41a183db,
	FORM_RX_ALL = 0x258a8562,
};

/* Every layout, for exact readers: X(its struct, its id). */
#define FORM_RX_LAYOUTS(X) \
	X(form_rx_none, FORM_RX_NONE) \
	X(form_rx_all, FORM_RX_ALL)

/* What fields are made of. */
enum form_packet {
	FORM_PACKET_TCP = 1,
	FORM_PACKET_UDP = 2,
} __attribute__((mode(QI)));

struct form_flow {
	union {
		__u32 word;
		__le16 halves[2];
	};
	enum form_packet packets[2];
	__u8 ip : 2;
	__u8 : 1;
	__u8 l4 : 3;
	__u8 queue;
};

enum form_state {
	FORM_STATE_BAD = -1,
	FORM_STATE_GOOD = 0,
} __attribute__((mode(HI)));

/* All fields together, then each layout; a record ends where the packet starts. */
struct form_rx {
	__u32 rx_hash;
	struct form_flow flow;
	__le32 index;
	__be16 counts[2][3];
	__s16 delta;
	enum form_state state;
	__u8 mac[6];
	enum form_packet packet;
	__u8 l4 : 3;
	enum form_packet kind : 4;
	__u16 mark : 11;
	__u8 last : 1;
	__u32 layout_id __attribute__((aligned(8)));
	__u16 generation;
	__u16 present;
} __attribute__((preserve_access_index));

struct form_rx_none {
	__u32 layout_id __attribute__((aligned(8)));
	__u16 generation;
	__u16 present;
} __attribute__((preserve_access_index));

struct form_rx_all {
	__u32 rx_hash;
	struct form_flow flow;
	__le32 index;
	__be16 counts[2][3];
	__s16 delta;
	enum form_state state;
	__u8 mac[6];
	enum form_packet packet;
	__u8 l4 : 3;
	enum form_packet kind : 4;
	__u16 mark : 11;
	__u8 last : 1;
	__u32 layout_id __attribute__((aligned(8)));
	__u16 generation;
	__u16 present;
} __attribute__((preserve_access_index));

/* What a header and a layout must agree on. */
#define XDP_META_SHAPE(size, width) ((size) << 8 | (width) << 21)
#define XDP_META_SHAPE_MASK XDP_META_SHAPE(0x3f, 0x3f)

/* What each slot's field is taken for. */
static const struct xdp_meta_wanted {
	__u32 field;
	__u32 shape;
} xdp_meta_wanted[XDP_META_SLOTS] = {
	[XDP_META_SLOT_RX_TIMESTAMP] = { XDP_META_RX_TIMESTAMP, XDP_META_SHAPE(sizeof(__u64), 0) },
	[XDP_META_SLOT_RX_HASH] = { XDP_META_RX_HASH, XDP_META_SHAPE(sizeof(__u32), 0) },
	[XDP_META_SLOT_RX_HASH_TYPE] = { XDP_META_RX_HASH_TYPE, XDP_META_SHAPE(sizeof(__u16), 0) },
	[XDP_META_SLOT_RX_VLAN_TCI] = { XDP_META_RX_VLAN_TCI, XDP_META_SHAPE(sizeof(__u16), 0) },
	[XDP_META_SLOT_RX_VLAN_PROTO] = { XDP_META_RX_VLAN_PROTO, XDP_META_SHAPE(sizeof(__be16), 0) },
	[XDP_META_SLOT_RX_CSUM] = { XDP_META_RX_CSUM, XDP_META_SHAPE(sizeof(__u16), 0) },
	[XDP_META_SLOT_RX_PACKET_TYPE] = { XDP_META_RX_PACKET_TYPE, XDP_META_SHAPE(sizeof(__u16), 0) },
	[XDP_META_SLOT_FLOW] = { XDP_META_FLOW, XDP_META_SHAPE(sizeof(struct form_flow), 0) },
	[XDP_META_SLOT_INDEX] = { XDP_META_INDEX, XDP_META_SHAPE(sizeof(__le32), 0) },
	[XDP_META_SLOT_COUNTS] = { XDP_META_COUNTS, XDP_META_SHAPE(sizeof(__be16[2][3]), 0) },
	[XDP_META_SLOT_DELTA] = { XDP_META_DELTA, XDP_META_SHAPE(sizeof(__s16), 0) },
	[XDP_META_SLOT_STATE] = { XDP_META_STATE, XDP_META_SHAPE(sizeof(enum form_state), 0) },
	[XDP_META_SLOT_MAC] = { XDP_META_MAC, XDP_META_SHAPE(sizeof(__u8[6]), 0) },
	[XDP_META_SLOT_PACKET] = { XDP_META_PACKET, XDP_META_SHAPE(sizeof(enum form_packet), 0) },
	[XDP_META_SLOT_L4] = { XDP_META_L4, XDP_META_SHAPE(sizeof(__u8), 3) },
	[XDP_META_SLOT_KIND] = { XDP_META_KIND, XDP_META_SHAPE(sizeof(enum form_packet), 4) },
	[XDP_META_SLOT_MARK] = { XDP_META_MARK, XDP_META_SHAPE(sizeof(__u16), 11) },
	[XDP_META_SLOT_LAST] = { XDP_META_LAST, XDP_META_SHAPE(sizeof(__u8), 1) },
};

/* Why there is no value. */
enum xdp_meta_error {
	XDP_META_NOT_IN_LAYOUT = -61,	/* ENODATA: no packet of this layout has the field */
	XDP_META_NOT_IN_PACKET = -42,	/* ENOMSG: this packet does not have it, others may */
	XDP_META_NO_RECORD = -2,	/* ENOENT: no record, or one of a layout that the kernel does not know */
	XDP_META_NO_DRIVER = -95,	/* EOPNOTSUPP: the device writes no records */
	XDP_META_NO_MATCH = -71,	/* EPROTO: the field has another size than this header says */
	XDP_META_NO_ROOM = -28,		/* ENOSPC: too many layouts were met, see XDP_META_LAYOUTS */
};

/*
 * Layouts whose places are kept: a power of two, many times those of a driver. Each has its place by its id; where another one
 * is before it, it is one of the next, and found more slowly.
 */
#ifndef XDP_META_LAYOUTS
#define XDP_META_LAYOUTS 256
#endif
#define XDP_META_PROBES 8

/*
 * Bytes in front of the packet that are looked at: the largest record, and 8 more, so that 8 bytes from any offset of six bits
 * are among them.
 */
#define XDP_META_CLAIM 72
#define XDP_META_TRAILER 8

/*
 * The record that the driver wrote for this packet: as many bytes as are asked for, at most 216, that end where the packet starts.
 * NULL: the packet is not the driver's own, or is not where it was, or has metadata already.
 */
extern const __u8 *bpf_xdp_meta_record(struct xdp_md *ctx, __u32 rdonly_buf_size) __ksym;

/*
 * Where a field is in the records of a layout, from the module: bits 0 to 7 bytes back from the packet, 8 to 13 size,
 * 14 to 17 present bit; of a bit-field (size is that of its declared type) 18 to 20 first bit in its byte, 21 to 26 width.
 * Negative: -ENODATA, -ENOENT or -EOPNOTSUPP.
 */
extern int bpf_xdp_meta_field(struct xdp_md *ctx, __u32 layout_id, __u32 field_id) __ksym;

/*
 * What is known of a layout. A place has in bits 0 to 15 the field's present bit as the trailer has it (none: it is not in the
 * layout), 16 to 18 a bit-field's first bit in its byte, 26 to 31 offset in a claim. Each is written once, and 0 before that, so
 * it does not matter in which order another processor sees them.
 */
struct xdp_meta_layout {
	__u32 id;
	__u32 taken;
	__u32 place[XDP_META_SLOTS];
} __attribute__((aligned(64)));

#define XDP_META_ASKED (1U << 19)	/* not 0, whatever the answer was */
#define XDP_META_OTHER_SHAPE (1U << 20)
#define XDP_META_OFFSET(place) ((__u64)((place) >> 26))

static struct xdp_meta_layout xdp_meta_layouts[XDP_META_LAYOUTS];

/* A record. */
struct xdp_meta {
	void *claimed;		/* XDP_META_CLAIM bytes in front of the packet */
	void *data;		/* the packet, if they are claimed */
	int is_claimed;		/* so that the verifier must be shown where they end; known to the compiler */
	__u64 trailer;		/* read as one word */
	struct xdp_meta_layout *layout;	/* once a getter needed it */
};

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define xdp_meta_layout_id(meta) ((__u32)(meta)->trailer)
#define xdp_meta_generation(meta) ((__u16)((meta)->trailer >> 32))
#define xdp_meta_present(meta) ((__u32)((meta)->trailer >> 48))
#else
#define xdp_meta_layout_id(meta) ((__u32)((meta)->trailer >> 32))
#define xdp_meta_generation(meta) ((__u16)((meta)->trailer >> 16))
#define xdp_meta_present(meta) ((__u32)(__u16)(meta)->trailer)
#endif

static __always_inline int xdp_meta_from(void *claimed, void *data, int is_claimed, struct xdp_meta *meta)
{
	meta->claimed = claimed;
	meta->data = data;
	meta->is_claimed = is_claimed;
	meta->trailer = *(__u64 *)(claimed + XDP_META_CLAIM - XDP_META_TRAILER);
	meta->layout = NULL;
	return xdp_meta_layout_id(meta) ? 0 : XDP_META_NO_RECORD;
}

/* Whether the bytes from `claimed` to `data` are a claim with a record: 0, or negative. */
static __always_inline int xdp_meta_between(void *claimed, void *data, struct xdp_meta *meta)
{
	if (claimed + XDP_META_CLAIM > data)
		return XDP_META_NO_RECORD;
	/* Somebody else's metadata is in between. The compiler must not make one comparison of the two. */
	asm volatile("" : "+r"(claimed));
	if (claimed + XDP_META_CLAIM < data)
		return XDP_META_NO_RECORD;
	return xdp_meta_from(claimed, data, 1, meta);
}

/* Looks at the packet's record. 0, or negative: there is none. */
static __always_inline int xdp_meta_peek(struct xdp_md *ctx, struct xdp_meta *meta)
{
	void *record = (void *)bpf_xdp_meta_record(ctx, XDP_META_CLAIM);

	return record ? xdp_meta_from(record, NULL, 0, meta) : XDP_META_NO_RECORD;
}

/* Hides the record again. */
static __always_inline void xdp_meta_release(struct xdp_md *ctx)
{
	bpf_xdp_adjust_meta(ctx, XDP_META_CLAIM);
}

/* Exposes the packet's record. 0, or negative: there is none, and nothing is claimed. */
static __always_inline int xdp_meta_claim(struct xdp_md *ctx, struct xdp_meta *meta)
{
	if (!bpf_xdp_meta_record(ctx, XDP_META_CLAIM) || bpf_xdp_adjust_meta(ctx, -XDP_META_CLAIM))
		return XDP_META_NO_RECORD;
	if (!xdp_meta_between((void *)(long)ctx->data_meta, (void *)(long)ctx->data, meta))
		return 0;
	xdp_meta_release(ctx);
	return XDP_META_NO_RECORD;
}

/*
 * Finds the record that an earlier program has claimed and left in front of the packet: in a program of a cpumap or a devmap,
 * at another interface, in TC (`ctx` may be a struct __sk_buff). 0, or negative. Getters answer where the packet is still the
 * driver's: in programs of cpumaps and devmaps; elsewhere read exactly.
 */
#define xdp_meta_open(ctx, meta) xdp_meta_between((void *)(long)(ctx)->data_meta, (void *)(long)(ctx)->data, meta)

/*
 * For exact readers: the record as one of its layouts, whose id it has been compared with. Needs bpf/bpf_core_read.h; the size is
 * the kernel's, and goes into one offset that the verifier sees is not negative.
 */
#define xdp_meta_as(meta, type)                                           \
	({                                                                \
		__u64 __start = XDP_META_CLAIM - bpf_core_type_size(type); \
                                                                          \
		asm volatile("" : "+r"(__start));                         \
		(type *)((meta)->claimed + __start);                      \
	})

/* Asks where a field is: a place, or negative. */
static __always_inline __s64 xdp_meta_ask(struct xdp_md *ctx, __u32 layout_id, __u32 slot)
{
	const struct xdp_meta_wanted *wanted;
	__u32 distance, found;
	int answer;

	if (slot >= XDP_META_SLOTS)
		return XDP_META_NO_MATCH;
	wanted = &xdp_meta_wanted[slot];
	answer = bpf_xdp_meta_field(ctx, layout_id, wanted->field);
	if (answer == XDP_META_NOT_IN_LAYOUT)
		return XDP_META_ASKED;
	if (answer < 0)
		return answer;
	found = answer;
	distance = found & 0xff;
	if (distance <= XDP_META_TRAILER || distance > XDP_META_CLAIM - 8 || (found & XDP_META_SHAPE_MASK) != wanted->shape)
		return XDP_META_ASKED | XDP_META_OTHER_SHAPE;
	return (XDP_META_CLAIM - distance) << 26 | XDP_META_ASKED | (found >> 18 & 7) << 16 | 1U << (found >> 14 & 0xf);
}

/* Finds a layout among those that are known, or makes it known. NULL, and a negative error, if that cannot be. */
static __noinline struct xdp_meta_layout *xdp_meta_learn(struct xdp_md *ctx, __u32 layout_id, int *err)
{
	__u32 place[XDP_META_SLOTS], slot, i;
	struct xdp_meta_layout *layout;

	for (i = 0; i < XDP_META_PROBES; i++) {
		layout = &xdp_meta_layouts[(layout_id + i) & (XDP_META_LAYOUTS - 1)];
		if (layout->id == layout_id)
			return layout;
		if (!layout->taken)
			break;
	}
	for (slot = 0; slot < XDP_META_SLOTS; slot++) {
		__s64 answer = xdp_meta_ask(ctx, layout_id, slot);

		if (answer < 0) {
			*err = answer;
			return NULL;
		}
		place[slot] = answer;
	}
	for (i = 0; i < XDP_META_PROBES; i++) {
		layout = &xdp_meta_layouts[(layout_id + i) & (XDP_META_LAYOUTS - 1)];
		if (layout->taken || __sync_val_compare_and_swap(&layout->taken, 0, 1))
			continue;
		for (slot = 0; slot < XDP_META_SLOTS; slot++)
			layout->place[slot] = place[slot];
		__sync_val_compare_and_swap(&layout->id, 0, layout_id);
		return layout;
	}
	*err = XDP_META_NO_ROOM;
	return NULL;
}

/* Makes out what a record's layout is: 0, or negative. */
static __always_inline int xdp_meta_bind(struct xdp_md *ctx, struct xdp_meta *meta)
{
	__u32 id = xdp_meta_layout_id(meta);
	struct xdp_meta_layout *layout = &xdp_meta_layouts[id & (XDP_META_LAYOUTS - 1)];

	if (__builtin_expect(*(volatile __u32 *)&layout->id != id, 0)) {
		int err = 0;

		layout = xdp_meta_learn(ctx, id, &err);
		if (!layout)
			return err ?: XDP_META_NO_RECORD;
	}
	meta->layout = layout;
	return 0;
}

/* Why a packet does not have a field: negative, or 0: it does, but nothing was known of the field's place, which is there now. */
static __noinline int xdp_meta_miss(struct xdp_md *ctx, struct xdp_meta_layout *layout, __u32 slot, __u32 present)
{
	__u32 place;

	if (slot >= XDP_META_SLOTS)
		return XDP_META_NO_MATCH;
	place = layout->place[slot];
	if (!place) {
		__s64 answer = xdp_meta_ask(ctx, layout->id, slot);

		if (answer < 0)
			return answer;
		place = answer;
		layout->place[slot] = place;
	}
	if (place & present)
		return 0;
	if (place & XDP_META_OTHER_SHAPE)
		return XDP_META_NO_MATCH;
	return place & 0xffff ? XDP_META_NOT_IN_PACKET : XDP_META_NOT_IN_LAYOUT;
}

/* Whether a field's present bit is one of a packet's. BPF can tell in one instruction, which compilers do not think of. */
static __always_inline int xdp_meta_has(__u64 place, __u64 present)
{
#ifdef __bpf__
	asm goto("if %0 & %1 goto %l[has]" : : "r"(place), "r"(present) : : has);
	return 0;
has:
	return 1;
#else
	return !!(place & present);
#endif
}

/* Finds a field of a record: 0 and its place, or negative. */
static __always_inline int xdp_meta_find(struct xdp_md *ctx, struct xdp_meta *meta, __u32 slot, __u32 *place)
{
	if (!meta->layout) {
		int err = xdp_meta_bind(ctx, meta);

		if (err)
			return err;
	}
	*place = *(volatile __u32 *)&meta->layout->place[slot];
	if (!xdp_meta_has(*place, xdp_meta_present(meta))) {
		int err = xdp_meta_miss(ctx, meta->layout, slot, xdp_meta_present(meta));

		if (err)
			return err;
		*place = *(volatile __u32 *)&meta->layout->place[slot];
	}
	return 0;
}
/* Where a field's bytes are, if `size` of them from there on are in front of the packet: 0, or negative. */
static __always_inline int xdp_meta_at(const struct xdp_meta *meta, __u64 offset, __u32 size, void **at)
{
	if (size > 8) {
		/* The verifier must see what the offset is limited to, so the compiler must not see that it is already. */
		asm volatile("" : "+r"(offset));
		if (offset > XDP_META_CLAIM - size)
			return XDP_META_NO_MATCH;
	}
#ifdef __bpf__
	/* The sum in the offset's register, as the record's is needed again. */
	asm("%0 += %1" : "+r"(offset) : "r"(meta->claimed));
	*at = (void *)offset;
#else
	*at = meta->claimed + offset;
#endif
	return meta->is_claimed && *at + size > meta->data ? XDP_META_NO_MATCH : 0;
}

/* Gives an integer, an enum, a struct or a union. */
#define XDP_META_GETTER(name, type, NAME)                                                                             \
	static __always_inline int xdp_meta_get_##name(struct xdp_md *ctx, struct xdp_meta *meta, type *value)        \
	{                                                                                                             \
		__u32 place = 0;                                                                                      \
		void *at;                                                                                             \
		int err = xdp_meta_find(ctx, meta, XDP_META_SLOT_##NAME, &place);                                     \
                                                                                                                      \
		if (!err)                                                                                             \
			err = xdp_meta_at(meta, XDP_META_OFFSET(place), sizeof(type), &at);                           \
		if (err)                                                                                              \
			*value = (type){ 0 };                                                                         \
		else                                                                                                  \
			*value = *(type *)at;                                                                         \
		return err;                                                                                           \
	}

/* Gives an array: `dims` is [6], or [2][3]. */
#define XDP_META_ARRAY_GETTER(name, type, dims, NAME)                                                                 \
	static __always_inline int xdp_meta_get_##name(struct xdp_md *ctx, struct xdp_meta *meta,                     \
						       type (*value)dims)                                             \
	{                                                                                                             \
		__u32 place = 0;                                                                                      \
		void *at;                                                                                             \
		int err = xdp_meta_find(ctx, meta, XDP_META_SLOT_##NAME, &place);                                     \
                                                                                                                      \
		if (!err)                                                                                             \
			err = xdp_meta_at(meta, XDP_META_OFFSET(place), sizeof(*value), &at);                         \
		if (err)                                                                                              \
			__builtin_memset(value, 0, sizeof(*value));                                                   \
		else                                                                                                  \
			__builtin_memcpy(value, (type *)at, sizeof(*value));                                          \
		return err;                                                                                           \
	}

/* A bit-field lies within one aligned unit of its type; C counts bits from the end that is the machine's. */
#define xdp_meta_first_bit(place, size) ((XDP_META_OFFSET(place) & ((size) - 1)) << 3 | ((place) >> 16 & 7))
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define xdp_meta_shift(place, size, bits) xdp_meta_first_bit(place, size)
#else
#define xdp_meta_shift(place, size, bits) (8 * (size) - (bits) - xdp_meta_first_bit(place, size))
#endif

/* Gives a bit-field. */
#define XDP_META_BITS_GETTER(name, type, bits, NAME)                                                                  \
	static __always_inline int xdp_meta_get_##name(struct xdp_md *ctx, struct xdp_meta *meta, type *value)        \
	{                                                                                                             \
		__u32 place = 0;                                                                                      \
		void *at;                                                                                             \
		int err = xdp_meta_find(ctx, meta, XDP_META_SLOT_##NAME, &place);                                     \
                                                                                                                      \
		if (!err)                                                                                             \
			err = xdp_meta_at(meta, XDP_META_OFFSET(place) & -sizeof(type), sizeof(type), &at);           \
		if (err)                                                                                              \
			*value = 0;                                                                                   \
		else                                                                                                  \
			*value = (__u64)*(type *)at >> xdp_meta_shift(place, sizeof(type), bits) &                    \
				 ((1ULL << (bits)) - 1);                                                              \
		return err;                                                                                           \
	}

XDP_META_GETTER(rx_timestamp, __u64, RX_TIMESTAMP)
XDP_META_GETTER(rx_hash, __u32, RX_HASH)
XDP_META_GETTER(rx_hash_type, __u16, RX_HASH_TYPE)
XDP_META_GETTER(rx_vlan_tci, __u16, RX_VLAN_TCI)
XDP_META_GETTER(rx_vlan_proto, __be16, RX_VLAN_PROTO)
XDP_META_GETTER(rx_csum, __u16, RX_CSUM)
XDP_META_GETTER(rx_packet_type, __u16, RX_PACKET_TYPE)
XDP_META_GETTER(flow, struct form_flow, FLOW)
XDP_META_GETTER(index, __le32, INDEX)
XDP_META_ARRAY_GETTER(counts, __be16, [2][3], COUNTS)
XDP_META_GETTER(delta, __s16, DELTA)
XDP_META_GETTER(state, enum form_state, STATE)
XDP_META_ARRAY_GETTER(mac, __u8, [6], MAC)
XDP_META_GETTER(packet, enum form_packet, PACKET)
XDP_META_BITS_GETTER(l4, __u8, 3, L4)
XDP_META_BITS_GETTER(kind, enum form_packet, 4, KIND)
XDP_META_BITS_GETTER(mark, __u16, 11, MARK)
XDP_META_BITS_GETTER(last, __u8, 1, LAST)

#endif /* __XDP_META_BPF_H */
