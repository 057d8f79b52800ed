// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
/*
 * Every getter of the header of forms.rs, compiled for the machine that runs the test, with the kernel's part played here:
 * getters RECORD ID=ANSWER... prints what each gives, as bytes.
 */
#include <assert.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define __ksym
#define __noinline __attribute__((noinline))
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#pragma GCC diagnostic ignored "-Wattributes"

/* The kernel's has 32 bits for a pointer, which the verifier makes whole. */
struct xdp_md {
	unsigned long data, data_meta;
	__u32 rx_queue_index;
};

static int answers[0x10000];

static int bpf_xdp_adjust_meta(struct xdp_md *ctx, int delta)
{
	ctx->data_meta += delta;
	return 0;
}

int bpf_xdp_meta_field(struct xdp_md *ctx, __u32 layout_id, __u32 field_id)
{
	return layout_id == 0 ? -2 : answers[field_id];
}

/* Whose packet it is. */
static int ours = 1;

const __u8 *bpf_xdp_meta_record(struct xdp_md *ctx, __u32 rdonly_buf_size)
{
	return ours && ctx->data_meta == ctx->data ? (__u8 *)ctx->data - rdonly_buf_size : NULL;
}

#include "xdp_meta.bpf.h"

static_assert(sizeof(struct form_flow) == 8, "a struct of 8 bytes");
static_assert(sizeof(enum form_packet) == 1, "an enum of 1 byte");
static_assert(sizeof(enum form_state) == 2, "an enum of 2 bytes");
static_assert((enum form_state)-1 < 0, "a signed enum");
static_assert(sizeof(struct form_rx_none) == 8, "a trailer");
static_assert(sizeof(struct form_rx) == sizeof(struct form_rx_all), "the same fields");

static void show(const char *name, int err, const void *value, size_t size)
{
	const unsigned char *bytes = value;

	printf("%s %d ", name, err);
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	printf("\n");
}

#define SHOW(type, name, dims)                                            \
	do {                                                              \
		type value dims;                                          \
		int err;                                                  \
                                                                          \
		memset(&value, 0xaa, sizeof(value));                      \
		for (int twice = 0; twice < 2; twice++)                   \
			err = xdp_meta_get_##name(&ctx, meta, &value);    \
		show(#name, err, &value, sizeof(value));                  \
	} while (0)

static struct xdp_md ctx;

static void show_all(struct xdp_meta *meta)
{
	SHOW(__u32, rx_hash, );
	SHOW(struct form_flow, flow, );
	SHOW(__u8, mac, [6]);
	SHOW(__be16, counts, [2][3]);
	SHOW(__s16, delta, );
	SHOW(__le32, index, );
	SHOW(enum form_packet, packet, );
	SHOW(enum form_state, state, );
	SHOW(__u8, l4, );
	SHOW(enum form_packet, kind, );
	SHOW(__u16, mark, );
	SHOW(__u8, last, );
}

int main(int argc, char **argv)
{
	static unsigned char memory[256];
	size_t size = strlen(argv[1]) / 2;
	struct xdp_meta peeked, claimed;

	ctx.data = (unsigned long)memory + 128;
	assert(size == sizeof(struct form_rx_all));
	for (size_t i = 0; i < size; i++)
		sscanf(argv[1] + 2 * i, "%2hhx", memory + 128 - size + i);
	for (int i = 0; i < 0x10000; i++)
		answers[i] = -61;
	for (int i = 2; i < argc; i++) {
		int id, answer;

		assert(sscanf(argv[i], "%d=%d", &id, &answer) == 2);
		answers[id] = answer;
	}

	ctx.data_meta = ctx.data;
	assert(!xdp_meta_peek(&ctx, &peeked));
	show_all(&peeked);
	assert(!xdp_meta_claim(&ctx, &claimed));
	show_all(&claimed);

	/* The same bytes through the layout's own struct: C places bit-fields where the getters found them. */
	struct form_rx_all *record = (void *)(memory + 128 - size);
	__u16 mark;
	__u8 l4;

	if (!xdp_meta_get_mark(&ctx, &claimed, &mark))
		assert(mark == record->mark);
	if (!xdp_meta_get_l4(&ctx, &claimed, &l4))
		assert(l4 == record->l4);
	assert((void *)&record->layout_id == memory + 120);

	/* A field that has another size there than the header says is not read. */
	xdp_meta_release(&ctx);
	answers[0x8003] = (answers[0x8003] & ~0x3f00) | 4 << 8;
	memset(xdp_meta_layouts, 0, sizeof(xdp_meta_layouts));
	assert(!xdp_meta_claim(&ctx, &claimed));
	__s16 delta = 1;
	assert(xdp_meta_get_delta(&ctx, &claimed, &delta) == XDP_META_NO_MATCH && delta == 0);
	__u64 stamp = 1;
	assert(xdp_meta_get_rx_timestamp(&ctx, &claimed, &stamp) == XDP_META_NOT_IN_LAYOUT && stamp == 0);

	/* A layout that another processor has begun to write down: what is not there yet is asked for. */
	xdp_meta_release(&ctx);
	for (int i = 0; i < XDP_META_LAYOUTS; i++)
		if (xdp_meta_layouts[i].id)
			memset(xdp_meta_layouts[i].place, 0, sizeof(xdp_meta_layouts[i].place));
	assert(!xdp_meta_peek(&ctx, &peeked));
	assert(!xdp_meta_get_mark(&ctx, &peeked, &mark) ? mark == record->mark : mark == 0);

	/* One that finds its place taken goes to the next; when all are taken, it is an error and nothing else. */
	__u32 first = xdp_meta_layout_id(&peeked) & (XDP_META_LAYOUTS - 1);
	memset(xdp_meta_layouts, 0, sizeof(xdp_meta_layouts));
	xdp_meta_layouts[first].taken = 1;
	assert(!xdp_meta_peek(&ctx, &peeked));
	for (int twice = 0; twice < 2; twice++) {
		peeked.layout = NULL;
		assert(xdp_meta_get_rx_timestamp(&ctx, &peeked, &stamp) == XDP_META_NOT_IN_LAYOUT);
		assert(peeked.layout == &xdp_meta_layouts[(first + 1) & (XDP_META_LAYOUTS - 1)]);
	}
	memset(xdp_meta_layouts, 0xff, sizeof(xdp_meta_layouts));
	assert(!xdp_meta_peek(&ctx, &peeked));
	assert(xdp_meta_get_mark(&ctx, &peeked, &mark) == XDP_META_NO_ROOM && mark == 0);

	/* Another driver's packet. */
	ours = 0;
	assert(xdp_meta_peek(&ctx, &peeked) == XDP_META_NO_RECORD);
	assert(xdp_meta_claim(&ctx, &claimed) == XDP_META_NO_RECORD && ctx.data_meta == ctx.data);
	return 0;
}
