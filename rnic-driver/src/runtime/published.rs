// SPDX-License-Identifier: GPL-2.0

//! What is known to the outside about one ring: its layout, its generation, and why and when they came into force.

use crate::sys::{
    genetlink::{Announcement, Message},
    netdev::NetDevice,
    time,
};
use kernel::{new_mutex, prelude::*, sync::Mutex};
use meta_core::{
    announce::{attr, field, Reason},
    generation::Generation,
    layout::Layout,
};

/// One announced state of a ring.
#[derive(Clone, Copy)]
pub(crate) struct Published {
    /// The generation.
    pub(crate) generation: Generation,
    /// The layout of its records.
    pub(crate) layout: &'static Layout,
    /// The layout's own BTF.
    pub(crate) btf: &'static [u8],
    /// What changed.
    reason: Reason,
    /// When it was announced, in nanoseconds of CLOCK_MONOTONIC.
    time: u64,
}

impl Published {
    /// Writes this state of receive queue `queue` into a message.
    ///
    /// # Errors
    ///
    /// `EMSGSIZE` if there is no room.
    pub(crate) fn describe(&self, message: &mut Message, ifindex: u32, queue: u32) -> Result {
        message.put_u32(attr::IFINDEX, ifindex)?;
        message.put_u32(attr::QUEUE, queue)?;
        message.put_u32(attr::GENERATION, self.generation.get())?;
        message.put_u32(attr::LAYOUT_ID, self.layout.id)?;
        message.put_u32(attr::SIZE, self.layout.size.into())?;
        message.put_str(attr::NAME, self.layout.name)?;
        message.put_u32(attr::REASON, self.reason.number())?;
        message.put_u64(attr::TIME, self.time)?;
        for f in self.layout.fields {
            message.nest(attr::FIELD, |message| {
                message.put_u32(field::ID, f.id.into())?;
                message.put_str(field::NAME, f.name)?;
                message.put_u32(field::OFFSET, f.offset.into())?;
                message.put_u32(field::SIZE, f.size() as u32)?;
                message.put_u32(field::PRESENT, f.present.into())?;
                if f.bits != 0 {
                    message.put_u32(field::BIT, f.bit.into())?;
                    message.put_u32(field::BITS, f.bits.into())?;
                }
                Ok(())
            })?;
        }
        message.put_bytes(attr::BTF, self.btf)
    }
}

/// The published state of one ring.
#[pin_data]
pub(crate) struct LayoutState {
    #[pin]
    state: Mutex<Published>,
}

impl LayoutState {
    /// The state of a ring before its first opening: generation 1.
    pub(crate) fn new(layout: &'static Layout, btf: &'static [u8]) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            state <- new_mutex!(Published {
                generation: Generation::FIRST,
                layout,
                btf,
                reason: Reason::Stop,
                time: time::ktime_get_ns(),
            }),
        }? Error)
    }

    /// The state in force. Process context.
    pub(crate) fn published(&self) -> Published {
        *self.state.lock()
    }

    /// Publishes the next generation and announces it; without an announcement, listeners are told that they lost one.
    pub(super) fn publish(
        &self,
        announcement: Option<Announcement>,
        dev: &NetDevice,
        queue: u32,
        (layout, btf): (&'static Layout, &'static [u8]),
        reason: Reason,
    ) {
        let next = {
            let mut state = self.state.lock();
            *state = Published {
                generation: state.generation.next(),
                layout,
                btf,
                reason,
                time: time::ktime_get_ns(),
            };
            *state
        };
        match announcement {
            Some(announcement) => {
                announcement.send(dev, |message| next.describe(message, dev.ifindex(), queue));
            }
            None => Announcement::lost(dev),
        }
    }
}
