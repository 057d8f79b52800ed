// SPDX-License-Identifier: GPL-2.0
// Descriptors of e1000e. Compiled by a test, and compared with those in the kernel's source.

use crate::prelude::*;

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
    #[desc(rss_type: u8, bits = 3..=0)]
    #[desc(queue: u8, bits = 12..=8)]
    mrq: Le32,
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
pub struct ExtendedRead {
    buffer_addr: Le64,
    #[desc(reserved)]
    reserved: Le64,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct ExtendedWriteBack {
    lower: Lower,
    upper: Upper,
}

#[derive(Descriptor)]
#[descriptor(name = "e1000_rx_desc_extended")]
#[repr(C)]
pub union Extended {
    read: ExtendedRead,
    wb: ExtendedWriteBack,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct Middle {
    #[desc(status: u32, bits = 19..=0)]
    #[desc(error: u16, bits = 31..=20)]
    status_error: Le32,
    length0: Le16,
    vlan: Le16,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct SplitUpper {
    header_status: Le16,
    length: [Le16; 3],
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct SplitRead {
    buffer_addr: [Le64; 4],
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct SplitWriteBack {
    lower: Lower,
    middle: Middle,
    upper: SplitUpper,
    #[desc(reserved)]
    reserved: Le64,
}

#[derive(Descriptor)]
#[descriptor(name = "e1000_rx_desc_packet_split")]
#[repr(C)]
pub union PacketSplit {
    read: SplitRead,
    wb: SplitWriteBack,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct TxFlags {
    length: Le16,
    cso: u8,
    cmd: u8,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union TxLower {
    data: Le32,
    flags: TxFlags,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct TxFields {
    status: u8,
    css: u8,
    special: Le16,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union TxUpper {
    data: Le32,
    fields: TxFields,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "e1000_tx_desc")]
#[repr(C)]
pub struct Tx {
    buffer_addr: Le64,
    #[desc(as = TxLower)]
    #[desc(lower_data: u32, bits = 31..=0, overlap)]
    #[desc(lower_length: u16, bits = 15..=0, overlap)]
    #[desc(lower_cmd: u8, bits = 31..=24, overlap)]
    lower: Le32,
    #[desc(as = TxUpper)]
    #[desc(upper_data: u32, bits = 31..=0, overlap)]
    #[desc(upper_status: u8, bits = 7..=0, overlap)]
    #[desc(upper_special: u16, bits = 31..=16, overlap)]
    upper: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct IpFields {
    ipcss: u8,
    ipcso: u8,
    ipcse: Le16,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union LowerSetup {
    ip_config: Le32,
    ip_fields: IpFields,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct TcpFields {
    tucss: u8,
    tucso: u8,
    tucse: Le16,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union UpperSetup {
    tcp_config: Le32,
    tcp_fields: TcpFields,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct SegFields {
    status: u8,
    hdr_len: u8,
    mss: Le16,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union SegSetup {
    data: Le32,
    fields: SegFields,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "e1000_context_desc")]
#[repr(C)]
pub struct Context {
    #[desc(as = LowerSetup)]
    #[desc(lower_setup_data: u32, bits = 31..=0, overlap)]
    #[desc(lower_setup_ipcse: u16, bits = 31..=16, overlap)]
    lower_setup: Le32,
    #[desc(as = UpperSetup)]
    #[desc(upper_setup_data: u32, bits = 31..=0, overlap)]
    #[desc(upper_setup_tucse: u16, bits = 31..=16, overlap)]
    upper_setup: Le32,
    cmd_and_length: Le32,
    #[desc(as = SegSetup)]
    #[desc(tcp_seg_setup_data: u32, bits = 31..=0, overlap)]
    #[desc(tcp_seg_setup_mss: u16, bits = 31..=16, overlap)]
    tcp_seg_setup: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct DataFlags {
    length: Le16,
    typ_len_ext: u8,
    cmd: u8,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union DataLower {
    data: Le32,
    flags: DataFlags,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct DataFields {
    status: u8,
    popts: u8,
    special: Le16,
}

#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union DataUpper {
    data: Le32,
    fields: DataFields,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "e1000_data_desc")]
#[repr(C)]
pub struct Data {
    buffer_addr: Le64,
    #[desc(as = DataLower)]
    #[desc(lower_data: u32, bits = 31..=0, overlap)]
    #[desc(lower_length: u16, bits = 15..=0, overlap)]
    #[desc(lower_cmd: u8, bits = 31..=24, overlap)]
    lower: Le32,
    #[desc(as = DataUpper)]
    #[desc(upper_data: u32, bits = 31..=0, overlap)]
    #[desc(upper_popts: u8, bits = 15..=8, overlap)]
    #[desc(upper_special: u16, bits = 31..=16, overlap)]
    upper: Le32,
}
