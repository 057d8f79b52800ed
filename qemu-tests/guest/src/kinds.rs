// SPDX-License-Identifier: GPL-2.0

//! The kinds of frames that the host can send, and which fields a packet of each has while they are in the layout.

use crate::knobs::Knobs;
use crate::score::FIELDS;

/// A kind of frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Its name in a request to the host.
    pub(crate) name: &'static str,
    /// The NIC hashes it.
    pub(crate) is_hashed: bool,
    /// The NIC has something to say about its checksums.
    pub(crate) is_checked: bool,
    /// It has an IPv4 identification.
    pub(crate) is_ipv4: bool,
}

const fn kind(name: &'static str, is_hashed: bool, is_checked: bool, is_ipv4: bool) -> Kind {
    Kind {
        name,
        is_hashed,
        is_checked,
        is_ipv4,
    }
}

/// All of them.
pub(crate) const KINDS: [Kind; 11] = [
    kind("udp", true, true, true),
    kind("tcp", true, true, true),
    kind("arp", false, false, false),
    kind("udp-wrong", true, true, true),
    kind("tcp-wrong", true, true, true),
    kind("ip-wrong", true, true, true),
    kind("udp-unchecked", true, false, true),
    kind("fragment", true, false, true),
    kind("udp6", true, true, false),
    kind("tcp6", true, true, false),
    kind("ptp", false, false, false),
];

impl Kind {
    /// Which fields a packet has under a setting of the knobs, in the order of [`crate::score::FIELD_NAMES`].
    pub(crate) fn fields(self, knobs: Knobs, is_tagged: bool) -> [bool; FIELDS] {
        [
            knobs.hash && self.is_hashed,
            knobs.vlan && is_tagged,
            knobs.csum && self.is_checked,
            knobs.packet_type,
            !knobs.hash && self.is_ipv4,
            knobs.stamp,
        ]
    }
}
