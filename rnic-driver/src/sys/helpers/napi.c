// SPDX-License-Identifier: GPL-2.0
/* NAPI, and softirq context. */

noinline void rnic_link_napi(struct net_device *dev, u32 queue, struct rnic_napi *napi, bool used)
{
	struct napi_struct *n = used ? &napi->napi : NULL;

	if (queue < dev->real_num_rx_queues)
		netif_queue_set_napi(dev, queue, NETDEV_QUEUE_TYPE_RX, n);
	if (queue < dev->real_num_tx_queues)
		netif_queue_set_napi(dev, queue, NETDEV_QUEUE_TYPE_TX, n);
}

noinline void rnic_napi_set_irq(struct rnic_napi *napi, u32 irq)
{
	netif_napi_set_irq(&napi->napi, irq);
}

/* With an index the settings of an instance survive its being disabled. */
noinline void rnic_napi_add(struct net_device *dev, struct rnic_napi *napi,
			    int (*poll)(struct napi_struct *, int), u32 index)
{
	netif_napi_add_config(dev, &napi->napi, poll, index);
}

noinline void rnic_napi_del(struct rnic_napi *napi)
{
	netif_napi_del(&napi->napi);
}

void rnic_napi_schedule(struct rnic_napi *napi)
{
	napi_schedule(&napi->napi);
}

bool rnic_napi_take(struct rnic_napi *napi)
{
	return napi_schedule_prep(&napi->napi);
}

void rnic_napi_go_on(struct rnic_napi *napi)
{
	__napi_schedule(&napi->napi);
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

noinline void rnic_softirq(void (*body)(void *), void *arg)
{
	struct bpf_net_context __bpf_net_ctx, *bpf_net_ctx;

	local_bh_disable();
	bpf_net_ctx = bpf_net_ctx_set(&__bpf_net_ctx);
	body(arg);
	bpf_net_ctx_clear(bpf_net_ctx);
	local_bh_enable();
}
