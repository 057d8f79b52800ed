// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a field where it was found, without a look at where the packet begins. The verifier must refuse it.
 */
#include "types.bpf.h"
#include <bpf/bpf_helpers.h>
#include "xdp_meta.bpf.h"

SEC("xdp")
int unchecked(struct xdp_md *ctx)
{
	struct xdp_meta meta;
	__u32 place = 0;

	if (xdp_meta_claim(ctx, &meta))
		return XDP_PASS;
	if (xdp_meta_find(ctx, &meta, XDP_META_SLOT_RX_HASH, &place))
		return XDP_PASS;
	return *(__u32 *)(meta.claimed + XDP_META_OFFSET(place)) & 1 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
