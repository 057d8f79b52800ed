/* SPDX-License-Identifier: GPL-2.0 */
/* Sleep and resets of a device: see power.rs. */
#ifndef RNIC_HELPERS_POWER_H
#define RNIC_HELPERS_POWER_H

#include <linux/list.h>
#include <linux/pci.h>

struct rnic_power {
	struct list_head list;
	const struct pci_dev *pdev;
	void (*quiesce)(void *port);
	void (*revive)(void *port);
	void *port;
};

void rnic_power_add(struct rnic_power *power, struct pci_dev *pdev, void (*quiesce)(void *),
		    void (*revive)(void *), void *port);
void rnic_power_remove(struct rnic_power *power);
void rnic_netdev_detach(struct net_device *dev);
void rnic_netdev_attach(struct net_device *dev);

#endif
