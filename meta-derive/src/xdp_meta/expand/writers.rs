// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A writer for each layout: straight-line code with constant offsets.
//!
//! A writer must not branch on a field, loop, check a bound or panic: it runs for every packet.

use proc_macro2::TokenStream;
use quote::quote;

use super::{item, numbered};
use crate::xdp_meta::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let writers = (0..model.layouts()).map(|mask| writer(model, mask));
    quote!(#(#writers)*)
}

fn writer(model: &Model, mask: usize) -> TokenStream {
    let writer = numbered(item::WRITER, mask);
    let layout = numbered(item::LAYOUT, mask);
    let source = &model.source;
    let packed = model.packed(mask);
    let parameter = match packed.is_empty() {
        true => quote!(_),
        false => quote!(source),
    };
    let fields = packed.iter().map(|(index, _)| {
        let id = numbered(item::ID, *index);
        let value = numbered(item::VALUE, *index);
        let present = numbered(item::PRESENT, *index);
        quote! {
            let is_present = #present(source);
            ::meta_core::value::At::<{ #layout.offset(#id) }>::put(
                &mut record,
                ::meta_core::value::Value::masked(#value(source), is_present),
            );
            let present = present | if is_present { const { #layout.present(#id) } } else { 0 };
        }
    });
    // Three stores take fewer instructions than to put the trailer together first.
    let trailer = [
        (quote!(LAYOUT_ID), quote!(const { #layout.id })),
        (quote!(GENERATION), quote!(generation)),
        (quote!(PRESENT), quote!(present)),
    ]
    .map(|(place, value)| {
        quote! {
            ::meta_core::value::At::<
                { #layout.trailer_offset() + ::meta_core::trailer::Trailer::#place },
            >::put(&mut record, ::meta_core::value::Value::to_bytes(#value));
        }
    });
    quote! {
        struct #writer;

        #[automatically_derived]
        impl ::meta_core::meta::Writer<#source> for #writer {
            type Record = [u8; #layout.size as usize];
            const LAYOUT: &'static ::meta_core::layout::Layout = &__XDP_META_LAYOUTS[#mask];

            #[inline]
            fn record(#parameter: &#source, generation: u16) -> Self::Record {
                let mut record = [0; #layout.size as usize];
                let present = 0u16;
                #(#fields)*
                #(#trailer)*
                record
            }
        }
    }
}
