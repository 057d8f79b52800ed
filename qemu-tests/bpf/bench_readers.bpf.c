// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that read metadata and do nothing else: late bound, exactly and by the kernel's kfuncs, so many fields or calls each,
 * and one that reads nothing, to be compared with. Values are taken into a register and forgotten.
 *
 * A packet that lacks a field is counted as failed, and whoever measures must find none. `agree` reads in all ways and
 * compares: what is measured does the same work.
 */
#include "types.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "xdp_meta.bpf.h"

extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *rss_type) __ksym;
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __be16 *vlan_proto,
					__u16 *vlan_tci) __ksym;

/* In the order in which they are read. */
enum value { HASH, HASH_TYPE, TCI, PROTO, CSUM, STAMP, VALUES };

struct counters {
	__u64 failed;
	__u64 compared;
	__u64 differ;
	__u64 last[VALUES];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

/* Where values go that are compared; NULL: nowhere. */
typedef __u64 *sink;

static __always_inline void take(sink sink, enum value at, __u64 value)
{
	if (sink)
		sink[at] = value;
	else
		asm volatile("" : : "r"(value));
}

static __always_inline int failed(void)
{
	__u32 zero = 0;
	struct counters *c = bpf_map_lookup_elem(&counters, &zero);

	if (c)
		c->failed++;
	return -1;
}

#define GET(at, name, type)                                               \
	if (fields > (at)) {                                              \
		type value;                                               \
                                                                          \
		if (xdp_meta_get_##name(ctx, &meta, &value))              \
			return failed();                                  \
		take(sink, at, value);                                    \
	}

#define GET_ALL(fields)                         \
	GET(HASH, rx_hash, __u32)               \
	GET(HASH_TYPE, rx_hash_type, __u16)     \
	GET(TCI, rx_vlan_tci, __u16)            \
	GET(PROTO, rx_vlan_proto, __be16)       \
	GET(CSUM, rx_csum, __u16)               \
	GET(STAMP, rx_timestamp, __u64)

/* As the header's own example does it. */
static __always_inline int late_bound(struct xdp_md *ctx, int fields, sink sink)
{
	struct xdp_meta meta;

	if (xdp_meta_peek(ctx, &meta))
		return failed();
	GET_ALL(fields)
	return 0;
}

/* The same with the record exposed and hidden again. */
static __always_inline int claimed(struct xdp_md *ctx, int fields, sink sink)
{
	struct xdp_meta meta;

	if (xdp_meta_claim(ctx, &meta))
		return failed();
	GET_ALL(fields)
	xdp_meta_release(ctx);
	return 0;
}

/* Present bits of the layout with every knob on: its members in their order. */
enum present { HAS_STAMP, HAS_HASH, HAS_HASH_TYPE, HAS_TCI, HAS_PROTO, HAS_CSUM };

#define LOAD(at, bit, name)                                               \
	if (fields > (at)) {                                              \
		if (!(xdp_meta_present(&meta) >> (bit) & 1))              \
			return failed();                                  \
		take(sink, at, record->name);                             \
	}

/* One layout known, the one in force: its id, then plain loads. */
static __always_inline int exact(struct xdp_md *ctx, int fields, sink sink)
{
	struct rnic_rx_hash_vlan_csum_tstamp_ptype *record;
	struct xdp_meta meta;

	if (xdp_meta_peek(ctx, &meta))
		return failed();
	if (xdp_meta_layout_id(&meta) !=
	    bpf_core_enum_value(enum rnic_rx_layout, RNIC_RX_HASH_VLAN_CSUM_TSTAMP_PTYPE))
		return failed();
	record = xdp_meta_as(&meta, struct rnic_rx_hash_vlan_csum_tstamp_ptype);
	LOAD(HASH, HAS_HASH, rx_hash)
	LOAD(HASH_TYPE, HAS_HASH_TYPE, rx_hash_type)
	LOAD(TCI, HAS_TCI, rx_vlan_tci)
	LOAD(PROTO, HAS_PROTO, rx_vlan_proto)
	LOAD(CSUM, HAS_CSUM, rx_csum)
	LOAD(STAMP, HAS_STAMP, rx_timestamp)
	return 0;
}

/* A call gives hash and type, the next one the tag's two halves, the third the time. */
static __always_inline int kfunc(struct xdp_md *ctx, int calls, sink sink)
{
	enum xdp_rss_hash_type type;
	__be16 proto;
	__u64 stamp;
	__u32 hash;
	__u16 tci;

	if (bpf_xdp_metadata_rx_hash(ctx, &hash, &type))
		return failed();
	take(sink, HASH, hash);
	take(sink, HASH_TYPE, type);
	if (calls > 1) {
		if (bpf_xdp_metadata_rx_vlan_tag(ctx, &proto, &tci))
			return failed();
		take(sink, TCI, tci);
		take(sink, PROTO, proto);
	}
	if (calls > 2) {
		if (bpf_xdp_metadata_rx_timestamp(ctx, &stamp))
			return failed();
		take(sink, STAMP, stamp);
	}
	return 0;
}

SEC("xdp")
int nothing(struct xdp_md *ctx)
{
	return XDP_DROP;
}

#define PROGRAM(way, count)                       \
	SEC("xdp")                                \
	int way##_##count(struct xdp_md *ctx)     \
	{                                         \
		way(ctx, count, NULL);            \
		return XDP_DROP;                  \
	}

PROGRAM(late_bound, 0)
PROGRAM(late_bound, 1)
PROGRAM(late_bound, 2)
PROGRAM(late_bound, 4)
PROGRAM(late_bound, 6)
PROGRAM(claimed, 4)
PROGRAM(exact, 0)
PROGRAM(exact, 1)
PROGRAM(exact, 2)
PROGRAM(exact, 4)
PROGRAM(exact, 6)
PROGRAM(kfunc, 1)
PROGRAM(kfunc, 2)
PROGRAM(kfunc, 3)

SEC("xdp")
int agree(struct xdp_md *ctx)
{
	__u64 late[VALUES] = {}, claim[VALUES] = {}, exactly[VALUES] = {}, called[VALUES] = {};
	__u32 zero = 0, at, differ = 0;
	struct counters *c;

	if (late_bound(ctx, VALUES, late) || claimed(ctx, VALUES, claim) || exact(ctx, VALUES, exactly) || kfunc(ctx, 3, called))
		return XDP_DROP;
	c = bpf_map_lookup_elem(&counters, &zero);
	if (!c)
		return XDP_DROP;
	/* No kfunc says it. */
	called[CSUM] = exactly[CSUM];
	for (at = 0; at < VALUES; at++) {
		differ |= late[at] != exactly[at] || late[at] != called[at] || late[at] != claim[at];
		c->last[at] = late[at];
	}
	c->compared++;
	c->differ += differ;
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
