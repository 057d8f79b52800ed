// SPDX-License-Identifier: GPL-2.0
/*
 * Uses a claimed record after a global function that may have moved the packet. The verifier must refuse it.
 */
#include "types.bpf.h"
#include <bpf/bpf_helpers.h>
#include "xdp_meta.bpf.h"

__noinline int release(struct xdp_md *ctx)
{
	xdp_meta_release(ctx);
	return 0;
}

SEC("xdp")
int spent(struct xdp_md *ctx)
{
	struct xdp_meta meta;
	__u32 hash;

	if (xdp_meta_claim(ctx, &meta))
		return XDP_PASS;
	release(ctx);
	xdp_meta_get_rx_hash(ctx, &meta, &hash);
	return hash & 1 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
