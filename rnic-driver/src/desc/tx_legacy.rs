// SPDX-License-Identifier: GPL-2.0

//! The 82574's legacy transmit descriptor: `struct e1000_tx_desc`.
//!
//! Source: Intel 82574 GbE Controller Family datasheet, 7.2.10 (legacy transmit descriptors).

use meta_core::le::{Le16, Le32, Le64};
use meta_derive::Descriptor;

/// A legacy transmit descriptor: one buffer and what to do with it, and the status when it was sent.
///
/// # Examples
///
/// ```
/// use meta_core::descriptor::Descriptor;
/// use rnic_driver::desc::tx_legacy::TxLegacy as TxDescriptor;
///
/// let d = TxDescriptor::packet(0x1000, 60);
/// assert_eq!(d.to_words(), [0x1000u64.to_le(), 0x0b00_003cu64.to_le()]);
/// assert!(!d.is_done());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "e1000_tx_desc")]
#[repr(C)]
pub struct TxLegacy {
    /// Bus address of the buffer.
    buffer_addr: Le64,
    #[desc(as = TxLegacyLower)]
    #[desc(length: u16, bits = 15..=0, doc = "Bytes in the buffer.")]
    #[desc(cso: u8, bits = 23..=16, doc = "Where the checksum is put, in bytes from the start of the packet.")]
    #[desc(eop: bool, bits = 24, doc = "The packet ends in this buffer.")]
    #[desc(ifcs: bool, bits = 25, doc = "Append the frame check sequence.")]
    #[desc(ic: bool, bits = 26, doc = "Insert a checksum.")]
    #[desc(rs: bool, bits = 27, doc = "Report the status when done.")]
    #[desc(reserved, bits = 28)]
    #[desc(dext: bool, bits = 29, doc = "It is no legacy descriptor.")]
    #[desc(vle: bool, bits = 30, doc = "Insert the VLAN tag in `special`.")]
    #[desc(ide: bool, bits = 31, doc = "Delay the interrupt.")]
    lower: Le32,
    #[desc(as = TxLegacyUpper)]
    #[desc(dd: bool, bits = 0, doc = "Descriptor done.")]
    #[desc(ec: bool, bits = 1, doc = "Excess collisions.")]
    #[desc(lc: bool, bits = 2, doc = "Late collision.")]
    #[desc(reserved, bits = 7..=3)]
    #[desc(css: u8, bits = 15..=8, doc = "Where the checksum begins, in bytes from the start of the packet.")]
    #[desc(special: u16, bits = 31..=16, doc = "Priority, DEI and VLAN id of the tag to insert.")]
    upper: Le32,
}

/// The dword of length and command, as C has it.
#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union TxLegacyLower {
    data: Le32,
    flags: TxLegacyFlags,
}

/// Length and command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct TxLegacyFlags {
    /// Bytes in the buffer.
    length: Le16,
    /// Checksum offset.
    cso: u8,
    /// Command.
    cmd: u8,
}

/// The dword of status and tag, as C has it.
#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union TxLegacyUpper {
    data: Le32,
    fields: TxLegacyFields,
}

/// Status and tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct TxLegacyFields {
    /// Status.
    status: u8,
    /// Checksum start.
    css: u8,
    /// VLAN tag.
    special: Le16,
}

impl TxLegacy {
    /// One whole packet. The NIC appends the frame check sequence and reports when it is done.
    #[inline]
    pub const fn packet(address: u64, length: u16) -> Self {
        Self::zeroed()
            .with_buffer_addr(address)
            .with_length(length)
            .with_eop(true)
            .with_ifcs(true)
            .with_rs(true)
    }

    /// The device is done with the descriptor.
    #[inline]
    pub const fn is_done(self) -> bool {
        self.dd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meta_core::{descriptor::Descriptor as _, value::Value};

    #[test]
    fn transmit_bytes_are_golden() {
        let d = TxLegacy::packet(0x1122_3344, 60);
        assert_eq!(
            d.to_bytes(),
            [0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 60, 0, 0, 0x0b, 0, 0, 0, 0]
        );
        assert!(!d.is_done());
        assert!(TxLegacy::from_words([0, 0x1_0b00_003c_u64.to_le()]).is_done());
    }

    #[test]
    fn every_builder_has_its_bits() {
        let zero = TxLegacy::zeroed();
        let expected: [(TxLegacy, u32, u32); 14] = [
            (zero.with_length(0xffff), 0xffff, 0),
            (zero.with_cso(0xff), 0xff_0000, 0),
            (zero.with_eop(true), 1 << 24, 0),
            (zero.with_ifcs(true), 1 << 25, 0),
            (zero.with_ic(true), 1 << 26, 0),
            (zero.with_rs(true), 1 << 27, 0),
            (zero.with_dext(true), 1 << 29, 0),
            (zero.with_vle(true), 1 << 30, 0),
            (zero.with_ide(true), 1 << 31, 0),
            (zero.with_dd(true), 0, 1),
            (zero.with_ec(true), 0, 2),
            (zero.with_lc(true), 0, 4),
            (zero.with_css(0xff), 0, 0xff00),
            (zero.with_special(0xffff), 0, 0xffff_0000),
        ];
        for (d, lower, upper) in expected {
            let word = u64::from(lower) | u64::from(upper) << 32;
            assert_eq!(d.to_words(), [0, word.to_le()]);
        }
    }
}
