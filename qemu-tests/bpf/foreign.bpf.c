// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's kfunc for the hash, on any driver: asked twice for each packet of the oracle, before and after the program
 * has put metadata of its own in front of the packet.
 */
#include "types.bpf.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"

extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *rss_type) __ksym;

/* What a program of the stack's own may keep there. */
#define OWN 32

struct answers {
	__u64 right;
	__u64 wrong;
	__u64 none; /* the driver says that it has none */
};

struct counts {
	__u64 packets; /* of the oracle */
	__u64 no_room; /* for metadata */
	struct answers before;
	struct answers after;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct expect);
} wanted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counts);
} counts SEC(".maps");

static __always_inline void ask(struct xdp_md *ctx, const struct expect *want, struct answers *answers)
{
	enum xdp_rss_hash_type type = 0;
	__u32 hash = 0;

	if (bpf_xdp_metadata_rx_hash(ctx, &hash, &type))
		__sync_fetch_and_add(&answers->none, 1);
	else if (want->has & 1 << HASH && want->value[HASH] == HASH_VALUE(hash, type))
		__sync_fetch_and_add(&answers->right, 1);
	else
		__sync_fetch_and_add(&answers->wrong, 1);
}

SEC("xdp")
int foreign(struct xdp_md *ctx)
{
	struct expect *want;
	struct counts *c;
	__u32 zero = 0;
	__u64 *own;
	int i;

	want = bpf_map_lookup_elem(&wanted, &zero);
	c = bpf_map_lookup_elem(&counts, &zero);
	if (!want || !c || oracle_parse(ctx, want))
		return XDP_PASS;
	__sync_fetch_and_add(&c->packets, 1);
	ask(ctx, want, &c->before);
	if (bpf_xdp_adjust_meta(ctx, -OWN)) {
		__sync_fetch_and_add(&c->no_room, 1);
		return XDP_DROP;
	}
	own = (void *)(long)ctx->data_meta;
	if ((void *)own + OWN > (void *)(long)ctx->data)
		return XDP_ABORTED;
	for (i = 0; i < OWN / 8; i++)
		own[i] = 0x5a5a5a5a5a5a5a5a;
	ask(ctx, want, &c->after);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
