// SPDX-License-Identifier: GPL-2.0

//! Which completed descriptors are packets: the check between what a device says and what the driver believes.
//!
//! A packet is one descriptor, or a chain of up to as many as the interface allows: one, unless its MTU needs more and
//! whoever looks at packets can take them in parts. Everything else that a device may write back (a longer chain, one
//! without an end, a length beyond the buffer, a damaged frame) is dropped as a whole frame and counted once; never is a
//! byte looked at behind the length that was checked.

use crate::desc::Receive;

/// Bytes that the device may write into a buffer.
pub const BUFFER_SIZE: usize = 2048;

/// Bytes of an Ethernet header: the least that the stack can be given.
pub const ETH_HLEN: usize = 14;

/// Bytes around the payload of a frame: Ethernet header and two VLAN tags.
pub const OVERHEAD: usize = ETH_HLEN + 8;

/// The largest MTU that fits into one buffer.
pub const SINGLE_BUFFER_MTU: usize = BUFFER_SIZE - OVERHEAD;

/// The largest MTU.
pub const MAX_MTU: usize = 9000;

/// Buffers of the longest frame.
pub const MAX_PARTS: usize = (MAX_MTU + OVERHEAD).div_ceil(BUFFER_SIZE);

/// Buffers that a frame of an interface with this MTU may take.
pub const fn parts(mtu: usize) -> usize {
    let parts = mtu.saturating_add(OVERHEAD).div_ceil(BUFFER_SIZE);
    if parts > MAX_PARTS {
        MAX_PARTS
    } else {
        parts
    }
}

/// What a completed descriptor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A packet of that many bytes, within the buffer.
    Whole(usize),
    /// The beginning, or another part, of a packet: to be kept.
    Part(usize),
    /// The last part of a packet.
    Last(usize),
    /// A part of a frame that will be counted at its end. What was kept of it is to be dropped.
    Skipped,
    /// The end of a frame in too many buffers, or one that is too short or too long. What was kept is to be dropped.
    BadLength,
    /// The end of a frame that arrived damaged. What was kept is to be dropped.
    Damaged,
}

/// Follows the descriptors of one ring.
///
/// # Examples
///
/// ```
/// use rnic_driver::{desc::rx_extended::RxWriteBack, frame::{Assembly, Frame}};
///
/// let (part, end) = (0x1 | 2048 << 32, 0x3 | 100 << 32);
/// let mut assembly = Assembly::new(2);
/// assert_eq!(assembly.next(RxWriteBack::new(0, end)), Frame::Whole(100));
/// assert_eq!(assembly.next(RxWriteBack::new(0, part)), Frame::Part(2048));
/// assert_eq!(assembly.next(RxWriteBack::new(0, end)), Frame::Last(100));
///
/// let mut assembly = Assembly::new(1);
/// assert_eq!(assembly.next(RxWriteBack::new(0, part)), Frame::Skipped);
/// assert_eq!(assembly.next(RxWriteBack::new(0, end)), Frame::BadLength);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Assembly {
    /// Parts that were kept of the frame in the making.
    kept: usize,
    /// The frame in the making is dropped.
    skipping: bool,
    /// Parts that a frame may have.
    limit: usize,
}

impl Assembly {
    /// Of frames that may have up to `limit` parts.
    pub const fn new(limit: usize) -> Self {
        Self {
            kept: 0,
            skipping: false,
            limit,
        }
    }

    /// Lets frames have up to `limit` parts from now on. A frame in the making is dropped if it has more already.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Judges the next completed descriptor.
    #[inline]
    pub fn next<D: Receive>(&mut self, descriptor: D) -> Frame {
        let len = descriptor.length();
        let whole = descriptor.is_last() && self.kept == 0 && !self.skipping;
        if whole && !descriptor.is_damaged() && (ETH_HLEN..=BUFFER_SIZE).contains(&len) {
            return Frame::Whole(len);
        }
        self.chained(descriptor.is_last(), descriptor.is_damaged(), len)
    }

    /// All that is not a good packet in one buffer.
    #[cold]
    fn chained(&mut self, last: bool, damaged: bool, len: usize) -> Frame {
        let least = if self.kept == 0 { ETH_HLEN } else { 1 };
        let good = !self.skipping
            && self.kept < self.limit
            && (least..=BUFFER_SIZE).contains(&len)
            // A packet in one buffer was judged already.
            && (self.kept > 0 || !last);
        let frame = match (good, last) {
            (true, false) if self.kept.wrapping_add(1) < self.limit => {
                self.kept = self.kept.wrapping_add(1);
                return Frame::Part(len);
            }
            (_, false) => {
                self.kept = 0;
                self.skipping = true;
                return Frame::Skipped;
            }
            (_, true) if damaged => Frame::Damaged,
            (true, true) => Frame::Last(len),
            (false, true) => Frame::BadLength,
        };
        self.kept = 0;
        self.skipping = false;
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desc::rx_extended::RxWriteBack;

    const DONE: u64 = 0x1;
    const LAST: u64 = 0x3;

    fn judge(assembly: &mut Assembly, status: u64, len: u64) -> Frame {
        assembly.next(RxWriteBack::new(0, status | len << 32))
    }

    #[test]
    fn lengths_are_held_to_the_buffer() {
        let mut assembly = Assembly::new(1);
        assert_eq!(judge(&mut assembly, LAST, 14), Frame::Whole(14));
        assert_eq!(judge(&mut assembly, LAST, 2048), Frame::Whole(2048));
        for len in [0, 1, 13, 2049, 0x8000, 0xffff] {
            assert_eq!(judge(&mut assembly, LAST, len), Frame::BadLength, "{len}");
        }
    }

    #[test]
    fn where_parts_are_not_wanted_a_chain_is_one_bad_frame() {
        let mut assembly = Assembly::new(1);
        assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Skipped);
        assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Skipped);
        assert_eq!(judge(&mut assembly, LAST, 60), Frame::BadLength);
        assert_eq!(judge(&mut assembly, LAST, 60), Frame::Whole(60));
    }

    #[test]
    fn a_chain_has_as_many_parts_as_are_allowed() {
        let mut assembly = Assembly::new(3);
        for len in [1, 2048] {
            assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Part(2048));
            assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Part(2048));
            assert_eq!(judge(&mut assembly, LAST, len), Frame::Last(len as usize));
        }
        // One too many.
        assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Part(2048));
        assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Part(2048));
        assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Skipped);
        assert_eq!(judge(&mut assembly, LAST, 60), Frame::BadLength);
        assert_eq!(judge(&mut assembly, LAST, 60), Frame::Whole(60));
    }

    #[test]
    fn bad_parts_spoil_the_frame() {
        for bad in [0, 2049] {
            let mut assembly = Assembly::new(3);
            assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Part(2048));
            assert_eq!(judge(&mut assembly, DONE, bad), Frame::Skipped);
            assert_eq!(judge(&mut assembly, LAST, 60), Frame::BadLength);
            assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Part(2048));
            assert_eq!(judge(&mut assembly, LAST, bad), Frame::BadLength);
        }
    }

    #[test]
    fn a_chain_without_an_end_gives_nothing() {
        let mut assembly = Assembly::new(2);
        assert_eq!(judge(&mut assembly, DONE, 64), Frame::Part(64));
        for _ in 0..100_000 {
            assert_eq!(judge(&mut assembly, DONE, 64), Frame::Skipped);
        }
    }

    #[test]
    fn a_smaller_limit_holds_at_once() {
        let mut assembly = Assembly::new(3);
        assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Part(2048));
        assembly.set_limit(1);
        assert_eq!(judge(&mut assembly, LAST, 60), Frame::BadLength);
        assert_eq!(judge(&mut assembly, LAST, 60), Frame::Whole(60));
    }

    #[test]
    fn damage_wins_over_length() {
        let mut assembly = Assembly::new(2);
        for error in [24, 25, 26, 28, 31] {
            assert_eq!(judge(&mut assembly, LAST | 1 << error, 60), Frame::Damaged);
            assert_eq!(judge(&mut assembly, DONE, 2048), Frame::Part(2048));
            assert_eq!(judge(&mut assembly, LAST | 1 << error, 60), Frame::Damaged);
        }
        assert_eq!(judge(&mut assembly, LAST | 1 << 29, 60), Frame::Whole(60));
    }

    #[test]
    fn mtus_take_the_buffers_that_they_need() {
        assert_eq!(
            [
                68,
                1500,
                SINGLE_BUFFER_MTU,
                SINGLE_BUFFER_MTU + 1,
                9000,
                65535
            ]
            .map(parts),
            [1, 1, 1, 2, MAX_PARTS, MAX_PARTS]
        );
    }

    /// Whatever is written back, a packet never reaches beyond the buffer, and never has too many parts.
    #[test]
    fn no_bits_reach_past_the_buffer() {
        let mut assembly = Assembly::new(MAX_PARTS);
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        let mut held = 0;
        for _ in 0..1_000_000 {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            // Often a plausible length.
            let upper = if bits & 1 == 0 {
                bits & 0xffff_07ff_ffff_ffff
            } else {
                bits
            };
            match assembly.next(RxWriteBack::new(bits, upper)) {
                Frame::Whole(len) => {
                    assert!((ETH_HLEN..=BUFFER_SIZE).contains(&len));
                    assert_eq!(held, 0);
                }
                Frame::Part(len) => {
                    assert!((1..=BUFFER_SIZE).contains(&len));
                    held += 1;
                }
                Frame::Last(len) => {
                    assert!((1..=BUFFER_SIZE).contains(&len));
                    assert!((1..MAX_PARTS).contains(&held));
                    held = 0;
                }
                Frame::Skipped | Frame::BadLength | Frame::Damaged => held = 0,
            }
        }
    }
}
