// SPDX-License-Identifier: GPL-2.0

//! Layouts that change at run time: the part that every driver needs in the same way.
//!
//! It knows rings, layouts and generations, and names no NIC and no register. A driver implements [`fence::Ring`]
//! for its receive ring and keeps one [`LayoutState`] for each; everything that changes what a record means goes through
//! [`fence::cross`]. What must never happen: a record whose generation was not announced before.

pub(crate) mod fence;
mod published;

pub(crate) use self::published::{LayoutState, Published};

use kernel::prelude::*;
use meta_core::layout::Layout;

/// The kfunc's answer for a field: its distance back from where the packet starts (bits 0 to 7), its size in bytes
/// (8 to 15) and the number of its present bit (16 to 23).
///
/// # Errors
///
/// `ENOENT`: no layout has this id. `ENODATA`: the layout does not have the field.
pub(crate) fn binding(layouts: &'static [Layout], layout_id: u32, field_id: u32) -> Result<i32> {
    let layout = meta_core::layout::find(layouts, layout_id).ok_or(ENOENT)?;
    let field = u16::try_from(field_id)
        .ok()
        .and_then(|id| layout.field(id))
        .ok_or(ENODATA)?;
    let distance = layout.distance(field) as i32;
    let size = field.kind.size() as i32;
    Ok(distance | size << 8 | i32::from(field.present) << 16)
}
