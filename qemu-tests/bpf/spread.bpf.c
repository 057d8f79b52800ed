// SPDX-License-Identifier: GPL-2.0
/*
 * Where each frame of the oracle was received: on which queue, and with which hash.
 *
 * User space computes from the addresses and ports kept here which hash and which queue it must have been.
 */
#include "types.bpf.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"

#define QUEUES 16
#define KEPT 4096

extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *rss_type) __ksym;

struct packet {
	__u32 seq;
	__u32 hash;
	__u32 hash_type; /* 0: there is none */
	__u32 queue;
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
	__u32 protocol; /* 0: nothing was kept here */
};

/* Packets of each queue. A queue is polled by one processor at a time. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, QUEUES);
	__type(key, __u32);
	__type(value, __u64);
} queues SEC(".maps");

/* By number, the last ones. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KEPT);
	__type(key, __u32);
	__type(value, struct packet);
} packets SEC(".maps");

static __always_inline int spread(struct xdp_md *ctx, int verdict)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	enum xdp_rss_hash_type type = 0;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	__u32 queue = ctx->rx_queue_index, slot, hash = 0;
	struct expect want;
	struct packet *p;
	__u64 *count;

	if (oracle_parse(ctx, &want))
		return XDP_PASS;
	count = bpf_map_lookup_elem(&queues, &queue);
	if (count)
		*count += 1;
	/* Not ARP, and not tagged. */
	if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return verdict;
	slot = want.seq % KEPT;
	p = bpf_map_lookup_elem(&packets, &slot);
	if (!p)
		return verdict;
	if (bpf_xdp_metadata_rx_hash(ctx, &hash, &type))
		type = 0;
	p->seq = want.seq;
	p->hash = hash;
	p->hash_type = type;
	p->queue = queue;
	p->saddr = ip->saddr;
	p->daddr = ip->daddr;
	p->sport = udp->source;
	p->dport = udp->dest;
	p->protocol = ip->protocol;
	return verdict;
}

SEC("xdp")
int spread_drop(struct xdp_md *ctx)
{
	return spread(ctx, XDP_DROP);
}

SEC("xdp")
int spread_pass(struct xdp_md *ctx)
{
	return spread(ctx, XDP_PASS);
}

char _license[] SEC("license") = "GPL";
