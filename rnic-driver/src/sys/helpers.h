/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Rust cannot name: the static inline functions and macros of the C side, one function for each use.
 * No policy here: the Rust files beside this one say when and in which context each one may be called.
 */
#ifndef RNIC_HELPERS_H
#define RNIC_HELPERS_H

#include <linux/bpf.h>
#include <linux/bpf_trace.h>
#include <linux/btf.h>
#include <linux/dma-mapping.h>
#include <linux/ethtool.h>
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/netdev_rx_queue.h>
#include <net/page_pool/helpers.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/netdev_queues.h>
#include <net/tcp.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include <net/xdp.h>

#include "helpers/ethtool.h"
#include "helpers/power.h"
#include "helpers/ptp.h"
#include "helpers/xdp_frame.h"
#include "helpers/xsk.h"

/* A napi_struct that Rust embeds by value and looks into through C alone. */
struct rnic_napi {
	struct napi_struct napi;
};

/* A work item that runs under rtnl. */
struct rnic_work {
	struct work_struct work;
	void (*run)(void *);
	void *arg;
};

/* Everything that is set in a net_device before it is registered. */
struct rnic_netdev_setup {
	struct device *parent;
	const struct net_device_ops *netdev_ops;
	const struct ethtool_ops *ethtool_ops;
	const struct netdev_stat_ops *stat_ops;
	const struct xdp_metadata_ops *xdp_metadata_ops;
	const struct attribute_group *rx_queue_group;
	u64 features;		/* on at start */
	u64 hw_features;	/* may be changed */
	u64 vlan_features;	/* of VLAN interfaces on top */
	unsigned int max_mtu;
	u8 addr[ETH_ALEN];
};

/* What the stack asks of the NIC for one packet; offsets from the packet's start. */
struct rnic_skb_offload {
	u16 tci;
	u16 network;
	u16 transport;
	u16 place;
	u16 mss;		/* 0: not to be cut */
	u16 headers;
	u16 segments;		/* if it is to be cut: into how many */
	bool vlan;
	bool checksum;
	bool ipv4;
	bool tcp;
	bool timestamp;
};

void rnic_netdev_set_up(struct net_device *dev, const struct rnic_netdev_setup *setup);
void *rnic_netdev_priv(const struct net_device *dev);
int rnic_netdev_ifindex(const struct net_device *dev);
void rnic_netdev_set_addr(struct net_device *dev, const u8 *addr);

const struct xdp_metadata_ops *rnic_netdev_xdp_metadata_ops(const struct net_device *dev);

bool rnic_netdev_promiscuous(const struct net_device *dev);
bool rnic_netdev_allmulti(const struct net_device *dev);
bool rnic_sockaddr_ether(const void *sockaddr, u8 *addr);

u32 rnic_netdev_mtu(const struct net_device *dev);
void rnic_netdev_set_mtu(struct net_device *dev, u32 mtu);
bool rnic_netdev_carrier_ok(const struct net_device *dev);
bool rnic_netdev_rxfh_configured(const struct net_device *dev);
void rnic_netdev_addr(const struct net_device *dev, u8 *addr);
void rnic_hw_addr_for_each(const struct netdev_hw_addr_list *list,
			   void (*each)(void *, const u8 *), void *arg);
netdev_features_t rnic_features_check(struct sk_buff *skb, struct net_device *dev,
				      netdev_features_t features);

void rnic_tx_disable(struct net_device *dev);
void rnic_tx_wake_all(struct net_device *dev);
void rnic_txq_stop(struct net_device *dev, u32 queue);
bool rnic_txq_stopped_by_driver(const struct net_device *dev, u32 queue);
void rnic_txq_wake(struct net_device *dev, u32 queue);
bool rnic_txq_sent(struct net_device *dev, u32 queue, u32 bytes, bool more);
void rnic_txq_completed(struct net_device *dev, u32 queue, u32 packets, u32 bytes);
void rnic_txq_reset(struct net_device *dev, u32 queue);
void rnic_txq_lock_bh(struct net_device *dev, u32 queue);
void rnic_txq_unlock_bh(struct net_device *dev, u32 queue);
void rnic_txq_lock(struct net_device *dev, u32 queue);
void rnic_txq_unlock(struct net_device *dev, u32 queue);
void rnic_link_napi(struct net_device *dev, u32 queue, struct rnic_napi *napi, bool used);
void rnic_napi_set_irq(struct rnic_napi *napi, u32 irq);
void rnic_dma_unmap(struct device *dev, dma_addr_t addr, u32 len, bool page);
bool rnic_xmit_more(void);

void rnic_napi_add(struct net_device *dev, struct rnic_napi *napi,
		   int (*poll)(struct napi_struct *, int), u32 index);
void rnic_napi_del(struct rnic_napi *napi);
void rnic_napi_schedule(struct rnic_napi *napi);
bool rnic_napi_take(struct rnic_napi *napi);
void rnic_napi_go_on(struct rnic_napi *napi);
void rnic_napi_kick(struct rnic_napi *napi);
void *rnic_napi_netdev_priv(struct napi_struct *napi);
void rnic_napi_gro_receive(struct rnic_napi *napi, struct sk_buff *skb);
void rnic_softirq(void (*body)(void *), void *arg);

void rnic_page_pool_belong_to(struct page_pool *pool, struct rnic_napi *napi);
struct page_pool *rnic_page_pool_create(struct device *dev, struct net_device *netdev,
					unsigned int queue, unsigned int size,
					unsigned int headroom, unsigned int max_len);
struct page *rnic_page_alloc(struct page_pool *pool);
dma_addr_t rnic_page_dma(struct page *page);
void *rnic_page_va(struct page *page);
void rnic_page_sync_for_cpu(struct page *page, u32 len);
void rnic_page_sync_for_device(struct page *page);
void rnic_page_put(struct page *page);
bool rnic_xdp_add_frag(struct xdp_buff *xdp, struct page *page, u32 offset, u32 len);
bool rnic_prog_takes_frags(const struct bpf_prog *prog);

void rnic_skb_set_hash(struct sk_buff *skb, u32 hash, bool l4);
void rnic_skb_set_vlan(struct sk_buff *skb, u16 proto, u16 tci);
void rnic_skb_checksum_unnecessary(struct sk_buff *skb);
int rnic_skb_pad(struct sk_buff *skb);
u16 rnic_skb_queue(const struct sk_buff *skb);
u32 rnic_skb_frags(const struct sk_buff *skb);
dma_addr_t rnic_skb_map(struct device *dev, const struct sk_buff *skb, u32 part, u32 *len);
int rnic_skb_offload(struct sk_buff *skb, struct rnic_skb_offload *to);
void rnic_skb_tx_timestamp(struct sk_buff *skb);

bool rnic_netdev_bpf_setup(const struct netdev_bpf *bpf, struct bpf_prog **prog,
			   struct netlink_ext_ack **extack);
u32 rnic_xdp_run(const struct bpf_prog *prog, struct xdp_buff *xdp);
void rnic_xdp_exception(const struct net_device *dev, const struct bpf_prog *prog, u32 act);
int rnic_xdp_rxq_reg(struct xdp_rxq_info *rxq, struct net_device *dev, u32 queue,
		     struct rnic_napi *napi, struct page_pool *pool);

void rnic_extack(struct netlink_ext_ack *extack, const char *msg);
void rnic_extack_attr(struct genl_info *info, u32 attr, const char *msg);
u64 rnic_ktime_get_ns(void);
u64 rnic_ktime_get_real_ns(void);
u32 rnic_cpus_online(void);

void rnic_work_init(struct rnic_work *work, void (*run)(void *), void *arg);
void rnic_work_schedule(struct rnic_work *work);
void rnic_work_cancel(struct rnic_work *work);

struct sk_buff *rnic_test_skb(struct net_device *dev, const u8 *addr, u16 tci, u32 payload);

struct nlattr *rnic_nest_start(struct sk_buff *skb, int attr);
void rnic_nest_end(struct sk_buff *skb, struct nlattr *nest);
int rnic_put_u64(struct sk_buff *skb, int attr, u64 value, int pad);
void rnic_genlmsg_end(struct sk_buff *skb, void *hdr);
void rnic_genlmsg_cancel(struct sk_buff *skb, void *hdr);
int rnic_genl_multicast(struct genl_family *family, const struct net_device *dev,
			struct sk_buff *skb);
void rnic_genl_lost(struct genl_family *family, const struct net_device *dev);
struct sk_buff *rnic_genlmsg_new(size_t size);
void rnic_nlmsg_free(struct sk_buff *skb);

/* Of an enum without a name. */
enum rnic_nla {
	RNIC_NLA_U32 = NLA_U32,
};

int rnic_genl_reply(struct sk_buff *skb, struct genl_info *info);
u32 rnic_genl_portid(const struct genl_info *info);
u32 rnic_genl_seq(const struct genl_info *info);
bool rnic_genl_attr_u32(struct genl_info *info, int attr, u32 *value);
struct net_device *rnic_genl_netdev(struct genl_info *info, u32 ifindex);
struct net_device *rnic_dump_next(struct sk_buff *skb, struct netlink_callback *cb);
unsigned long *rnic_dump_ctx(struct netlink_callback *cb);
u32 rnic_dump_portid(const struct netlink_callback *cb);
u32 rnic_dump_seq(const struct netlink_callback *cb);

struct net_device *rnic_kobj_netdev(struct kobject *kobj);
unsigned int rnic_kobj_queue(struct kobject *kobj);

#endif
