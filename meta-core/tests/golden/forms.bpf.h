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
 *		if (xdp_meta_claim(ctx, &meta))
 *			return XDP_PASS;	// this packet has no record
 *		err = xdp_meta_get_rx_hash(ctx, &meta, &hash);
 *		if (!err)
 *			use(hash);
 *		else if (err == XDP_META_NOT_IN_PACKET)
 *			;			// the hardware hashes, but not this packet
 *		else if (err == XDP_META_NOT_IN_LAYOUT)
 *			;			// hashing is off now
 *		xdp_meta_release(ctx);		// so that GRO merges as ever
 *		return XDP_PASS;
 *	}
 *
 * Claim before bpf_xdp_adjust_head(). After a release, or anything else that moves the packet, `meta` is spent. A getter
 * gives 0 and the value, or one of enum xdp_meta_error and the value 0.
 *
 * A field is looked up with a kfunc once for each generation of each ring. No lookup needs a lock: what is cached for a
 * field carries the generation and the layout that it is true of, in the same word.
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

/* Why there is no value. */
enum xdp_meta_error {
	XDP_META_NOT_IN_LAYOUT = -61,	/* ENODATA: no packet of this generation has the field */
	XDP_META_NOT_IN_PACKET = -42,	/* ENOMSG: this packet does not have it, others may */
	XDP_META_NO_RECORD = -2,	/* ENOENT: no record, or one of a layout that the kernel does not know */
	XDP_META_NO_DRIVER = -95,	/* EOPNOTSUPP: the device writes no records */
	XDP_META_NO_MATCH = -71,	/* EPROTO: the field has another size than this header says */
};

/* Rings that have cached lookups of their own; a power of two. With more of them some share, and look up more often. */
#ifndef XDP_META_QUEUES
#define XDP_META_QUEUES 16
#endif

/* Bytes in front of the packet that a claim exposes: the largest record. */
#define XDP_META_CLAIM 64
#define XDP_META_TRAILER 8

/*
 * Where a field is in the records of a layout, from the module: bits 0 to 7 bytes back from the packet, 8 to 13 size,
 * 14 to 17 present bit; of a bit-field (size is that of its declared type) 18 to 20 first bit in its byte, 21 to 26 width.
 * Negative: -ENODATA, -ENOENT or -EOPNOTSUPP.
 */
extern int bpf_xdp_meta_field(struct xdp_md *ctx, __u32 layout_id, __u32 field_id) __ksym;

/* A claimed record. */
struct xdp_meta {
	void *claimed;	/* XDP_META_CLAIM bytes in front of the packet */
	void *data;	/* the packet */
	__u64 trailer;
	__u32 queue;
};

/*
 * The trailer is read as one word. A cached lookup has layout and generation where the trailer would have them if the
 * other 16 bits were the low ones; in those are bits 0 to 5 offset in the claim, 6 to 8 a bit-field's first bit in its byte,
 * 9 to 14 where in the trailer its present bit is, 15 that the layout does not have the field. So one comparison says of most
 * packets that the lookup is theirs and the field is in the layout.
 */
#define XDP_META_KEY_MASK (~0xffffULL)
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define xdp_meta_key(meta) ((meta)->trailer << 16)
#define XDP_META_PRESENT 48
#define xdp_meta_layout_id(meta) ((__u32)(meta)->trailer)
#define xdp_meta_key_layout_id(key) ((__u32)((key) >> 16))
#define xdp_meta_generation(meta) ((__u16)((meta)->trailer >> 32))
#else
#define xdp_meta_key(meta) ((meta)->trailer & XDP_META_KEY_MASK)
#define XDP_META_PRESENT 0
#define xdp_meta_layout_id(meta) ((__u32)((meta)->trailer >> 32))
#define xdp_meta_key_layout_id(key) ((__u32)((key) >> 32))
#define xdp_meta_generation(meta) ((__u16)((meta)->trailer >> 16))
#endif
#define xdp_meta_present(meta) ((__u16)((meta)->trailer >> XDP_META_PRESENT))

/* What a header and a layout must agree on. */
#define XDP_META_SHAPE(size, width) ((size) << 8 | (width) << 21)
#define XDP_META_SHAPE_MASK XDP_META_SHAPE(0x3f, 0x3f)

static __u64 xdp_meta_cache[XDP_META_QUEUES][XDP_META_SLOTS];

/* Hides the record again. */
static __always_inline void xdp_meta_release(struct xdp_md *ctx)
{
	bpf_xdp_adjust_meta(ctx, XDP_META_CLAIM);
}

/* Whether the bytes from `claimed` to `data` are a claim with a record: 0, or negative. */
static __always_inline int xdp_meta_from(void *claimed, void *data, __u32 queue, struct xdp_meta *meta)
{
	if (claimed + XDP_META_CLAIM > data)
		return XDP_META_NO_RECORD;
	/* Somebody else's metadata is in between. The compiler must not make one comparison of the two. */
	asm volatile("" : "+r"(claimed));
	if (claimed + XDP_META_CLAIM < data)
		return XDP_META_NO_RECORD;
	meta->claimed = claimed;
	meta->data = data;
	meta->trailer = *(__u64 *)(claimed + XDP_META_CLAIM - XDP_META_TRAILER);
	meta->queue = queue;
	return xdp_meta_layout_id(meta) ? 0 : XDP_META_NO_RECORD;
}

/* Exposes the packet's record. 0, or negative: there is none, and nothing is claimed. */
static __always_inline int xdp_meta_claim(struct xdp_md *ctx, struct xdp_meta *meta)
{
	if (bpf_xdp_adjust_meta(ctx, -XDP_META_CLAIM))
		return XDP_META_NO_RECORD;
	if (!xdp_meta_from((void *)(long)ctx->data_meta, (void *)(long)ctx->data, ctx->rx_queue_index, meta))
		return 0;
	xdp_meta_release(ctx);
	return XDP_META_NO_RECORD;
}

/*
 * Finds the record that an earlier program has claimed and left in front of the packet: in a program of a cpumap or a devmap,
 * at another interface, in TC (`ctx` may be a struct __sk_buff). 0, or negative. Getters answer where the packet is still the
 * driver's: in programs of cpumaps and devmaps; elsewhere read exactly.
 */
#define xdp_meta_open(ctx, queue, meta) \
	xdp_meta_from((void *)(long)(ctx)->data_meta, (void *)(long)(ctx)->data, queue, meta)

#define XDP_META_MISSING (1 << 15)

/* Looks a field of this size and width up; gives the cached word, or negative. Happens once for each generation. */
static __noinline __s64 xdp_meta_bind(struct xdp_md *ctx, __u64 key, __u32 slot, __u32 field, __u32 shape)
{
	__u32 queue = ctx->rx_queue_index & (XDP_META_QUEUES - 1);
	int found = bpf_xdp_meta_field(ctx, xdp_meta_key_layout_id(key), field);
	__u64 info = XDP_META_MISSING;

	if (found >= 0) {
		__u32 distance = found & 0xff, present = found >> 14 & 0xf, bit = found >> 18 & 7;

		if (!distance || distance > XDP_META_CLAIM || (found & XDP_META_SHAPE_MASK) != shape)
			return XDP_META_NO_MATCH;
		info = (XDP_META_CLAIM - distance) | bit << 6 | (XDP_META_PRESENT + present) << 9;
	} else if (found != XDP_META_NOT_IN_LAYOUT) {
		return found;
	}
	if (slot < XDP_META_SLOTS)
		*(volatile __u64 *)&xdp_meta_cache[queue][slot] = key | info;
	return info;
}

/* Finds a field in a claimed record: 0 and where it is, as the cached word has it, or negative. */
static __always_inline int xdp_meta_find(struct xdp_md *ctx, const struct xdp_meta *meta, __u32 slot, __u32 field,
					 __u32 shape, __u64 *place)
{
	__u32 queue = meta->queue & (XDP_META_QUEUES - 1);
	__u64 key = xdp_meta_key(meta);
	__u64 info;

	info = *(volatile __u64 *)&xdp_meta_cache[queue][slot] ^ key;
	if (info >= XDP_META_MISSING) {
		if (info & XDP_META_KEY_MASK) {
			__s64 bound = xdp_meta_bind(ctx, key, slot, field, shape);

			if (bound < 0)
				return bound;
			info = bound;
		}
		if (info >= XDP_META_MISSING)
			return XDP_META_NOT_IN_LAYOUT;
	}
	if (!(meta->trailer >> (info >> 9) & 1))
		return XDP_META_NOT_IN_PACKET;
	*place = info;
	return 0;
}

/* Where a field's bytes are, if `size` of them from there on are in front of the packet: 0, or negative. */
static __always_inline int xdp_meta_at(const struct xdp_meta *meta, __u64 offset, __u32 size, void **at)
{
	/* The verifier must see what the offset is limited to, so the compiler must not see that it is already. */
	asm volatile("" : "+r"(offset));
	*at = meta->claimed + offset;
	return *at + size > meta->data ? XDP_META_NO_MATCH : 0;
}

#define XDP_META_OFFSET(place) ((place) & (XDP_META_CLAIM - 1))

/* Gives an integer, an enum, a struct or a union. */
#define XDP_META_GETTER(name, type, NAME)                                                                             \
	static __always_inline int xdp_meta_get_##name(struct xdp_md *ctx, const struct xdp_meta *meta, type *value)  \
	{                                                                                                             \
		__u64 place = 0;                                                                                      \
		void *at;                                                                                             \
		int err = xdp_meta_find(ctx, meta, XDP_META_SLOT_##NAME, XDP_META_##NAME,                             \
					XDP_META_SHAPE(sizeof(type), 0), &place);                                     \
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
	static __always_inline int xdp_meta_get_##name(struct xdp_md *ctx, const struct xdp_meta *meta,               \
						       type (*value)dims)                                             \
	{                                                                                                             \
		__u64 place = 0;                                                                                      \
		void *at;                                                                                             \
		int err = xdp_meta_find(ctx, meta, XDP_META_SLOT_##NAME, XDP_META_##NAME,                             \
					XDP_META_SHAPE(sizeof(*value), 0), &place);                                   \
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
#define xdp_meta_first_bit(place, size) (((place) & ((size) - 1)) << 3 | ((place) >> 6 & 7))
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define xdp_meta_shift(place, size, bits) xdp_meta_first_bit(place, size)
#else
#define xdp_meta_shift(place, size, bits) (8 * (size) - (bits) - xdp_meta_first_bit(place, size))
#endif

/* Gives a bit-field. */
#define XDP_META_BITS_GETTER(name, type, bits, NAME)                                                                  \
	static __always_inline int xdp_meta_get_##name(struct xdp_md *ctx, const struct xdp_meta *meta, type *value)  \
	{                                                                                                             \
		__u64 place = 0;                                                                                      \
		void *at;                                                                                             \
		int err = xdp_meta_find(ctx, meta, XDP_META_SLOT_##NAME, XDP_META_##NAME,                             \
					XDP_META_SHAPE(sizeof(type), bits), &place);                                  \
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
