// SPDX-License-Identifier: GPL-2.0

//! The per-packet answers of the standard metadata kfuncs.
//!
//! They come from a copy of the descriptor, never from the packet's headroom: so they are right whatever a program wrote
//! over its metadata.

use crate::{
    layouts::{knob, Metadata},
    sys::metadata_ops,
};
use meta_core::{descriptor::Copied, meta::Captured};

/// What the metadata kfuncs answer from: a copy of the descriptor and the stamp, taken before the program ran.
pub(crate) struct Stash<M: Metadata> {
    pub(super) descriptor: Copied<M::Descriptor>,
    pub(super) captures: M::Captures,
    pub(super) knobs: u32,
}

impl<M: Metadata> Stash<M> {
    #[inline]
    pub(super) fn source(&self) -> M::Source {
        Captured {
            descriptor: self.descriptor.get(),
            captures: self.captures,
        }
    }

    fn answer<T>(&self, knob: u32, answer: impl FnOnce(&M::Source) -> Option<T>) -> Option<T> {
        if self.knobs & knob == 0 {
            return None;
        }
        answer(&self.source())
    }
}

impl<M: Metadata> metadata_ops::Stash for Stash<M> {
    fn rx_timestamp(&self) -> Option<u64> {
        self.answer(knob::TSTAMP, M::timestamp)
    }

    fn rx_hash(&self) -> Option<(u32, u32)> {
        self.answer(knob::HASH, M::hash)
            .map(|(hash, kind)| (hash, kind.into()))
    }

    fn rx_vlan_tag(&self) -> Option<(u16, u16)> {
        self.answer(knob::VLAN, M::vlan_tag)
    }
}
