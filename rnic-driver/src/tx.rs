// SPDX-License-Identifier: GPL-2.0

//! Transmission: packets of the stack, of XDP and of AF_XDP sockets to descriptors, and back when they are sent.
//!
//! All three share a ring and take turns under its queue's lock, which the stack has anyway.

use crate::{
    adapter::Adapter,
    desc::offload::Offload,
    hal::Nic,
    ring::tx::{Packet, Part, Sent, TxCleaner, TxFiller},
    rx::Outbox,
    stats::{PairStats, QueuedStats},
    sys::{
        napi::NapiContext,
        netdev::{self, Port, Xmit},
        skb::SkBuff,
        tx_queue::TxQueue,
        xdp_frame::{FrameBulk, Frames, XdpFrame},
        xsk::XskPool,
    },
};
use core::sync::atomic::{fence, Ordering};
use kernel::{device::Bound, pci};

/// Sends one packet of the stack. `stamp` says whether the NIC may take its time.
#[inline]
pub(crate) fn xmit<N: Nic>(
    filler: &mut TxFiller<N::Tx>,
    pdev: &pci::Device<Bound>,
    nic: &N,
    queue: TxQueue<'_>,
    stats: &QueuedStats,
    skb: SkBuff,
    stamp: impl FnOnce() -> bool,
) -> Xmit {
    if !filler.has_room() {
        // Only XDP can have taken the room after the last packet of the stack.
        queue.stop();
        // The cleaner may have made room before it could see the queue stopped.
        fence(Ordering::SeqCst);
        if !filler.has_room() {
            return Xmit::Busy(skb);
        }
        queue.wake();
    }
    let bytes = match push_skb::<N>(filler, pdev, skb, stats, stamp) {
        Some(bytes) => bytes,
        None => {
            stats.dropped.add(1);
            // Earlier packets may wait for the tail.
            nic.set_tx_tail(queue.index(), filler.tail());
            return Xmit::Taken;
        }
    };
    if !filler.has_room() {
        stats.stop.add(1);
        queue.stop();
        // The cleaner frees a slot and then looks whether the queue is stopped; this side stops and then looks for
        // slots. One of them sees the other.
        fence(Ordering::SeqCst);
        if filler.free() >= filler.wake_at() {
            queue.wake();
        }
    }
    // That the queue was just stopped counts here.
    if queue.sent(bytes, netdev::xmit_more()) {
        nic.set_tx_tail(queue.index(), filler.tail());
    }
    Xmit::Taken
}

/// Puts a packet of the stack on the ring; its bytes, or `None` if it was dropped.
#[inline]
fn push_skb<N: Nic>(
    filler: &mut TxFiller<N::Tx>,
    pdev: &pci::Device<Bound>,
    skb: SkBuff,
    stats: &QueuedStats,
    stamp: impl FnOnce() -> bool,
) -> Option<u32> {
    let mut skb = skb.pad()?;
    let mut offload = skb.offload()?;
    let stamped = offload.timestamp && stamp();
    if stamped {
        skb.tx_stamp_in_progress();
    }
    offload.timestamp = stamped && N::LATCHES;
    if offload.checksum.is_some() {
        stats.checksums.add(1);
    }
    skb.tx_timestamp();
    let bytes = skb.len();
    let (packets, wire_bytes) = offload.on_the_wire(bytes);
    let parts = skb.fragments().wrapping_add(1);
    let sent = Sent {
        packet: Packet::Skb(skb),
        packets,
        bytes: wire_bytes,
        stamped,
    };
    let pushed = filler.push(sent, &offload, parts, |packet, part| {
        let Packet::Skb(skb) = packet else {
            return None;
        };
        let mapping = skb.map(pdev, part)?;
        Some(Part {
            addr: mapping.addr(),
            len: mapping.len(),
            mapping: Some(mapping),
        })
    });
    pushed.is_ok().then_some(bytes)
}

/// Puts a frame on the ring; `false` if it was dropped. The device is not told.
#[inline]
fn push_frame<N: Nic>(
    filler: &mut TxFiller<N::Tx>,
    pdev: &pci::Device<Bound>,
    frame: XdpFrame,
) -> bool {
    if !filler.has_room() {
        return false;
    }
    let bytes = frame.len();
    let parts = frame.parts();
    let sent = Sent {
        packet: Packet::Frame(frame),
        packets: 1,
        bytes,
        stamped: false,
    };
    filler
        .push(sent, &Offload::none(bytes), parts, |packet, part| {
            let Packet::Frame(frame) = packet else {
                return None;
            };
            let part = frame.map(pdev, part)?;
            Some(Part {
                addr: part.addr(),
                len: part.len(),
                mapping: part.into_mapping(),
            })
        })
        .is_ok()
}

/// Sends what programs sent back in a poll, on the queue's own ring.
#[inline]
pub(crate) fn send_frames<N: Nic>(
    port: &Port<Adapter<'_, N>>,
    queue: usize,
    context: &NapiContext<'_>,
    outbox: &mut Outbox,
) {
    let adapter = port.driver();
    let Some(mut guard) = port.lock_tx_softirq(queue, context) else {
        return;
    };
    let stats = adapter.stats(queue);
    match &mut *guard {
        Some(filler) => {
            for frame in outbox.take() {
                if !push_frame::<N>(filler, adapter.pdev(), frame) {
                    stats.queued.xdp_full.add(1);
                }
            }
            adapter.nic().set_tx_tail(queue, filler.tail());
        }
        None => outbox.take().for_each(drop),
    }
}

/// Sends frames that came from another interface; those that find no room stay the caller's.
pub(crate) fn xdp_xmit<N: Nic>(
    port: &Port<Adapter<'_, N>>,
    queue: usize,
    frames: &mut Frames<'_>,
    flush: bool,
) {
    let adapter = port.driver();
    let Some(mut guard) = port.lock_tx_softirq(queue, &*frames) else {
        return;
    };
    let Some(filler) = &mut *guard else {
        return;
    };
    while filler.has_room() {
        let Some(frame) = frames.take() else {
            break;
        };
        if !push_frame::<N>(filler, adapter.pdev(), frame) {
            adapter.stats(queue).queued.xdp_full.add(1);
        }
    }
    if flush {
        adapter.nic().set_tx_tail(queue, filler.tail());
    }
}

/// Sends what a socket's user wants sent, as much as fits.
#[inline]
pub(crate) fn send_socket<N: Nic>(
    port: &Port<Adapter<'_, N>>,
    queue: usize,
    context: &NapiContext<'_>,
    pool: &mut XskPool,
    budget: usize,
) -> usize {
    let Some(mut guard) = port.lock_tx_softirq(queue, context) else {
        return 0;
    };
    let Some(filler) = &mut *guard else {
        return 0;
    };
    let room = filler
        .free()
        .saturating_sub(crate::ring::tx::PACKET_SLOTS)
        .min(budget);
    let sent = pool.transmit(room, context, |packet| {
        let bytes = packet.len();
        let sent = Sent {
            packet: Packet::Socket,
            packets: 1,
            bytes,
            stamped: false,
        };
        // There is room, and nothing to be mapped.
        let _ = filler.push(sent, &Offload::none(bytes), 1, |_, _| {
            Some(Part {
                addr: packet.addr(),
                len: packet.len(),
                mapping: None,
            })
        });
    });
    if sent > 0 {
        let nic = port.driver().nic();
        nic.set_tx_tail(queue, filler.tail());
    }
    sent
}

/// Releases what the device has sent; returns how many of these were a socket's. NAPI context.
#[inline]
pub(crate) fn clean<N: Nic>(
    cleaner: &mut TxCleaner<N::Tx>,
    queue: TxQueue<'_>,
    stats: &PairStats,
    context: &NapiContext<'_>,
    budget: usize,
    mut stamped: impl FnMut(&mut SkBuff),
) -> usize {
    let mut tally = Tally::default();
    let mut bulk = None;
    // No more than a ring at a time: the filler may go on meanwhile.
    for _ in 0..cleaner.len().get() {
        let Some(sent) = cleaner.complete() else {
            break;
        };
        tally.packets = tally.packets.wrapping_add(sent.packets);
        tally.bytes = tally.bytes.wrapping_add(sent.bytes);
        match sent.packet {
            Packet::Skb(mut skb) => {
                if sent.stamped {
                    stamped(&mut skb);
                }
                tally.queued = tally.queued.wrapping_add(1);
                tally.queued_bytes = tally.queued_bytes.wrapping_add(skb.len());
                tally.segmented = tally.segmented.wrapping_add(u32::from(sent.packets > 1));
                skb.consume(budget);
            }
            Packet::Frame(frame) => {
                tally.frames = tally.frames.wrapping_add(1);
                bulk.get_or_insert_with(|| FrameBulk::new(context))
                    .add(frame);
            }
            Packet::Socket => tally.sockets = tally.sockets.wrapping_add(1),
        }
    }
    if tally.packets == 0 {
        return 0;
    }
    if tally.queued > 0 {
        queue.completed(tally.queued, tally.queued_bytes);
    }
    tally.add_to(stats);
    fence(Ordering::SeqCst);
    if queue.stopped_by_driver() && cleaner.free() >= cleaner.wake_at() {
        stats.tx.wake.add(1);
        queue.wake();
    }
    tally.sockets
}

/// Releases everything, sent or not; what a socket sent counts as sent. The device does not run any more.
pub(crate) fn abandon<N: Nic>(cleaner: &mut TxCleaner<N::Tx>) {
    while let Some(sent) = cleaner.abandon() {
        drop(sent.packet);
    }
}

/// What one round of cleaning found.
#[derive(Default)]
struct Tally {
    packets: u32,
    bytes: u32,
    queued: u32,
    queued_bytes: u32,
    segmented: u32,
    frames: u32,
    sockets: usize,
}

impl Tally {
    fn add_to(&self, stats: &PairStats) {
        stats.tx.packets.add(self.packets.into());
        stats.tx.bytes.add(self.bytes.into());
        for (counter, n) in [
            (&stats.tx.segmented, u64::from(self.segmented)),
            (&stats.tx.xdp, self.frames.into()),
            (&stats.tx.socket, self.sockets as u64),
        ] {
            if n != 0 {
                counter.add(n);
            }
        }
    }
}
