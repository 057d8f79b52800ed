// SPDX-License-Identifier: GPL-2.0

//! A transmit ring: packets to the device, and back when they are sent.
//!
//! It has two sides, which need no lock between them: who sends (`start_xmit`, XDP, AF_XDP) takes turns under the queue's
//! lock and has the [`TxFiller`]; the poll function has the [`TxCleaner`]. A packet takes a slot for each of its
//! descriptors, and is kept in the first.

use super::{Descriptors, Len, SharedSlots};
use crate::{
    desc::{offload::Offload, Transmit},
    sys::{dma::Mapping, skb::SkBuff, xdp_frame::XdpFrame},
};
use core::marker::PhantomData;
use kernel::{
    device::{Bound, Device},
    prelude::*,
    sync::{
        atomic::{Acquire, Atomic, Relaxed, Release},
        Arc,
    },
};

/// Bytes that one descriptor sends, at most: less than either format can say.
const DESCRIPTOR_BYTES: u32 = 1 << 14;

/// Descriptors of a packet, at most: a context, 17 fragments and a head, and those for 64 KiB in pieces of 16.
pub(crate) const PACKET_SLOTS: usize = 1 + 18 + 4;

const _: () = assert!(PACKET_SLOTS < super::MIN_LEN);

/// What is sent.
pub(crate) enum Packet {
    /// A packet of the stack.
    Skb(SkBuff),
    /// A packet of XDP.
    Frame(XdpFrame),
    /// A packet in an AF_XDP socket's memory, which knows itself in which order it sent them.
    Socket,
}

/// A part of a packet, where the device can read it.
pub(crate) struct Part {
    /// Its address.
    pub(crate) addr: u64,
    /// Its bytes.
    pub(crate) len: u32,
    /// What makes it readable, if it has to be undone.
    pub(crate) mapping: Option<Mapping>,
}

/// A packet that was sent.
pub(crate) struct Sent {
    /// The packet.
    pub(crate) packet: Packet,
    /// Packets on the wire: segments of it.
    pub(crate) packets: u32,
    /// Their bytes.
    pub(crate) bytes: u32,
    /// The NIC took the time.
    pub(crate) stamped: bool,
}

#[derive(Default)]
struct Slot {
    mapping: Option<Mapping>,
    packet: Option<Packet>,
    /// Of the slot that has a packet: its last one.
    last: u16,
    stamped: bool,
    packets: u32,
    bytes: u32,
}

/// The ring, shared by both sides.
///
/// # Invariants
///
/// Slots from `clean` to `used` are the cleaner's (and the device's), the others the filler's. Only the cleaner moves
/// `clean`, only the filler moves `used`; there is one of each.
struct Shared {
    descriptors: Descriptors,
    slots: SharedSlots<Slot>,
    clean: Atomic<usize>,
    used: Atomic<usize>,
}

impl Shared {
    #[inline]
    fn len(&self) -> Len {
        self.descriptors.len
    }

    #[inline]
    fn free(&self) -> usize {
        self.len().distance(
            self.used.load(Relaxed).wrapping_add(1),
            self.clean.load(Acquire),
        )
    }
}

/// The side that fills the ring.
pub(crate) struct TxFiller<F> {
    shared: Arc<Shared>,
    /// `used`, which nobody else moves.
    used: usize,
    /// `clean` as it was when it was last looked at: there is at least as much room as it says.
    clean: usize,
    _format: PhantomData<F>,
}

/// The side that cleans the ring.
pub(crate) struct TxCleaner<F> {
    shared: Arc<Shared>,
    _format: PhantomData<F>,
}

/// An empty ring: both sides, and where the device finds it.
///
/// # Errors
///
/// `ENOMEM`.
pub(crate) fn ring<F: Transmit>(
    dev: &Device<Bound>,
    len: Len,
) -> Result<(TxFiller<F>, TxCleaner<F>)> {
    let shared = Arc::new(
        Shared {
            descriptors: Descriptors::new(dev, len)?,
            slots: SharedSlots::new(len)?,
            clean: Atomic::new(0),
            used: Atomic::new(0),
        },
        GFP_KERNEL,
    )?;
    let filler = TxFiller {
        shared: shared.clone(),
        used: 0,
        clean: 0,
        _format: PhantomData,
    };
    let cleaner = TxCleaner {
        shared,
        _format: PhantomData,
    };
    Ok((filler, cleaner))
}

impl<F: Transmit> TxFiller<F> {
    /// Slots that can be filled.
    #[inline]
    pub(crate) fn free(&mut self) -> usize {
        self.clean = self.shared.clean.load(Acquire);
        self.known_free()
    }

    #[inline]
    fn known_free(&self) -> usize {
        self.shared
            .len()
            .distance(self.used.wrapping_add(1), self.clean)
    }

    /// Whether there is room for any packet. The other side is only asked if there was none before.
    #[inline]
    pub(crate) fn has_room(&mut self) -> bool {
        self.known_free() >= PACKET_SLOTS || self.free() >= PACKET_SLOTS
    }

    /// A stopped queue goes on when so many slots are free.
    #[inline]
    pub(crate) fn wake_at(&self) -> usize {
        wake_at(self.shared.len())
    }

    /// Gives a packet of `parts` parts to the device, once the tail is written. `part` makes each readable. Comes back if
    /// one of them is not, or if there is no room.
    #[inline]
    pub(crate) fn push(
        &mut self,
        sent: Sent,
        offload: &Offload,
        parts: usize,
        mut part: impl FnMut(&Packet, usize) -> Option<Part>,
    ) -> Result<(), Packet> {
        let ring = &*self.shared;
        let len = ring.len();
        let first = self.used;
        let mut free = self.known_free();
        let mut at = first;
        let mut last = first;
        let Sent {
            packet,
            packets,
            bytes,
            stamped,
        } = sent;
        if let Some(context) = F::context(offload).filter(|_| free > 0) {
            ring.descriptors.write(at, context);
            at = len.next(at);
            free = free.wrapping_sub(1);
        }
        let mut beginning = true;
        for index in 0..parts {
            let Some(part) = part(&packet, index) else {
                return Err(self.take_back(first, at, packet));
            };
            let (mut addr, mut rest) = (part.addr, part.len);
            let ends = index.wrapping_add(1) == parts;
            let mut mapping = part.mapping;
            loop {
                let piece = rest.min(DESCRIPTOR_BYTES);
                rest = rest.wrapping_sub(piece);
                if free == 0 {
                    return Err(self.take_back(first, at, packet));
                }
                let data = F::data(addr, piece, beginning, ends && rest == 0, offload);
                ring.descriptors.write(at, data);
                if mapping.is_some() {
                    // SAFETY: The slot is the filler's: it is not between `clean` and `used`.
                    if let Some(slot) = unsafe { ring.slots.slot(at) } {
                        slot.mapping = mapping.take();
                    }
                }
                beginning = false;
                last = at;
                at = len.next(at);
                free = free.wrapping_sub(1);
                addr = addr.wrapping_add(piece.into());
                if rest == 0 {
                    break;
                }
            }
        }
        // SAFETY: As above.
        if let Some(slot) = unsafe { ring.slots.slot(first) } {
            slot.packet = Some(packet);
            slot.last = last as u16;
            slot.packets = packets;
            slot.bytes = bytes;
            slot.stamped = stamped;
        }
        self.used = at;
        ring.used.store(at, Release);
        Ok(())
    }

    /// Forgets the descriptors from `first` to `end`, which the device was not told of.
    #[cold]
    fn take_back(&mut self, first: usize, end: usize, packet: Packet) -> Packet {
        let len = self.shared.len();
        let mut at = first;
        while at != end {
            // SAFETY: The slot is the filler's: it is not between `clean` and `used`.
            if let Some(slot) = unsafe { self.shared.slots.slot(at) } {
                slot.mapping = None;
            }
            at = len.next(at);
        }
        packet
    }

    /// What the tail register is to say.
    #[inline]
    pub(crate) fn tail(&self) -> u16 {
        self.used as u16
    }
}

impl<F: Transmit> TxCleaner<F> {
    /// Where the device finds the ring.
    pub(crate) fn dma_addr(&self) -> u64 {
        self.shared.descriptors.dma_addr()
    }

    /// Its length.
    pub(crate) fn len(&self) -> Len {
        self.shared.len()
    }

    /// The next packet that the device has sent.
    #[inline]
    pub(crate) fn complete(&mut self) -> Option<Sent> {
        self.take(|second| F::is_done(second))
    }

    /// The next packet, sent or not. The device does not run any more.
    pub(crate) fn abandon(&mut self) -> Option<Sent> {
        self.take(|_| true)
    }

    /// Whether a packet was sent.
    #[inline]
    pub(crate) fn is_pending(&self) -> bool {
        let ring = &*self.shared;
        let clean = ring.clean.load(Relaxed);
        if clean == ring.used.load(Acquire) {
            return false;
        }
        // SAFETY: The slot is the cleaner's: it is between `clean` and `used`; nothing else refers to it.
        unsafe { ring.slots.slot(clean) }
            .is_some_and(|slot| F::is_done(ring.descriptors.read(slot.last.into(), 1)))
    }

    #[inline]
    fn take(&mut self, done: impl FnOnce(u64) -> bool) -> Option<Sent> {
        let ring = &*self.shared;
        let len = ring.len();
        let clean = ring.clean.load(Relaxed);
        if clean == ring.used.load(Acquire) {
            return None;
        }
        // SAFETY: The slot is the cleaner's: it is between `clean` and `used`.
        let slot = unsafe { ring.slots.slot(clean) }?;
        let last = usize::from(slot.last);
        if !done(ring.descriptors.read(last, 1)) {
            return None;
        }
        let sent = Sent {
            packet: slot.packet.take()?,
            packets: slot.packets,
            bytes: slot.bytes,
            stamped: slot.stamped,
        };
        slot.mapping = None;
        let mut at = clean;
        while at != last {
            at = len.next(at);
            // SAFETY: As above; the first slot's reference is not used any more.
            if let Some(slot) = unsafe { ring.slots.slot(at) } {
                slot.mapping = None;
            }
        }
        ring.clean.store(len.next(at), Release);
        Some(sent)
    }

    /// Whether nothing is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.shared.clean.load(Relaxed) == self.shared.used.load(Acquire)
    }

    /// Slots that can be filled.
    #[inline]
    pub(crate) fn free(&self) -> usize {
        self.shared.free()
    }

    /// A stopped queue goes on when so many slots are free.
    #[inline]
    pub(crate) fn wake_at(&self) -> usize {
        wake_at(self.shared.len())
    }
}

#[inline]
fn wake_at(len: Len) -> usize {
    PACKET_SLOTS.max(len.get() / 4)
}
