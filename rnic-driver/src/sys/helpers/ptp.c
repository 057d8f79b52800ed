// SPDX-License-Identifier: GPL-2.0
/* The bodies of ptp.h. */
#include "ptp.h"

struct ptp_clock *rnic_ptp_register(struct ptp_clock_info *info, struct device *parent)
{
	return ptp_clock_register(info, parent);
}

void rnic_ptp_unregister(struct ptp_clock *ptp)
{
	ptp_clock_unregister(ptp);
}

int rnic_ptp_index(struct ptp_clock *ptp)
{
	return ptp_clock_index(ptp);
}

void rnic_ptp_schedule(struct ptp_clock *ptp, unsigned long delay)
{
	ptp_schedule_worker(ptp, delay);
}

void rnic_ptp_before(struct ptp_system_timestamp *sts)
{
	ptp_read_system_prets(sts);
}

void rnic_ptp_after(struct ptp_system_timestamp *sts)
{
	ptp_read_system_postts(sts);
}

void rnic_skb_set_rx_stamp(struct sk_buff *skb, u64 ns)
{
	skb_hwtstamps(skb)->hwtstamp = ns_to_ktime(ns);
}

void rnic_skb_tx_stamp_in_progress(struct sk_buff *skb)
{
	skb_shinfo(skb)->tx_flags |= SKBTX_IN_PROGRESS;
}

void rnic_skb_tx_stamp(struct sk_buff *skb, u64 ns)
{
	struct skb_shared_hwtstamps stamps = { .hwtstamp = ns_to_ktime(ns) };

	skb_tstamp_tx(skb, &stamps);
}
