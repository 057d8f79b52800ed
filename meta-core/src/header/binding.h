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

