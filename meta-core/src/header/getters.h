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

