// SPDX-License-Identifier: GPL-2.0

//! The 82574's extended transmit descriptors: `struct e1000_data_desc` and `struct e1000_context_desc`.
//!
//! A context says where the headers are and what to do with them; it holds for the data descriptors that follow, until the
//! next one. Checksums and segmentation need both.
//!
//! Source: Intel 82574 GbE Controller Family datasheet, 7.2 (TCP/IP context and TCP/IP data transmit descriptors).

use super::{
    offload::{Offload, Protocol},
    transmit_type::TransmitType,
    tx_legacy::TxLegacy,
    Transmit, Words,
};
use meta_core::{
    descriptor::Descriptor as _,
    le::{Le16, Le32, Le64},
};
use meta_derive::Descriptor;

/// The memory of a transmit descriptor: any of the three formats. C has no name for it, it casts.
#[derive(Descriptor)]
#[descriptor(name = "rnic_tx_desc_extended")]
#[repr(C)]
pub union TxExtended {
    legacy: TxLegacy,
    data: TxData,
    context: TxContext,
}

/// A buffer of a packet.
///
/// # Examples
///
/// The last buffer of a packet whose TCP checksum is to be filled in:
///
/// ```
/// use meta_core::descriptor::Descriptor;
/// use rnic_driver::desc::tx_extended::TxData;
///
/// let d = TxData::new(0x1000, 66).with_txsm(true).with_eop(true).with_rs(true);
/// assert_eq!(d.to_words(), [0x1000u64.to_le(), 0x0200_2b10_0042u64.to_le()]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "e1000_data_desc")]
#[repr(C)]
pub struct TxData {
    /// Bus address of the buffer.
    buffer_addr: Le64,
    #[desc(as = TxDataLower)]
    #[desc(dtalen: u32, bits = 19..=0, doc = "Bytes in the buffer.")]
    #[desc(dtyp: TransmitType, bits = 23..=20, doc = "What the descriptor is.")]
    #[desc(eop: bool, bits = 24, doc = "The packet ends in this buffer.")]
    #[desc(ifcs: bool, bits = 25, doc = "Append the frame check sequence.")]
    #[desc(tse: bool, bits = 26, doc = "Segment, as the context says.")]
    #[desc(rs: bool, bits = 27, doc = "Report the status when done.")]
    #[desc(reserved, bits = 28)]
    #[desc(dext: bool, bits = 29, doc = "It is no legacy descriptor.")]
    #[desc(vle: bool, bits = 30, doc = "Insert the VLAN tag in `special`.")]
    #[desc(ide: bool, bits = 31, doc = "Delay the interrupt.")]
    lower: Le32,
    #[desc(as = TxDataUpper)]
    #[desc(dd: bool, bits = 0, doc = "Descriptor done.")]
    #[desc(reserved, bits = 3..=1)]
    #[desc(ts: bool, bits = 4, doc = "Take the time when it is sent.")]
    #[desc(reserved, bits = 7..=5)]
    #[desc(ixsm: bool, bits = 8, doc = "Insert the IPv4 header checksum; in the first descriptor of a packet.")]
    #[desc(txsm: bool, bits = 9, doc = "Insert the transport checksum; in the first descriptor of a packet.")]
    #[desc(reserved, bits = 15..=10)]
    #[desc(special: u16, bits = 31..=16, doc = "Priority, DEI and VLAN id of the tag to insert.")]
    upper: Le32,
}

/// The dword of length and command, as C has it.
#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union TxDataLower {
    data: Le32,
    flags: TxDataFlags,
}

/// Length, type and command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct TxDataFlags {
    /// Bytes in the buffer, the low 16 bits.
    length: Le16,
    /// Type, and the length's high bits.
    typ_len_ext: u8,
    /// Command.
    cmd: u8,
}

/// The dword of status, options and tag, as C has it.
#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union TxDataUpper {
    data: Le32,
    fields: TxDataFields,
}

/// Status, options and tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct TxDataFields {
    /// Status.
    status: u8,
    /// Packet options.
    popts: u8,
    /// VLAN tag.
    special: Le16,
}

impl TxData {
    /// A buffer. The NIC appends the frame check sequence.
    #[inline]
    pub const fn new(address: u64, length: u32) -> Self {
        Self::zeroed()
            .with_buffer_addr(address)
            .with_dtalen(length)
            .with_dtyp(TransmitType::Data)
            .with_dext(true)
            .with_ifcs(true)
    }
}

/// What the NIC is told about the headers of the packets that follow.
///
/// # Examples
///
/// TCP over IPv4 without options, to be cut into segments of 1448 bytes:
///
/// ```
/// use rnic_driver::desc::tx_extended::TxContext;
///
/// let context = TxContext::new()
///     .with_ipcss(14)
///     .with_ipcso(24)
///     .with_ipcse(33)
///     .with_tucss(34)
///     .with_tucso(50)
///     .with_ip(true)
///     .with_tcp(true)
///     .with_tse(true)
///     .with_paylen(14_480)
///     .with_hdr_len(66)
///     .with_mss(1448);
/// assert_eq!(context.mss(), 1448);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "e1000_context_desc")]
#[repr(C)]
pub struct TxContext {
    #[desc(as = TxIpSetup)]
    #[desc(ipcss: u8, bits = 7..=0, doc = "Where the IP header begins, in bytes from the start of the packet.")]
    #[desc(ipcso: u8, bits = 15..=8, doc = "Where its checksum is put.")]
    #[desc(ipcse: u16, bits = 31..=16, doc = "Its last byte.")]
    lower_setup: Le32,
    #[desc(as = TxTcpSetup)]
    #[desc(tucss: u8, bits = 7..=0, doc = "Where the transport header begins, in bytes from the start of the packet.")]
    #[desc(tucso: u8, bits = 15..=8, doc = "Where its checksum is put.")]
    #[desc(tucse: u16, bits = 31..=16, doc = "The last byte that it covers; 0 for all of the packet.")]
    upper_setup: Le32,
    #[desc(paylen: u32, bits = 19..=0, doc = "Bytes behind the headers, over all segments.")]
    #[desc(dtyp: TransmitType, bits = 23..=20, doc = "What the descriptor is.")]
    #[desc(tcp: bool, bits = 24, doc = "The transport is TCP, not UDP.")]
    #[desc(ip: bool, bits = 25, doc = "The network header is IPv4, not IPv6.")]
    #[desc(tse: bool, bits = 26, doc = "Segment.")]
    #[desc(rs: bool, bits = 27, doc = "Report the status when done.")]
    #[desc(reserved, bits = 28)]
    #[desc(dext: bool, bits = 29, doc = "It is no legacy descriptor.")]
    #[desc(reserved, bits = 30)]
    #[desc(ide: bool, bits = 31, doc = "Delay the interrupt.")]
    cmd_and_length: Le32,
    #[desc(as = TxSegmentSetup)]
    #[desc(dd: bool, bits = 0, doc = "Descriptor done.")]
    #[desc(reserved, bits = 7..=1)]
    #[desc(hdr_len: u8, bits = 15..=8, doc = "Bytes of all headers, which are repeated in each segment.")]
    #[desc(mss: u16, bits = 31..=16, doc = "Bytes behind the headers in a segment, at most.")]
    tcp_seg_setup: Le32,
}

/// The dword of the IP header, as C has it.
#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union TxIpSetup {
    ip_config: Le32,
    ip_fields: TxIpFields,
}

/// Where the IP header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct TxIpFields {
    /// Start.
    ipcss: u8,
    /// Place of the checksum.
    ipcso: u8,
    /// Last byte.
    ipcse: Le16,
}

/// The dword of the transport header, as C has it.
#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union TxTcpSetup {
    tcp_config: Le32,
    tcp_fields: TxTcpFields,
}

/// Where the transport header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct TxTcpFields {
    /// Start.
    tucss: u8,
    /// Place of the checksum.
    tucso: u8,
    /// Last byte.
    tucse: Le16,
}

/// The dword of segmentation, as C has it.
#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union TxSegmentSetup {
    data: Le32,
    fields: TxSegmentFields,
}

/// Status and segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct TxSegmentFields {
    /// Status.
    status: u8,
    /// Bytes of all headers.
    hdr_len: u8,
    /// Bytes behind them in a segment.
    mss: Le16,
}

impl TxContext {
    /// A context in which nothing is asked for yet.
    #[inline]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self::zeroed()
            .with_dtyp(TransmitType::Context)
            .with_dext(true)
    }
}

/// How the rings send by these descriptors.
#[derive(Clone, Copy, Debug)]
pub struct Extended;

impl Transmit for Extended {
    #[inline]
    fn context(offload: &Offload) -> Option<Words> {
        // A tag needs none: it stands in the data descriptors.
        let sum = offload.checksum?;
        let context = TxContext::new()
            .with_ipcss(sum.network as u8)
            .with_ipcso(sum.network.wrapping_add(10) as u8)
            .with_ipcse(if sum.ipv4 {
                sum.transport.wrapping_sub(1)
            } else {
                0
            })
            .with_tucss(sum.transport as u8)
            .with_tucso(sum.place as u8)
            .with_tcp(matches!(sum.protocol, Protocol::Tcp));
        let context = match offload.segments {
            Some(segments) => context
                .with_ip(sum.ipv4)
                .with_tse(true)
                .with_paylen(offload.payload & 0xf_ffff)
                .with_hdr_len(segments.headers as u8)
                .with_mss(segments.mss),
            None => context,
        };
        Some(context.to_words())
    }

    #[inline]
    fn data(address: u64, length: u32, first: bool, last: bool, offload: &Offload) -> Words {
        let data = TxData::new(address, length & 0xf_ffff)
            .with_tse(offload.segments.is_some())
            .with_eop(last)
            .with_rs(last);
        let data = match offload.vlan {
            Some(tci) => data.with_vle(true).with_special(tci),
            None => data,
        };
        // The datasheet asks for the options in the first descriptor; the model takes those of the last.
        let ipv4 = matches!(offload.checksum, Some(sum) if sum.ipv4);
        let data = data
            .with_txsm(offload.checksum.is_some())
            .with_ixsm(offload.segments.is_some() && ipv4)
            .with_ts(first && offload.timestamp);
        data.to_words()
    }

    #[inline]
    fn is_done(second: u64) -> bool {
        TxData::from_words([0, second]).dd()
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
            .with_special(0xe005)
            .with_txsm(true);
        assert_eq!(
            d.to_bytes(),
            [0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0xea, 0x05, 0x10, 0x6b, 0, 0x02, 0x05, 0xe0]
        );
        assert_eq!(d.dtyp(), TransmitType::Data);
    }

    #[test]
    fn context_bytes_are_golden() {
        let context = TxContext::new()
            .with_ipcss(14)
            .with_ipcso(24)
            .with_ipcse(33)
            .with_tucss(34)
            .with_tucso(50)
            .with_ip(true)
            .with_tcp(true)
            .with_tse(true)
            .with_paylen(14_480)
            .with_hdr_len(66)
            .with_mss(1448);
        assert_eq!(
            context.to_bytes(),
            [14, 24, 33, 0, 34, 50, 0, 0, 0x90, 0x38, 0, 0x27, 0, 66, 0xa8, 0x05]
        );
        assert_eq!(context.dtyp(), TransmitType::Context);
    }

    #[test]
    fn every_data_builder_has_its_bits() {
        let zero = TxData::zeroed();
        let expected: [(TxData, u32, u32); 14] = [
            (zero.with_dtalen(u32::MAX), 0xf_ffff, 0),
            (zero.with_dtyp(TransmitType::Reserved), 0xf0_0000, 0),
            (zero.with_eop(true), 1 << 24, 0),
            (zero.with_ifcs(true), 1 << 25, 0),
            (zero.with_tse(true), 1 << 26, 0),
            (zero.with_rs(true), 1 << 27, 0),
            (zero.with_dext(true), 1 << 29, 0),
            (zero.with_vle(true), 1 << 30, 0),
            (zero.with_ide(true), 1 << 31, 0),
            (zero.with_dd(true), 0, 1),
            (zero.with_ts(true), 0, 0x10),
            (zero.with_ixsm(true), 0, 0x100),
            (zero.with_txsm(true), 0, 0x200),
            (zero.with_special(0xffff), 0, 0xffff_0000),
        ];
        for (d, lower, upper) in expected {
            let word = u64::from(lower) | u64::from(upper) << 32;
            assert_eq!(d.to_words(), [0, word.to_le()]);
        }
    }

    #[test]
    fn a_length_that_does_not_fit_is_told() {
        assert!(TxData::zeroed().try_with_dtalen(0xf_ffff).is_some());
        assert_eq!(TxData::zeroed().try_with_dtalen(0x10_0000), None);
    }
}
