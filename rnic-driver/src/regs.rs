// SPDX-License-Identifier: GPL-2.0

//! The registers that the driver uses: offsets and fields of the 82574.
//!
//! Source: Intel 82574 GbE Controller Family datasheet, chapter 10.

use kernel::io::register;

/// Bytes of BAR 0.
pub(crate) const BAR_SIZE: usize = 0x20000;

register! {
    /// Device control.
    pub(crate) CTRL(u32) @ 0x0000 {
        6:6     slu => bool;
        26:26   rst => bool;
        30:30   vme => bool;
    }
    /// Device status.
    pub(crate) STATUS(u32) @ 0x0008 {
        1:1     lu => bool;
    }
    /// VLAN Ethertype.
    pub(crate) VET(u32) @ 0x0038 {
        15:0    vet;
    }
    /// Interrupt cause; reading clears it.
    pub(crate) ICR(u32) @ 0x00c0 {
        0:0     txdw => bool;
        2:2     lsc => bool;
        4:4     rxdmt0 => bool;
        6:6     rxo => bool;
        7:7     rxt0 => bool;
    }
    /// Interrupt mask set.
    pub(crate) IMS(u32) @ 0x00d0 {
        0:0     txdw => bool;
        2:2     lsc => bool;
        4:4     rxdmt0 => bool;
        6:6     rxo => bool;
        7:7     rxt0 => bool;
    }
    /// Interrupt mask clear.
    pub(crate) IMC(u32) @ 0x00d8 {
        31:0    causes;
    }
    /// Receive control.
    pub(crate) RCTL(u32) @ 0x0100 {
        1:1     en => bool;
        3:3     upe => bool;
        4:4     mpe => bool;
        15:15   bam => bool;
        26:26   secrc => bool;
    }
    /// Transmit control.
    pub(crate) TCTL(u32) @ 0x0400 {
        1:1     en => bool;
        3:3     psp => bool;
        11:4    ct;
        21:12   cold;
    }
    /// Receive ring 0: base address.
    pub(crate) RDBAL(u32) @ 0x2800 { 31:0 value; }
    pub(crate) RDBAH(u32) @ 0x2804 { 31:0 value; }
    /// Receive ring 0: bytes.
    pub(crate) RDLEN(u32) @ 0x2808 { 31:0 value; }
    /// Receive ring 0: where the device is.
    pub(crate) RDH(u32) @ 0x2810 { 15:0 value; }
    /// Receive ring 0: end of what the device owns.
    pub(crate) RDT(u32) @ 0x2818 { 15:0 value; }
    /// Transmit ring 0: base address.
    pub(crate) TDBAL(u32) @ 0x3800 { 31:0 value; }
    pub(crate) TDBAH(u32) @ 0x3804 { 31:0 value; }
    /// Transmit ring 0: bytes.
    pub(crate) TDLEN(u32) @ 0x3808 { 31:0 value; }
    /// Transmit ring 0: where the device is.
    pub(crate) TDH(u32) @ 0x3810 { 15:0 value; }
    /// Transmit ring 0: end of what the device owns.
    pub(crate) TDT(u32) @ 0x3818 { 15:0 value; }
    /// Receive checksum control.
    pub(crate) RXCSUM(u32) @ 0x5000 {
        8:8     ipofl => bool;
        9:9     tuofl => bool;
        13:13   pcsd => bool;
    }
    /// Receive filter control.
    pub(crate) RFCTL(u32) @ 0x5008 {
        12:12   ack_dis => bool;
        15:15   exten => bool;
    }
    /// Receive address 0.
    pub(crate) RAL0(u32) @ 0x5400 { 31:0 value; }
    pub(crate) RAH0(u32) @ 0x5404 {
        15:0    value;
        31:31   av => bool;
    }
    /// Multiple receive queues: what is hashed.
    pub(crate) MRQC(u32) @ 0x5818 {
        1:0     mode;
        16:16   tcp_ipv4 => bool;
        17:17   ipv4 => bool;
        18:18   tcp_ipv6_ex => bool;
        19:19   ipv6_ex => bool;
        20:20   ipv6 => bool;
    }
    /// Hash to queue.
    pub(crate) RETA(u32)[32] @ 0x5c00 { 31:0 value; }
    /// Hash key.
    pub(crate) RSSRK(u32)[10] @ 0x5c80 { 31:0 value; }
}
