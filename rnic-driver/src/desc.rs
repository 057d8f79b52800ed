// SPDX-License-Identifier: GPL-2.0

//! The NICs' descriptors: what the driver writes for them, and what they write back.
//!
//! A write-back is copied once, after its done bit was seen, and only the copy is looked at: a device that goes on
//! writing can't change an answer between two questions. Nothing that a descriptor says is trusted beyond its range.
//!
//! The types are those of the C drivers' headers, `drivers/net/ethernet/intel/e1000e/hw.h` and `igb/e1000_82575.h`, member
//! by member; getters and builders of the bits are derived. Where formats share memory there is a union, whose views they are.
//!
//! | module | NIC | formats |
//! |---|---|---|
//! | [`rx_extended`] | 82574 | receive: read, write-back |
//! | [`tx_legacy`] | 82574 | transmit: legacy |
//! | [`tx_extended`] | 82574 | transmit: data, TCP/IP context |
//! | [`rx_advanced`] | 82576 | receive: read, write-back |
//! | [`tx_advanced`] | 82576 | transmit: data, its write-back, context |
//! | [`rss_type`], [`packet_type`] | both | what write-backs say about a packet |
//! | [`transmit_type`] | both | what a transmit descriptor is |

pub mod packet_type;
pub mod rss_type;
pub mod rx_advanced;
pub mod rx_extended;
pub mod transmit_type;
pub mod tx_advanced;
pub mod tx_extended;
pub mod tx_legacy;

pub use self::rx_extended::RxWriteBack as RxDescriptor;
pub use self::tx_legacy::TxLegacy as TxDescriptor;

/// What the hardware found out about a packet's checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// It did not look.
    None,
    /// The transport checksum, and the IP header's if there is one, are right.
    Good,
    /// One of them is wrong.
    Bad,
}
