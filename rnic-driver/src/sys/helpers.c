// SPDX-License-Identifier: GPL-2.0
/* The bodies of helpers.h: each one a call of the inline function that it is named after. */
#include "helpers.h"
#include <linux/rtnetlink.h>
#include <net/netdev_lock.h>

/* Linked into Rust code as bitcode: LLVM would not inline them by itself, as the two compilers name the target otherwise. */
#ifdef RNIC_INLINE
#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)
#endif

#include "helpers/ethtool.c"
#include "helpers/power.c"
#include "helpers/ptp.c"
#include "helpers/xdp_frame.c"
#include "helpers/xsk.c"

void rnic_netdev_set_up(struct net_device *dev, const struct rnic_netdev_setup *setup)
{
	SET_NETDEV_DEV(dev, setup->parent);
	dev->netdev_ops = setup->netdev_ops;
	dev->ethtool_ops = setup->ethtool_ops;
	dev->xdp_metadata_ops = setup->xdp_metadata_ops;
	dev->sysfs_rx_queue_group = setup->rx_queue_group;
	dev->stat_ops = setup->stat_ops;
	dev->features |= setup->features;
	dev->hw_features |= setup->hw_features;
	dev->vlan_features |= setup->vlan_features;
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

u32 rnic_netdev_mtu(const struct net_device *dev)
{
	return READ_ONCE(dev->mtu);
}

void rnic_netdev_set_mtu(struct net_device *dev, u32 mtu)
{
	WRITE_ONCE(dev->mtu, mtu);
}

bool rnic_netdev_carrier_ok(const struct net_device *dev)
{
	return netif_carrier_ok(dev);
}

bool rnic_netdev_rxfh_configured(const struct net_device *dev)
{
	return netif_is_rxfh_configured(dev);
}

void rnic_netdev_addr(const struct net_device *dev, u8 *addr)
{
	ether_addr_copy(addr, dev->dev_addr);
}

void rnic_hw_addr_for_each(const struct netdev_hw_addr_list *list,
			   void (*each)(void *, const u8 *), void *arg)
{
	struct netdev_hw_addr *ha;

	list_for_each_entry(ha, &list->list, list)
		each(arg, ha->addr);
}

netdev_features_t rnic_features_check(struct sk_buff *skb, struct net_device *dev,
				      netdev_features_t features)
{
	/* Offsets of the transport header are 8 bits wide, a header length too. */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    (skb_transport_offset(skb) > 200 ||
	     (skb_is_gso(skb) && skb_tcp_all_headers(skb) > 255)))
		features &= ~(NETIF_F_CSUM_MASK | NETIF_F_GSO_MASK);
	return vlan_features_check(skb, features);
}

void rnic_tx_disable(struct net_device *dev)
{
	netif_tx_disable(dev);
}

void rnic_tx_wake_all(struct net_device *dev)
{
	netif_tx_wake_all_queues(dev);
}

static struct netdev_queue *rnic_txq(const struct net_device *dev, u32 queue)
{
	return netdev_get_tx_queue(dev, queue);
}

void rnic_txq_stop(struct net_device *dev, u32 queue)
{
	netif_tx_stop_queue(rnic_txq(dev, queue));
}

bool rnic_txq_stopped_by_driver(const struct net_device *dev, u32 queue)
{
	return netif_tx_queue_stopped(rnic_txq(dev, queue));
}

void rnic_txq_wake(struct net_device *dev, u32 queue)
{
	netif_tx_wake_queue(rnic_txq(dev, queue));
}

bool rnic_txq_sent(struct net_device *dev, u32 queue, u32 bytes, bool more)
{
	return __netdev_tx_sent_queue(rnic_txq(dev, queue), bytes, more);
}

void rnic_txq_completed(struct net_device *dev, u32 queue, u32 packets, u32 bytes)
{
	netdev_tx_completed_queue(rnic_txq(dev, queue), packets, bytes);
}

void rnic_txq_reset(struct net_device *dev, u32 queue)
{
	netdev_tx_reset_queue(rnic_txq(dev, queue));
}

void rnic_txq_lock_bh(struct net_device *dev, u32 queue)
{
	__netif_tx_lock_bh(rnic_txq(dev, queue));
}

void rnic_txq_unlock_bh(struct net_device *dev, u32 queue)
{
	__netif_tx_unlock_bh(rnic_txq(dev, queue));
}

/* In softirq context. The watchdog sees the queue move, whoever sends. */
void rnic_txq_lock(struct net_device *dev, u32 queue)
{
	struct netdev_queue *txq = rnic_txq(dev, queue);

	__netif_tx_lock(txq, smp_processor_id());
	txq_trans_cond_update(txq);
}

void rnic_txq_unlock(struct net_device *dev, u32 queue)
{
	__netif_tx_unlock(rnic_txq(dev, queue));
}

void rnic_link_napi(struct net_device *dev, u32 queue, struct rnic_napi *napi, bool used)
{
	struct napi_struct *n = used ? &napi->napi : NULL;

	if (queue < dev->real_num_rx_queues)
		netif_queue_set_napi(dev, queue, NETDEV_QUEUE_TYPE_RX, n);
	if (queue < dev->real_num_tx_queues)
		netif_queue_set_napi(dev, queue, NETDEV_QUEUE_TYPE_TX, n);
}

void rnic_napi_set_irq(struct rnic_napi *napi, u32 irq)
{
	netif_napi_set_irq(&napi->napi, irq);
}

void rnic_dma_unmap(struct device *dev, dma_addr_t addr, u32 len, bool page)
{
	if (page)
		dma_unmap_page(dev, addr, len, DMA_TO_DEVICE);
	else
		dma_unmap_single(dev, addr, len, DMA_TO_DEVICE);
}

bool rnic_xmit_more(void)
{
	return netdev_xmit_more();
}

/* With an index the settings of an instance survive its being disabled. */
void rnic_napi_add(struct net_device *dev, struct rnic_napi *napi,
		   int (*poll)(struct napi_struct *, int), u32 index)
{
	netif_napi_add_config(dev, &napi->napi, poll, index);
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

void rnic_page_pool_belong_to(struct page_pool *pool, struct rnic_napi *napi)
{
	page_pool_enable_direct_recycling(pool, &napi->napi);
}

struct page_pool *rnic_page_pool_create(struct device *dev, struct net_device *netdev,
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

bool rnic_xdp_add_frag(struct xdp_buff *xdp, struct page *page, u32 offset, u32 len)
{
	return xdp_buff_add_frag(xdp, page_to_netmem(page), offset, len, PAGE_SIZE);
}

bool rnic_prog_takes_frags(const struct bpf_prog *prog)
{
	return prog->aux->xdp_has_frags;
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

/*
 * The least that the NICs take; they pad to the minimum of Ethernet by themselves. More would be wrong: QEMU puts the whole
 * length, padding included, into the sum of a pseudo header.
 */
int rnic_skb_pad(struct sk_buff *skb)
{
	return skb_put_padto(skb, 17);
}

u16 rnic_skb_queue(const struct sk_buff *skb)
{
	return skb_get_queue_mapping(skb);
}

u32 rnic_skb_frags(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->nr_frags;
}

/* The head is part 0, fragment i is part i + 1. */
dma_addr_t rnic_skb_map(struct device *dev, const struct sk_buff *skb, u32 part, u32 *len)
{
	const skb_frag_t *frag;
	dma_addr_t addr;

	if (!part) {
		*len = skb_headlen(skb);
		addr = dma_map_single(dev, skb->data, *len, DMA_TO_DEVICE);
	} else {
		frag = &skb_shinfo(skb)->frags[part - 1];
		*len = skb_frag_size(frag);
		addr = skb_frag_dma_map(dev, frag, 0, *len, DMA_TO_DEVICE);
	}
	return dma_mapping_error(dev, addr) ? DMA_MAPPING_ERROR : addr;
}

/* A packet that is to be cut: the NIC adds each segment's length to the checksum that stands in the headers. */
static int rnic_skb_segments(struct sk_buff *skb, struct rnic_skb_offload *to)
{
	int err = skb_cow_head(skb, 0);

	if (err)
		return err;
	if (to->ipv4) {
		ip_hdr(skb)->tot_len = 0;
		ip_hdr(skb)->check = 0;
		tcp_hdr(skb)->check = ~csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, 0,
							 IPPROTO_TCP, 0);
	} else {
		tcp_v6_gso_csum_prep(skb);
	}
	to->mss = skb_shinfo(skb)->gso_size;
	to->headers = skb_tcp_all_headers(skb);
	to->segments = skb_shinfo(skb)->gso_segs ?: 1;
	return 0;
}

int rnic_skb_offload(struct sk_buff *skb, struct rnic_skb_offload *to)
{
	to->timestamp = skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP;
	if (skb_vlan_tag_present(skb)) {
		to->vlan = true;
		to->tci = skb_vlan_tag_get(skb);
	}
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return 0;
	to->ipv4 = vlan_get_protocol(skb) == htons(ETH_P_IP);
	to->network = skb_network_offset(skb);
	to->transport = skb_checksum_start_offset(skb);
	to->place = to->transport + skb->csum_offset;
	to->tcp = skb->csum_offset == offsetof(struct tcphdr, check);
	to->checksum = true;
	return skb_is_gso(skb) ? rnic_skb_segments(skb, to) : 0;
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

u64 rnic_ktime_get_real_ns(void)
{
	return ktime_get_real_fast_ns();
}

u32 rnic_cpus_online(void)
{
	return num_online_cpus();
}

static void rnic_work_run(struct work_struct *work)
{
	struct rnic_work *this = container_of(work, struct rnic_work, work);

	rtnl_lock();
	this->run(this->arg);
	rtnl_unlock();
}

void rnic_work_init(struct rnic_work *work, void (*run)(void *), void *arg)
{
	INIT_WORK(&work->work, rnic_work_run);
	work->run = run;
	work->arg = arg;
}

void rnic_work_schedule(struct rnic_work *work)
{
	schedule_work(&work->work);
}

void rnic_work_cancel(struct rnic_work *work)
{
	cancel_work_sync(&work->work);
}

/* A UDP packet to @addr with a payload of @payload bytes that count up; the device is to insert a tag. */
struct sk_buff *rnic_test_skb(struct net_device *dev, const u8 *addr, u16 tci, u32 payload)
{
	struct sk_buff *skb = netdev_alloc_skb(dev, ETH_HLEN + 28 + payload);
	struct ethhdr *eth;
	struct iphdr *ip;
	struct udphdr *udp;
	u32 i;

	if (!skb)
		return NULL;
	eth = skb_put_zero(skb, ETH_HLEN);
	ether_addr_copy(eth->h_dest, addr);
	ether_addr_copy(eth->h_source, addr);
	eth->h_proto = htons(ETH_P_IP);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 1;
	ip->protocol = IPPROTO_UDP;
	ip->tot_len = htons(28 + payload);
	ip->saddr = htonl(0xc0000201);
	ip->daddr = htonl(0xc0000202);
	ip->check = ip_fast_csum(ip, ip->ihl);
	udp = skb_put_zero(skb, sizeof(*udp));
	udp->source = htons(9);
	udp->dest = htons(9);
	udp->len = htons(8 + payload);
	for (i = 0; i < payload; i++)
		skb_put_u8(skb, i);
	skb->protocol = htons(ETH_P_IP);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), tci);
	return skb;
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

struct sk_buff *rnic_genlmsg_new(size_t size, bool persistent)
{
	return genlmsg_new(size, GFP_KERNEL | (persistent ? __GFP_NOFAIL : 0));
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

#ifdef RNIC_INLINE
#pragma clang attribute pop
#endif
