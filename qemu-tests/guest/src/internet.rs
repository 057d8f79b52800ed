// SPDX-License-Identifier: GPL-2.0

//! Packets of IPv4 and IPv6 with TCP or UDP: made here byte by byte, and checked where they arrive.

use anyhow::{bail, ensure, Result};

/// Bytes of an Ethernet header.
pub(crate) const ETH: usize = 14;

/// Which addresses and which protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// IPv6, else IPv4.
    pub(crate) v6: bool,
    /// TCP, else UDP.
    pub(crate) tcp: bool,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [
        Self {
            v6: false,
            tcp: true,
        },
        Self {
            v6: true,
            tcp: true,
        },
        Self {
            v6: false,
            tcp: false,
        },
        Self {
            v6: true,
            tcp: false,
        },
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match (self.tcp, self.v6) {
            (true, false) => "TCP/IPv4",
            (true, true) => "TCP/IPv6",
            (false, false) => "UDP/IPv4",
            (false, true) => "UDP/IPv6",
        }
    }

    /// Its EtherType.
    pub(crate) fn ethertype(self) -> u16 {
        if self.v6 {
            0x86dd
        } else {
            0x0800
        }
    }

    /// Bytes of the IP header.
    pub(crate) fn ip_len(self) -> usize {
        if self.v6 {
            40
        } else {
            20
        }
    }

    /// Bytes of the header in it.
    pub(crate) fn l4_len(self) -> usize {
        if self.tcp {
            20
        } else {
            8
        }
    }

    /// Where the checksum is in that header.
    pub(crate) fn checksum_at(self) -> usize {
        if self.tcp {
            16
        } else {
            6
        }
    }

    /// Bytes of all headers.
    pub(crate) fn headers(self) -> usize {
        ETH + self.ip_len() + self.l4_len()
    }

    fn protocol(self) -> u8 {
        if self.tcp {
            6
        } else {
            17
        }
    }
}

/// The sum of the internet checksum over `bytes`, not inverted.
pub(crate) fn sum(bytes: &[u8]) -> u16 {
    let words = bytes
        .chunks(2)
        .map(|w| u32::from(w[0]) << 8 | u32::from(*w.get(1).unwrap_or(&0)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(sum).unwrap_or(u16::MAX)
}

/// The sum of the pseudo header of what `frame` has in its IP header, which begins at `ip`.
fn pseudo(frame: &[u8], kind: Kind, ip: usize, l4_bytes: usize) -> u16 {
    let addresses = if kind.v6 {
        ip + 8..ip + 40
    } else {
        ip + 12..ip + 20
    };
    let len = u32::try_from(l4_bytes).unwrap_or(0).to_be_bytes();
    let words = [&frame[addresses], &len, &[0, 0, 0, kind.protocol()]].concat();
    sum(&words)
}

/// A frame with this payload, whose checksum is left to whoever sends it: its field has the sum of the pseudo header.
pub(crate) fn unfinished(kind: Kind, macs: [[u8; 6]; 2], id: u16, payload: &[u8]) -> Vec<u8> {
    let l4_bytes = kind.l4_len() + payload.len();
    // A packet that will be cut may be longer than its length field can say.
    let word = |n: usize| u16::try_from(n).unwrap_or(0).to_be_bytes();
    let mut frame = [&macs[0][..], &macs[1], &kind.ethertype().to_be_bytes()].concat();
    if kind.v6 {
        frame.extend([0x60, 0, 0, 0]);
        frame.extend(word(l4_bytes));
        frame.extend([kind.protocol(), 64]);
        for last in [2, 1] {
            frame.extend([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
        }
    } else {
        frame.extend([0x45, 0]);
        frame.extend(word(20 + l4_bytes));
        frame.extend(id.to_be_bytes());
        frame.extend([0x40, 0, 64, kind.protocol(), 0, 0]);
        frame.extend([192, 0, 2, 2, 192, 0, 2, 1]);
        let checksum = !sum(&frame[ETH..ETH + 20]);
        frame[ETH + 10..ETH + 12].copy_from_slice(&checksum.to_be_bytes());
    }
    frame.extend([0x12, 0x34, 0x43, 0x21]);
    if kind.tcp {
        frame.extend(1000_u32.to_be_bytes());
        // FIN, PSH, ACK.
        frame.extend([0, 0, 0, 1, 0x50, 0x19, 0x20, 0, 0, 0, 0, 0]);
    } else {
        frame.extend(word(l4_bytes));
        frame.extend([0, 0]);
    }
    frame.extend(payload);
    let l4 = ETH + kind.ip_len();
    let at = l4 + kind.checksum_at();
    let partial = pseudo(&frame, kind, ETH, l4_bytes);
    frame[at..at + 2].copy_from_slice(&partial.to_be_bytes());
    frame
}

/// What a received packet says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packet {
    /// Tag control information, if it has a tag.
    pub(crate) tci: Option<u16>,
    /// Identification of IPv4.
    pub(crate) id: u16,
    /// Sequence number of TCP.
    pub(crate) seq: u32,
    /// Flags of TCP.
    pub(crate) flags: u8,
    /// What is in it.
    pub(crate) payload: Vec<u8>,
}

/// Reads a frame of this kind, with or without a tag.
///
/// # Errors
///
/// Says which length or checksum is wrong.
pub(crate) fn check(kind: Kind, frame: &[u8]) -> Result<Packet> {
    ensure!(frame.len() >= kind.headers(), "{} bytes", frame.len());
    let half = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
    let (tci, ip) = if half(12) == 0x8100 {
        (Some(half(14)), ETH + 4)
    } else {
        (None, ETH)
    };
    ensure!(
        half(ip - 2) == kind.ethertype(),
        "EtherType {:x}",
        half(ip - 2)
    );
    let l4 = ip + kind.ip_len();
    let (l4_bytes, id) = if kind.v6 {
        (usize::from(half(ip + 4)), 0)
    } else {
        ensure!(sum(&frame[ip..l4]) == 0xffff, "checksum of the IP header");
        (usize::from(half(ip + 2)).saturating_sub(20), half(ip + 4))
    };
    let padding = frame.len().checked_sub(l4 + l4_bytes);
    match padding {
        Some(0) => {}
        Some(n) if frame.len() == 60 && n < 46 => {}
        _ => bail!(
            "{l4_bytes} bytes behind {l4}, in a frame of {}",
            frame.len()
        ),
    }
    let datagram = &frame[l4..l4 + l4_bytes];
    let total = [
        pseudo(frame, kind, ip, l4_bytes).to_be_bytes(),
        sum(datagram).to_be_bytes(),
    ]
    .concat();
    ensure!(sum(&total) == 0xffff, "checksum of {}", kind.name());
    let word = |at: usize| {
        [
            datagram[at],
            datagram[at + 1],
            datagram[at + 2],
            datagram[at + 3],
        ]
    };
    Ok(Packet {
        tci,
        id,
        seq: if kind.tcp {
            u32::from_be_bytes(word(4))
        } else {
            0
        },
        flags: if kind.tcp { datagram[13] } else { 0 },
        payload: datagram[kind.l4_len()..].to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_frame_is_right_and_a_damaged_one_is_not() {
        for kind in Kind::ALL {
            let mut frame = unfinished(kind, [[2; 6], [4; 6]], 7, &[9; 100]);
            assert!(check(kind, &frame).is_err());
            let l4 = ETH + kind.ip_len();
            let checksum = !sum(&frame[l4..]);
            frame[l4 + kind.checksum_at()..][..2].copy_from_slice(&checksum.to_be_bytes());
            let packet = check(kind, &frame).unwrap();
            assert_eq!(packet.payload, [9; 100]);
            *frame.last_mut().unwrap() ^= 1;
            assert!(check(kind, &frame).is_err());
        }
    }
}
