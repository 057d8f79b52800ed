/* SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0 */
/*
 * Reading receive metadata whose layout may change while the program runs.
 *
 * Generated from the driver's declaration; do not edit. Include vmlinux.h (or linux/bpf.h) and bpf/bpf_helpers.h first.
 *
 *	SEC("xdp")
 *	int reader(struct xdp_md *ctx)
 *	{
 *		struct xdp_meta meta;
 *		__u32 hash;
 *		int err;
 *
 *		if (xdp_meta_claim(ctx, &meta))
 *			return XDP_PASS;	// this packet has no record
 *		err = xdp_meta_get_rx_hash(ctx, &meta, &hash);
 *		if (!err)
 *			use(hash);
 *		else if (err == XDP_META_NOT_IN_PACKET)
 *			;			// the hardware hashes, but not this packet
 *		else if (err == XDP_META_NOT_IN_LAYOUT)
 *			;			// hashing is off now
 *		xdp_meta_release(ctx);		// so that GRO merges as ever
 *		return XDP_PASS;
 *	}
 *
 * Claim before bpf_xdp_adjust_head(). After a release, or anything else that moves the packet, `meta` is spent. A getter
 * gives 0 and the value, or one of enum xdp_meta_error and the value 0.
 *
 * A field is looked up with a kfunc once for each generation of each ring. No lookup needs a lock: what is cached for a
 * field carries the generation and the layout that it is true of, in the same word.
 */
#ifndef __XDP_META_BPF_H
#define __XDP_META_BPF_H

