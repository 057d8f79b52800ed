// SPDX-License-Identifier: GPL-2.0

//! Changes to the IPv4 header of a frame without a tag, and to the transport header behind it.
//!
//! Some are wrong on purpose: what a NIC says about a wrong checksum is a part of what it says.

/// Where the header is.
const HEADER: std::ops::Range<usize> = 14..34;
/// Identification, flags, and checksum in it.
const ID: usize = 14 + 4;
const FLAGS: usize = 14 + 6;
const CHECKSUM: usize = 14 + 10;

/// One's complement sum, 0xffff for bytes whose checksum is right.
pub(crate) fn ones_sum(bytes: &[u8]) -> u16 {
    let words = bytes
        .chunks(2)
        .map(|w| u32::from(w[0]) << 8 | u32::from(*w.get(1).unwrap_or(&0)));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    u16::try_from((folded & 0xffff) + (folded >> 16)).expect("folded")
}

fn put(frame: &mut [u8], at: usize, half: u16) {
    frame[at..at + 2].copy_from_slice(&half.to_be_bytes());
}

fn correct(frame: &mut [u8]) {
    put(frame, CHECKSUM, 0);
    let sum = !ones_sum(&frame[HEADER]);
    put(frame, CHECKSUM, sum);
}

/// Gives the packet this identification.
pub(crate) fn identify(frame: &mut [u8], id: u16) {
    put(frame, ID, id);
    correct(frame);
}

/// Makes the packet the first fragment of a longer one.
pub(crate) fn fragment(frame: &mut [u8]) {
    const MORE: u8 = 0x20;
    frame[FLAGS] = MORE;
    frame[FLAGS + 1] = 0;
    correct(frame);
}

/// Damages the header's checksum.
pub(crate) fn spoil(frame: &mut [u8]) {
    frame[CHECKSUM] ^= 1;
}

/// Damages a checksum that begins at `at`, so that it does not become 0, which is none.
pub(crate) fn spoil_transport(frame: &mut [u8], at: usize) {
    let sum = u16::from_be_bytes([frame[at], frame[at + 1]]);
    let wrong = if sum == 0x0100 { 0x0200 } else { sum ^ 0x0100 };
    put(frame, at, wrong);
}

/// Where a UDP checksum is.
pub(crate) const UDP_CHECKSUM: usize = 34 + 6;
/// Where a TCP checksum is.
pub(crate) const TCP_CHECKSUM: usize = 34 + 16;

/// Takes the UDP checksum out: 0 says that there is none.
pub(crate) fn drop_udp_checksum(frame: &mut [u8]) {
    put(frame, UDP_CHECKSUM, 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::{udp, Endpoints};

    fn frame() -> Vec<u8> {
        let mac = ([2, 0, 0, 0, 0, 1], [0x52, 0x54, 0, 0x12, 0x34, 0x56]);
        let ip = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        udp(
            &Endpoints {
                mac,
                ip,
                port: (40000, 9),
            },
            &[7; 21],
        )
    }

    fn pseudo(frame: &[u8]) -> u16 {
        ones_sum(&[&frame[26..34], &[0, 17, 0, 29], &frame[34..63]].concat())
    }

    #[test]
    fn what_is_right_stays_right() {
        let mut frame = frame();
        identify(&mut frame, 0xabcd);
        assert_eq!(ones_sum(&frame[HEADER]), 0xffff);
        assert_eq!(frame[18..20], [0xab, 0xcd]);
        fragment(&mut frame);
        assert_eq!(ones_sum(&frame[HEADER]), 0xffff);
        assert_eq!(pseudo(&frame), 0xffff);
        drop_udp_checksum(&mut frame);
        assert_eq!(frame[40..42], [0, 0]);
    }

    #[test]
    fn what_is_spoilt_is_wrong() {
        let mut frame = frame();
        spoil_transport(&mut frame, UDP_CHECKSUM);
        assert_eq!(ones_sum(&frame[HEADER]), 0xffff);
        assert_ne!(pseudo(&frame), 0xffff);
        spoil(&mut frame);
        assert_ne!(ones_sum(&frame[HEADER]), 0xffff);
        frame[40..42].copy_from_slice(&[1, 0]);
        spoil_transport(&mut frame, UDP_CHECKSUM);
        assert_ne!(frame[40..42], [0, 0]);
    }
}
