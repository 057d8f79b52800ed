// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The bodies of the kernel's `xdp_metadata_ops`, from the same expressions as the records.
//!
//! `None` is the kernel's `-ENODATA`: this packet does not have it. Whether the knob is on is for the driver to decide.

use proc_macro2::TokenStream;
use quote::quote;

use super::FieldItems;
use crate::xdp_meta::model::Model;

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

fn timestamp(model: &Model) -> Option<TokenStream> {
    let FieldItems { present, value, .. } = FieldItems::of(model.hint("rx_timestamp")?);
    let (vis, source) = (&model.vis, model.whole_source());
    Some(quote! {
        /// Body of `xmo_rx_timestamp`: nanoseconds; `None` if this packet has no stamp.
        #[inline]
        #vis fn rx_timestamp(source: &#source) -> ::core::option::Option<u64> {
            if #present(source) {
                ::core::option::Option::Some(#value(source))
            } else {
                ::core::option::Option::None
            }
        }
    })
}

fn hash(model: &Model) -> Option<TokenStream> {
    let FieldItems { present, value, .. } = FieldItems::of(model.hint("rx_hash")?);
    let kind = match model.hint("rx_hash_type") {
        Some(kind) => {
            let FieldItems { present, value, .. } = FieldItems::of(kind);
            quote!(if #present(source) { #value(source) } else { 0 })
        }
        None => quote!(0),
    };
    let (vis, source) = (&model.vis, model.whole_source());
    Some(quote! {
        /// Body of `xmo_rx_hash`: the hash and its type; `None` if this packet has no hash.
        #[inline]
        #vis fn rx_hash(source: &#source) -> ::core::option::Option<(u32, u16)> {
            if #present(source) {
                ::core::option::Option::Some((#value(source), #kind))
            } else {
                ::core::option::Option::None
            }
        }
    })
}

fn vlan(model: &Model) -> Option<TokenStream> {
    let proto = FieldItems::of(model.hint("rx_vlan_proto")?);
    let tci = FieldItems::of(model.hint("rx_vlan_tci")?);
    let (has_proto, proto) = (proto.present, proto.value);
    let (has_tci, tci) = (tci.present, tci.value);
    let (vis, source) = (&model.vis, model.whole_source());
    Some(quote! {
        /// Body of `xmo_rx_vlan_tag`: protocol and tag; `None` if this packet has no tag.
        #[inline]
        #vis fn rx_vlan_tag(
            source: &#source,
        ) -> ::core::option::Option<(::meta_core::be::Be16, u16)> {
            if #has_proto(source) && #has_tci(source) {
                ::core::option::Option::Some((#proto(source), #tci(source)))
            } else {
                ::core::option::Option::None
            }
        }
    })
}
