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
