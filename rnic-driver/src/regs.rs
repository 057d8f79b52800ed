// SPDX-License-Identifier: GPL-2.0

//! The registers that the NICs have in common: offsets and fields.
//!
//! What only one of them has, or has elsewhere, stands with its hardware layer.
//!
//! Sources: Intel 82574 GbE Controller Family datasheet, chapter 10; Intel 82576 GbE Controller datasheet, chapter 8.

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
    /// MDI control: the way to the PHY's registers.
    pub(crate) MDIC(u32) @ 0x0020 {
        15:0    data;
        20:16   register;
        25:21   phy;
        27:26   op;
        28:28   ready => bool;
        30:30   error => bool;
    }
    /// VLAN Ethertype.
    pub(crate) VET(u32) @ 0x0038 {
        15:0    vet;
    }
    /// Interrupt cause; reading clears it.
    pub(crate) ICR(u32) @ 0x00c0 { 31:0 causes; }
    /// Interrupt throttling, of the one vector there is without MSI-X.
    pub(crate) ITR(u32) @ 0x00c4 { 31:0 value; }
    /// Interrupt mask set.
    pub(crate) IMS(u32) @ 0x00d0 { 31:0 causes; }
    /// Interrupt mask clear.
    pub(crate) IMC(u32) @ 0x00d8 { 31:0 causes; }
    /// Receive control.
    pub(crate) RCTL(u32) @ 0x0100 {
        1:1     en => bool;
        3:3     upe => bool;
        4:4     mpe => bool;
        5:5     lpe => bool;
        7:6     lbm;
        15:15   bam => bool;
        18:18   vfe => bool;
        26:26   secrc => bool;
    }
    /// Transmit control.
    pub(crate) TCTL(u32) @ 0x0400 {
        1:1     en => bool;
        3:3     psp => bool;
        11:4    ct;
        21:12   cold;
    }
    /// Receive checksum control.
    pub(crate) RXCSUM(u32) @ 0x5000 {
        8:8     ipofl => bool;
        9:9     tuofl => bool;
        13:13   pcsd => bool;
    }
    /// Receive filter control.
    pub(crate) RFCTL(u32) @ 0x5008 {
        0:0     iscsi_dis => bool;
        6:6     nfsw_dis => bool;
        7:7     nfsr_dis => bool;
        12:12   ack_dis => bool;
        15:15   exten => bool;
    }
    /// Multicast table: one bit for each hash of an address.
    pub(crate) MTA(u32)[128] @ 0x5200 { 31:0 value; }
    /// Receive address 0.
    pub(crate) RAL0(u32) @ 0x5400 { 31:0 value; }
    pub(crate) RAH0(u32) @ 0x5404 {
        15:0    value;
        31:31   av => bool;
    }
    /// VLAN filter table: one bit for each VLAN id.
    pub(crate) VFTA(u32)[128] @ 0x5600 { 31:0 value; }
    /// Multiple receive queues: what is hashed.
    pub(crate) MRQC(u32) @ 0x5818 {
        2:0     mode;
        16:16   tcp_ipv4 => bool;
        17:17   ipv4 => bool;
        18:18   tcp_ipv6_ex => bool;
        19:19   ipv6_ex => bool;
        20:20   ipv6 => bool;
        21:21   tcp_ipv6 => bool;
        22:22   udp_ipv4 => bool;
        23:23   udp_ipv6 => bool;
        24:24   udp_ipv6_ex => bool;
    }
    /// Hash to queue.
    pub(crate) RETA(u32)[32] @ 0x5c00 { 31:0 value; }
    /// Hash key.
    pub(crate) RSSRK(u32)[10] @ 0x5c80 { 31:0 value; }
    /// System time; reading the lower half holds the upper one.
    pub(crate) SYSTIML(u32) @ 0xb600 { 31:0 value; }
    pub(crate) SYSTIMH(u32) @ 0xb604 { 31:0 value; }
    /// Increment of the system time, and how often.
    pub(crate) TIMINCA(u32) @ 0xb608 { 31:0 value; }
    /// Transmit time stamping.
    pub(crate) TSYNCTXCTL(u32) @ 0xb614 {
        0:0     valid => bool;
        4:4     en => bool;
    }
    /// Time of the last stamped packet that was sent.
    pub(crate) TXSTMPL(u32) @ 0xb618 { 31:0 value; }
    pub(crate) TXSTMPH(u32) @ 0xb61c { 31:0 value; }
    /// Receive time stamping.
    pub(crate) TSYNCRXCTL(u32) @ 0xb620 {
        0:0     valid => bool;
        3:1     kind;
        4:4     en => bool;
    }
    /// Time of the last stamped packet that was received.
    pub(crate) RXSTMPL(u32) @ 0xb624 { 31:0 value; }
    pub(crate) RXSTMPH(u32) @ 0xb628 { 31:0 value; }
    /// Where it came from; reading the upper half lets the next one be stamped.
    pub(crate) RXSATRL(u32) @ 0xb62c { 31:0 value; }
    pub(crate) RXSATRH(u32) @ 0xb630 { 31:0 value; }

    // Statistics, which reading clears (82574 datasheet, 10.2.7).
    /// CRC errors.
    pub(crate) CRCERRS(u32) @ 0x4000 { 31:0 value; }
    /// Packets that were missed for want of room.
    pub(crate) MPC(u32) @ 0x4010 { 31:0 value; }
    /// Good packets received, by length.
    pub(crate) PRC(u32)[6] @ 0x405c { 31:0 value; }
    /// Good packets received.
    pub(crate) GPRC(u32) @ 0x4074 { 31:0 value; }
    /// Broadcasts received.
    pub(crate) BPRC(u32) @ 0x4078 { 31:0 value; }
    /// Multicasts received.
    pub(crate) MPRC(u32) @ 0x407c { 31:0 value; }
    /// Good packets sent.
    pub(crate) GPTC(u32) @ 0x4080 { 31:0 value; }
    /// Good bytes received.
    pub(crate) GORCL(u32) @ 0x4088 { 31:0 value; }
    pub(crate) GORCH(u32) @ 0x408c { 31:0 value; }
    /// Good bytes sent.
    pub(crate) GOTCL(u32) @ 0x4090 { 31:0 value; }
    pub(crate) GOTCH(u32) @ 0x4094 { 31:0 value; }
    /// Packets received that are too short, in fragments, too long, too long and damaged.
    pub(crate) RUC(u32) @ 0x40a4 { 31:0 value; }
    pub(crate) RFC(u32) @ 0x40a8 { 31:0 value; }
    pub(crate) ROC(u32) @ 0x40ac { 31:0 value; }
    pub(crate) RJC(u32) @ 0x40b0 { 31:0 value; }
    /// Packets sent, by length.
    pub(crate) PTC(u32)[6] @ 0x40d8 { 31:0 value; }
    /// Multicasts sent.
    pub(crate) MPTC(u32) @ 0x40f0 { 31:0 value; }
    /// Broadcasts sent.
    pub(crate) BPTC(u32) @ 0x40f4 { 31:0 value; }
}
