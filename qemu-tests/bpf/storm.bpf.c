// SPDX-License-Identifier: GPL-2.0
/*
 * The driver's program of a storm: reads each packet of the oracle in every way, then sends it on with its record in front, so
 * that others read it elsewhere (paths.bpf.c, and sockets).
 *
 * One packet in sixteen goes back to the sender, who so knows how far this has come. With PARTS, it takes packets of several parts.
 */
#include "types.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"
#include "score.bpf.h"
#include "xdp_meta.bpf.h"
#include "ways.bpf.h"
#include "exact.bpf.h"
#include "later.bpf.h"

#ifndef PARTS
#define PARTS ""
#endif

#define BACK 16

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} processors SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, QUEUES);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

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

static __always_inline __u32 path_of(__u32 seq, __u32 queue)
{
	static const __u32 paths[8] = { TO_STACK, TO_PROCESSOR, TO_PORT, TO_SOCKET,
					TO_SOCKET, TO_PORT, TO_PROCESSOR, TO_SOCKET };
	__u32 path = paths[seq / BACK % 8 ^ seq % 8];

	if (seq % BACK == 0)
		return TO_WIRE;
	if (path == TO_SOCKET && !bpf_map_lookup_elem(&sockets, &queue))
		return TO_NOBODY;
	return path;
}

static __always_inline int send_on(struct xdp_md *ctx, __u32 path, __u32 queue)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	unsigned char address[6];
	__u64 *count;

	count = bpf_map_lookup_elem(&routed, &path);
	if (count)
		__sync_fetch_and_add(count, 1);
	switch (path) {
	case TO_STACK:
		return XDP_PASS;
	case TO_PROCESSOR:
		return bpf_redirect_map(&processors, 0, XDP_ABORTED);
	case TO_PORT:
		return bpf_redirect_map(&ports, 0, XDP_ABORTED);
	case TO_SOCKET:
		return bpf_redirect_map(&sockets, queue, XDP_ABORTED);
	case TO_WIRE:
		xdp_meta_release(ctx);
		eth = (void *)(long)ctx->data;
		if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
			return XDP_ABORTED;
		__builtin_memcpy(address, eth->h_dest, 6);
		__builtin_memcpy(eth->h_dest, eth->h_source, 6);
		__builtin_memcpy(eth->h_source, address, 6);
		return XDP_TX;
	}
	return XDP_DROP;
}

SEC("xdp" PARTS)
int storm(struct xdp_md *ctx)
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
		return XDP_PASS;
	}
	t = told_of(now->want.seq);
	if (!t)
		return XDP_ABORTED;
	t->seq = now->want.seq;
	t->has = 0;
	t->queue = queue;
	if (read_all(ctx, c, r, now, &meta)) {
		mark_seen(r, c->first_seq, t->seq);
		/* Sending back takes a claim away, so there has to be one. */
		if (t->seq % BACK || bpf_xdp_adjust_meta(ctx, -XDP_META_CLAIM))
			return XDP_DROP;
		return send_on(ctx, TO_WIRE, queue);
	}
	tell(t, &meta, &now->want, &now->got[LATE_BOUND], &w->record, &w->exact);
	mark_seen(r, c->first_seq, t->seq);
	return send_on(ctx, path_of(t->seq, queue), queue);
}

char _license[] SEC("license") = "GPL";
