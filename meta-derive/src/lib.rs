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

#[doc = include_str!("xdp_meta/guide.md")]
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

#[doc = include_str!("value/guide.md")]
#[proc_macro_derive(Value, attributes(value))]
pub fn derive_value(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    value::derive(&input).into()
}
