// SPDX-License-Identifier: GPL-2.0
/* Interfaces: what they are made of, and what they say. */

noinline void rnic_netdev_set_up(struct net_device *dev, const struct rnic_netdev_setup *setup)
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

noinline void rnic_netdev_set_addr(struct net_device *dev, const u8 *addr)
{
	eth_hw_addr_set(dev, addr);
}

const struct xdp_metadata_ops *rnic_netdev_xdp_metadata_ops(const struct net_device *dev)
{
	return dev->xdp_metadata_ops;
}

noinline u32 rnic_netdev_mtu(const struct net_device *dev)
{
	return READ_ONCE(dev->mtu);
}

noinline void rnic_netdev_set_mtu(struct net_device *dev, u32 mtu)
{
	WRITE_ONCE(dev->mtu, mtu);
}

bool rnic_netdev_carrier_ok(const struct net_device *dev)
{
	return netif_carrier_ok(dev);
}

noinline bool rnic_netdev_rxfh_configured(const struct net_device *dev)
{
	return netif_is_rxfh_configured(dev);
}

noinline void rnic_netdev_addr(const struct net_device *dev, u8 *addr)
{
	ether_addr_copy(addr, dev->dev_addr);
}

noinline void rnic_hw_addr_for_each(const struct netdev_hw_addr_list *list,
				    void (*each)(void *, const u8 *), void *arg)
{
	struct netdev_hw_addr *ha;

	list_for_each_entry(ha, &list->list, list)
		each(arg, ha->addr);
}

noinline netdev_features_t rnic_features_check(struct sk_buff *skb, struct net_device *dev,
					       netdev_features_t features)
{
	/* Offsets of the transport header are 8 bits wide, a header length too. */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    (skb_transport_offset(skb) > 200 ||
	     (skb_is_gso(skb) && skb_tcp_all_headers(skb) > 255)))
		features &= ~(NETIF_F_CSUM_MASK | NETIF_F_GSO_MASK);
	return vlan_features_check(skb, features);
}

noinline struct net_device *rnic_kobj_netdev(struct kobject *kobj)
{
	return container_of(kobj, struct netdev_rx_queue, kobj)->dev;
}

noinline unsigned int rnic_kobj_queue(struct kobject *kobj)
{
	return get_netdev_rx_queue_index(container_of(kobj, struct netdev_rx_queue, kobj));
}

noinline bool rnic_netdev_promiscuous(const struct net_device *dev)
{
	return dev->flags & IFF_PROMISC;
}

noinline bool rnic_netdev_allmulti(const struct net_device *dev)
{
	return dev->flags & IFF_ALLMULTI;
}

noinline bool rnic_sockaddr_ether(const void *sockaddr, u8 *addr)
{
	const struct sockaddr *sa = sockaddr;

	if (!is_valid_ether_addr(sa->sa_data))
		return false;
	ether_addr_copy(addr, sa->sa_data);
	return true;
}
