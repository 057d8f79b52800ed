// SPDX-License-Identifier: GPL-2.0

//! Counters of each queue, with one writer each: the poll function or whoever has the transmit queue's lock. Readers see
//! whole values. They survive `ip link` down and up, and `ethtool -L`.

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
    ($(#[$struct_doc:meta])* $struct:ident { $($(#[$doc:meta])* $name:ident,)* }) => {
        $(#[$struct_doc])*
        pub(crate) struct $struct {
            $($(#[$doc])* pub(crate) $name: Counter,)*
        }

        impl $struct {
            pub(crate) const fn new() -> Self {
                Self { $($name: Counter::new(),)* }
            }
        }
    };
}

counters! {
    /// What a receive queue counted. The poll function writes.
    RxStats {
        /// Packets received.
        packets,
        /// Bytes received.
        bytes,
        /// Packets whose checksums the NIC found right.
        checksum_good,
        /// Packets that a program passed to the stack.
        xdp_pass,
        /// Packets that a program dropped.
        xdp_drop,
        /// Packets that a program sent back.
        xdp_tx,
        /// Packets that a program redirected.
        xdp_redirect,
        /// Packets that a program aborted, or whose verdict could not be carried out.
        xdp_aborted,
        /// Packets dropped for lack of memory, and buffers for which there was none.
        no_memory,
        /// Frames with a length of less than an Ethernet header, or more than was to be received.
        length_errors,
        /// Damaged frames.
        errors,
        /// Packets that the NIC had kept the time of.
        stamps_latched,
        /// Times that the NIC kept and no descriptor asked for: the watchdog freed them.
        stamps_lost,
    }
}

counters! {
    /// What a transmit queue counted when packets were sent. The poll function writes.
    TxStats {
        /// Packets sent, segments counted each.
        packets,
        /// Their bytes.
        bytes,
        /// Packets cut into segments, by the NIC.
        segmented,
        /// Packets of XDP.
        xdp,
        /// Packets of an AF_XDP socket.
        socket,
        /// How often the queue was woken up.
        wake,
    }
}

counters! {
    /// What a transmit queue counted when packets were given to it. Whoever has its lock writes.
    QueuedStats {
        /// Packets that could not be sent.
        dropped,
        /// Packets of XDP for which there was no room.
        xdp_full,
        /// How often the queue was stopped.
        stop,
        /// Packets whose checksum the NIC computed.
        checksums,
    }
}

/// The counters of a pair of queues.
pub(crate) struct PairStats {
    /// Of the receive queue.
    pub(crate) rx: RxStats,
    /// Of the transmit queue, when sent.
    pub(crate) tx: TxStats,
    /// Of the transmit queue, when given to it.
    pub(crate) queued: QueuedStats,
}

impl PairStats {
    pub(crate) const fn new() -> Self {
        Self {
            rx: RxStats::new(),
            tx: TxStats::new(),
            queued: QueuedStats::new(),
        }
    }
}
