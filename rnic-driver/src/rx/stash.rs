// SPDX-License-Identifier: GPL-2.0

//! The per-packet answers of the standard metadata kfuncs.
//!
//! They come from a copy of the descriptor, never from the packet's headroom: so they are right whatever a program wrote
//! over its metadata.

use crate::{
    desc::RxDescriptor,
    layouts::{knob, RxMeta},
    sys::metadata_ops,
};
use meta_core::descriptor::Copied;

/// What the metadata kfuncs answer from: a copy of the descriptor, taken before the program ran.
pub(crate) struct Stash {
    pub(super) descriptor: Copied<RxDescriptor>,
    pub(super) knobs: u32,
}

impl metadata_ops::Stash for Stash {
    fn rx_hash(&self) -> Option<(u32, u32)> {
        if self.knobs & knob::HASH == 0 {
            return None;
        }
        RxMeta::rx_hash(&self.descriptor.get()).map(|(hash, kind)| (hash, kind.into()))
    }

    fn rx_vlan_tag(&self) -> Option<(u16, u16)> {
        if self.knobs & knob::VLAN == 0 {
            return None;
        }
        RxMeta::rx_vlan_tag(&self.descriptor.get())
            .map(|(proto, tci)| (u16::from_ne_bytes(proto.to_bytes()), tci))
    }
}
