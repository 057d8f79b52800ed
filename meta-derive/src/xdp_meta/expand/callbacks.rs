// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The bodies of the kernel's `xdp_metadata_ops`, from the same expressions as the records.
//!
//! `None` is the kernel's `-ENODATA`: this packet does not have it. Whether the knob is on is for the driver to decide.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::FieldItems;
use crate::xdp_meta::model::{Field, Model};

pub(super) fn expand(model: &Model) -> TokenStream {
    let functions: Vec<_> = [timestamp(model), hash(model), vlan(model)]
        .into_iter()
        .flatten()
        .collect();
    if functions.is_empty() {
        return TokenStream::new();
    }
    let ident = &model.ident;
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #ident {
            #(#functions)*
        }
    }
}

/// A call of a field's value. If its type is another name for a wrong one, that is said at the type.
fn value(field: &Field) -> TokenStream {
    let mut value = FieldItems::of(field).value;
    value.set_span(field.ty.span());
    // The parameter is the generated function's, not the user's.
    let source = Ident::new("source", Span::call_site());
    quote_spanned!(field.ty.span()=> #value(#source))
}

fn timestamp(model: &Model) -> Option<TokenStream> {
    let stamp = model.hint("rx_timestamp")?;
    let (present, value) = (FieldItems::of(stamp).present, value(stamp));
    let (vis, source) = (&model.vis, model.whole_source());
    Some(quote! {
        /// Body of `xmo_rx_timestamp`: nanoseconds; `None` if this packet has no stamp.
        #[inline]
        #vis fn rx_timestamp(source: &#source) -> ::core::option::Option<u64> {
            if #present(source) {
                ::core::option::Option::Some(#value)
            } else {
                ::core::option::Option::None
            }
        }
    })
}

fn hash(model: &Model) -> Option<TokenStream> {
    let hash = model.hint("rx_hash")?;
    let (present, hash) = (FieldItems::of(hash).present, value(hash));
    let kind = match model.hint("rx_hash_type") {
        Some(kind) => {
            let (present, kind) = (FieldItems::of(kind).present, value(kind));
            quote!(if #present(source) { #kind } else { 0 })
        }
        None => quote!(0),
    };
    let (vis, source) = (&model.vis, model.whole_source());
    Some(quote! {
        /// Body of `xmo_rx_hash`: the hash and its type; `None` if this packet has no hash.
        #[inline]
        #vis fn rx_hash(source: &#source) -> ::core::option::Option<(u32, u16)> {
            if #present(source) {
                ::core::option::Option::Some((#hash, #kind))
            } else {
                ::core::option::Option::None
            }
        }
    })
}

fn vlan(model: &Model) -> Option<TokenStream> {
    let (proto, tci) = (model.hint("rx_vlan_proto")?, model.hint("rx_vlan_tci")?);
    let (has_proto, has_tci) = (FieldItems::of(proto).present, FieldItems::of(tci).present);
    let (proto, tci) = (value(proto), value(tci));
    let (vis, source) = (&model.vis, model.whole_source());
    Some(quote! {
        /// Body of `xmo_rx_vlan_tag`: protocol and tag; `None` if this packet has no tag.
        #[inline]
        #vis fn rx_vlan_tag(
            source: &#source,
        ) -> ::core::option::Option<(::meta_core::be::Be16, u16)> {
            if #has_proto(source) && #has_tci(source) {
                ::core::option::Option::Some((#proto, #tci))
            } else {
                ::core::option::Option::None
            }
        }
    })
}
