// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Hardware descriptors: what `#[derive(Descriptor)]` implements.
//!
//! A descriptor is memory that a driver and a device share. So it is copied once, by [`Descriptor::read_once`], and only the
//! copy is looked at: a device that goes on writing can not change an answer between two questions. What is made for the
//! device is put together in a value and stored by the driver, whole words at a time. Where the memory is, and in which order
//! it is to be accessed, only the driver knows; so nothing in here touches it, and nothing needs `unsafe`.
//!
//! Formats that share their bytes, like what a driver posts and what the device writes back, are [`View`]s of one union.
//!
//! # Examples
//!
//! ```
//! use meta_core::descriptor::{Descriptor, View};
//! use meta_core::le::{Le16, Le32, Le64};
//!
//! /// What the driver posts.
//! #[derive(Clone, Copy, meta_derive::Descriptor)]
//! #[repr(C)]
//! pub struct Read {
//!     /// Bus address of the buffer.
//!     address: Le64,
//!     #[desc(reserved)]
//!     unused: Le64,
//! }
//!
//! /// What the device writes back.
//! #[derive(Clone, Copy, meta_derive::Descriptor)]
//! #[repr(C)]
//! pub struct WriteBack {
//!     /// The hash.
//!     hash: Le32,
//!     #[desc(done: bool, bits = 0, doc = "The device is done.")]
//!     #[desc(queue: u8, bits = 11..=8, doc = "The queue.")]
//!     #[desc(reserved, bits = 31..=12)]
//!     status: Le32,
//!     /// Bytes in the buffer.
//!     length: Le16,
//!     #[desc(reserved)]
//!     unused: [u8; 6],
//! }
//!
//! /// The memory.
//! #[derive(meta_derive::Descriptor)]
//! #[descriptor(name = "nic_rx_desc")]
//! #[repr(C)]
//! pub union RxDescriptor {
//!     read: Read,
//!     wb: WriteBack,
//! }
//!
//! let posted = Read::zeroed().with_address(0x1000);
//! assert_eq!(posted.to_words(), [0x1000u64.to_le(), 0]);
//!
//! // A driver reads with volatile loads in the closure.
//! let memory = [(0x301_u64 << 32 | 0x1234).to_le(), 60u64.to_le()];
//! let done = WriteBack::read_once(|word| memory[word]);
//! assert!(done.done());
//! assert_eq!((done.hash(), done.queue(), done.length()), (0x1234, 3, 60));
//!
//! // A slot that nothing was written back to still holds what was posted.
//! assert!(!View::<RxDescriptor>::view::<WriteBack>(posted).done());
//! ```

use crate::ty::Described;
use crate::value::Value;

#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod memory;

/// A range of bits in a word.
///
/// # Examples
///
/// ```
/// use meta_core::descriptor::Range;
///
/// let range = Range { word: 0, name: "rss_type", msb: 3, lsb: 0, tag: "bits:rss_type:3:0" };
/// assert_eq!((range.width(), range.mask()), (4, 0xf));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Index of the word among the members of the type.
    pub word: usize,
    /// Name; empty if the range is reserved.
    pub name: &'static str,
    /// Most significant bit, counted in the word's value.
    pub msb: u8,
    /// Least significant bit.
    pub lsb: u8,
    /// The text of the range's BTF decl tag on the word, `bits:<name>:<msb>:<lsb>`; empty if the range is reserved.
    pub tag: &'static str,
}

impl Range {
    /// Number of bits.
    #[inline]
    pub const fn width(&self) -> u32 {
        (self.msb.saturating_sub(self.lsb) as u32).saturating_add(1)
    }

    /// The bits of the word that are the range's.
    #[inline]
    pub const fn mask(&self) -> u64 {
        crate::bits::mask(self.width()) << (self.lsb & 63)
    }
}

/// A struct of words, some of which are divided into ranges. Derive it with `#[derive(Descriptor)]`.
///
/// # Examples
///
/// ```
/// use meta_core::descriptor::Ranges;
/// use meta_core::le::Le16;
///
/// /// A quarter of a descriptor.
/// #[derive(Clone, Copy, meta_derive::Descriptor)]
/// #[descriptor(part)]
/// #[repr(C)]
/// pub struct Info {
///     #[desc(kind: u8, bits = 3..=0)]
///     #[desc(reserved, bits = 15..=4)]
///     info: Le16,
/// }
///
/// assert_eq!(Info::RANGES.len(), 2);
/// assert_eq!(Info::RANGES[0].tag, "bits:kind:3:0");
/// assert_eq!(Info::zeroed().with_kind(5).kind(), 5);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of words and ranges of bits",
    note = "derive it with `#[derive(Descriptor)]`"
)]
pub trait Ranges: Described {
    /// The ranges, by word, in the order of declaration.
    const RANGES: &'static [Range];
}

/// A whole descriptor. Derive it; see `meta_derive::Descriptor` for the attributes, and the [module](self) for an example.
///
/// # Invariants
///
/// [`SIZE`](Self::SIZE) is a multiple of 8, and there is no padding: any words are a value, and every value is just its words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no hardware descriptor",
    note = "derive it with `#[derive(Descriptor)]`"
)]
pub trait Descriptor: Value + Ranges {
    /// Bytes of the descriptor.
    const SIZE: usize;
    /// `[u64; SIZE / 8]`.
    type Words: Copy + AsRef<[u64]> + core::fmt::Debug;

    /// The descriptor that is these words in memory: in the machine's byte order, as a load of each gives them.
    fn from_words(words: Self::Words) -> Self;

    /// The words to be stored, in the machine's byte order: no conversion is left to be done.
    fn to_words(self) -> Self::Words;

    /// The descriptor that `read` reads: called once for each 8-byte word, in the order of their indices.
    ///
    /// The words are in the machine's byte order, as a volatile load gives them. That the device is done with the descriptor
    /// is to be seen before, and a barrier is to stand between.
    #[inline(always)]
    fn read_once(read: impl FnMut(usize) -> u64) -> Self {
        Self::from_words(Self::read_words(read))
    }

    /// The words that [`read_once`](Self::read_once) makes the descriptor of.
    fn read_words(read: impl FnMut(usize) -> u64) -> Self::Words;
}

/// A copy of a descriptor that is kept as whole words, and taken apart only where something is asked.
///
/// A descriptor that lives through a loop needs a register, or a place on the stack, for each member that is asked for; its
/// words need just two.
///
/// # Examples
///
/// ```
/// use meta_core::descriptor::{Copied, Descriptor};
/// use meta_core::le::Le64;
///
/// /// A buffer.
/// #[derive(Clone, Copy, meta_derive::Descriptor)]
/// #[repr(C)]
/// pub struct Buffer {
///     address: Le64,
///     length: Le64,
/// }
///
/// let copied = Copied::<Buffer>::read_once(|word| [0x1000u64, 60][word].to_le());
/// assert_eq!(copied.get().length(), 60);
/// assert_eq!(Copied::from(copied.get()).get().address(), 0x1000);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Copied<D: Descriptor>(D::Words);

impl<D: Descriptor> Copied<D> {
    /// The copy that `read` reads, as [`Descriptor::read_once`] does.
    #[inline(always)]
    pub fn read_once(read: impl FnMut(usize) -> u64) -> Self {
        Self(D::read_words(read))
    }

    /// The descriptor.
    #[inline(always)]
    pub fn get(&self) -> D {
        D::from_words(self.0)
    }

    /// Its words, in the machine's byte order.
    #[inline(always)]
    pub fn words(&self) -> D::Words {
        self.0
    }
}

impl<D: Descriptor> From<D> for Copied<D> {
    #[inline(always)]
    fn from(descriptor: D) -> Self {
        Self(descriptor.to_words())
    }
}

/// One of the formats of the memory `U`, a union with `#[derive(Descriptor)]`, which implements this for each of its members.
///
/// # Examples
///
/// ```
/// use meta_core::descriptor::View;
/// use meta_core::le::{Le16, Le32};
///
/// /// The two halves.
/// #[derive(Clone, Copy, meta_derive::Descriptor)]
/// #[descriptor(part)]
/// #[repr(C)]
/// pub struct Halves {
///     low: Le16,
///     high: Le16,
/// }
///
/// /// A word with two meanings.
/// #[derive(meta_derive::Descriptor)]
/// #[descriptor(part)]
/// #[repr(C)]
/// pub union Word {
///     whole: Le32,
///     halves: Halves,
/// }
///
/// let halves: Halves = View::<Word>::view(Le32::new(0x0003_0002));
/// assert_eq!((halves.low(), halves.high()), (2, 3));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not one of the formats of `{U}`",
    note = "make it a member of that union, which has `#[derive(Descriptor)]`"
)]
pub trait View<U: Described>: Value {
    /// The same bytes in another format.
    #[inline(always)]
    fn view<V>(self) -> V
    where
        V: View<U, Bytes = Self::Bytes>,
    {
        V::from_bytes(self.to_bytes())
    }
}
