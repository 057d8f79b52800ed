/* SPDX-License-Identifier: GPL-2.0 */
/* For ethtool and the counters of each queue. */
#include <linux/ethtool.h>
#include <net/netdev_queues.h>

/* Macros that bindgen does not evaluate. */
enum rnic_ethtool {
	RNIC_COALESCE_RX_USECS = ETHTOOL_COALESCE_RX_USECS,
};

/* Queues that a net_device was made with, and those in use. */
struct rnic_queue_counts {
	u32 rx;
	u32 tx;
	u32 real_rx;
	u32 real_tx;
};

struct rnic_queue_counts rnic_netdev_queue_counts(const struct net_device *dev);
