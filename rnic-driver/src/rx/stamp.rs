// SPDX-License-Identifier: GPL-2.0

//! When a packet arrived: taken at once, in the receive loop, never later from a callback.
//!
//! The NIC keeps the time of one packet until it is read, and the next one is not kept before. All other packets are
//! stamped with what the NIC's clock says when they are taken from the ring; the record says which of the two it is.

use super::Poll;
use crate::{
    clock::Clock,
    desc::Receive,
    hal::Nic,
    layouts::{stamp_kind, Stamp},
    stats::RxStats,
};

/// Whether and how packets are stamped.
pub(super) trait Stamps<N: Nic> {
    fn stamp(&self, descriptor: N::Rx) -> Option<Stamp>;
}

/// They are not.
#[derive(Clone, Copy)]
pub(super) struct NoStamps;

impl<N: Nic> Stamps<N> for NoStamps {
    #[inline(always)]
    fn stamp(&self, _descriptor: N::Rx) -> Option<Stamp> {
        None
    }
}

/// By the NIC's clock.
pub(super) struct ByClock<'a, N> {
    nic: &'a N,
    /// As it was when the poll began: what a stamp in it means cannot have changed much since.
    clock: Clock,
    stats: &'a RxStats,
}

impl<'a, N: Nic> ByClock<'a, N> {
    pub(super) fn of(poll: &Poll<'a, '_, N>) -> Self {
        let mut clock = poll.clock.read();
        clock.update(poll.nic.mac().counter());
        Self {
            nic: poll.nic,
            clock,
            stats: poll.stats,
        }
    }
}

impl<N: Nic> Stamps<N> for ByClock<'_, N> {
    #[inline]
    fn stamp(&self, descriptor: N::Rx) -> Option<Stamp> {
        if N::LATCHES && descriptor.has_timestamp() {
            // A descriptor that says so although nothing was kept is treated as any other.
            if let Some(counter) = self.nic.mac().take_rx_stamp() {
                self.stats.stamps_latched.add(1);
                return Some(Stamp {
                    ns: self.clock.time(counter),
                    kind: stamp_kind::LATCHED,
                });
            }
        }
        Some(Stamp {
            ns: self
                .clock
                .time(self.clock.extend(self.nic.mac().counter_low())),
            kind: stamp_kind::READ,
        })
    }
}
