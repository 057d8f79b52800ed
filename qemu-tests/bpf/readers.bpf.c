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
	__u32 zero = 0, queue = ctx->rx_queue_index & (QUEUES - 1), i;
	struct scratch *now;
	struct xdp_meta meta;
	struct config *c;
	struct result *r;
	struct epoch *e;

	c = bpf_map_lookup_elem(&config, &zero);
	r = bpf_map_lookup_elem(&result, &queue);
	now = bpf_map_lookup_elem(&scratch, &zero);
	if (!c || !r || !now)
		return XDP_ABORTED;
	r->meta_at_start += ctx->data_meta != ctx->data;
	if (oracle_parse(ctx, &now->want)) {
		r->other++;
		return c->verdict;
	}
	r->packets++;
	r->wrong_tag += now->want.inband && (now->want.vlan_proto != ETH_P_8021Q ||
					     now->want.inband_tci != now->want.vlan_tci);

	read_kfunc(ctx, &now->got[KFUNC]);
	if (xdp_meta_claim(ctx, &meta)) {
		r->no_record += !c->off;
		/* Without the record's time there is nothing to compare with. */
		now->want.value[STAMP] = now->got[KFUNC].value[STAMP];
		judge(r, &now->nowhere, now, KFUNC);
		mark_seen(r, c->first_seq, now->want.seq);
		return c->verdict;
	}
	e = find_epoch(r, queue, xdp_meta_layout_id(&meta), xdp_meta_generation(&meta));
	if (!e)
		e = &now->nowhere;
	e->packets++;
	e->inband += now->want.inband;
	e->tagged += now->want.vlan_proto != 0;
	for (i = 0; i < FIELDS; i++)
		e->want[i] += now->want.has >> i & 1;
	read_frozen(&meta, &now->got[FROZEN]);
	read_late_bound(ctx, r, &meta, &now->got[LATE_BOUND]);
	expect_stamp(c, r, queue, now, e);
	judge(r, e, now, LATE_BOUND);
	judge(r, e, now, KFUNC);
	judge(r, e, now, FROZEN);
	xdp_meta_release(ctx);
	mark_seen(r, c->first_seq, now->want.seq);
	return c->verdict;
}

char _license[] SEC("license") = "GPL";
