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
 *		if (xdp_meta_peek(ctx, &meta))
 *			return XDP_PASS;	// this packet has no record
 *		err = xdp_meta_get_rx_hash(ctx, &meta, &hash);
 *		if (!err)
 *			use(hash);
 *		else if (err == XDP_META_NOT_IN_PACKET)
 *			;			// the hardware hashes, but not this packet
 *		else if (err == XDP_META_NOT_IN_LAYOUT)
 *			;			// hashing is off now
 *		return XDP_PASS;
 *	}
 *
 * A getter gives 0 and the value, or one of enum xdp_meta_error and the value 0. There are three ways to a record:
 *
 * xdp_meta_peek()	reads it where the driver wrote it; nothing moves, and GRO merges as ever. Read before you write in front of
 *			the packet: a record lies where bpf_xdp_adjust_head() makes room.
 * xdp_meta_claim()	exposes it as well, so that it goes with the packet: to TC, to programs of cpumaps and devmaps, to other
 *			interfaces and sockets. After a release, or anything else that moves the packet, the verifier refuses
 *			what reads it.
 * xdp_meta_open()	finds one that an earlier program has claimed.
 *
 * The first two ask the kernel whose packet it is: bytes in front of another driver's packet, or of one that generic XDP looks
 * at, are anybody's, and never taken for a record.
 *
 * Fields are looked up with a kfunc once for each layout that is met, whenever that is. A layout's id stands for its content,
 * so what was found once is true for ever, and no lookup needs a lock.
 */
#ifndef __XDP_META_BPF_H
#define __XDP_META_BPF_H

