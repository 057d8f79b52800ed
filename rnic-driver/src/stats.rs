// SPDX-License-Identifier: GPL-2.0

//! Counters with one writer each: the poll function or the transmit path. Readers see whole values.

use kernel::sync::atomic::{Atomic, Relaxed};

/// A counter that one context at a time adds to.
pub(crate) struct Counter(Atomic<u64>);

impl Counter {
    const fn new() -> Self {
        Self(Atomic::new(0))
    }

    /// Adds `n`. Not atomic as a whole: there is one writer.
    #[inline]
    pub(crate) fn add(&self, n: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(n), Relaxed);
    }

    /// The value now.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// The interface's counters. They survive `ip link` down and up.
        pub(crate) struct Stats {
            $($(#[$doc])* pub(crate) $name: Counter,)*
        }

        impl Stats {
            pub(crate) const fn new() -> Self {
                Self { $($name: Counter::new(),)* }
            }
        }
    };
}

counters! {
    /// Packets received.
    rx_packets,
    /// Bytes received.
    rx_bytes,
    /// Packets dropped by a program.
    rx_xdp_drop,
    /// Packets that a program aborted, or gave a verdict that is not supported.
    rx_xdp_aborted,
    /// Packets dropped for lack of memory.
    rx_no_memory,
    /// Frames with a length of less than an Ethernet header, or more than the buffer, or in several buffers.
    rx_length_errors,
    /// Damaged frames.
    rx_errors,
    /// Packets sent.
    tx_packets,
    /// Bytes sent.
    tx_bytes,
    /// Packets that could not be sent.
    tx_dropped,
}
