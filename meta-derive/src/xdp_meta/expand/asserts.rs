// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What must hold of the layouts, asserted at compile time by `meta-core`'s own reckoning.
//!
//! The macro has checked most of it before. These assertions hold the macro and `meta-core` together, and they are what the
//! kernel build has in place of `static_assertions`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{item, numbered};
use crate::xdp_meta::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let layouts = (0..model.layouts()).map(|mask| {
        let layout = numbered(item::LAYOUT, mask);
        let size = model.record_size(mask);
        quote! {
            assert!(#layout.fits(::meta_core::layout::MAX_SIZE), "a record is larger than programs claim");
            assert!(#layout.is_aligned(), "a field of a record is not aligned");
            assert!(#layout.is_packed(), "the fields of a record leave a hole or reach into the trailer");
            assert!(#layout.is_unambiguous(), "two fields of a record have the same id or present bit");
            assert!(#layout.size as usize == #size, "the derive and meta-core disagree about a record's size");
        }
    });
    let hints = (model.fields.iter().enumerate())
        .filter(|(_, field)| field.hint().is_some())
        .map(|(index, field)| {
            let field_name = numbered(item::FIELD, index);
            let text = format!("`{}` has not the type of its hint", field.ident);
            quote_spanned! {field.ty.span()=>
                const _: () = assert!(#field_name.is_its_hint(), #text);
            }
        });
    quote! {
        #(#hints)*
        const _: () = {
            #(#layouts)*
            assert!(
                ::meta_core::layout::ids_are_distinct(&__XDP_META_LAYOUTS),
                "two layouts have the same id; change a name",
            );
        };
    }
}
