// SPDX-License-Identifier: GPL-2.0
// Descriptors of igb. Compiled by a test, and compared with those in the kernel's source.

use crate::prelude::*;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct RxRead {
    pkt_addr: Le64,
    hdr_addr: Le64,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct LoDword {
    #[desc(rss_type: u8, bits = 3..=0)]
    #[desc(packet_type: u16, bits = 15..=4)]
    pkt_info: Le16,
    #[desc(reserved, bits = 4..=0)]
    #[desc(header_len: u16, bits = 14..=5)]
    #[desc(split_header: bool, bits = 15)]
    hdr_info: Le16,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct CsumIp {
    ip_id: Le16,
    csum: Le16,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union HiDword {
    rss: Le32,
    csum_ip: CsumIp,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct Lower {
    lo_dword: LoDword,
    #[desc(as = HiDword)]
    #[desc(rss: u32, bits = 31..=0, overlap)]
    #[desc(ip_id: u16, bits = 15..=0, overlap)]
    #[desc(csum: u16, bits = 31..=16, overlap)]
    hi_dword: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct Upper {
    #[desc(status: u32, bits = 19..=0)]
    #[desc(error: u16, bits = 31..=20)]
    status_error: Le32,
    length: Le16,
    vlan: Le16,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct RxWriteBack {
    lower: Lower,
    upper: Upper,
}

#[derive(Descriptor)]
#[descriptor(name = "e1000_adv_rx_desc")]
#[repr(C)]
pub union RxDescriptor {
    read: RxRead,
    wb: RxWriteBack,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct TxRead {
    buffer_addr: Le64,
    #[desc(data_len: u16, bits = 15..=0)]
    #[desc(mac_stamp: bool, bits = 19)]
    #[desc(kind: u8, bits = 23..=20)]
    #[desc(end_of_packet: bool, bits = 24)]
    cmd_type_len: Le32,
    #[desc(payload_len: u32, bits = 31..=14)]
    olinfo_status: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct TxWriteBack {
    #[desc(reserved)]
    rsvd: Le64,
    nxtseq_seed: Le32,
    #[desc(done: bool, bits = 0)]
    status: Le32,
}

#[derive(Descriptor)]
#[descriptor(name = "e1000_adv_tx_desc")]
#[repr(C)]
pub union TxDescriptor {
    read: TxRead,
    wb: TxWriteBack,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "e1000_adv_tx_context_desc")]
#[repr(C)]
pub struct TxContext {
    #[desc(ip_len: u16, bits = 8..=0)]
    #[desc(mac_len: u8, bits = 15..=9)]
    #[desc(vlan: u16, bits = 31..=16)]
    vlan_macip_lens: Le32,
    seqnum_seed: Le32,
    type_tucmd_mlhl: Le32,
    mss_l4len_idx: Le32,
}
