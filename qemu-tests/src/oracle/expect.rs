// SPDX-License-Identifier: GPL-2.0

//! What the guest must find out about one frame, as the frame itself carries it.

/// "RNIC": what a payload of the oracle begins with.
pub(crate) const MAGIC: u32 = 0x524e_4943;

/// Bits of [`Expect::flags`].
pub(crate) mod flag {
    /// The frame is IPv4, so it has an identification.
    pub(crate) const IPV4: u16 = 1 << 0;
    /// The NIC keeps the time of the frame, if it is told to and has not kept another's, and calls it PTP then.
    pub(crate) const LATCH: u16 = 1 << 1;
}

/// What the guest must find out about one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expect {
    /// Number of the frame on this wire.
    pub(crate) seq: u32,
    /// RSS hash; means nothing when `hash_type` is 0.
    pub(crate) rss_hash: u32,
    /// Type of the hash as `enum xdp_rss_hash_type`; 0: the device computes none.
    pub(crate) hash_type: u16,
    /// Tag control information of the frame as sent.
    pub(crate) vlan_tci: u16,
    /// EtherType of the tag; 0: sent untagged.
    pub(crate) vlan_proto: u16,
    /// Bits of [`flag`].
    pub(crate) flags: u16,
    /// What the device says about checksums: 1 all good, 2 one is wrong; 0: nothing.
    pub(crate) csum: u16,
    /// Which headers the device says that there are, while it looks for no PTP.
    pub(crate) packet_type: u16,
    /// Identification in the IPv4 header.
    pub(crate) ip_id: u16,
}

impl Expect {
    /// Bytes that it takes in a payload.
    pub(crate) const LEN: usize = 28;

    /// The payload form, in network byte order.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LEN);
        for word in [MAGIC, self.seq, self.rss_hash] {
            bytes.extend(word.to_be_bytes());
        }
        for half in [
            self.hash_type,
            self.vlan_tci,
            self.vlan_proto,
            self.flags,
            self.csum,
            self.packet_type,
            self.ip_id,
            0,
        ] {
            bytes.extend(half.to_be_bytes());
        }
        bytes
    }

    /// Reads the payload form; `None` when `bytes` is not a payload of the oracle.
    #[cfg(test)]
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| {
            bytes
                .get(at..at + 4)
                .map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
        };
        let half = |at: usize| {
            bytes
                .get(at..at + 2)
                .map(|b| u16::from_be_bytes([b[0], b[1]]))
        };
        (word(0)? == MAGIC).then_some(())?;
        Some(Self {
            seq: word(4)?,
            rss_hash: word(8)?,
            hash_type: half(12)?,
            vlan_tci: half(14)?,
            vlan_proto: half(16)?,
            flags: half(18)?,
            csum: half(20)?,
            packet_type: half(22)?,
            ip_id: half(24)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_survives_its_payload_form() {
        let expect = Expect {
            seq: 1,
            rss_hash: 0xdead_beef,
            hash_type: 0x19,
            vlan_tci: 5,
            vlan_proto: 0x8100,
            flags: 3,
            csum: 2,
            packet_type: 0x0d,
            ip_id: 0x8001,
        };
        assert_eq!(expect.to_bytes().len(), Expect::LEN);
        assert_eq!(Expect::from_bytes(&expect.to_bytes()), Some(expect));
        assert_eq!(Expect::from_bytes(b"RNIC"), None);
        assert_eq!(Expect::from_bytes(&[0; 28]), None);
    }
}
