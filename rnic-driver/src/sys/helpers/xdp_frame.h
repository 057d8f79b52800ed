/* SPDX-License-Identifier: GPL-2.0 */
/* XDP frames and the XDP features of an interface: see xdp_frame.rs and xdp_features.rs. */
#ifndef RNIC_HELPERS_XDP_FRAME_H
#define RNIC_HELPERS_XDP_FRAME_H

#include <linux/netdevice.h>
#include <net/xdp.h>

u32 rnic_xdp_frame_len(const struct xdp_frame *frame);
u32 rnic_xdp_frame_frags(const struct xdp_frame *frame);
dma_addr_t rnic_xdp_frame_map(struct device *dev, const struct xdp_frame *frame, u32 index,
			      bool ours, u32 *len, bool *pooled);
struct xdp_frame *rnic_xdp_frame_from_buff(struct xdp_buff *xdp);
void rnic_xdp_frame_bulk_flush(struct xdp_frame_bulk *bulk);

int rnic_xdp_redirect(struct net_device *dev, struct xdp_buff *xdp, const struct bpf_prog *prog);

#endif
