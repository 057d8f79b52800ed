// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
/*
 * Counts packets that come with a record, and those whose record has a hash, in whichever layout it is.
 *
 *	clang -target bpf -mcpu=v3 -O2 -g -I/usr/include/x86_64-linux-gnu -c hash.bpf.c -o hash.bpf.o
 *	bpftool prog load hash.bpf.o /sys/fs/bpf/hash
 *	bpftool net attach xdp pinned /sys/fs/bpf/hash dev enp1s0
 *	bpftool map dump name seen
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <xdp_meta.bpf.h>

struct seen {
	__u64 packets;
	__u64 records;
	__u64 hashes;
	__u32 last_hash;
	__u32 layout_id;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct seen);
} seen SEC(".maps");

SEC("xdp")
int hash(struct xdp_md *ctx)
{
	struct xdp_meta meta;
	struct seen *s;
	__u32 zero = 0, hash;

	s = bpf_map_lookup_elem(&seen, &zero);
	if (!s)
		return XDP_PASS;
	s->packets++;
	if (xdp_meta_peek(ctx, &meta))
		return XDP_PASS;
	s->records++;
	s->layout_id = xdp_meta_layout_id(&meta);
	if (!xdp_meta_get_rx_hash(ctx, &meta, &hash)) {
		s->hashes++;
		s->last_hash = hash;
	}
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
