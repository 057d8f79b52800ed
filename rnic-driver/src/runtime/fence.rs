// SPDX-License-Identifier: GPL-2.0

//! The fence: the one way in which the meaning of descriptors and records changes.
//!
//! The order is the promise. What was received before the change is handled under the old layout; the new generation is
//! announced before the receive unit runs again; so no program sees a record that was not announced, and no descriptor
//! is decoded under a configuration that it was not posted under.
//!
//! Three cfgs break the promise for the tests, which must notice: `rnic_no_fence` leaves out the draining,
//! `rnic_late_announcement` lets packets through before the announcement, `rnic_stale_trailer` has records say the generation before.

use super::LayoutState;
use crate::sys::{
    genetlink::Announcement,
    netdev::{NetDevice, MAX_QUEUES},
};
use kernel::prelude::*;
use meta_core::{announce::Reason, generation::Generation, layout::Layout};

/// The receive rings of an interface, which can be reconfigured together. Polling is stopped while one of these is called.
pub(crate) trait Rings {
    /// What is to be changed.
    type Change;

    /// How many rings there are; each has a state of its own, by its index.
    fn count(&self) -> usize;
    /// How many there will be after a change.
    fn count_after(&self, change: &Self::Change) -> usize;
    /// Whether a change concerns a ring: if not, its generation goes on.
    fn changes(&self, change: &Self::Change, ring: usize) -> bool;
    /// Stops the receive unit: no descriptor is written back after this.
    fn stop_receive(&mut self);
    /// Handles every completed descriptor under the layout in force.
    fn drain(&mut self);
    /// Writes the hardware registers. What could be refused was, before the change was made.
    fn apply(&mut self, change: &Self::Change);
    /// Installs the writers of `change`, and the generation that each ring's records carry.
    fn install(&mut self, change: Self::Change, generation: impl Fn(usize) -> Generation);
    /// The layout of a ring's records from now on, with its BTF; of a ring that is gone, the one for no records.
    fn layout(&mut self, ring: usize) -> (&'static Layout, &'static [u8]);
    /// Lets the receive unit run again.
    fn start_receive(&mut self);
}

/// Room for the announcements of one change, taken before anything is touched.
#[derive(Default)]
pub(crate) struct Announcements([Option<Announcement>; MAX_QUEUES]);

impl Announcements {
    /// Takes room for each of `rings`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn take(rings: impl Iterator<Item = usize>) -> Result<Self> {
        let mut announcements = Self::default();
        for ring in rings {
            *announcements.0.get_mut(ring).ok_or(EINVAL)? = Some(Announcement::new()?);
        }
        Ok(announcements)
    }

    /// The same for a change that nothing can refuse, as it takes something away: what there is no room for will be said to be
    /// lost.
    pub(crate) fn try_take(rings: impl Iterator<Item = usize>) -> Self {
        let mut announcements = Self::default();
        for ring in rings {
            if let Some(to) = announcements.0.get_mut(ring) {
                *to = Announcement::new().ok();
            }
        }
        announcements
    }
}

/// Takes stopped rings from one generation to the next: all memory was taken before, so nothing can fail.
///
/// A ring that the change does not concern goes on in its generation, and one that it takes away ends as if it were stopped.
pub(crate) fn cross<R: Rings>(
    rings: &mut R,
    states: &[LayoutState],
    dev: &NetDevice,
    change: R::Change,
    announcements: Announcements,
    reason: Reason,
) {
    let (before, after) = (rings.count(), rings.count_after(&change));
    let changed: [bool; MAX_QUEUES] =
        core::array::from_fn(|ring| ring < before.max(after) && rings.changes(&change, ring));
    rings.stop_receive();
    if !cfg!(rnic_no_fence) {
        rings.drain();
    }
    rings.apply(&change);
    rings.install(change, |ring| {
        states.get(ring).map_or(Generation::FIRST, |state| {
            let before = state.published().generation;
            if cfg!(rnic_stale_trailer) {
                before
            } else {
                before.next()
            }
        })
    });
    if cfg!(rnic_late_announcement) {
        rings.start_receive();
        rings.drain();
    }
    for (ring, (state, announcement)) in states.iter().zip(announcements.0).enumerate() {
        if changed.get(ring).is_some_and(|changed| *changed) {
            let reason = if ring < after { reason } else { Reason::Stop };
            state.publish(announcement, dev, ring as u32, rings.layout(ring), reason);
        }
    }
    if !cfg!(rnic_late_announcement) {
        rings.start_receive();
    }
}

/// Takes stopped rings out of use: what they received is handled, then their generations end.
pub(crate) fn close<R: Rings>(
    rings: &mut R,
    states: &[LayoutState],
    dev: &NetDevice,
    announcements: Announcements,
) {
    rings.stop_receive();
    rings.drain();
    let states = states.iter().zip(announcements.0).take(rings.count());
    for (ring, (state, announcement)) in states.enumerate() {
        let layout = rings.layout(ring);
        state.publish(announcement, dev, ring as u32, layout, Reason::Stop);
    }
}
