// SPDX-License-Identifier: GPL-2.0

//! What a virtio NIC says of a received frame: its hash, by the key and for the types that the guest has asked for. Pure.

use etherparse::{NetSlice, SlicedPacket, TransportSlice};

use crate::toeplitz;

/// Bytes of `struct virtio_net_hdr_v1_hash`.
pub(super) const HEADER: usize = 20;
/// What its `hash_report` says.
const REPORT_IPV4: u16 = 1;
const REPORT_TCPV4: u16 = 2;
/// The same as types that are supported and asked for.
const TYPE_IPV4: u32 = 1 << 0;
const TYPE_TCPV4: u32 = 1 << 1;
/// All of them.
pub(super) const TYPES: u32 = TYPE_IPV4 | TYPE_TCPV4;

/// What the guest has asked to be hashed.
#[derive(Default)]
pub(super) struct Hashing {
    types: u32,
    /// Whole, or empty.
    key: Vec<u8>,
}

impl Hashing {
    /// `struct virtio_net_hash_config`. `None`: it has no key, or one of another length.
    pub(super) fn parse(config: &[u8]) -> Option<Self> {
        let (types, rest) = config.split_first_chunk()?;
        let (len, key) = rest.get(8..)?.split_first()?;
        let whole = usize::from(*len) == toeplitz::KEY.len() && key.len() >= toeplitz::KEY.len();
        whole.then(|| Self {
            types: u32::from_le_bytes(*types),
            key: key[..toeplitz::KEY.len()].to_vec(),
        })
    }

    /// What stands in front of a received frame: that it is in one buffer, its hash and what was hashed.
    pub(super) fn header(&self, frame: &[u8]) -> [u8; HEADER] {
        let (hash, report) = self.hash(frame).unwrap_or_default();
        let mut header = [0; HEADER];
        header[10..12].copy_from_slice(&1_u16.to_le_bytes());
        header[12..16].copy_from_slice(&hash.to_le_bytes());
        header[16..18].copy_from_slice(&report.to_le_bytes());
        header
    }

    /// TCP over IPv4 is hashed over the ports too, the rest of IPv4 over the addresses, if the guest wants it.
    fn hash(&self, frame: &[u8]) -> Option<(u32, u16)> {
        let key = self.key.as_slice().try_into().ok()?;
        let packet = SlicedPacket::from_ethernet(frame).ok()?;
        let Some(NetSlice::Ipv4(ip)) = packet.net else {
            return None;
        };
        let addresses = [ip.header().source(), ip.header().destination()].concat();
        if let Some(TransportSlice::Tcp(tcp)) = packet.transport {
            if self.types & TYPE_TCPV4 != 0 {
                let ports = [
                    tcp.source_port().to_be_bytes(),
                    tcp.destination_port().to_be_bytes(),
                ];
                let input = [addresses, ports.concat()].concat();
                return Some((toeplitz::hash(key, &input), REPORT_TCPV4));
            }
        }
        (self.types & TYPE_IPV4 != 0).then(|| (toeplitz::hash(key, &addresses), REPORT_IPV4))
    }
}

#[cfg(test)]
mod tests {
    use super::Hashing;
    use crate::oracle::Traffic;
    use crate::toeplitz::KEY;
    use serde_json::json;

    /// As the kernel sends it.
    fn config(types: u32, key: &[u8]) -> Vec<u8> {
        [&types.to_le_bytes()[..], &[0; 8], &[key.len() as u8], key].concat()
    }

    /// The payload of the oracle says the same in network byte order.
    #[test]
    fn the_header_says_what_the_frame_says() {
        let request = json!({ "nic": "virtio_net", "l4": "mix", "flows": 7 });
        let traffic = Traffic::from_json(&request).unwrap();
        let hashing = Hashing::parse(&config(3, &KEY)).unwrap();
        let mut reports = [0; 3];
        for seq in 0..100 {
            let frame = traffic.frame(seq);
            let header = hashing.header(&frame);
            let magic = frame.windows(4).position(|four| four == b"RNIC").unwrap();
            let hash: Vec<u8> = header[12..16].iter().rev().copied().collect();
            assert_eq!(hash, frame[magic + 8..magic + 12]);
            reports[usize::from(header[16])] += 1;
        }
        assert!(
            reports[0] == 0 && reports[1] > 0 && reports[2] > 0,
            "{reports:?}"
        );
        assert_eq!(hashing.header(&[0xff; 60])[12..], [0; 8]);
    }

    #[test]
    fn nothing_is_hashed_without_a_key_or_a_type() {
        let frame = Traffic::default().frame(1);
        assert_eq!(Hashing::default().hash(&frame), None);
        assert_eq!(Hashing::parse(&config(0, &KEY)).unwrap().hash(&frame), None);
        for short in [&config(3, &KEY[1..])[..], &config(3, &KEY)[..50], &[1, 2]] {
            assert!(Hashing::parse(short).is_none(), "{short:?}");
        }
    }
}
