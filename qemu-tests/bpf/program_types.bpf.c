// SPDX-License-Identifier: GPL-2.0
/*
 * The late-bound and the exact reader in every type of program that a driver's packets meet: `xdp` and `xdp.frags`, reading
 * where they begin or in a global function, which the verifier takes on its own. Each of them may be put behind libxdp's
 * dispatcher, which makes an extension of it; so none is bound to a device, and none calls the kernel's own kfuncs.
 */
#include "types.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"
#include "score.bpf.h"
#include "xdp_meta.bpf.h"
#define UNBOUND
#include "ways.bpf.h"
#include "exact.bpf.h"
#include "later.bpf.h"

struct work {
	struct record record;
	struct reading exact;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct work);
} work SEC(".maps");

/* Reads and judges a packet, and leaves it as it was for the next program. */
static __always_inline int look(struct xdp_md *ctx)
{
	__u32 zero = 0, queue = ctx->rx_queue_index & (QUEUES - 1);
	struct scratch *now;
	struct xdp_meta meta;
	struct config *c;
	struct result *r;
	struct work *w;
	struct told *t;

	c = bpf_map_lookup_elem(&score_config, &zero);
	r = bpf_map_lookup_elem(&result, &queue);
	now = bpf_map_lookup_elem(&scratch, &zero);
	w = bpf_map_lookup_elem(&work, &zero);
	if (!c || !r || !now || !w)
		return XDP_ABORTED;
	r->meta_at_start += ctx->data_meta != ctx->data;
	if (oracle_parse(ctx, &now->want)) {
		r->other++;
		return c->verdict;
	}
	t = told_of(now->want.seq);
	if (!t)
		return XDP_ABORTED;
	t->seq = now->want.seq;
	t->queue = queue;
	if (!read_all(ctx, c, r, now, &meta)) {
		tell(t, &meta, &now->want, &now->got[LATE_BOUND], &w->record, &w->exact);
		xdp_meta_release(ctx);
	}
	mark_seen(r, c->first_seq, now->want.seq);
	return c->verdict;
}

/* Not static: verified once, for whatever calls it, and from there on nothing is known of the packet that it had. */
__noinline int look_apart(struct xdp_md *ctx)
{
	return look(ctx);
}

SEC("xdp")
int plain(struct xdp_md *ctx)
{
	return look(ctx);
}

SEC("xdp.frags")
int fragments(struct xdp_md *ctx)
{
	return look(ctx);
}

SEC("xdp")
int global(struct xdp_md *ctx)
{
	return look_apart(ctx);
}

SEC("xdp.frags")
int global_frags(struct xdp_md *ctx)
{
	return look_apart(ctx);
}

char _license[] SEC("license") = "GPL";
