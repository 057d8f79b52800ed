// SPDX-License-Identifier: GPL-2.0
/*
 * Three ways to read receive metadata (ways.bpf.h), side by side on every packet of the oracle.
 */
#include "types.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"
#include "score.bpf.h"
#include "xdp_meta.bpf.h"
#include "ways.bpf.h"

SEC("xdp")
int readers(struct xdp_md *ctx)
{
	__u32 zero = 0, queue = ctx->rx_queue_index & (QUEUES - 1);
	struct scratch *now;
	struct xdp_meta meta;
	struct config *c;
	struct result *r;

	c = bpf_map_lookup_elem(&score_config, &zero);
	r = bpf_map_lookup_elem(&result, &queue);
	now = bpf_map_lookup_elem(&scratch, &zero);
	if (!c || !r || !now)
		return XDP_ABORTED;
	r->meta_at_start += ctx->data_meta != ctx->data;
	if (oracle_parse(ctx, &now->want)) {
		r->other++;
		return c->verdict;
	}
	if (!read_all(ctx, c, r, now, &meta))
		xdp_meta_release(ctx);
	mark_seen(r, c->first_seq, now->want.seq);
	return c->verdict;
}

char _license[] SEC("license") = "GPL";
