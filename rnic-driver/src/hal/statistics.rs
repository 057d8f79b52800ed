// SPDX-License-Identifier: GPL-2.0

//! The NICs' own counters: registers that count until they are read, and the sums of what was read.

use super::Mac;
use crate::regs;
use kernel::{
    io::{register::Array, Io},
    new_mutex,
    prelude::*,
    sync::Mutex,
};

/// Lengths of packets that are counted together, from the first byte to the check sequence.
pub(crate) const LENGTHS: [(u16, u16); 6] = [
    (64, 64),
    (65, 127),
    (128, 255),
    (256, 511),
    (512, 1023),
    (1024, 16384),
];

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident = $register:ident;)*) => {
        /// What the hardware counted since it was bound.
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct HardwareCounters {
            $($(#[$doc])* pub(crate) $name: u64,)*
            /// Bytes received, headers and check sequence included.
            pub(crate) rx_octets: u64,
            /// Bytes sent.
            pub(crate) tx_octets: u64,
            /// Packets received, by [`LENGTHS`].
            pub(crate) rx_lengths: [u64; LENGTHS.len()],
            /// Packets sent, by [`LENGTHS`].
            pub(crate) tx_lengths: [u64; LENGTHS.len()],
        }

        impl HardwareCounters {
            fn add(&mut self, mac: &Mac<'_>) {
                let bar = &mac.bar;
                $(self.$name = self.$name.wrapping_add(bar.read(regs::$register).into_raw().into());)*
                let low = u64::from(bar.read(regs::GORCL).into_raw());
                let high = u64::from(bar.read(regs::GORCH).into_raw());
                self.rx_octets = self.rx_octets.wrapping_add(high << 32 | low);
                let low = u64::from(bar.read(regs::GOTCL).into_raw());
                let high = u64::from(bar.read(regs::GOTCH).into_raw());
                self.tx_octets = self.tx_octets.wrapping_add(high << 32 | low);
                for (i, sum) in self.rx_lengths.iter_mut().enumerate() {
                    if let Some(location) = regs::PRC::try_at(i) {
                        *sum = sum.wrapping_add(bar.read(location).into_raw().into());
                    }
                }
                for (i, sum) in self.tx_lengths.iter_mut().enumerate() {
                    if let Some(location) = regs::PTC::try_at(i) {
                        *sum = sum.wrapping_add(bar.read(location).into_raw().into());
                    }
                }
            }
        }
    };
}

counters! {
    /// Frames with a wrong check sequence.
    crc_errors = CRCERRS;
    /// Frames for which there was no room.
    missed = MPC;
    /// Good frames received.
    rx_frames = GPRC;
    /// Broadcasts received.
    rx_broadcasts = BPRC;
    /// Multicasts received.
    rx_multicasts = MPRC;
    /// Good frames sent.
    tx_frames = GPTC;
    /// Multicasts sent.
    tx_multicasts = MPTC;
    /// Broadcasts sent.
    tx_broadcasts = BPTC;
    /// Frames received that are too short.
    undersize = RUC;
    /// Frames received that are too short and damaged.
    fragments = RFC;
    /// Frames received that are too long.
    oversize = ROC;
    /// Frames received that are too long and damaged.
    jabbers = RJC;
}

/// The sums.
#[pin_data]
pub(crate) struct Statistics {
    #[pin]
    sums: Mutex<HardwareCounters>,
}

impl Statistics {
    /// Nothing was counted yet.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            sums <- new_mutex!(HardwareCounters::default()),
        })
    }

    /// Adds what the hardware counted meanwhile; the sums then. Process context.
    pub(crate) fn read(&self, mac: &Mac<'_>) -> HardwareCounters {
        let mut sums = self.sums.lock();
        sums.add(mac);
        *sums
    }
}
