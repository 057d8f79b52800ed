// SPDX-License-Identifier: GPL-2.0

//! Transmission: packets to descriptors, and back when they are sent.

use crate::{
    hal::I82574,
    ring::{self, TxCleaner, TxFiller},
    stats::Stats,
    sys::{
        netdev::{self, NetDevice, Xmit},
        skb::SkBuff,
    },
};
use core::sync::atomic::{fence, Ordering};
use kernel::{device::Bound, pci};

/// A stopped queue goes on when this many slots are free.
const WAKE: usize = ring::LEN / 4;

/// Sends one packet through `filler`.
#[inline]
pub(crate) fn xmit(
    filler: &mut TxFiller,
    pdev: &pci::Device<Bound>,
    hw: &I82574<'_>,
    dev: &NetDevice,
    stats: &Stats,
    skb: SkBuff,
) -> Xmit {
    if filler.free() == 0 {
        dev.tx_stop();
        return Xmit::Busy(skb);
    }
    let mapped = skb.pad().map(|skb| skb.map(pdev));
    match mapped {
        Some(Ok(mut packet)) => {
            packet.tx_timestamp();
            // There was room, and only this side fills.
            if let Err(packet) = filler.push(packet) {
                stats.tx_dropped.add(1);
                drop(packet.unmap(pdev));
            }
        }
        // The skb is dropped with its `Err`.
        None | Some(Err(_)) => stats.tx_dropped.add(1),
    }
    if filler.free() == 0 {
        dev.tx_stop();
        // The cleaner frees a slot and then looks whether the queue is stopped; this side stops and then looks for a
        // slot. One of them sees the other.
        fence(Ordering::SeqCst);
        if filler.free() >= WAKE {
            dev.tx_wake();
        }
    }
    if !netdev::xmit_more() || dev.tx_stopped() {
        hw.set_transmit_tail(filler.tail());
    }
    Xmit::Taken
}

/// Releases what the device has sent. NAPI context.
#[inline]
pub(crate) fn clean(
    cleaner: &mut TxCleaner,
    pdev: &pci::Device<Bound>,
    dev: &NetDevice,
    stats: &Stats,
    budget: usize,
) {
    let (mut packets, mut bytes) = (0_u64, 0_u64);
    // No more than a ring at a time: the filler may go on meanwhile.
    for _ in 0..ring::LEN {
        let Some(packet) = cleaner.complete() else {
            break;
        };
        packets = packets.wrapping_add(1);
        bytes = bytes.wrapping_add(packet.len().into());
        packet.unmap(pdev).consume(budget);
    }
    if packets == 0 {
        return;
    }
    stats.tx_packets.add(packets);
    stats.tx_bytes.add(bytes);
    fence(Ordering::SeqCst);
    if dev.tx_stopped() && cleaner.free() >= WAKE {
        dev.tx_wake();
    }
}

/// Releases everything, sent or not. The device does not run any more.
pub(crate) fn abandon(cleaner: &mut TxCleaner, pdev: &pci::Device<Bound>) {
    while let Some(packet) = cleaner.abandon() {
        drop(packet.unmap(pdev));
    }
}
