// SPDX-License-Identifier: GPL-2.0

//! What is received besides the own address and broadcasts: multicasts by their hash, and VLANs.

use crate::{hal::Mac, sys::netdev::Filter};

/// The tables as they are in the hardware, for writing them again after a reset.
pub(super) struct Filters {
    promiscuous: bool,
    all_multicast: bool,
    multicast: [u32; 128],
    vlans: [u32; 128],
}

impl Default for Filters {
    fn default() -> Self {
        Self {
            promiscuous: false,
            all_multicast: false,
            multicast: [0; 128],
            vlans: [0; 128],
        }
    }
}

impl Filters {
    /// Takes over what the stack wants. There is one unicast address in the hardware: more of them mean all.
    pub(super) fn set(&mut self, filter: &Filter<'_>) {
        self.promiscuous = filter.promiscuous || filter.more_unicast;
        self.all_multicast = filter.all_multicast;
        let mut table = [0; 128];
        filter.multicast(|address| set(&mut table, hash(address)));
        self.multicast = table;
    }

    /// Lets VLAN `vid` through, or not, while VLANs are filtered.
    pub(super) fn set_vlan(&mut self, vid: u16, wanted: bool) {
        if wanted {
            set(&mut self.vlans, vid);
        } else if let Some(word) = self.vlans.get_mut(usize::from(vid >> 5 & 0x7f)) {
            *word &= !(1 << (vid & 0x1f));
        }
    }

    /// Writes everything.
    pub(super) fn write(&self, mac: &Mac<'_>) {
        mac.set_filter(self.promiscuous, self.all_multicast, &self.multicast);
        mac.set_vlans(&self.vlans);
    }
}

fn set(table: &mut [u32; 128], bit: u16) {
    if let Some(word) = table.get_mut(usize::from(bit >> 5 & 0x7f)) {
        *word |= 1 << (bit & 0x1f);
    }
}

/// Bits 47 to 36 of the address, the last byte first (82574 datasheet, 10.2.5.21, with RCTL.MO 0).
fn hash([.., low, high]: [u8; 6]) -> u16 {
    (u16::from(high) << 4 | u16::from(low) >> 4) & 0xfff
}
