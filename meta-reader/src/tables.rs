// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Layouts by id.
//!
//! An id is the hash of a layout's content, so what was learned once is right for every ring, and for records that were kept
//! in a file. It is never learned anew with another content.

use std::collections::HashMap;
use std::sync::Arc;

use meta_core::trailer::Trailer;

use crate::client::Client;
use crate::error::{Error, Malformed};
use crate::layout::Layout;
use crate::record::{Record, Rejected};

/// All layouts that were heard of.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use meta_reader::{Layout, Malformed, Tables};
///
/// let mut tables = Tables::default();
/// let layout = Arc::new(Layout::new(0x1234, "nic_rx_none", 8, vec![], vec![])?);
/// tables.learn(&layout)?;
/// assert_eq!(tables.get(0x1234), Some(&layout));
///
/// let other = Arc::new(Layout::new(0x1234, "nic_rx_hash", 8, vec![], vec![])?);
/// assert_eq!(tables.learn(&other), Err(Malformed::Changed(0x1234)));
/// # Ok::<_, Malformed>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tables {
    layouts: HashMap<u32, Arc<Layout>>,
}

impl Tables {
    /// Keeps a layout; gives the one that is kept, so that equal ones are there once.
    ///
    /// # Errors
    ///
    /// When there is another of the same id.
    pub fn learn(&mut self, layout: &Arc<Layout>) -> Result<Arc<Layout>, Malformed> {
        let id = layout.id();
        let kept = self.layouts.entry(id).or_insert_with(|| Arc::clone(layout));
        if kept != layout {
            return Err(Malformed::Changed(id));
        }
        Ok(Arc::clone(kept))
    }

    /// The layout with an id, if it was heard of.
    pub fn get(&self, id: u32) -> Option<&Arc<Layout>> {
        self.layouts.get(&id)
    }

    /// The layout with an id; if it was never heard of, what the kernel has in force is learned first.
    ///
    /// # Errors
    ///
    /// When the kernel cannot be asked, or says what cannot be.
    pub fn find(&mut self, id: u32, client: &Client) -> Result<Option<&Arc<Layout>>, Error> {
        if !self.layouts.contains_key(&id) {
            for announcement in client.dump()? {
                self.learn(&announcement.layout)?;
            }
        }
        Ok(self.layouts.get(&id))
    }

    /// The record that ends where `before` ends, whatever ring it came from: for records in files, and for packets that were
    /// redirected. Nothing is known of generations here; who knows the ring uses [`Ring::record`](crate::Ring::record).
    ///
    /// # Errors
    ///
    /// When there is no record, its layout was never heard of, or it is not all there.
    pub fn record<'a>(&'a self, before: &'a [u8]) -> Result<Record<'a>, Rejected> {
        let trailer = Trailer::of(before).ok_or(Rejected::NoRecord)?;
        if trailer.layout_id == 0 {
            return Err(Rejected::NoRecord);
        }
        let layout = self.get(trailer.layout_id);
        let layout = layout.ok_or(Rejected::UnknownLayout(trailer.layout_id))?;
        Record::new(before, layout, trailer)
    }
}
