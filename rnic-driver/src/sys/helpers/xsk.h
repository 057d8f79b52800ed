/* SPDX-License-Identifier: GPL-2.0 */
/* AF_XDP sockets without copies: see xsk.rs, xsk_buff.rs and netdev_bpf.rs. */
#ifndef RNIC_HELPERS_XSK_H
#define RNIC_HELPERS_XSK_H

#include <linux/netdevice.h>
#include <net/xdp.h>
#include <net/xdp_sock_drv.h>

struct rnic_napi;

bool rnic_netdev_bpf_xsk(const struct netdev_bpf *bpf, struct xsk_buff_pool **pool, u32 *queue);
bool rnic_netdev_queue_pair(const struct net_device *dev, u32 queue);

int rnic_xsk_map(struct xsk_buff_pool *pool, const struct net_device *dev);
void rnic_xsk_unmap(struct xsk_buff_pool *pool);
void rnic_xsk_check_unmapped(struct net_device *dev, u32 queue);
u32 rnic_xsk_frame_size(struct xsk_buff_pool *pool);
int rnic_xsk_rxq_reg(struct xdp_rxq_info *rxq, struct net_device *dev, u32 queue,
		     struct rnic_napi *napi);
void rnic_xsk_set_rxq(struct xsk_buff_pool *pool, struct xdp_rxq_info *rxq);
bool rnic_xsk_uses_need_wakeup(struct xsk_buff_pool *pool);
void rnic_xsk_rx_need_wakeup(struct xsk_buff_pool *pool, bool needed);
void rnic_xsk_tx_need_wakeup(struct xsk_buff_pool *pool, bool needed);

u32 rnic_xsk_alloc(struct xsk_buff_pool *pool, struct xdp_buff **to, u32 max);
dma_addr_t rnic_xsk_buff_dma(struct xdp_buff *xdp);
void rnic_xsk_buff_received(struct xdp_buff *xdp, u32 len);
void rnic_xsk_buff_sync_for_device(struct xdp_buff *xdp);
void rnic_xsk_buff_free(struct xdp_buff *xdp);
struct sk_buff *rnic_xsk_buff_copy(struct rnic_napi *napi, const struct xdp_buff *xdp);

u32 rnic_xsk_tx_take(struct xsk_buff_pool *pool, u32 max);
dma_addr_t rnic_xsk_tx_packet(struct xsk_buff_pool *pool, u32 index, u32 *len);
void rnic_xsk_tx_completed(struct xsk_buff_pool *pool, u32 n);

#endif
