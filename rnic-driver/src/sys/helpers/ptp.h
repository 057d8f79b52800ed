/* SPDX-License-Identifier: GPL-2.0 */
/* The C side of ptp.rs and hwtstamp.rs: PTP clocks, and time stamps on packets. */
#ifndef RNIC_HELPERS_PTP_H
#define RNIC_HELPERS_PTP_H

#include <linux/ptp_clock_kernel.h>
#include <linux/skbuff.h>

struct ptp_clock *rnic_ptp_register(struct ptp_clock_info *info, struct device *parent);
void rnic_ptp_unregister(struct ptp_clock *ptp);
int rnic_ptp_index(struct ptp_clock *ptp);
void rnic_ptp_schedule(struct ptp_clock *ptp, unsigned long delay);
void rnic_ptp_before(struct ptp_system_timestamp *sts);
void rnic_ptp_after(struct ptp_system_timestamp *sts);

void rnic_skb_set_rx_stamp(struct sk_buff *skb, u64 ns);
void rnic_skb_tx_stamp_in_progress(struct sk_buff *skb);
void rnic_skb_tx_stamp(struct sk_buff *skb, u64 ns);

#endif
