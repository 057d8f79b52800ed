// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! One field, looked up once for each layout.
//!
//! For a packet of the layout that was met last this is a comparison of ids, a test of the present bit and a bounded load.

use std::marker::PhantomData;

use meta_core::value::{ByteArray, Value};

use crate::layout::Layout;
use crate::record::{Absent, Record};

/// Where a field is in the layout that was met last.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use meta_core::{hint, trailer::Trailer};
/// use meta_reader::{Absent, Binding, Field, Layout, Tables};
///
/// let hash = Field { id: hint::RX_HASH, name: "rx_hash".into(), offset: 0, size: 4, present: 0, bit: 0, bits: 0 };
/// let mut tables = Tables::default();
/// tables.learn(&Arc::new(Layout::new(7, "nic_rx_hash", 16, vec![hash], vec![])?))?;
/// tables.learn(&Arc::new(Layout::new(8, "nic_rx_none", 8, vec![], vec![])?))?;
///
/// let mut hash = Binding::<u32>::new(hint::RX_HASH);
/// let trailer = Trailer { layout_id: 7, generation: 1, present: 1 }.to_ne_bytes();
/// let before = [&[0; 100][..], &0x1234_u32.to_ne_bytes(), &[0; 4], &trailer].concat();
/// assert_eq!(hash.get(&tables.record(&before)?), Ok(0x1234));
///
/// let trailer = Trailer { layout_id: 8, generation: 2, present: 0 }.to_ne_bytes();
/// assert_eq!(hash.get(&tables.record(&trailer)?), Err(Absent::NotInLayout));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Binding<V> {
    id: u16,
    /// 0, which no record has, before the first.
    layout_id: u32,
    place: Result<Place, Absent>,
    value: PhantomData<fn() -> V>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    offset: usize,
    present: u16,
}

impl<V: Value> Binding<V> {
    /// A field by its id: one of [`meta_core::hint`], or a driver's own.
    pub const fn new(id: u16) -> Self {
        Self {
            id,
            layout_id: 0,
            place: Err(Absent::NotInLayout),
            value: PhantomData,
        }
    }

    /// The field's value in a record, as [`Record::get`] has it.
    ///
    /// # Errors
    ///
    /// When there is no value.
    #[inline]
    pub fn get(&mut self, record: &Record<'_>) -> Result<V, Absent> {
        let trailer = record.trailer();
        if trailer.layout_id != self.layout_id {
            self.bind(record.layout());
        }
        let place = self.place?;
        if trailer.present & place.present == 0 {
            return Err(Absent::NotInPacket);
        }
        record.load(place.offset)
    }

    #[cold]
    fn bind(&mut self, layout: &Layout) {
        self.layout_id = layout.id();
        self.place = match layout.field(self.id) {
            None => Err(Absent::NotInLayout),
            Some(field) if field.bits != 0 || usize::from(field.size) != V::Bytes::LEN => {
                Err(Absent::OtherType)
            }
            Some(field) => Ok(Place {
                offset: field.offset.into(),
                present: 1 << field.present,
            }),
        };
    }
}
