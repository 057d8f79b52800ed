// SPDX-License-Identifier: GPL-2.0

struct rnic_queue_counts rnic_netdev_queue_counts(const struct net_device *dev)
{
	return (struct rnic_queue_counts) {
		.rx = dev->num_rx_queues,
		.tx = dev->num_tx_queues,
		.real_rx = READ_ONCE(dev->real_num_rx_queues),
		.real_tx = READ_ONCE(dev->real_num_tx_queues),
	};
}
