// SPDX-License-Identifier: GPL-2.0

//! Layouts that change at run time: the part that every driver needs in the same way.
//!
//! It knows rings, layouts and generations, and names no NIC and no register. A driver implements [`fence::Ring`]
//! for its receive ring and keeps one [`LayoutState`] for each; everything that changes what a record means goes through
//! [`fence::cross`]. What must never happen: a record whose generation was not announced before.

pub(crate) mod fence;
pub(crate) mod off;
mod published;

pub(crate) use self::published::{LayoutState, Published};

use crate::sys::series::ENODATA;
use kernel::prelude::*;
use meta_core::{binding::Binding, layout::Layout};

/// The kfunc's answer for a field: a packed [`Binding`].
///
/// # Errors
///
/// `ENOENT`: no layout has this id. `ENODATA`: the layout does not have the field.
pub(crate) fn binding(layouts: &'static [Layout], layout_id: u32, field_id: u32) -> Result<i32> {
    let layout = meta_core::layout::find(layouts, layout_id).ok_or(ENOENT)?;
    u16::try_from(field_id)
        .ok()
        .and_then(|id| Binding::of(layout, id))
        .map(Binding::to_answer)
        .ok_or(ENODATA)
}
