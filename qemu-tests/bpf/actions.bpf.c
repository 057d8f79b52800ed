// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that send packets somewhere else: back, to another interface, another processor, a socket.
 *
 * They look at frames of the EtherType for experiments and at those of the oracle; the rest goes to the stack.
 */
#include "types.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "oracle.bpf.h"
#include "xdp_meta.bpf.h"

#define ETH_P_EXPERIMENT 0x88b5

struct counters {
	__u64 here;        /* packets of the program that is attached */
	__u64 elsewhere;   /* packets of the second program */
	__u64 processors;  /* that the second program ran on, as bits */
	__u64 claimed;     /* packets whose record was claimed */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} processors SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

static __always_inline struct counters *count(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&counters, &zero);
}

/* Exchanges the addresses; 0 when the frame is of the EtherType for experiments. */
static __always_inline int turn_around(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	unsigned char address[6];

	if ((void *)(eth + 1) > end || eth->h_proto != bpf_htons(ETH_P_EXPERIMENT))
		return -1;
	__builtin_memcpy(address, eth->h_dest, 6);
	__builtin_memcpy(eth->h_dest, eth->h_source, 6);
	__builtin_memcpy(eth->h_source, address, 6);
	return 0;
}

SEC("xdp")
int send_back(struct xdp_md *ctx)
{
	struct counters *c = count();

	if (!c || turn_around(ctx))
		return XDP_PASS;
	c->here++;
	return XDP_TX;
}

/* Eight bytes longer in front, as one who adds a header makes it. */
SEC("xdp")
int send_back_longer(struct xdp_md *ctx)
{
	struct counters *c = count();
	struct ethhdr *old, *new;

	if (!c || turn_around(ctx) || bpf_xdp_adjust_head(ctx, -8))
		return XDP_PASS;
	new = (void *)(long)ctx->data;
	old = (void *)new + 8;
	if ((void *)(old + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memmove(new, old, sizeof(*new));
	__builtin_memset(new + 1, 0xee, 8);
	c->here++;
	return XDP_TX;
}

SEC("xdp")
int to_port(struct xdp_md *ctx)
{
	struct counters *c = count();

	if (!c || turn_around(ctx))
		return XDP_PASS;
	c->here++;
	return bpf_redirect_map(&ports, 0, XDP_ABORTED);
}

SEC("xdp")
int to_processor(struct xdp_md *ctx)
{
	struct counters *c = count();
	struct expect want;

	if (!c || oracle_parse(ctx, &want))
		return XDP_PASS;
	c->here++;
	return bpf_redirect_map(&processors, 1, XDP_ABORTED);
}

SEC("xdp/cpumap")
int on_processor(struct xdp_md *ctx)
{
	struct counters *c = count();

	if (c) {
		c->elsewhere++;
		c->processors |= 1ULL << (bpf_get_smp_processor_id() & 63);
	}
	return XDP_PASS;
}

SEC("xdp")
int to_socket(struct xdp_md *ctx)
{
	struct counters *c = count();
	struct expect want;

	if (!c || oracle_parse(ctx, &want))
		return XDP_PASS;
	c->here++;
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_ABORTED);
}

SEC("xdp")
int to_socket_if_any(struct xdp_md *ctx)
{
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_PASS);
}

SEC("xdp")
int claim_to_socket(struct xdp_md *ctx)
{
	struct counters *c = count();
	struct xdp_meta meta;
	struct expect want;

	if (!c || oracle_parse(ctx, &want))
		return XDP_PASS;
	c->here++;
	if (!xdp_meta_claim(ctx, &meta))
		c->claimed++;
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_ABORTED);
}

char _license[] SEC("license") = "GPL";
