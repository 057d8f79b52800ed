// SPDX-License-Identifier: GPL-2.0

//! A transmit ring: packets to the device, and back when they are sent.
//!
//! It has two sides, which need no lock between them: who sends (`start_xmit`, XDP, AF_XDP) takes turns under the queue's
//! lock and has the [`TxFiller`]; the poll function has the [`TxCleaner`]. A packet takes a slot for each of its
//! descriptors, and is kept in the first.

use super::{Emptying, Filling, Len};
use crate::{
    desc::{offload::Offload, Transmit},
    sys::{dma::Mapping, skb::SkBuff, xdp_frame::XdpFrame},
};
use core::marker::PhantomData;
use kernel::{
    device::{Bound, Device},
    prelude::*,
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

impl Slot {
    /// Takes back what the device was not told of.
    fn forget(&mut self) {
        self.mapping = None;
    }
}

/// The side that fills the ring.
pub(crate) struct TxFiller<F> {
    side: Filling<Slot>,
    _format: PhantomData<F>,
}

/// The side that cleans the ring.
pub(crate) struct TxCleaner<F> {
    side: Emptying<Slot>,
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
    let (filling, emptying) = super::shared(dev, len)?;
    let filler = TxFiller {
        side: filling,
        _format: PhantomData,
    };
    let cleaner = TxCleaner {
        side: emptying,
        _format: PhantomData,
    };
    Ok((filler, cleaner))
}

impl<F: Transmit> TxFiller<F> {
    /// Slots that can be filled.
    #[inline]
    pub(crate) fn free(&mut self) -> usize {
        self.side.free()
    }

    /// Whether there is room for any packet. The other side is only asked if there was none before.
    #[inline]
    pub(crate) fn has_room(&mut self) -> bool {
        self.side.known_free() >= PACKET_SLOTS || self.free() >= PACKET_SLOTS
    }

    /// A stopped queue goes on when so many slots are free.
    #[inline]
    pub(crate) fn wake_at(&self) -> usize {
        wake_at(self.side.ring.len())
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
        let mut room = self.side.room();
        let Sent {
            packet,
            packets,
            bytes,
            stamped,
        } = sent;
        if let Some(context) = F::context(offload) {
            if let Some(slot) = room.next() {
                slot.descriptors.write(slot.index, context);
            }
        }
        let mut beginning = true;
        let mut last = 0;
        for index in 0..parts {
            let Some(part) = part(&packet, index) else {
                room.undo(Slot::forget);
                return Err(packet);
            };
            let (mut addr, mut rest) = (part.addr, part.len);
            let ends = index.wrapping_add(1) == parts;
            let mut mapping = part.mapping;
            loop {
                let piece = rest.min(DESCRIPTOR_BYTES);
                rest = rest.wrapping_sub(piece);
                let Some(slot) = room.next() else {
                    room.undo(Slot::forget);
                    return Err(packet);
                };
                let data = F::data(addr, piece, beginning, ends && rest == 0, offload);
                slot.descriptors.write(slot.index, data);
                if mapping.is_some() {
                    slot.content.mapping = mapping.take();
                }
                beginning = false;
                last = slot.index;
                addr = addr.wrapping_add(piece.into());
                if rest == 0 {
                    break;
                }
            }
        }
        if let Some(slot) = room.first() {
            slot.content.packet = Some(packet);
            slot.content.last = last as u16;
            slot.content.packets = packets;
            slot.content.bytes = bytes;
            slot.content.stamped = stamped;
        }
        room.publish();
        Ok(())
    }

    /// What the tail register is to say.
    #[inline]
    pub(crate) fn tail(&self) -> u16 {
        self.side.used as u16
    }
}

impl<F: Transmit> TxCleaner<F> {
    /// Where the device finds the ring.
    pub(crate) fn dma_addr(&self) -> u64 {
        self.side.ring.descriptors.dma_addr()
    }

    /// Its length.
    pub(crate) fn len(&self) -> Len {
        self.side.ring.len()
    }

    /// The number of the first descriptor that was not cleaned; of an empty ring, of the next one that is filled.
    pub(crate) fn at(&self) -> u16 {
        self.side.at() as u16
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
    pub(crate) fn is_pending(&mut self) -> bool {
        let mut filled = self.side.filled();
        let first = filled.next();
        first.is_some_and(|slot| F::is_done(slot.descriptors.read(slot.content.last.into(), 1)))
    }

    #[inline]
    fn take(&mut self, done: impl FnOnce(u64) -> bool) -> Option<Sent> {
        let mut filled = self.side.filled();
        let first = filled.next()?;
        let last = usize::from(first.content.last);
        if !done(first.descriptors.read(last, 1)) {
            return None;
        }
        let sent = Sent {
            packet: first.content.packet.take()?,
            packets: first.content.packets,
            bytes: first.content.bytes,
            stamped: first.content.stamped,
        };
        first.content.mapping = None;
        let mut at = first.index;
        while at != last {
            let next = filled.next()?;
            next.content.mapping = None;
            at = next.index;
        }
        filled.release();
        Some(sent)
    }

    /// Whether nothing is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.side.is_empty()
    }

    /// Slots that can be filled.
    #[inline]
    pub(crate) fn free(&self) -> usize {
        self.side.free()
    }

    /// A stopped queue goes on when so many slots are free.
    #[inline]
    pub(crate) fn wake_at(&self) -> usize {
        wake_at(self.side.ring.len())
    }
}

#[inline]
fn wake_at(len: Len) -> usize {
    PACKET_SLOTS.max(len.get() / 4)
}
