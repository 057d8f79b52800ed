// SPDX-License-Identifier: GPL-2.0

//! Descriptors: what the driver writes for the device, and what the device writes back.
//!
//! Each format is a file of its own, with golden bytes. The loops over rings know none of them: they ask [`Receive`] and
//! [`Transmit`], which say the same about every format.

pub mod offload;
pub mod packet_type;
pub mod rss_type;
pub mod rx_advanced;
pub mod rx_extended;
pub mod transmit_type;
pub mod tx_advanced;
pub mod tx_extended;
pub mod tx_legacy;

use self::offload::Offload;
use meta_core::descriptor::Descriptor;

/// What the NIC found out about a packet's checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// It did not look.
    None,
    /// The transport checksum, and the IP header's if there is one, are right.
    Good,
    /// One of them is wrong.
    Bad,
}

/// Bits of the record's checksum field.
pub mod checksum_bit {
    /// The NIC checked the checksums and found all of them right.
    pub const GOOD: u16 = 1 << 0;
    /// It found one of them wrong.
    pub const BAD: u16 = 1 << 1;
}

/// These bits, without a branch: records have them.
#[inline(always)]
const fn checksum_bits(good: bool, bad: bool) -> u16 {
    (good as u16 * checksum_bit::GOOD) | (bad as u16 * checksum_bit::BAD)
}

impl Checksum {
    /// What bits of [`checksum_bit`] say.
    #[inline(always)]
    pub const fn of_bits(bits: u16) -> Self {
        match bits {
            checksum_bit::GOOD => Self::Good,
            0 => Self::None,
            _ => Self::Bad,
        }
    }
}

/// A descriptor of 16 bytes, as two quadwords in memory order.
pub type Words = [u64; 2];

/// A receive descriptor that the device has written back.
pub trait Receive: Descriptor<Words = Words> + Send + Sync + 'static {
    /// The descriptor that gives the buffer at `address` to the device.
    fn posted(address: u64) -> Words;
    /// The device is done with the descriptor.
    fn is_done(self) -> bool;
    /// The packet ends in this descriptor's buffer; all that is said about the packet stands here.
    fn is_last(self) -> bool;
    /// Bytes that the device wrote into the buffer, as it says.
    fn length(self) -> usize;
    /// The frame arrived damaged.
    fn is_damaged(self) -> bool;
    /// A VLAN tag was taken out of the packet.
    fn has_vlan(self) -> bool;
    /// Priority, DEI and VLAN id of that tag.
    fn vlan_tci(self) -> u16;
    /// The NIC computed a hash.
    fn has_rss_hash(self) -> bool;
    /// The hash.
    fn rss_hash(self) -> u32;
    /// The hash covers ports.
    fn is_l4_hash(self) -> bool;
    /// What the NIC found out about checksums.
    fn checksum(self) -> Checksum;
    /// The time of the packet is held in the NIC's register, until that is read.
    fn has_timestamp(self) -> bool;
}

/// The format of a NIC's transmit descriptors.
pub trait Transmit: Send + Sync + 'static {
    /// The context that packets with `offload` need in front of them; `None` if they need none.
    fn context(offload: &Offload) -> Option<Words>;
    /// A buffer of `length` bytes at `address`. The first one of a packet says how the packet is sent, the last one asks
    /// for a report.
    fn data(address: u64, length: u32, first: bool, last: bool, offload: &Offload) -> Words;
    /// What the second quadword of a last descriptor says: it was sent.
    fn is_done(second: u64) -> bool;
}

/// Answers [`Receive`] with a format's own getters.
macro_rules! receive {
    ($type:ty, |$address:ident| $posted:expr) => {
        impl $crate::desc::Receive for $type {
            #[inline(always)]
            fn posted($address: u64) -> $crate::desc::Words {
                $posted.to_words()
            }
            $crate::desc::receive!(@forward $type, is_done: bool, is_last: bool, length: usize, is_damaged: bool, has_vlan: bool,
                vlan_tci: u16, has_rss_hash: bool, rss_hash: u32, is_l4_hash: bool,
                checksum: $crate::desc::Checksum, has_timestamp: bool);
        }
    };
    (@forward $type:ty, $($getter:ident: $answer:ty),*) => {
        $(#[inline(always)]
        fn $getter(self) -> $answer {
            <$type>::$getter(self)
        })*
    };
}
pub(crate) use receive;
