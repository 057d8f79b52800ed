// SPDX-License-Identifier: GPL-2.0
/* The bodies of xdp_frame.h. Part 0 of a frame is its head, part i is fragment i - 1. */
#include <net/netdev_lock.h>

/* xdp_frame.rs has this flag by value. */
static_assert(XDP_XMIT_FLAGS_MASK == 1 && XDP_XMIT_FLUSH == 1);

u32 rnic_xdp_frame_len(const struct xdp_frame *frame)
{
	return xdp_get_frame_len(frame);
}

u32 rnic_xdp_frame_frags(const struct xdp_frame *frame)
{
	if (!xdp_frame_has_frags(frame))
		return 0;
	return xdp_get_shared_info_from_frame(frame)->nr_frags;
}

/* Where @dev finds @va, if its page belongs to a pool that has mapped it for @dev to read and write. */
static dma_addr_t rnic_pool_dma(struct device *dev, const void *va)
{
	const struct page *page = virt_to_head_page(va);
	const struct page_pool *pool = netmem_get_pp(page_to_netmem((struct page *)page));

	if (!pool->dma_map || pool->p.dev != dev || pool->p.dma_dir != DMA_BIDIRECTIONAL)
		return DMA_MAPPING_ERROR;
	return page_pool_get_dma_addr(page) + (va - page_address(page));
}

/* Makes a part readable for @dev. *pooled: its pool has mapped it, which is used if @ours; otherwise it is mapped here. */
dma_addr_t rnic_xdp_frame_map(struct device *dev, const struct xdp_frame *frame, u32 index,
			      bool ours, u32 *len, bool *pooled)
{
	const skb_frag_t *frag = NULL;
	void *va = frame->data;
	dma_addr_t addr;

	*len = frame->len;
	*pooled = false;
	if (index) {
		frag = &xdp_get_shared_info_from_frame(frame)->frags[index - 1];
		va = skb_frag_address(frag);
		*len = skb_frag_size(frag);
	}

	if (ours && frame->mem_type == MEM_TYPE_PAGE_POOL) {
		addr = rnic_pool_dma(dev, va);
		if (addr != DMA_MAPPING_ERROR) {
			dma_sync_single_for_device(dev, addr, *len, DMA_BIDIRECTIONAL);
			*pooled = true;
			return addr;
		}
	}

	addr = frag ? skb_frag_dma_map(dev, frag, 0, *len, DMA_TO_DEVICE) :
		      dma_map_single(dev, va, *len, DMA_TO_DEVICE);
	return dma_mapping_error(dev, addr) ? DMA_MAPPING_ERROR : addr;
}

struct xdp_frame *rnic_xdp_frame_from_buff(struct xdp_buff *xdp)
{
	return xdp_convert_buff_to_frame(xdp);
}

void rnic_xdp_frame_bulk_flush(struct xdp_frame_bulk *bulk)
{
	xdp_flush_frame_bulk(bulk);
}

/*
 * A packet in a socket's memory that does not go to a socket is copied into a frame first. Done here, the frame is released
 * if nobody takes it; xdp_do_redirect() would lose it.
 */
int rnic_xdp_redirect(struct net_device *dev, struct xdp_buff *xdp, const struct bpf_prog *prog)
{
	struct xdp_frame *frame;
	int err;

	if (xdp->rxq->mem.type != MEM_TYPE_XSK_BUFF_POOL ||
	    bpf_net_ctx_get_ri()->map_type == BPF_MAP_TYPE_XSKMAP)
		return xdp_do_redirect(dev, xdp, prog);
	frame = xdp_convert_buff_to_frame(xdp);
	err = xdp_do_redirect_frame(dev, xdp, frame, prog);
	if (err && frame)
		xdp_return_frame(frame);
	return err;
}
