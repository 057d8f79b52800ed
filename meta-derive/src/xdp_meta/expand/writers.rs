// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A writer for each layout: straight-line code with constant offsets.
//!
//! A writer must not branch on a field, loop, check a bound or panic: it runs for every packet.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{call_as_value, FieldItems, LayoutItems};
use crate::xdp_meta::model::{Field, Model};

pub(super) fn expand(model: &Model) -> TokenStream {
    let writers = (0..model.layouts()).map(|mask| writer(model, mask));
    quote!(#(#writers)*)
}

fn writer(model: &Model, mask: usize) -> TokenStream {
    let LayoutItems { writer, layout, .. } = LayoutItems::of(model, mask);
    let source = model.whole_source();
    let parameter = match model.members(mask).next() {
        None => quote!(_),
        Some(_) => quote!(source),
    };
    // In the order in which they stand, as far as that is known.
    let places = model.placed(mask).places;
    let fields = places.iter().map(|place| write(place.field, &layout));
    let (declared, stored) = match places.iter().any(|place| place.field.bits.is_some()) {
        true => bits(&layout),
        false => (TokenStream::new(), TokenStream::new()),
    };
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
        #[allow(non_camel_case_types)]
        struct #writer;

        #[automatically_derived]
        impl ::meta_core::meta::Writer<#source> for #writer {
            type Record = [u8; #layout.size as usize];
            const LAYOUT: &'static ::meta_core::layout::Layout = &__XDP_META_LAYOUTS[#mask];

            #[inline]
            fn record(#parameter: &#source, generation: u16) -> Self::Record {
                let mut record = [0; #layout.size as usize];
                let present = 0u16;
                #declared
                #(#fields)*
                #stored
                #(#trailer)*
                record
            }
        }
    }
}

/// Stores a field, or puts it to the other bit-fields; and takes note that it is there.
fn write(field: &Field, layout: &Ident) -> TokenStream {
    let FieldItems {
        id, value, present, ..
    } = FieldItems::of(field);
    let written = match &field.bits {
        None => {
            let bytes = call_as_value(field, "masked", &quote!(#value(source), is_present));
            let arguments = quote!(&mut record, #bytes);
            quote_spanned! {field.ty.span()=>
                ::meta_core::value::At::<{ #layout.offset(#id) }>::put(#arguments);
            }
        }
        Some((_, width)) => {
            let width = u32::try_from(*width).unwrap_or(u32::MAX);
            quote! {
                let bits = bits | ::meta_core::bits::placed(
                    ::meta_core::bits::Bits::to_bits(#value(source)),
                    is_present,
                    #width,
                    const { #layout.shift(#id) },
                );
            }
        }
    };
    quote! {
        let is_present = #present(source);
        #written
        let present = present | if is_present { const { #layout.present(#id) } } else { 0 };
    }
}

/// The integer of all bit-fields, and its store.
fn bits(layout: &Ident) -> (TokenStream, TokenStream) {
    let declared = quote!(let bits = 0u64;);
    let stored = quote! {
        ::meta_core::value::At::<{ #layout.bits_offset() }>::put(
            &mut record,
            ::meta_core::bits::low_bytes::<{ #layout.bits_len() }>(bits),
        );
    };
    (declared, stored)
}
