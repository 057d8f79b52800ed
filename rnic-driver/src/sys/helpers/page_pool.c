// SPDX-License-Identifier: GPL-2.0
/* Pages of a page_pool. */

noinline void rnic_page_pool_belong_to(struct page_pool *pool, struct rnic_napi *napi)
{
	page_pool_enable_direct_recycling(pool, &napi->napi);
}

noinline struct page_pool *rnic_page_pool_create(struct device *dev, struct net_device *netdev,
						 unsigned int queue, unsigned int size,
						 unsigned int headroom, unsigned int max_len)
{
	struct page_pool_params params = {
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.pool_size = size,
		.nid = dev_to_node(dev),
		.dev = dev,
		.netdev = netdev,
		.queue_idx = queue,
		/* XDP_TX sends the page from where it was received. */
		.dma_dir = DMA_BIDIRECTIONAL,
		.offset = headroom,
		.max_len = max_len,
	};

	return page_pool_create(&params);
}

/* Not page_pool_dev_alloc_pages(): this one can be made to fail (fail_function), that one has it inlined. */
struct page *rnic_page_alloc(struct page_pool *pool)
{
	return netmem_to_page(page_pool_dev_alloc_netmems(pool));
}

dma_addr_t rnic_page_dma(struct page *page)
{
	return page_pool_get_dma_addr(page);
}

void *rnic_page_va(struct page *page)
{
	return page_address(page);
}

static struct page_pool *rnic_pool_of(struct page *page)
{
	return pp_page_to_nmdesc(page)->pp;
}

void rnic_page_sync_for_cpu(struct page *page, u32 len)
{
	page_pool_dma_sync_for_cpu(rnic_pool_of(page), page, 0, len);
}

void rnic_page_sync_for_device(struct page *page)
{
	const struct page_pool *pool = rnic_pool_of(page);

	dma_sync_single_range_for_device(pool->p.dev, page_pool_get_dma_addr(page),
					 pool->p.offset, pool->p.max_len, pool->p.dma_dir);
}

void rnic_page_put(struct page *page)
{
	page_pool_put_full_page(rnic_pool_of(page), page, false);
}
