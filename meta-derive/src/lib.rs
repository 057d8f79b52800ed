// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `#[derive(XdpMeta)]`: receive metadata, declared once.
//!
//! A driver writes down every field that its hardware can give, which knob turns it on and how it is taken from a descriptor.
//! The derive makes a packed layout for each combination of knobs, a straight-line writer for each layout, the reader, the
//! bodies of the `xdp_metadata_ops` callbacks and the BTF. It only arranges: offsets, ids and BTF are computed by `meta-core`
//! at compile time, and checked there again.
//!
//! The stages are one module each: `attr` (tokens to attributes), `model` (what is declared), `check` (rules between fields),
//! `expand` (code). Errors of all the stages are collected and reported together.

#![forbid(unsafe_code)]

use proc_macro::TokenStream;

mod attr;
mod descriptor;
mod diag;
mod kind;
mod name;
mod reject;
mod rule;
mod suggest;
mod value;
mod xdp_meta;

#[cfg(test)]
mod tests;

/// Implements `meta_core::XdpMeta` for a struct that declares receive metadata.
///
/// On the struct, `#[xdp_meta(…)]`:
///
/// | key | value |
/// |---|---|
/// | `name = "nic_rx"` | name of the superset's BTF struct; layouts are called `nic_rx_<knobs>` |
/// | `source = Type` | what a record is made from, usually a descriptor |
/// | `knobs(a, b)` | pieces of configuration that add fields; bit 0 is the first |
///
/// On each field, `#[meta(…)]`:
///
/// | key | value |
/// |---|---|
/// | `value = \|d\| …` | takes the value from a `&Source`; called for every packet, present or not |
/// | `present = \|d\| …` | whether this packet has the field; left out: it always has |
/// | `hint = rx_hash` | the standard hint that the field is |
/// | `id = 0x8000` | the id of a field of the driver's own, instead of a hint |
/// | `knob = a` | the knob that turns the field on; left out: it is in every layout |
/// | `unit = "ns"` | unit of the value |
///
/// Fields are of type `u8`, `u16`, `u32`, `u64`, `Be16`, `Be32` or `Be64`.
///
/// With the hints `rx_timestamp`, `rx_hash` (and `rx_hash_type`), `rx_vlan_tci` and `rx_vlan_proto` the struct also gets the
/// functions `rx_timestamp`, `rx_hash` and `rx_vlan_tag`, the bodies of the driver's `xdp_metadata_ops`.
///
/// # Examples
///
/// ```
/// use meta_core::XdpMeta;
///
/// pub struct Descriptor {
///     nanoseconds: u64,
/// }
///
/// #[derive(XdpMeta)]
/// #[xdp_meta(name = "nic_rx", source = Descriptor, knobs(stamp))]
/// pub struct RxMeta {
///     #[meta(knob = stamp, hint = rx_timestamp, unit = "ns", value = |d| d.nanoseconds)]
///     rx_timestamp: u64,
/// }
///
/// # use meta_derive::XdpMeta;
/// assert_eq!(RxMeta::rx_timestamp(&Descriptor { nanoseconds: 3 }), Some(3));
/// ```
#[proc_macro_derive(XdpMeta, attributes(xdp_meta, meta))]
pub fn derive_xdp_meta(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    xdp_meta::derive(&input).into()
}

#[doc = include_str!("descriptor/guide.md")]
#[proc_macro_derive(Descriptor, attributes(descriptor, desc))]
pub fn derive_descriptor(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    descriptor::derive(&input).into()
}

/// Implements `meta_core::value::Value` for a struct, union or enum that hardware or BPF programs share with the driver.
///
/// The type is described as C has it, and its bytes are written and read without `unsafe`, branches or panics.
///
/// | type | gets |
/// |---|---|
/// | `#[repr(C)]` struct, also with `packed` or `align(n)` | `Described`, `Value` |
/// | the same with `#[value(description)]` | `Described`; may hold unions and padding |
/// | `#[repr(C)]` union | `Described` |
/// | enum with `#[repr(u8)]` to `u64` or `i8` to `i64` | `Described`, `Value`, `Bits`, and `const fn from_bits` and `to_bits` |
///
/// | key in `#[value(...)]` | on | meaning |
/// |---|---|---|
/// | `name = "nic_time"` | all | name in BTF and C; empty: none. Variants are called `TYPE_VARIANT` if nothing is said |
/// | `description` | structs | the struct is only described |
/// | `bits(name: Type = high..=low, ...)` | members | the bits of an unsigned word; in C, bit-fields |
/// | `fallback` | variants | what numbers without a name are taken for |
///
/// There is no hidden padding: bytes that would be are to be declared, as fields whose names begin with `_`.
///
/// # Examples
///
/// A nested struct, and bit-fields. A range without a type is reserved: it has neither getter nor builder.
///
/// ```
/// use meta_core::ty::Described;
/// use meta_core::value::Value as _;
/// use meta_derive::Value;
///
/// /// A time, and what is known of it.
/// #[derive(Clone, Copy, Value)]
/// #[value(name = "nic_time")]
/// #[repr(C)]
/// pub struct Time {
///     seconds: u32,
///     #[value(bits(valid: bool = 0, clock: u8 = 3..=1, reserved = 7..=4))]
///     status: u8,
///     #[value(name = "rsvd")]
///     _pad: [u8; 3],
/// }
///
/// let time = Time::ZERO.with_valid(true).with_clock(5);
/// assert_eq!((time.valid(), time.clock()), (true, 5));
/// assert_eq!(time.to_bytes(), [0, 0, 0, 0, 0b1011, 0, 0, 0]);
/// assert_eq!(Time::TYPE.size(), 8);
/// ```
///
/// An enum:
///
/// ```
/// use meta_derive::Value;
///
/// /// What a hash covers.
/// #[derive(Clone, Copy, Debug, PartialEq, Value)]
/// #[repr(u8)]
/// pub enum RssType {
///     None,
///     TcpIpv4,
///     #[value(fallback)]
///     Other = 15,
/// }
///
/// const TYPE: RssType = RssType::from_bits(1);
/// assert_eq!(TYPE, RssType::TcpIpv4);
/// assert_eq!(RssType::from_bits(7), RssType::Other);
/// ```
///
/// A union, and a struct that holds it:
///
/// ```
/// use meta_core::ty::Described;
/// use meta_derive::Value;
///
/// #[derive(Clone, Copy, Value)]
/// #[repr(C)]
/// pub union Word {
///     hash: u32,
///     halves: [u16; 2],
/// }
///
/// #[derive(Value)]
/// #[value(description)]
/// #[repr(C)]
/// pub struct Half {
///     #[value(name = "")]
///     word: Word,
/// }
///
/// assert_eq!(Half::TYPE.size(), 4);
/// ```
#[proc_macro_derive(Value, attributes(value))]
pub fn derive_value(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    value::derive(&input).into()
}
