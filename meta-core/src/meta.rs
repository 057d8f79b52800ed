// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What the derive implements: a driver's declared metadata, and the writer of each of its layouts.
//!
//! A driver chooses a writer once, when a ring is configured, and then calls it for each packet. So a writer knows its one
//! layout at compile time and never looks at the configuration.

use crate::layout::{self, Layout};
use crate::trailer::Trailer;
use crate::value::{ByteArray, Value};

/// A struct that declares receive metadata. Derive it; see the `meta-derive` crate for the attributes.
///
/// # Examples
///
/// ```
/// use meta_core::meta::XdpMeta;
///
/// /// What the hardware says about one packet.
/// pub struct Descriptor {
///     hash: u32,
///     hash_valid: bool,
/// }
///
/// /// The metadata of a small network card.
/// #[derive(meta_derive::XdpMeta)]
/// #[xdp_meta(name = "nic_rx", source = Descriptor, knobs(hash))]
/// pub struct RxMeta {
///     /// RSS hash of the packet.
///     #[meta(knob = hash, hint = rx_hash, value = |d| d.hash, present = |d| d.hash_valid)]
///     rx_hash: u32,
/// }
///
/// assert_eq!(RxMeta::LAYOUTS.len(), 2);
/// assert_eq!(RxMeta::layout(0b1).name, "nic_rx_hash");
/// assert_eq!(RxMeta::rx_hash(&Descriptor { hash: 5, hash_valid: true }), Some((5, 0)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` declares no metadata",
    note = "derive it with `#[derive(XdpMeta)]`"
)]
pub trait XdpMeta: Sized + 'static {
    /// What a record is made from, one for each packet: a descriptor, or [`Captured`] of it.
    type Source;
    /// Name of the superset struct, and the start of every layout's name.
    const NAME: &'static str;
    /// Names of the knobs; the index is the bit.
    const KNOBS: &'static [&'static str];
    /// Every layout that the knobs can reach; the index is the mask of the knobs that are on.
    const LAYOUTS: &'static [Layout];
    /// All the fields together.
    const SUPERSET: &'static Layout;
    /// Each layout's own stand-alone BTF, in the order of [`LAYOUTS`](Self::LAYOUTS); all of one size.
    const BTF: &'static [&'static [u8]];

    /// Chooses the writer of a configuration: calls `visitor` with it. Bits that are no knob are ignored.
    fn select<V: Visitor<Self>>(knobs: u32, visitor: V) -> V::Output;

    /// Reads a record that ends where `bytes` ends, under the layout that its trailer names.
    ///
    /// Fields that the layout or the packet does not have are zero. `None`: there is no record of this driver.
    fn decode(bytes: &[u8]) -> Option<(Self, Trailer)>;

    /// The value of the field with an id, as a number in host order.
    fn value(&self, id: u16) -> Option<u64>;

    /// The layout of a configuration. Bits that are no knob are ignored.
    fn layout(knobs: u32) -> &'static Layout {
        Self::LAYOUTS
            .get(index::<Self>(knobs))
            .unwrap_or(Self::SUPERSET)
    }

    /// The stand-alone BTF of a configuration's layout.
    fn btf(knobs: u32) -> &'static [u8] {
        Self::BTF
            .get(index::<Self>(knobs))
            .copied()
            .unwrap_or_default()
    }

    /// The layout with an id.
    fn by_id(id: u32) -> Option<&'static Layout> {
        layout::find(Self::LAYOUTS, id)
    }
}

/// The number of layouts is a power of two, so this is the mask of the knobs.
fn index<M: XdpMeta>(knobs: u32) -> usize {
    knobs as usize & M::LAYOUTS.len().saturating_sub(1)
}

/// A descriptor, and what the receive loop took from elsewhere for the same packet: what a record is made from, if the metadata
/// has fields with `capture`.
///
/// Some values are not in the descriptor: a time stamp in front of the frame, or a register that the next packet overwrites. The
/// receive loop takes them at once, and hands them over beside the descriptor.
///
/// # Examples
///
/// ```
/// use meta_core::meta::{Capture, Captured};
///
/// #[derive(Default)]
/// pub struct Captures {
///     rx_timestamp: Capture<u64>,
/// }
///
/// let source = Captured { descriptor: [0u32; 4], captures: Captures { rx_timestamp: 7.into() } };
/// assert_eq!(source.captures.rx_timestamp.get(), Some(7));
///
/// let nothing: Captured<[u32; 4], Captures> = Captured::from([0; 4]);
/// assert_eq!(nothing.captures.rx_timestamp.get(), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Captured<D, C> {
    /// What the hardware wrote.
    pub descriptor: D,
    /// What was captured for the packet.
    pub captures: C,
}

impl<D, C: Default> From<D> for Captured<D, C> {
    /// A descriptor for which nothing was captured.
    #[inline(always)]
    fn from(descriptor: D) -> Self {
        Self {
            descriptor,
            captures: C::default(),
        }
    }
}

/// A value that was captured for a packet, or was not.
///
/// It is no `Option`, because it has a value in either case: so a writer needs no branch to take it.
///
/// # Examples
///
/// ```
/// use meta_core::meta::Capture;
///
/// assert_eq!(Capture::new(7u64, true).get(), Some(7));
/// assert_eq!(Capture::new(7u64, false).get(), None);
/// assert_eq!(Capture::<u64>::default().get(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture<T> {
    value: T,
    present: bool,
}

impl<T: Value> Capture<T> {
    /// The value if it is `present`; nobody sees it otherwise.
    #[inline(always)]
    pub const fn new(value: T, present: bool) -> Self {
        Self { value, present }
    }

    /// What was captured.
    #[inline(always)]
    pub fn get(self) -> Option<T> {
        self.present.then_some(self.value)
    }

    /// Whether there is a value.
    #[inline(always)]
    pub const fn is_present(&self) -> bool {
        self.present
    }

    /// The value; anything, if there is none.
    #[doc(hidden)]
    #[inline(always)]
    pub const fn unmasked(&self) -> T {
        self.value
    }
}

impl<T: Value> Default for Capture<T> {
    /// Nothing.
    #[inline(always)]
    fn default() -> Self {
        Self::new(T::ZERO, false)
    }
}

impl<T: Value> From<T> for Capture<T> {
    #[inline(always)]
    fn from(value: T) -> Self {
        Self::new(value, true)
    }
}

impl<T: Value> From<Option<T>> for Capture<T> {
    #[inline(always)]
    fn from(value: Option<T>) -> Self {
        Self::new(value.unwrap_or(T::ZERO), value.is_some())
    }
}

/// The writer of one layout, which takes the whole source: the descriptor, or [`Captured`].
pub trait Writer<S> {
    /// The record's bytes, `[u8; N]`.
    type Record: ByteArray;
    /// What it writes.
    const LAYOUT: &'static Layout;

    /// Makes the record of one packet.
    fn record(source: &S, generation: u16) -> Self::Record;
}

/// Something to be done with the writer that a configuration needs.
///
/// # Examples
///
/// Monomorphic code for each writer, chosen once:
///
/// ```
/// use meta_core::meta::{Visitor, Writer, XdpMeta};
/// use meta_core::value::ByteArray;
///
/// struct Length;
///
/// impl<M: XdpMeta> Visitor<M> for Length {
///     type Output = usize;
///     fn visit<W: Writer<M::Source>>(self) -> usize {
///         W::Record::LEN
///     }
/// }
/// ```
pub trait Visitor<M: XdpMeta> {
    /// What comes of it.
    type Output;

    /// Called once, with the writer.
    fn visit<W: Writer<M::Source>>(self) -> Self::Output;
}
