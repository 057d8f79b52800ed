// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! One receive queue, as its announcements tell it: which generations it had, and which layout each.
//!
//! A change does not reach into a socket's ring: packets of the generation before still wait there when the next is
//! announced, and are right. So a record is taken if its generation was announced, is not newer than the newest announced
//! one, and had the layout that the record names; what was never announced is stale. Only the last [`Ring::KEPT`] generations
//! are known, which is far more than a socket's ring can hold packets of, and so few that 16 bits tell them apart.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use meta_core::trailer::Trailer;

use crate::announcement::{is_newer, Announcement};
use crate::client::{Client, Subscription};
use crate::error::Error;
use crate::layout::Layout;
use crate::record::{Record, Rejected};

/// The generations of one receive queue.
///
/// # Invariants
///
/// There is one at least; they are in order, the newest last.
#[derive(Clone, Debug)]
pub struct Ring {
    ifindex: u32,
    queue: u32,
    known: VecDeque<(u32, Arc<Layout>)>,
}

impl Ring {
    /// How many generations back a record may be.
    pub const KEPT: usize = 256;

    /// A ring of which nothing is known but the generation in force.
    pub fn new(in_force: &Announcement) -> Self {
        let first = (in_force.generation, Arc::clone(&in_force.layout));
        // INVARIANT: One is in order.
        Self {
            ifindex: in_force.ifindex,
            queue: in_force.queue,
            known: VecDeque::from([first]),
        }
    }

    /// Takes note of an announcement, in whatever order they come; `false`: it is about another ring.
    pub fn hear(&mut self, announcement: &Announcement) -> bool {
        if (announcement.ifindex, announcement.queue) != (self.ifindex, self.queue) {
            return false;
        }
        let generation = announcement.generation;
        let newer = self.known.iter().rev();
        let newer = newer.take_while(|(known, _)| is_newer(*known, generation));
        let at = self.known.len() - newer.count();
        let before = at.checked_sub(1).and_then(|index| self.known.get(index));
        if before.is_none_or(|(known, _)| *known != generation) {
            // INVARIANT: What is before `at` is older, what is behind it newer.
            let entry = (generation, Arc::clone(&announcement.layout));
            self.known.insert(at, entry);
        }
        while self.known.len() > Self::KEPT {
            self.known.pop_front();
        }
        true
    }

    /// Hears everything that waits; if some of it was lost, asks for the generation in force. The generations that nobody heard
    /// of are lost for good: their records are stale. Announcements of other rings are passed over, so a program with several
    /// rings reads the subscription itself.
    ///
    /// # Errors
    ///
    /// When the kernel cannot be asked, or says what cannot be.
    pub fn catch_up(&mut self, client: &Client, subscription: &Subscription) -> Result<(), Error> {
        let mut lost = false;
        loop {
            match subscription.next(Duration::ZERO) {
                Ok(Some(announcement)) => {
                    self.hear(&announcement);
                }
                // More may be lost until now, and none from now on.
                Ok(None) if lost => {
                    lost = false;
                    self.hear(&client.get(self.ifindex, self.queue)?);
                }
                Ok(None) => return Ok(()),
                Err(Error::Lost) => lost = true,
                Err(error) => return Err(error),
            }
        }
    }

    /// The newest generation that was heard of.
    pub fn generation(&self) -> u32 {
        self.known.back().map_or(0, |(generation, _)| *generation)
    }

    /// Its layout.
    pub fn layout(&self) -> Option<&Arc<Layout>> {
        self.known.back().map(|(_, layout)| layout)
    }

    /// The record that ends where `before` ends: the bytes in front of a packet's first, as an AF_XDP program has them.
    ///
    /// # Errors
    ///
    /// When there is no record, it is stale, not all there, or [ahead](Rejected::Ahead) of the announcements that were heard.
    #[inline]
    pub fn record<'a>(&'a self, before: &'a [u8]) -> Result<Record<'a>, Rejected> {
        let trailer = Trailer::of(before).ok_or(Rejected::NoRecord)?;
        if trailer.layout_id == 0 {
            return Err(Rejected::NoRecord);
        }
        // The newest is nearly always the first that is looked at.
        let mut known = self.known.iter().rev();
        let found = known.find(|(known, _)| low16(*known) == trailer.generation);
        match found {
            Some((_, layout)) if layout.id() == trailer.layout_id => {
                Record::new(before, layout, trailer)
            }
            None if self.is_ahead(trailer.generation) => Err(Rejected::Ahead(trailer.generation)),
            _ => Err(Rejected::Stale {
                layout_id: trailer.layout_id,
                generation: trailer.generation,
            }),
        }
    }

    /// Whether the next 2^15 generations have this one.
    fn is_ahead(&self, generation: u16) -> bool {
        let distance = generation.wrapping_sub(low16(self.generation()));
        distance != 0 && distance < 1 << 15
    }
}

/// What a trailer has of a generation.
fn low16(generation: u32) -> u16 {
    let [a, b, ..] = generation.to_le_bytes();
    u16::from_le_bytes([a, b])
}
