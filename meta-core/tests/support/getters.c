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
			err = xdp_meta_get_##name(&ctx, &meta, &value);   \
		show(#name, err, &value, sizeof(value));                  \
	} while (0)

int main(int argc, char **argv)
{
	static unsigned char memory[128];
	struct xdp_md ctx = { .data = (unsigned long)memory + 64, .rx_queue_index = 3 };
	size_t size = strlen(argv[1]) / 2;
	struct xdp_meta meta;

	assert(size == sizeof(struct form_rx_all));
	for (size_t i = 0; i < size; i++)
		sscanf(argv[1] + 2 * i, "%2hhx", memory + 64 - size + i);
	for (int i = 0; i < 0x10000; i++)
		answers[i] = -61;
	for (int i = 2; i < argc; i++) {
		int id, answer;

		assert(sscanf(argv[i], "%d=%d", &id, &answer) == 2);
		answers[id] = answer;
	}

	ctx.data_meta = ctx.data;
	assert(!xdp_meta_claim(&ctx, &meta));
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

	/* The same bytes through the layout's own struct: C places bit-fields where the getters found them. */
	struct form_rx_all *record = (void *)(memory + 64 - size);
	__u16 mark;
	__u8 l4;

	if (!xdp_meta_get_mark(&ctx, &meta, &mark))
		assert(mark == record->mark);
	if (!xdp_meta_get_l4(&ctx, &meta, &l4))
		assert(l4 == record->l4);
	assert((void *)&record->layout_id == memory + 56);

	/* A field that has another size there than the header says is not read. */
	xdp_meta_release(&ctx);
	answers[0x8003] = (answers[0x8003] & ~0x3f00) | 4 << 8;
	memset(xdp_meta_cache, 0, sizeof(xdp_meta_cache));
	assert(!xdp_meta_claim(&ctx, &meta));
	__s16 delta = 1;
	assert(xdp_meta_get_delta(&ctx, &meta, &delta) == XDP_META_NO_MATCH && delta == 0);
	__u64 stamp = 1;
	assert(xdp_meta_get_rx_timestamp(&ctx, &meta, &stamp) == XDP_META_NOT_IN_LAYOUT && stamp == 0);
	return 0;
}
