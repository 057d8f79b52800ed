// SPDX-License-Identifier: GPL-2.0
/* The bodies of power.h. All callbacks hold the device's lock, so that a port that was found stays. */

static LIST_HEAD(rnic_power_list);
static DEFINE_MUTEX(rnic_power_mutex);

static void rnic_power_call(const struct pci_dev *pdev, bool revive)
{
	struct rnic_power *power, *found = NULL;

	mutex_lock(&rnic_power_mutex);
	list_for_each_entry(power, &rnic_power_list, list)
		if (power->pdev == pdev)
			found = power;
	mutex_unlock(&rnic_power_mutex);
	if (!found)
		return;
	rtnl_lock();
	(revive ? found->revive : found->quiesce)(found->port);
	rtnl_unlock();
}

static int rnic_suspend(struct device *dev)
{
	rnic_power_call(to_pci_dev(dev), false);
	return 0;
}

static int rnic_resume(struct device *dev)
{
	rnic_power_call(to_pci_dev(dev), true);
	return 0;
}

static void rnic_reset_prepare(struct pci_dev *pdev)
{
	rnic_power_call(pdev, false);
}

static void rnic_reset_done(struct pci_dev *pdev)
{
	rnic_power_call(pdev, true);
}

static const struct dev_pm_ops rnic_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(rnic_suspend, rnic_resume)
};

static const struct pci_error_handlers rnic_error_handlers = {
	.reset_prepare = rnic_reset_prepare,
	.reset_done = rnic_reset_done,
};

void rnic_power_add(struct rnic_power *power, struct pci_dev *pdev, void (*quiesce)(void *),
		    void (*revive)(void *), void *port)
{
	struct pci_driver *driver = to_pci_driver(pdev->dev.driver);

	power->pdev = pdev;
	power->quiesce = quiesce;
	power->revive = revive;
	power->port = port;
	mutex_lock(&rnic_power_mutex);
	driver->driver.pm = &rnic_pm_ops;
	driver->err_handler = &rnic_error_handlers;
	list_add(&power->list, &rnic_power_list);
	mutex_unlock(&rnic_power_mutex);
}

void rnic_power_remove(struct rnic_power *power)
{
	mutex_lock(&rnic_power_mutex);
	list_del(&power->list);
	mutex_unlock(&rnic_power_mutex);
}

void rnic_netdev_detach(struct net_device *dev)
{
	netif_device_detach(dev);
}

void rnic_netdev_attach(struct net_device *dev)
{
	netif_device_attach(dev);
}
