// SPDX-License-Identifier: GPL-2.0

//! The knobs of the metadata, as an administrator turns them, and the layout that each setting must give.

use anyhow::Result;
use meta_core::layout::Layout;
use meta_core::meta::XdpMeta as _;
use rnic_driver::layouts::{knob, RxMeta};

use crate::eth::NAME;
use crate::sys::hwtstamp::{self, filter};
use crate::tools;

/// A setting of all knobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Knobs {
    /// `ethtool -K rxhash`.
    pub(crate) hash: bool,
    /// `ethtool -K rxvlan`.
    pub(crate) vlan: bool,
    /// `ethtool -K rx`.
    pub(crate) csum: bool,
    /// Receive time stamps.
    pub(crate) stamp: bool,
    /// `ethtool --set-priv-flags xdp-packet-type`.
    pub(crate) packet_type: bool,
}

impl Knobs {
    /// What an interface starts with.
    pub(crate) const START: Self = Self {
        hash: true,
        vlan: true,
        csum: true,
        stamp: false,
        packet_type: false,
    };

    /// Every setting, each reached from the one before by turning one knob; the first is [`START`](Self::START).
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::walk(5)
    }

    /// The same without time stamps.
    pub(crate) fn without_stamps() -> impl Iterator<Item = Self> {
        Self::walk(4)
    }

    /// Walks over the first `knobs` of them: a Gray code.
    fn walk(knobs: u32) -> impl Iterator<Item = Self> {
        (0..1_u32 << knobs).map(|n| {
            let turned = n ^ n >> 1;
            let is_turned = |knob: u32| turned >> knob & 1 == 1;
            Self {
                hash: !is_turned(0),
                vlan: !is_turned(1),
                csum: !is_turned(2),
                packet_type: is_turned(3),
                stamp: is_turned(4),
            }
        })
    }

    /// What the driver's definition says about the setting; computed here, on this machine.
    pub(crate) fn layout(self) -> &'static Layout {
        let bits = [
            (knob::HASH, self.hash),
            (knob::VLAN, self.vlan),
            (knob::CSUM, self.csum),
            (knob::TSTAMP, self.stamp),
            (knob::PTYPE, self.packet_type),
        ];
        let on = bits.into_iter().filter(|(_, on)| *on);
        RxMeta::layout(on.fold(0, |all, (bit, _)| all | bit))
    }

    /// Turns all knobs so; what is so already is not a change.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn set(self) -> Result<()> {
        let word = |on| if on { "on" } else { "off" };
        let (hash, vlan, csum) = (word(self.hash), word(self.vlan), word(self.csum));
        tools::line(&format!(
            "ethtool -K {NAME} rxhash {hash} rxvlan {vlan} rx {csum}"
        ))?;
        let packet_type = word(self.packet_type);
        tools::line(&format!(
            "ethtool --set-priv-flags {NAME} xdp-packet-type {packet_type}"
        ))?;
        stamps(self.stamp)
    }
}

/// Turns receive time stamps on or off, as `tcpdump -j` does.
///
/// # Errors
///
/// When the driver refuses.
pub(crate) fn stamps(on: bool) -> Result<()> {
    let wanted = if on { filter::ALL } else { filter::NONE };
    hwtstamp::set(NAME, wanted)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_visits_every_setting_once() {
        let all: Vec<Knobs> = Knobs::all().collect();
        assert_eq!(all[0], Knobs::START);
        assert_eq!(all[0].layout().name, "rnic_rx_hash_vlan_csum");
        let mut ids: Vec<u32> = all.iter().map(|knobs| knobs.layout().id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RxMeta::LAYOUTS.len());
        assert!(Knobs::without_stamps().all(|knobs| !knobs.stamp));
        assert_eq!(Knobs::without_stamps().count(), 16);
    }

    #[test]
    fn each_step_turns_one_knob() {
        let all: Vec<Knobs> = Knobs::all().collect();
        for pair in all.windows(2) {
            let [a, b] =
                [pair[0], pair[1]].map(|k| [k.hash, k.vlan, k.csum, k.stamp, k.packet_type]);
            assert_eq!(a.iter().zip(b).filter(|(a, b)| **a != *b).count(), 1);
        }
    }
}
