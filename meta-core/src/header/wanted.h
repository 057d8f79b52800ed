/* What a header and a layout must agree on. */
#define XDP_META_SHAPE(size, width) ((size) << 8 | (width) << 21)
#define XDP_META_SHAPE_MASK XDP_META_SHAPE(0x3f, 0x3f)

/* What each slot's field is taken for. */
static const struct xdp_meta_wanted {
	__u32 field;
	__u32 shape;
} xdp_meta_wanted[XDP_META_SLOTS] = {
