// SPDX-License-Identifier: GPL-2.0

//! The fence: the one way in which the meaning of descriptors and records changes.
//!
//! The order is the promise. What was received before the change is handled under the old layout; the new generation is
//! announced before the receive unit runs again; so no program sees a record that was not announced, and no descriptor
//! is decoded under a configuration that it was not posted under.
//!
//! Two cfgs break the promise for the tests, which must notice: `rnic_no_fence` leaves out the draining,
//! `rnic_late_announcement` lets packets through before the announcement.

use super::LayoutState;
use crate::sys::{genetlink::Announcement, netdev::NetDevice};
use kernel::prelude::*;
use meta_core::{announce::Reason, generation::Generation, layout::Layout};

/// A receive ring that can be reconfigured. Polling is stopped while one of these is called.
pub(crate) trait Ring {
    /// What is to be changed.
    type Change;

    /// Stops the receive unit: no descriptor is written back after this.
    fn stop_receive(&mut self);
    /// Handles every completed descriptor under the layout in force.
    fn drain(&mut self);
    /// Writes the hardware registers. On failure they are as they were.
    ///
    /// # Errors
    ///
    /// Whatever the hardware refuses.
    fn apply(&mut self, change: &Self::Change) -> Result;
    /// Installs the writer of `change` and the generation that its records carry.
    fn install(&mut self, change: Self::Change, generation: Generation);
    /// The layout of the records from now on, with its BTF.
    fn layout(&self) -> (&'static Layout, &'static [u8]);
    /// Lets the receive unit run again.
    fn start_receive(&mut self);
}

/// Takes a stopped ring from one generation to the next.
///
/// # Errors
///
/// `ENOMEM`, or what the hardware says; the old generation goes on.
pub(crate) fn cross<R: Ring>(
    ring: &mut R,
    state: &LayoutState,
    dev: &NetDevice,
    queue: u32,
    change: R::Change,
    reason: Reason,
) -> Result {
    let announcement = Announcement::new()?;
    ring.stop_receive();
    if !cfg!(rnic_no_fence) {
        ring.drain();
    }
    if let Err(e) = ring.apply(&change) {
        ring.start_receive();
        return Err(e);
    }
    ring.install(change, state.published().generation.next());
    let layout = ring.layout();
    if cfg!(rnic_late_announcement) {
        ring.start_receive();
        ring.drain();
        state.publish(Some(announcement), dev, queue, layout, reason);
    } else {
        state.publish(Some(announcement), dev, queue, layout, reason);
        ring.start_receive();
    }
    Ok(())
}

/// Takes a stopped ring out of use: what it received is handled, then its generation ends.
pub(crate) fn close<R: Ring>(ring: &mut R, state: &LayoutState, dev: &NetDevice, queue: u32) {
    ring.stop_receive();
    ring.drain();
    // Nothing can refuse to stop; without memory the state changes unannounced, as no packet follows.
    state.publish(
        Announcement::new().ok(),
        dev,
        queue,
        ring.layout(),
        Reason::Stop,
    );
}
