// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A writer for each layout: straight-line code with constant offsets.
//!
//! A writer must not branch on a field, loop, check a bound or panic: it runs for every packet.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::{call_as_value, FieldItems, LayoutItems};
use crate::xdp_meta::model::{Field, Model, Presence};

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
    let groups = Groups::of(places.iter().map(|place| place.field));
    let presence = groups.presence(&layout);
    let (bits, bytes): (Vec<_>, Vec<_>) =
        places.iter().partition(|place| place.field.bits.is_some());
    let fields = bytes.iter().enumerate().map(|(index, place)| {
        // Types of the user's own may stand elsewhere than here: then nobody knows which field is the last.
        let is_last = bits.is_empty() && index + 1 == bytes.len() && place.bit.is_some();
        byte_field(place.field, &groups.name(place.field), &layout, is_last)
    });
    let bits: Vec<_> = bits.iter().map(|place| place.field).collect();
    let bits = match bits.is_empty() {
        true => TokenStream::new(),
        false => bit_fields(&bits, &groups, &layout),
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
                #presence
                #(#fields)*
                #bits
                #(#trailer)*
                record
            }
        }
    }
}

/// Fields that are there together or not at all, as far as the declaration shows it: the question is asked once.
struct Groups<'a>(Vec<(String, Vec<&'a Field>)>);

impl<'a> Groups<'a> {
    fn of(fields: impl Iterator<Item = &'a Field>) -> Self {
        let mut groups: Vec<(String, Vec<&Field>)> = Vec::new();
        for field in fields {
            let said = match &field.presence {
                Some(Presence::Present(expr)) => quote!(#expr).to_string(),
                Some(Presence::Getter(getter)) => format!("valid {getter}"),
                None => String::new(),
            };
            let key = match field.is_captured() {
                true => format!("{said} captured {}", field.ident),
                false => said,
            };
            match groups.iter_mut().find(|(known, _)| *known == key) {
                Some((_, members)) => members.push(field),
                None => groups.push((key, vec![field])),
            }
        }
        Self(groups)
    }

    /// The variable that says whether a field is there: it is named after the first of its group.
    fn name(&self, field: &Field) -> Ident {
        let is_in =
            |members: &&Vec<&Field>| members.iter().any(|member| member.ident == field.ident);
        let first = (self.0.iter().map(|(_, members)| members).find(is_in))
            .and_then(|members| members.first())
            .map_or(&field.ident, |first| &first.ident);
        format_ident!("has_{}", first.unraw())
    }

    /// Asks for each group, and takes note of the answers.
    fn presence(&self, layout: &Ident) -> TokenStream {
        let asked = self.0.iter().filter_map(|(_, members)| {
            let first = members.first()?;
            let name = self.name(first);
            let present = FieldItems::of(first).present;
            let ids = members.iter().map(|member| FieldItems::of(member).id);
            Some(quote! {
                let #name = #present(source);
                let present = present | if #name { const { #(#layout.present(#ids))|* } } else { 0 };
            })
        });
        quote!(#(#asked)*)
    }
}

/// Stores a field; the last one together with the zeros in front of the trailer.
fn byte_field(field: &Field, is_present: &Ident, layout: &Ident, is_last: bool) -> TokenStream {
    let FieldItems { id, value, .. } = FieldItems::of(field);
    let bytes = call_as_value(field, "masked", &quote!(#value(source), #is_present));
    let arguments = quote!(&mut record, #bytes);
    let place = match is_last {
        true => quote!(LastAt::<{ #layout.offset(#id) }, { #layout.trailer_offset() }>),
        false => quote!(At::<{ #layout.offset(#id) }>),
    };
    quote_spanned! {field.ty.span()=>
        ::meta_core::value::#place::put(#arguments);
    }
}

/// Puts all bit-fields together in one integer, and stores that.
fn bit_fields(fields: &[&Field], groups: &Groups<'_>, layout: &Ident) -> TokenStream {
    let placed = fields.iter().map(|field| {
        let FieldItems { id, value, .. } = FieldItems::of(field);
        let is_present = groups.name(field);
        let width = field.bits.as_ref().map_or(0, |(_, width)| *width);
        let width = u32::try_from(width).unwrap_or(u32::MAX);
        quote! {
            let bits = bits | ::meta_core::bits::placed(
                ::meta_core::bits::Bits::to_bits(#value(source)),
                #is_present,
                #width,
                const { #layout.shift(#id) },
            );
        }
    });
    quote! {
        let bits = 0u64;
        #(#placed)*
        ::meta_core::value::LastAt::<{ #layout.bits_offset() }, { #layout.trailer_offset() }>::put(
            &mut record,
            ::meta_core::bits::low_bytes::<{ #layout.bits_len() }>(bits),
        );
    }
}
