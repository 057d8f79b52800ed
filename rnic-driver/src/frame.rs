// SPDX-License-Identifier: GPL-2.0

//! Which completed descriptors are packets: the check between what a device says and what the driver believes.
//!
//! The driver posts buffers that hold any frame it asked for, so that a packet is one descriptor. Everything else that a
//! device may write back (a chain, also one without an end, a length beyond the buffer, a damaged frame) is dropped as a
//! whole frame and counted once; never is a byte looked at behind the length that was checked.

use crate::desc::RxDescriptor;

/// Bytes that the device may write into a buffer.
pub const BUFFER_SIZE: usize = 2048;

/// Bytes of an Ethernet header: the least that the stack can be given.
pub const ETH_HLEN: usize = 14;

/// What a completed descriptor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A packet of that many bytes, within the buffer.
    Packet(usize),
    /// A part of a frame that will be counted at its end.
    Part,
    /// The end of a frame in several buffers, or one that is too short or too long.
    BadLength,
    /// The end of a frame that arrived damaged.
    Damaged,
}

/// Follows the descriptors of one ring.
///
/// # Examples
///
/// ```
/// use rnic_driver::{desc::RxDescriptor, frame::{Assembly, Frame}};
///
/// let mut assembly = Assembly::default();
/// let (part, end) = (0x1 | 2048 << 32, 0x3 | 100 << 32);
/// assert_eq!(assembly.next(RxDescriptor::new(0, end)), Frame::Packet(100));
/// assert_eq!(assembly.next(RxDescriptor::new(0, part)), Frame::Part);
/// assert_eq!(assembly.next(RxDescriptor::new(0, end)), Frame::BadLength);
/// assert_eq!(assembly.next(RxDescriptor::new(0, end)), Frame::Packet(100));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Assembly {
    /// In the middle of a frame.
    inside: bool,
}

impl Assembly {
    /// Judges the next completed descriptor.
    #[inline]
    pub fn next(&mut self, descriptor: RxDescriptor) -> Frame {
        let whole = descriptor.is_last() && !self.inside;
        self.inside = !descriptor.is_last();
        let len = descriptor.length();
        if self.inside {
            Frame::Part
        } else if descriptor.is_damaged() {
            Frame::Damaged
        } else if whole && (ETH_HLEN..=BUFFER_SIZE).contains(&len) {
            Frame::Packet(len)
        } else {
            Frame::BadLength
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: u64 = 0x1;
    const LAST: u64 = 0x3;

    fn judge(assembly: &mut Assembly, status: u64, len: u64) -> Frame {
        assembly.next(RxDescriptor::new(0, status | len << 32))
    }

    #[test]
    fn lengths_are_held_to_the_buffer() {
        let mut assembly = Assembly::default();
        assert_eq!(judge(&mut assembly, LAST, 14), Frame::Packet(14));
        assert_eq!(judge(&mut assembly, LAST, 2048), Frame::Packet(2048));
        for len in [0, 1, 13, 2049, 0x8000, 0xffff] {
            assert_eq!(judge(&mut assembly, LAST, len), Frame::BadLength, "{len}");
        }
    }

    #[test]
    fn a_chain_is_one_bad_frame() {
        let mut assembly = Assembly::default();
        assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Part);
        assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Part);
        assert_eq!(judge(&mut assembly, LAST, 60), Frame::BadLength);
        assert_eq!(judge(&mut assembly, LAST, 60), Frame::Packet(60));
    }

    #[test]
    fn a_chain_without_an_end_gives_nothing() {
        let mut assembly = Assembly::default();
        for _ in 0..100_000 {
            assert_eq!(judge(&mut assembly, DONE, 64), Frame::Part);
        }
    }

    #[test]
    fn damage_wins_over_length() {
        let mut assembly = Assembly::default();
        for error in [24, 25, 26, 28, 31] {
            assert_eq!(judge(&mut assembly, LAST | 1 << error, 60), Frame::Damaged);
        }
        assert_eq!(judge(&mut assembly, LAST | 1 << 29, 60), Frame::Packet(60));
    }

    /// Whatever is written back, a packet never reaches beyond the buffer.
    #[test]
    fn no_bits_reach_past_the_buffer() {
        let mut assembly = Assembly::default();
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..1_000_000 {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            if let Frame::Packet(len) = assembly.next(RxDescriptor::new(bits, bits)) {
                assert!((ETH_HLEN..=BUFFER_SIZE).contains(&len));
            }
        }
    }
}
