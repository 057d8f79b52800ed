// SPDX-License-Identifier: GPL-2.0
/* The bodies of helpers.h: each one a call of the inline function that it is named after. */
#include "helpers.h"

void rnic_netdev_set_up(struct net_device *dev, const struct rnic_netdev_setup *setup)
{
	SET_NETDEV_DEV(dev, setup->parent);
	dev->netdev_ops = setup->netdev_ops;
	dev->ethtool_ops = setup->ethtool_ops;
	dev->xdp_metadata_ops = setup->xdp_metadata_ops;
	dev->sysfs_rx_queue_group = setup->rx_queue_group;
	dev->features |= setup->features;
	dev->hw_features |= setup->hw_features;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = setup->max_mtu;
	dev->watchdog_timeo = 5 * HZ;
	eth_hw_addr_set(dev, setup->addr);
	memcpy(dev->perm_addr, setup->addr, ETH_ALEN);
}

void *rnic_netdev_priv(const struct net_device *dev)
{
	return netdev_priv(dev);
}

int rnic_netdev_ifindex(const struct net_device *dev)
{
	return dev->ifindex;
}

void rnic_netdev_set_addr(struct net_device *dev, const u8 *addr)
{
	eth_hw_addr_set(dev, addr);
}

const struct xdp_metadata_ops *rnic_netdev_xdp_metadata_ops(const struct net_device *dev)
{
	return dev->xdp_metadata_ops;
}

void rnic_tx_start(struct net_device *dev)
{
	netif_tx_start_all_queues(dev);
}

void rnic_tx_stop(struct net_device *dev)
{
	netif_tx_stop_queue(netdev_get_tx_queue(dev, 0));
}

bool rnic_tx_stopped(const struct net_device *dev)
{
	return netif_tx_queue_stopped(netdev_get_tx_queue(dev, 0));
}

void rnic_tx_wake(struct net_device *dev)
{
	netif_tx_wake_queue(netdev_get_tx_queue(dev, 0));
}

void rnic_tx_lock(struct net_device *dev)
{
	__netif_tx_lock_bh(netdev_get_tx_queue(dev, 0));
}

void rnic_tx_unlock(struct net_device *dev)
{
	__netif_tx_unlock_bh(netdev_get_tx_queue(dev, 0));
}

bool rnic_xmit_more(void)
{
	return netdev_xmit_more();
}

void rnic_napi_add(struct net_device *dev, struct rnic_napi *napi,
		   int (*poll)(struct napi_struct *, int))
{
	netif_napi_add(dev, &napi->napi, poll);
}

void rnic_napi_del(struct rnic_napi *napi)
{
	netif_napi_del(&napi->napi);
}

void rnic_napi_schedule(struct rnic_napi *napi)
{
	napi_schedule(&napi->napi);
}

void rnic_napi_kick(struct rnic_napi *napi)
{
	local_bh_disable();
	napi_schedule(&napi->napi);
	local_bh_enable();
}

void *rnic_napi_netdev_priv(struct napi_struct *napi)
{
	return netdev_priv(napi->dev);
}

void rnic_napi_gro_receive(struct rnic_napi *napi, struct sk_buff *skb)
{
	napi_gro_receive(&napi->napi, skb);
}

void rnic_softirq(void (*body)(void *), void *arg)
{
	struct bpf_net_context __bpf_net_ctx, *bpf_net_ctx;

	local_bh_disable();
	bpf_net_ctx = bpf_net_ctx_set(&__bpf_net_ctx);
	body(arg);
	bpf_net_ctx_clear(bpf_net_ctx);
	local_bh_enable();
}

struct page_pool *rnic_page_pool_create(struct device *dev, struct net_device *netdev,
					struct rnic_napi *napi, unsigned int queue,
					unsigned int size, unsigned int headroom,
					unsigned int max_len)
{
	struct page_pool_params params = {
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.pool_size = size,
		.nid = dev_to_node(dev),
		.dev = dev,
		.napi = &napi->napi,
		.netdev = netdev,
		.queue_idx = queue,
		/* A program may write into the packet, but nothing sends the page from here. */
		.dma_dir = DMA_FROM_DEVICE,
		.offset = headroom,
		.max_len = max_len,
	};

	return page_pool_create(&params);
}

struct page *rnic_page_alloc(struct page_pool *pool)
{
	return page_pool_dev_alloc_pages(pool);
}

dma_addr_t rnic_page_dma(struct page *page)
{
	return page_pool_get_dma_addr(page);
}

void *rnic_page_va(struct page *page)
{
	return page_address(page);
}

void rnic_page_sync_for_cpu(struct page_pool *pool, struct page *page, u32 offset, u32 len)
{
	page_pool_dma_sync_for_cpu(pool, page, offset, len);
}

void rnic_page_sync_for_device(struct page_pool *pool, struct page *page)
{
	dma_sync_single_range_for_device(pool->p.dev, page_pool_get_dma_addr(page),
					 pool->p.offset, pool->p.max_len, pool->p.dma_dir);
}

void rnic_page_put(struct page_pool *pool, struct page *page, bool direct)
{
	page_pool_put_full_page(pool, page, direct);
}

struct sk_buff *rnic_build_skb(void *va, unsigned int size, unsigned int headroom,
			       unsigned int len, unsigned int metasize)
{
	struct sk_buff *skb = napi_build_skb(va, size);

	if (unlikely(!skb))
		return NULL;
	skb_reserve(skb, headroom);
	__skb_put(skb, len);
	if (metasize)
		skb_metadata_set(skb, metasize);
	skb_mark_for_recycle(skb);
	return skb;
}

void rnic_skb_set_hash(struct sk_buff *skb, u32 hash, bool l4)
{
	skb_set_hash(skb, hash, l4 ? PKT_HASH_TYPE_L4 : PKT_HASH_TYPE_L3);
}

void rnic_skb_set_vlan(struct sk_buff *skb, u16 proto, u16 tci)
{
	__vlan_hwaccel_put_tag(skb, htons(proto), tci);
}

void rnic_skb_checksum_unnecessary(struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_UNNECESSARY;
}

void rnic_skb_receive_type(struct sk_buff *skb, struct net_device *dev)
{
	skb->protocol = eth_type_trans(skb, dev);
	skb_record_rx_queue(skb, 0);
}

int rnic_skb_pad(struct sk_buff *skb)
{
	return skb_put_padto(skb, ETH_ZLEN);
}

dma_addr_t rnic_skb_map(struct device *dev, struct sk_buff *skb)
{
	dma_addr_t addr = dma_map_single(dev, skb->data, skb_headlen(skb), DMA_TO_DEVICE);

	return dma_mapping_error(dev, addr) ? DMA_MAPPING_ERROR : addr;
}

void rnic_skb_unmap(struct device *dev, dma_addr_t addr, unsigned int len)
{
	dma_unmap_single(dev, addr, len, DMA_TO_DEVICE);
}

void rnic_skb_tx_timestamp(struct sk_buff *skb)
{
	skb_tx_timestamp(skb);
}

bool rnic_netdev_bpf_setup(const struct netdev_bpf *bpf, struct bpf_prog **prog,
			   struct netlink_ext_ack **extack)
{
	if (bpf->command != XDP_SETUP_PROG)
		return false;
	*prog = bpf->prog;
	*extack = bpf->extack;
	return true;
}

u32 rnic_xdp_run(const struct bpf_prog *prog, struct xdp_buff *xdp)
{
	return bpf_prog_run_xdp(prog, xdp);
}

void rnic_xdp_exception(const struct net_device *dev, const struct bpf_prog *prog, u32 act)
{
	trace_xdp_exception(dev, prog, act);
}

int rnic_xdp_rxq_reg(struct xdp_rxq_info *rxq, struct net_device *dev, u32 queue,
		     struct rnic_napi *napi, struct page_pool *pool)
{
	int err = xdp_rxq_info_reg(rxq, dev, queue, napi->napi.napi_id);

	if (err)
		return err;
	err = xdp_rxq_info_reg_mem_model(rxq, MEM_TYPE_PAGE_POOL, pool);
	if (err)
		xdp_rxq_info_unreg(rxq);
	return err;
}

void rnic_extack(struct netlink_ext_ack *extack, const char *msg)
{
	if (extack)
		extack->_msg = msg;
}

void rnic_extack_attr(struct genl_info *info, u32 attr, const char *msg)
{
	info->extack->_msg = msg;
	info->extack->bad_attr = info->attrs[attr];
}

u64 rnic_ktime_get_ns(void)
{
	return ktime_get_mono_fast_ns();
}

struct nlattr *rnic_nest_start(struct sk_buff *skb, int attr)
{
	return nla_nest_start(skb, attr);
}

void rnic_nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	nla_nest_end(skb, nest);
}

int rnic_put_u64(struct sk_buff *skb, int attr, u64 value, int pad)
{
	return nla_put_u64_64bit(skb, attr, value, pad);
}

int rnic_genl_reply(struct sk_buff *skb, struct genl_info *info)
{
	return genlmsg_reply(skb, info);
}

bool rnic_genl_attr_u32(struct genl_info *info, int attr, u32 *value)
{
	if (!info->attrs[attr])
		return false;
	*value = nla_get_u32(info->attrs[attr]);
	return true;
}

struct net_device *rnic_kobj_netdev(struct kobject *kobj)
{
	return container_of(kobj, struct netdev_rx_queue, kobj)->dev;
}

unsigned int rnic_kobj_queue(struct kobject *kobj)
{
	return get_netdev_rx_queue_index(container_of(kobj, struct netdev_rx_queue, kobj));
}

bool rnic_netdev_promiscuous(const struct net_device *dev)
{
	return dev->flags & IFF_PROMISC;
}

bool rnic_netdev_allmulti(const struct net_device *dev)
{
	return dev->flags & IFF_ALLMULTI;
}

bool rnic_sockaddr_ether(const void *sockaddr, u8 *addr)
{
	const struct sockaddr *sa = sockaddr;

	if (!is_valid_ether_addr(sa->sa_data))
		return false;
	ether_addr_copy(addr, sa->sa_data);
	return true;
}

int rnic_genl_multicast(struct genl_family *family, const struct net_device *dev,
			struct sk_buff *skb)
{
	return genlmsg_multicast_netns(family, dev_net(dev), skb, 0, 0, GFP_KERNEL);
}

u32 rnic_genl_portid(const struct genl_info *info)
{
	return info->snd_portid;
}

u32 rnic_genl_seq(const struct genl_info *info)
{
	return info->snd_seq;
}

void rnic_genlmsg_end(struct sk_buff *skb, void *hdr)
{
	genlmsg_end(skb, hdr);
}

void rnic_genlmsg_cancel(struct sk_buff *skb, void *hdr)
{
	genlmsg_cancel(skb, hdr);
}

struct net_device *rnic_genl_netdev(struct genl_info *info, u32 ifindex)
{
	return __dev_get_by_index(genl_info_net(info), ifindex);
}

/* The interface that the dump has come to; moves ctx[0] past those that are gone. */
struct net_device *rnic_dump_next(struct sk_buff *skb, struct netlink_callback *cb)
{
	unsigned long *ctx = rnic_dump_ctx(cb);
	struct net_device *dev;

	for_each_netdev_dump(sock_net(skb->sk), dev, ctx[0])
		return dev;
	return NULL;
}

/* ctx[0]: interface index, ctx[1]: queue, where the dump goes on. */
unsigned long *rnic_dump_ctx(struct netlink_callback *cb)
{
	return (unsigned long *)cb->ctx;
}

u32 rnic_dump_portid(const struct netlink_callback *cb)
{
	return NETLINK_CB(cb->skb).portid;
}

u32 rnic_dump_seq(const struct netlink_callback *cb)
{
	return cb->nlh->nlmsg_seq;
}
