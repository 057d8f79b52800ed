// SPDX-License-Identifier: GPL-2.0
/* The bodies of xsk.h. */
#include <linux/rtnetlink.h>

/* The processor's caches are looked after for each packet, not for the whole memory. */
#define RNIC_XSK_DMA_ATTRS (DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_WEAK_ORDERING)

/* page_pool.rs has it by value. */
static_assert(XDP_PACKET_HEADROOM == 256);

noinline bool rnic_netdev_bpf_xsk(const struct netdev_bpf *bpf, struct xsk_buff_pool **pool, u32 *queue)
{
	if (bpf->command != XDP_SETUP_XSK_POOL)
		return false;
	*pool = bpf->xsk.pool;
	*queue = bpf->xsk.queue_id;
	return true;
}

noinline bool rnic_netdev_queue_pair(const struct net_device *dev, u32 queue)
{
	return queue < dev->real_num_rx_queues && queue < dev->real_num_tx_queues;
}

noinline int rnic_xsk_map(struct xsk_buff_pool *pool, const struct net_device *dev)
{
	return xsk_pool_dma_map(pool, dev->dev.parent, RNIC_XSK_DMA_ATTRS);
}

noinline void rnic_xsk_unmap(struct xsk_buff_pool *pool)
{
	/* The list of mappings has no other lock. */
	ASSERT_RTNL();
	xsk_pool_dma_unmap(pool, RNIC_XSK_DMA_ATTRS);
}

/* After the core has taken the pool of a queue back, the driver must have let go of it. */
noinline void rnic_xsk_check_unmapped(struct net_device *dev, u32 queue)
{
	const struct xsk_buff_pool *pool = xsk_get_pool_from_qid(dev, queue);

	WARN_ONCE(pool && pool->dma_pages, "rnic: the AF_XDP pool of queue %u is still in use\n",
		  queue);
}

u32 rnic_xsk_frame_size(struct xsk_buff_pool *pool)
{
	return xsk_pool_get_rx_frame_size(pool);
}

noinline int rnic_xsk_rxq_reg(struct xdp_rxq_info *rxq, struct net_device *dev, u32 queue,
			      struct rnic_napi *napi)
{
	int err = xdp_rxq_info_reg(rxq, dev, queue, napi->napi.napi_id);

	if (err)
		return err;
	/* No allocator and so no memory id: cannot fail. */
	err = xdp_rxq_info_reg_mem_model(rxq, MEM_TYPE_XSK_BUFF_POOL, NULL);
	if (err) {
		xdp_rxq_info_unreg(rxq);
		return err;
	}
	return 0;
}

noinline void rnic_xsk_set_rxq(struct xsk_buff_pool *pool, struct xdp_rxq_info *rxq)
{
	xsk_pool_set_rxq_info(pool, rxq);
}

bool rnic_xsk_uses_need_wakeup(struct xsk_buff_pool *pool)
{
	return xsk_uses_need_wakeup(pool);
}

void rnic_xsk_rx_need_wakeup(struct xsk_buff_pool *pool, bool needed)
{
	if (needed)
		xsk_set_rx_need_wakeup(pool);
	else
		xsk_clear_rx_need_wakeup(pool);
}

void rnic_xsk_tx_need_wakeup(struct xsk_buff_pool *pool, bool needed)
{
	if (needed)
		xsk_set_tx_need_wakeup(pool);
	else
		xsk_clear_tx_need_wakeup(pool);
}

u32 rnic_xsk_alloc(struct xsk_buff_pool *pool, struct xdp_buff **to, u32 max)
{
	return xsk_buff_alloc_batch(pool, to, max);
}

dma_addr_t rnic_xsk_buff_dma(struct xdp_buff *xdp)
{
	return xsk_buff_xdp_get_dma(xdp);
}

void rnic_xsk_buff_received(struct xdp_buff *xdp, u32 len)
{
	xsk_buff_set_size(xdp, len);
	xsk_buff_dma_sync_for_cpu(xdp);
}

/* As when it is allocated. */
void rnic_xsk_buff_sync_for_device(struct xdp_buff *xdp)
{
	struct xdp_buff_xsk *xskb = container_of(xdp, struct xdp_buff_xsk, xdp);

	xsk_buff_raw_dma_sync_for_device(xskb->pool, xskb->dma, xskb->pool->frame_len);
}

void rnic_xsk_buff_free(struct xdp_buff *xdp)
{
	xsk_buff_free(xdp);
}

/*
 * A copy of the packet, as xdp_build_skb_from_buff() would make it of a page. Not xdp_build_skb_from_zc(): the buffer of
 * its skb has the size of the socket's chunk less the socket's headroom, into which packet and skb_shared_info need not
 * both fit.
 */
struct sk_buff *rnic_xsk_buff_copy(struct rnic_napi *napi, const struct xdp_buff *xdp)
{
	unsigned int metasize = xdp->data - xdp->data_meta;
	unsigned int size = xdp->data_end - xdp->data_meta;
	struct sk_buff *skb = napi_alloc_skb(&napi->napi, size);

	if (unlikely(!skb))
		return NULL;
	skb_put_data(skb, xdp->data_meta, size);
	if (metasize) {
		skb_metadata_set(skb, metasize);
		__skb_pull(skb, metasize);
	}
	skb_record_rx_queue(skb, xdp->rxq->queue_index);
	skb->protocol = eth_type_trans(skb, xdp->rxq->dev);
	return skb;
}

u32 rnic_xsk_tx_take(struct xsk_buff_pool *pool, u32 max)
{
	return xsk_tx_peek_release_desc_batch(pool, max);
}

/* One of those that rnic_xsk_tx_take() found. The core has checked that it lies inside of the socket's memory. */
dma_addr_t rnic_xsk_tx_packet(struct xsk_buff_pool *pool, u32 index, u32 *len)
{
	const struct xdp_desc *desc = &pool->tx_descs[index];
	dma_addr_t addr = xsk_buff_raw_get_dma(pool, desc->addr);

	xsk_buff_raw_dma_sync_for_device(pool, addr, desc->len);
	*len = desc->len;
	return addr;
}

void rnic_xsk_tx_completed(struct xsk_buff_pool *pool, u32 n)
{
	xsk_tx_completed(pool, n);
}
