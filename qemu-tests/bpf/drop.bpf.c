// SPDX-License-Identifier: GPL-2.0
/*
 * Drops everything and keeps the times between consecutive packets: with a clock that counts
 * instructions, the cost of one turn of the receive loop.
 */
#include "types.bpf.h"
#include <bpf/bpf_helpers.h>

#define SAMPLES 16384

struct progress {
	__u64 last;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct progress);
} progress SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SAMPLES);
	__type(key, __u32);
	__type(value, __u64);
} deltas SEC(".maps");

SEC("xdp")
int measure(struct xdp_md *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	__u32 zero = 0, slot;
	struct progress *s = bpf_map_lookup_elem(&progress, &zero);
	__u64 *delta;

	if (!s)
		return XDP_ABORTED;
	slot = s->count % SAMPLES;
	delta = bpf_map_lookup_elem(&deltas, &slot);
	if (delta)
		*delta = now - s->last;
	s->count++;
	/* Its own cost is not in the next difference but for these two lines. */
	s->last = now;
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
