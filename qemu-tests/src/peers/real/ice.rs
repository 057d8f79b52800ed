// SPDX-License-Identifier: GPL-2.0
// Descriptors of ice. Compiled by a test, and compared with those in the kernel's source.

use crate::prelude::*;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct LegacyRead {
    pkt_addr: Le64,
    hdr_addr: Le64,
    #[desc(reserved)]
    rsvd1: Le64,
    #[desc(reserved)]
    rsvd2: Le64,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct LoDword {
    mirroring_status: Le16,
    l2tag1: Le16,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union HiDword {
    rss: Le32,
    fd_id: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct Qword0 {
    lo_dword: LoDword,
    #[desc(as = HiDword)]
    #[desc(rss: u32, bits = 31..=0, overlap)]
    #[desc(fd_id: u32, bits = 31..=0, overlap)]
    hi_dword: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct Qword1 {
    #[desc(status: u32, bits = 18..=0)]
    #[desc(error: u8, bits = 26..=19)]
    #[desc(packet_type: u8, bits = 37..=30)]
    #[desc(length: u16, bits = 51..=38)]
    status_error_len: Le64,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct Qword2 {
    ext_status: Le16,
    #[desc(reserved)]
    rsvd: Le16,
    l2tag2_1: Le16,
    l2tag2_2: Le16,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct Qword3 {
    #[desc(reserved)]
    reserved: Le32,
    fd_id: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct LegacyWriteBack {
    qword0: Qword0,
    qword1: Qword1,
    qword2: Qword2,
    qword3: Qword3,
}

#[derive(Descriptor)]
#[descriptor(name = "ice_32byte_rx_desc")]
#[repr(C)]
pub union Legacy {
    read: LegacyRead,
    wb: LegacyWriteBack,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct Flex {
    flex_meta4: Le16,
    flex_meta5: Le16,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union FlexTs {
    flex: Flex,
    ts_high: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct FlexWriteBack {
    rxdid: u8,
    #[desc(mirror: u8, bits = 5..=0)]
    #[desc(cast: u8, bits = 7..=6)]
    mir_id_umb_cast: u8,
    #[desc(packet_type: u16, bits = 9..=0)]
    #[desc(flags0: u8, bits = 15..=10)]
    ptype_flex_flags0: Le16,
    #[desc(length: u16, bits = 13..=0)]
    #[desc(reserved, bits = 15..=14)]
    pkt_len: Le16,
    #[desc(header_len: u16, bits = 10..=0)]
    #[desc(split: bool, bits = 11)]
    #[desc(flags1: u8, bits = 15..=12)]
    hdr_len_sph_flex_flags1: Le16,
    status_error0: Le16,
    l2tag1: Le16,
    flex_meta0: Le16,
    flex_meta1: Le16,
    status_error1: Le16,
    flex_flags2: u8,
    time_stamp_low: u8,
    l2tag2_1st: Le16,
    l2tag2_2nd: Le16,
    flex_meta2: Le16,
    flex_meta3: Le16,
    #[desc(as = FlexTs)]
    #[desc(ts_high: u32, bits = 31..=0, overlap)]
    #[desc(flex_low: u16, bits = 15..=0, overlap)]
    #[desc(flex_high: u16, bits = 31..=16, overlap)]
    flex_ts: Le32,
}

#[derive(Descriptor)]
#[descriptor(name = "ice_32b_rx_flex_desc")]
#[repr(C)]
pub union FlexDescriptor {
    read: LegacyRead,
    wb: FlexWriteBack,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct NicFlex {
    vlan_id: Le16,
    flow_id_ipv6: Le16,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union NicTs {
    flex: NicFlex,
    ts_high: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "ice_32b_rx_flex_desc_nic")]
#[repr(C)]
pub struct Nic {
    rxdid: u8,
    #[desc(mirror: u8, bits = 5..=0)]
    #[desc(cast: u8, bits = 7..=6)]
    mir_id_umb_cast: u8,
    #[desc(packet_type: u16, bits = 9..=0)]
    #[desc(flags0: u8, bits = 15..=10)]
    ptype_flexi_flags0: Le16,
    #[desc(length: u16, bits = 13..=0)]
    #[desc(reserved, bits = 15..=14)]
    pkt_len: Le16,
    #[desc(header_len: u16, bits = 10..=0)]
    #[desc(split: bool, bits = 11)]
    #[desc(flags1: u8, bits = 15..=12)]
    hdr_len_sph_flex_flags1: Le16,
    status_error0: Le16,
    l2tag1: Le16,
    rss_hash: Le32,
    status_error1: Le16,
    flexi_flags2: u8,
    ts_low: u8,
    raw_csum: Le16,
    l2tag2_2nd: Le16,
    flow_id: Le32,
    #[desc(as = NicTs)]
    #[desc(ts_high: u32, bits = 31..=0, overlap)]
    #[desc(flex_low: u16, bits = 15..=0, overlap)]
    #[desc(flex_high: u16, bits = 31..=16, overlap)]
    flex_ts: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct Nic2Flex {
    #[desc(reserved)]
    rsvd: Le16,
    flow_id_ipv6: Le16,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union Nic2Ts {
    flex: Nic2Flex,
    ts_high: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "ice_32b_rx_flex_desc_nic_2")]
#[repr(C)]
pub struct Nic2 {
    rxdid: u8,
    #[desc(mirror: u8, bits = 5..=0)]
    #[desc(cast: u8, bits = 7..=6)]
    mir_id_umb_cast: u8,
    #[desc(packet_type: u16, bits = 9..=0)]
    #[desc(flags0: u8, bits = 15..=10)]
    ptype_flexi_flags0: Le16,
    #[desc(length: u16, bits = 13..=0)]
    #[desc(reserved, bits = 15..=14)]
    pkt_len: Le16,
    #[desc(header_len: u16, bits = 10..=0)]
    #[desc(split: bool, bits = 11)]
    #[desc(flags1: u8, bits = 15..=12)]
    hdr_len_sph_flex_flags1: Le16,
    status_error0: Le16,
    l2tag1: Le16,
    rss_hash: Le32,
    status_error1: Le16,
    flexi_flags2: u8,
    ts_low: u8,
    l2tag2_1st: Le16,
    l2tag2_2nd: Le16,
    flow_id: Le16,
    src_vsi: Le16,
    #[desc(as = Nic2Ts)]
    #[desc(ts_high: u32, bits = 31..=0, overlap)]
    #[desc(flex_low: u16, bits = 15..=0, overlap)]
    #[desc(flex_high: u16, bits = 31..=16, overlap)]
    flex_ts: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "ice_tx_desc")]
#[repr(C)]
pub struct Tx {
    buf_addr: Le64,
    #[desc(kind: u8, bits = 3..=0)]
    #[desc(command: u16, bits = 15..=4)]
    #[desc(offset: u32, bits = 33..=16)]
    #[desc(length: u16, bits = 47..=34)]
    #[desc(l2tag1: u16, bits = 63..=48)]
    cmd_type_offset_bsz: Le64,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "ice_tx_ctx_desc")]
#[repr(C)]
pub struct TxContext {
    tunneling_params: Le32,
    l2tag2: Le16,
    #[desc(start: u8, bits = 7..=0)]
    #[desc(offset: u8, bits = 11..=8)]
    #[desc(kind: u8, bits = 14..=12)]
    gcs: Le16,
    qw1: Le64,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "ice_fltr_desc")]
#[repr(C)]
pub struct Filter {
    qidx_compq_space_stat: Le64,
    dtype_cmd_vsi_fdid: Le64,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "ice_ts_desc", part)]
#[repr(C)]
pub struct TimeStamp {
    #[desc(index: u16, bits = 12..=0)]
    #[desc(stamp: u32, bits = 31..=13)]
    tx_desc_idx_tstamp: Le32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[value(name = "ice_rxdid")]
#[repr(u32)]
pub enum IceRxdid {
    #[value(name = "ICE_RXDID_LEGACY_0", fallback)]
    LegacyA = 0,
    #[value(name = "ICE_RXDID_LEGACY_1")]
    LegacyB = 1,
    FlexNic = 2,
    #[value(name = "ICE_RXDID_FLEX_NIC_2")]
    FlexNicB = 6,
    Hw = 7,
    Last = 63,
}
