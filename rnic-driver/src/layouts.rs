// SPDX-License-Identifier: GPL-2.0

//! The driver's receive metadata, declared once: from here come layouts, BTF, writers and readers.
//!
//! The NICs write descriptors of different formats, and what a record says of a packet is the same: so the declaration is
//! made for each format, and the layouts that come of it, ids included, are asserted to be one.

use crate::desc::Receive;
use meta_core::{
    btf::{Kfunc, Module},
    meta::{Captured, XdpMeta},
};

pub use self::extended::RxMeta;

/// Knobs of the metadata, one bit each.
pub mod knob {
    /// `ethtool -K rxhash`. While it is off the NIC gives the IPv4 identification instead.
    pub const HASH: u32 = 1 << 0;
    /// `ethtool -K rxvlan`.
    pub const VLAN: u32 = 1 << 1;
    /// `ethtool -K rx`.
    pub const CSUM: u32 = 1 << 2;
    /// Receive time stamps (`SIOCSHWTSTAMP`, `ethtool --set-hwtimestamp-cfg`, `tcpdump -j adapter_unsynced`).
    pub const TSTAMP: u32 = 1 << 3;
    /// `ethtool --set-priv-flags xdp-packet-type`.
    pub const PTYPE: u32 = 1 << 4;
}

/// Ethertype of a 802.1Q tag, the only one that the NICs are told to strip.
pub const ETH_P_8021Q: u16 = 0x8100;

/// Where a time stamp comes from: the value of the record's field `rx_timestamp_kind`.
pub mod stamp_kind {
    /// The NIC kept the time when the frame arrived.
    pub const LATCHED: u8 = 1;
    /// The driver read the NIC's clock when it took the frame from the ring.
    pub const READ: u8 = 2;
}

/// When a packet arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Nanoseconds of the NIC's clock.
    pub ns: u64,
    /// Where that comes from: one of [`stamp_kind`].
    pub kind: u8,
}

/// The declared metadata of descriptors of one format.
pub trait Metadata:
    XdpMeta<Source = Captured<<Self as Metadata>::Descriptor, <Self as Metadata>::Captures>>
{
    /// What the device writes back.
    type Descriptor: Receive;
    /// What the receive loop takes from elsewhere.
    type Captures: Copy + Default;

    /// The captures of a packet with this stamp.
    fn stamped(stamp: Stamp) -> Self::Captures;
    /// When the packet arrived.
    fn timestamp(source: &Self::Source) -> Option<u64>;
    /// Its hash, with bits of `enum xdp_rss_hash_type`.
    fn hash(source: &Self::Source) -> Option<(u32, u16)>;
    /// Ethertype, in network byte order, and TCI of the tag that was taken out of it.
    fn vlan_tag(source: &Self::Source) -> Option<(u16, u16)>;
}

macro_rules! rx_meta {
    ($(#[$doc:meta])* $format:ident, $descriptor:ty) => {
        $(#[$doc])*
        pub mod $format {
            use super::{Metadata, Stamp, ETH_P_8021Q};
            use meta_core::be::Be16;
            use meta_derive::XdpMeta;

            /// What the NIC says about a received packet.
            #[derive(XdpMeta, Clone, Copy, Debug, PartialEq, Eq)]
            #[xdp_meta(
                name = "rnic_rx",
                source = $descriptor,
                captures = RxCaptures,
                knobs(hash, vlan, csum, tstamp, ptype)
            )]
            pub struct RxMeta {
                /// When the packet arrived, by the NIC's clock.
                #[meta(knob = tstamp, hint = rx_timestamp, unit = "ns", capture)]
                pub rx_timestamp: u64,
                /// Toeplitz hash of addresses and, for some protocols, ports.
                #[meta(knob = hash, hint = rx_hash, field = rss_hash, valid = has_rss_hash)]
                pub rx_hash: u32,
                /// What the hash covers: bits of `enum xdp_rss_hash_type`.
                #[meta(knob = hash, hint = rx_hash_type, field = rss_hash_type, valid = has_rss_hash)]
                pub rx_hash_type: u16,
                /// Tag control information of the tag that was taken out of the packet.
                #[meta(knob = vlan, hint = rx_vlan_tci, field = vlan_tci, valid = has_vlan)]
                pub rx_vlan_tci: u16,
                /// Its Ethertype.
                #[meta(knob = vlan, hint = rx_vlan_proto, value = |_| Be16::new(ETH_P_8021Q), valid = has_vlan)]
                pub rx_vlan_proto: Be16,
                /// What the NIC found out about checksums: 1 for all good, 2 for one that is wrong.
                #[meta(knob = csum, hint = rx_csum, field = checksum_bits, valid = has_checksum)]
                pub rx_csum: u16,
                /// Which headers the packet has: bits of `desc::packet_type::bit`.
                #[meta(knob = ptype, hint = rx_packet_type, field = packet_type)]
                pub rx_packet_type: u16,
                /// Identification in the IPv4 header, which takes the place of the hash.
                #[meta(knob = !hash, id = 0x8000, field = ip_id, valid = has_ip_id)]
                pub rx_ip_id: u16,
                /// Where the time comes from: 1 if the NIC kept it at arrival, 2 if the driver read the NIC's clock.
                #[meta(knob = tstamp, id = 0x8001, capture)]
                pub rx_timestamp_kind: u8,
            }

            impl Metadata for RxMeta {
                type Descriptor = $descriptor;
                type Captures = RxCaptures;

                #[inline(always)]
                fn stamped(stamp: Stamp) -> RxCaptures {
                    RxCaptures {
                        rx_timestamp: stamp.ns.into(),
                        rx_timestamp_kind: stamp.kind.into(),
                    }
                }

                #[inline(always)]
                fn timestamp(source: &Self::Source) -> Option<u64> {
                    Self::rx_timestamp(source)
                }

                #[inline(always)]
                fn hash(source: &Self::Source) -> Option<(u32, u16)> {
                    Self::rx_hash(source)
                }

                #[inline(always)]
                fn vlan_tag(source: &Self::Source) -> Option<(u16, u16)> {
                    Self::rx_vlan_tag(source)
                        .map(|(proto, tci)| (u16::from_ne_bytes(proto.to_bytes()), tci))
                }
            }
        }
    };
}

rx_meta!(
    /// For the 82574's extended descriptors.
    extended,
    crate::desc::rx_extended::RxWriteBack
);
rx_meta!(
    /// For the 82576's advanced descriptors.
    advanced,
    crate::desc::rx_advanced::RxWriteBack
);

const _: () = {
    let (a, b) = (
        <extended::RxMeta as XdpMeta>::LAYOUTS,
        <advanced::RxMeta as XdpMeta>::LAYOUTS,
    );
    let mut i = 0;
    while i < a.len() {
        assert!(
            a[i].id == b[i].id,
            "a layout does not depend on the descriptor's format"
        );
        i += 1;
    }
};

/// Bytes of a layout's own BTF, the same for every layout.
pub const BTF_SIZE: usize = <RxMeta as XdpMeta>::BTF[0].len();

/// The module's own BTF: every layout, the ids, and the kfuncs.
pub const MODULE_BTF: Module<32768> = Module::new()
    .with::<RxMeta>()
    .kfunc(&Kfunc::META_FIELD)
    .kfunc(&Kfunc::META_RECORD);
