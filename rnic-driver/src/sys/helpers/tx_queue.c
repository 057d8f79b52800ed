// SPDX-License-Identifier: GPL-2.0
/* Transmit queues. */

noinline void rnic_tx_disable(struct net_device *dev)
{
	netif_tx_disable(dev);
}

noinline void rnic_tx_wake_all(struct net_device *dev)
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

noinline void rnic_txq_reset(struct net_device *dev, u32 queue)
{
	netdev_tx_reset_queue(rnic_txq(dev, queue));
}

noinline void rnic_txq_lock_bh(struct net_device *dev, u32 queue)
{
	__netif_tx_lock_bh(rnic_txq(dev, queue));
}

noinline void rnic_txq_unlock_bh(struct net_device *dev, u32 queue)
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

bool rnic_xmit_more(void)
{
	return netdev_xmit_more();
}
