// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The implementation of the trait: tables, the choice of a writer, and the reader.

use proc_macro2::TokenStream;
use quote::quote;

use super::{call_as_value, docs, narrow, FieldItems, LayoutItems};
use crate::xdp_meta::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let (ident, name, source) = (&model.ident, &model.name, model.whole_source());
    let docs = docs::table(model);
    let knobs = model.knobs.iter().map(ToString::to_string);
    let btf = LayoutItems::all(model).map(|items| items.btf);
    let (parameter, selected) = select(model);
    let members = model.fields.iter().map(|field| {
        let (member, id) = (&field.ident, FieldItems::of(field).id);
        let value = match field.bits {
            None => call_as_value(field, "of_record", &quote!(&record, #id)),
            Some(_) => {
                quote!(::meta_core::bits::Bits::from_bits(record.get_bits(#id).unwrap_or(0)))
            }
        };
        quote!(#member: #value)
    });
    let values = model.fields.iter().map(|field| {
        let (member, id) = (&field.ident, FieldItems::of(field).id);
        let number = call_as_value(field, "number", &quote!(self.#member));
        quote!(#id => #number,)
    });
    quote! {
        #[doc = #docs]
        #[automatically_derived]
        impl ::meta_core::meta::XdpMeta for #ident {
            type Source = #source;
            const NAME: &'static str = #name;
            const KNOBS: &'static [&'static str] = &[#(#knobs),*];
            const LAYOUTS: &'static [::meta_core::layout::Layout] = &__XDP_META_LAYOUTS;
            const SUPERSET: &'static ::meta_core::layout::Layout = &__XDP_META_SUPERSET;
            const BTF: &'static [&'static [u8]] = &[#(&#btf),*];

            fn select<V: ::meta_core::meta::Visitor<Self>>(#parameter: u32, visitor: V) -> V::Output {
                #selected
            }

            fn decode(bytes: &[u8]) -> ::core::option::Option<(Self, ::meta_core::trailer::Trailer)> {
                let record = ::meta_core::read::Record::find(
                    bytes,
                    <Self as ::meta_core::meta::XdpMeta>::LAYOUTS,
                )?;
                let meta = Self { #(#members),* };
                ::core::option::Option::Some((meta, record.trailer()))
            }

            fn value(&self, id: u16) -> ::core::option::Option<u64> {
                match id {
                    #(#values)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    }
}

/// The parameter for the mask of knobs, and the call of `visitor` with the writer of that mask.
fn select(model: &Model) -> (TokenStream, TokenStream) {
    let last = model.layouts() - 1;
    let mask = narrow(last);
    let writer = LayoutItems::of(model, last).writer;
    if last == 0 {
        return (quote!(_), quote!(visitor.visit::<#writer>()));
    }
    let arms = LayoutItems::all(model)
        .take(last)
        .zip(0u32..)
        .map(|(items, mask)| {
            let writer = items.writer;
            quote!(#mask => visitor.visit::<#writer>(),)
        });
    let selected = quote! {
        match knobs & #mask {
            #(#arms)*
            _ => visitor.visit::<#writer>(),
        }
    };
    (quote!(knobs), selected)
}
