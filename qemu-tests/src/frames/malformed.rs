// SPDX-License-Identifier: GPL-2.0

//! Frames that are no packets: headers that lie about what follows, or that nothing follows.
//!
//! None carries the oracle's payload, so nothing is expected of them but that they harm nobody.

use super::{padded, MIN_LEN};

/// How many kinds there are.
pub(crate) const KINDS: u32 = 8;

/// The malformed frame of kind `which % KINDS`, from and to `mac`.
pub(crate) fn frame(mac: ([u8; 6], [u8; 6]), which: u32) -> Vec<u8> {
    let (ethertype, rest): (u16, Vec<u8>) = match which % KINDS {
        // A header of 60 bytes, of which 20 are there.
        0 => (0x0800, [&[0x4f, 0, 0, 20][..], &[0; 16]].concat()),
        // A packet that is shorter than its own header.
        1 => (0x0800, [&[0x45, 0, 0, 10][..], &[0xff; 30]].concat()),
        // One that says it is longer than the frame, TCP.
        2 => (
            0x0800,
            [&[0x45, 0, 0xff, 0xff, 0, 1, 0, 0, 64, 6][..], &[1; 30]].concat(),
        ),
        // A version that there is not.
        3 => (0x0800, vec![0xf5; 40]),
        // A datagram that is shorter than its own header.
        4 => {
            let ip = [0x45, 0, 0, 28, 0, 2, 0, 0, 64, 17, 0, 0, 192, 0, 2, 9];
            (
                0x0800,
                [&ip[..], &[192, 0, 2, 77, 0, 1, 0, 2, 0, 3]].concat(),
            )
        }
        // Options that reach beyond the frame.
        5 => {
            let ip = [0x60, 0, 0, 0, 0, 16, 0, 64];
            (0x86dd, [&ip[..], &[0xfe; 32], &[6, 0xff]].concat())
        }
        // A tag, and nothing behind it.
        6 => (0x8100, vec![0x20]),
        // A type that nobody knows, and as few bytes as there can be.
        _ => (0x9999, Vec::new()),
    };
    let frame = [&mac.1[..], &mac.0, &ethertype.to_be_bytes(), &rest].concat();
    // What the last two lack, a card would not have sent either; the others are padded.
    match which % KINDS {
        6 | 7 => frame,
        _ => padded(frame, MIN_LEN),
    }
}

#[cfg(test)]
mod tests {
    use super::{frame, KINDS};
    use etherparse::SlicedPacket;

    #[test]
    fn no_kind_is_a_packet_with_a_transport_header() {
        for which in 0..KINDS {
            let frame = frame(([2; 6], [6; 6]), which);
            assert_eq!(frame[..12], [6, 6, 6, 6, 6, 6, 2, 2, 2, 2, 2, 2]);
            let parsed = SlicedPacket::from_ethernet(&frame);
            assert!(
                parsed.is_err() || parsed.is_ok_and(|packet| packet.transport.is_none()),
                "{which}"
            );
        }
    }
}
