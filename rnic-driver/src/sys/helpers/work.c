// SPDX-License-Identifier: GPL-2.0
/* Work that is deferred. */

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
