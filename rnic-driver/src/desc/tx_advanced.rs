// SPDX-License-Identifier: GPL-2.0

//! The 82576's advanced transmit descriptors: `union e1000_adv_tx_desc` and `struct e1000_adv_tx_context_desc`.
//!
//! A context says where the headers are and what to do with them. The NIC keeps two for each queue; a data descriptor names
//! the one that it is sent by.
//!
//! Source: Intel 82576 GbE Controller datasheet, 7.2.2 (advanced transmit context and advanced transmit data descriptors).

use super::{
    offload::{Offload, Protocol},
    transmit_type::{TransmitType, Transport},
    Transmit, Words,
};
use meta_core::{
    descriptor::Descriptor as _,
    le::{Le32, Le64},
};
use meta_derive::Descriptor;

/// The memory of an advanced data descriptor.
#[derive(Descriptor)]
#[descriptor(name = "e1000_adv_tx_desc")]
#[repr(C)]
pub union TxAdvanced {
    read: TxData,
    wb: TxWriteBack,
}

/// The memory of any advanced descriptor. C has no name for it, it casts.
#[derive(Descriptor)]
#[descriptor(name = "rnic_tx_desc_advanced")]
#[repr(C)]
pub union TxSlot {
    data: TxData,
    wb: TxWriteBack,
    context: TxContext,
}

/// A buffer of a packet.
///
/// # Examples
///
/// The only buffer of a packet whose TCP checksum is to be filled in:
///
/// ```
/// use meta_core::descriptor::Descriptor;
/// use rnic_driver::desc::tx_advanced::TxData;
///
/// let d = TxData::new(0x1000, 66).with_paylen(66).with_txsm(true).with_eop(true).with_rs(true);
/// assert_eq!(d.to_words(), [0x1000u64.to_le(), 0x0010_8200_2b30_0042u64.to_le()]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct TxData {
    /// Bus address of the buffer.
    buffer_addr: Le64,
    #[desc(dtalen: u16, bits = 15..=0, doc = "Bytes in the buffer.")]
    #[desc(reserved, bits = 18..=16)]
    #[desc(tstamp: bool, bits = 19, doc = "Take the time when it is sent; in the first descriptor of a packet.")]
    #[desc(dtyp: TransmitType, bits = 23..=20, doc = "What the descriptor is.")]
    #[desc(eop: bool, bits = 24, doc = "The packet ends in this buffer.")]
    #[desc(ifcs: bool, bits = 25, doc = "Append the frame check sequence.")]
    #[desc(reserved, bits = 26)]
    #[desc(rs: bool, bits = 27, doc = "Report the status when done.")]
    #[desc(reserved, bits = 28)]
    #[desc(dext: bool, bits = 29, doc = "It is no legacy descriptor.")]
    #[desc(vle: bool, bits = 30, doc = "Insert the VLAN tag of the context.")]
    #[desc(tse: bool, bits = 31, doc = "Segment, as the context says.")]
    cmd_type_len: Le32,
    #[desc(reserved, bits = 3..=0)]
    #[desc(idx: u8, bits = 6..=4, doc = "Which context it is sent by.")]
    #[desc(cc: bool, bits = 7, doc = "It is sent by a context although nothing is inserted.")]
    #[desc(ixsm: bool, bits = 8, doc = "Insert the IPv4 header checksum; in the first descriptor of a packet.")]
    #[desc(txsm: bool, bits = 9, doc = "Insert the transport checksum; in the first descriptor of a packet.")]
    #[desc(reserved, bits = 13..=10)]
    #[desc(paylen: u32, bits = 31..=14, doc = "Bytes of the packet; to be segmented, of what is behind the headers.")]
    olinfo_status: Le32,
}

impl TxData {
    /// A buffer. The NIC appends the frame check sequence.
    #[inline]
    pub const fn new(address: u64, length: u16) -> Self {
        Self::zeroed()
            .with_buffer_addr(address)
            .with_dtalen(length)
            .with_dtyp(TransmitType::AdvancedData)
            .with_dext(true)
            .with_ifcs(true)
    }
}

/// What the device writes back when it has sent a descriptor that asks for the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct TxWriteBack {
    #[desc(reserved)]
    rsvd: Le64,
    #[desc(reserved)]
    nxtseq_seed: Le32,
    #[desc(dd: bool, bits = 0, doc = "Descriptor done.")]
    #[desc(reserved, bits = 31..=1)]
    status: Le32,
}

/// What the NIC is told about the headers of the packets that name this context.
///
/// # Examples
///
/// ```
/// use rnic_driver::desc::{transmit_type::Transport, tx_advanced::TxContext};
///
/// let context = TxContext::new()
///     .with_maclen(14)
///     .with_iplen(20)
///     .with_ipv4(true)
///     .with_l4t(Transport::Tcp)
///     .with_l4len(32)
///     .with_mss(1448);
/// assert_eq!((context.l4t(), context.mss()), (Transport::Tcp, 1448));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "e1000_adv_tx_context_desc")]
#[repr(C)]
pub struct TxContext {
    #[desc(iplen: u16, bits = 8..=0, doc = "Bytes of the IP header.")]
    #[desc(maclen: u8, bits = 15..=9, doc = "Bytes before the IP header.")]
    #[desc(vlan: u16, bits = 31..=16, doc = "Priority, DEI and VLAN id of the tag to insert.")]
    vlan_macip_lens: Le32,
    /// For IPsec, which the driver does not use: 0.
    seqnum_seed: Le32,
    #[desc(reserved, bits = 8..=0)]
    #[desc(snap: bool, bits = 9, doc = "There is a SNAP header.")]
    #[desc(ipv4: bool, bits = 10, doc = "The network header is IPv4, not IPv6.")]
    #[desc(l4t: Transport, bits = 12..=11, doc = "The transport header.")]
    #[desc(reserved, bits = 19..=13)]
    #[desc(dtyp: TransmitType, bits = 23..=20, doc = "What the descriptor is.")]
    #[desc(reserved, bits = 28..=24)]
    #[desc(dext: bool, bits = 29, doc = "It is no legacy descriptor.")]
    #[desc(reserved, bits = 31..=30)]
    type_tucmd_mlhl: Le32,
    #[desc(reserved, bits = 3..=0)]
    #[desc(idx: u8, bits = 6..=4, doc = "Which context it is.")]
    #[desc(reserved, bits = 7)]
    #[desc(l4len: u8, bits = 15..=8, doc = "Bytes of the transport header.")]
    #[desc(mss: u16, bits = 31..=16, doc = "Bytes behind the headers in a segment, at most.")]
    mss_l4len_idx: Le32,
}

impl TxContext {
    /// A context in which nothing is asked for yet.
    #[inline]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self::zeroed()
            .with_dtyp(TransmitType::AdvancedContext)
            .with_dext(true)
    }
}

/// How the rings send by these descriptors. One of the two contexts is used, the first.
#[derive(Clone, Copy, Debug)]
pub struct Advanced;

impl Transmit for Advanced {
    #[inline]
    fn context(offload: &Offload) -> Option<Words> {
        let context = match (offload.vlan, offload.checksum) {
            (None, None) => return None,
            (vlan, Some(sum)) => {
                let context = TxContext::new()
                    .with_vlan(vlan.unwrap_or(0))
                    .with_maclen((sum.network & 0x7f) as u8)
                    .with_iplen(sum.transport.wrapping_sub(sum.network) & 0x1ff)
                    .with_ipv4(sum.ipv4)
                    .with_l4t(match sum.protocol {
                        Protocol::Tcp => Transport::Tcp,
                        Protocol::Udp => Transport::Udp,
                    });
                match offload.segments {
                    Some(segments) => context
                        .with_mss(segments.mss)
                        .with_l4len(segments.headers.wrapping_sub(sum.transport) as u8),
                    None => context,
                }
            }
            (Some(vlan), None) => TxContext::new().with_vlan(vlan).with_maclen(14),
        };
        Some(context.to_words())
    }

    #[inline]
    fn data(address: u64, length: u32, first: bool, last: bool, offload: &Offload) -> Words {
        let data = TxData::new(address, length as u16)
            .with_vle(offload.vlan.is_some())
            .with_tse(offload.segments.is_some())
            .with_eop(last)
            .with_rs(last);
        let data = if first {
            data.with_paylen(offload.payload & 0x3_ffff)
                .with_tstamp(offload.timestamp)
                .with_txsm(offload.checksum.is_some())
                .with_ixsm(
                    offload.segments.is_some() && matches!(offload.checksum, Some(sum) if sum.ipv4),
                )
        } else {
            data
        };
        data.to_words()
    }

    #[inline]
    fn is_done(second: u64) -> bool {
        TxWriteBack::from_words([0, second]).dd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meta_core::value::Value;

    #[test]
    fn data_bytes_are_golden() {
        let d = TxData::new(0x1122_3344, 1514)
            .with_eop(true)
            .with_rs(true)
            .with_vle(true)
            .with_tstamp(true)
            .with_idx(1)
            .with_ixsm(true)
            .with_txsm(true)
            .with_paylen(1514);
        assert_eq!(
            d.to_bytes(),
            [0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0xea, 0x05, 0x38, 0x6b, 0x10, 0x83, 0x7a, 0x01]
        );
    }

    #[test]
    fn context_bytes_are_golden() {
        let context = TxContext::new()
            .with_maclen(14)
            .with_iplen(20)
            .with_vlan(0xe005)
            .with_ipv4(true)
            .with_l4t(Transport::Tcp)
            .with_l4len(32)
            .with_mss(1448)
            .with_idx(1);
        assert_eq!(
            context.to_bytes(),
            [0x14, 0x1c, 0x05, 0xe0, 0, 0, 0, 0, 0, 0x0c, 0x20, 0x20, 0x10, 32, 0xa8, 0x05]
        );
    }

    #[test]
    fn every_data_builder_has_its_bits() {
        let zero = TxData::zeroed();
        let expected: [(TxData, u32, u32); 14] = [
            (zero.with_dtalen(0xffff), 0xffff, 0),
            (zero.with_tstamp(true), 1 << 19, 0),
            (zero.with_dtyp(TransmitType::AdvancedData), 0x30_0000, 0),
            (zero.with_eop(true), 1 << 24, 0),
            (zero.with_ifcs(true), 1 << 25, 0),
            (zero.with_rs(true), 1 << 27, 0),
            (zero.with_dext(true), 1 << 29, 0),
            (zero.with_vle(true), 1 << 30, 0),
            (zero.with_tse(true), 1 << 31, 0),
            (zero.with_idx(0xff), 0, 0x70),
            (zero.with_cc(true), 0, 0x80),
            (zero.with_ixsm(true), 0, 0x100),
            (zero.with_txsm(true), 0, 0x200),
            (zero.with_paylen(u32::MAX), 0, 0xffff_c000),
        ];
        for (d, command, status) in expected {
            let word = u64::from(command) | u64::from(status) << 32;
            assert_eq!(d.to_words(), [0, word.to_le()]);
        }
    }

    #[test]
    fn what_is_sent_is_done() {
        assert!(TxWriteBack::from_words([0, (1_u64 << 32).to_le()]).dd());
        assert!(!TxWriteBack::from_words([u64::MAX, (0xffff_fffe_ffff_ffff_u64).to_le()]).dd());
    }

    #[test]
    fn lengths_that_do_not_fit_are_told() {
        assert_eq!(TxContext::new().try_with_iplen(0x200), None);
        assert_eq!(TxContext::new().try_with_maclen(0x80), None);
        assert_eq!(
            TxContext::new()
                .try_with_l4t(Transport::Reserved)
                .map(|c| c.l4t()),
            Some(Transport::Reserved)
        );
        assert_eq!(TxData::zeroed().try_with_paylen(1 << 18), None);
    }
}
