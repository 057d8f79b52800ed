// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The implementation of the trait: tables, the choice of a writer, and the reader.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, item, numbered};
use crate::xdp_meta::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let (ident, name, source) = (&model.ident, &model.name, &model.source);
    let docs = docs::table(model);
    let knobs = model.knobs.iter().map(ToString::to_string);
    let count = model.layouts();
    let btf = (0..count).map(|mask| numbered(item::BTF, mask));
    let mask = u32::try_from(count - 1).unwrap_or(u32::MAX);
    let arms = (0..mask).zip(0..).map(|(mask, index)| {
        let writer = numbered(item::WRITER, index);
        quote!(#mask => visitor.visit::<#writer>(),)
    });
    let last = numbered(item::WRITER, count - 1);
    let selected = match count {
        1 => quote!(visitor.visit::<#last>()),
        _ => quote! {
            match knobs & #mask {
                #(#arms)*
                _ => visitor.visit::<#last>(),
            }
        },
    };
    let parameter = match count {
        1 => quote!(_),
        _ => quote!(knobs),
    };
    let members = model.fields.iter().enumerate().map(|(index, field)| {
        let (member, id) = (&field.ident, numbered(item::ID, index));
        quote!(#member: record.get_or_zero(#id))
    });
    let values = model.fields.iter().enumerate().map(|(index, field)| {
        let (member, id) = (&field.ident, numbered(item::ID, index));
        quote!(#id => ::meta_core::value::Value::number(self.#member),)
    });
    quote! {
        #[doc = #docs]
        #[automatically_derived]
        impl ::meta_core::meta::XdpMeta for #ident {
            type Source = #source;
            const NAME: &'static str = #name;
            const KNOBS: &'static [&'static str] = &[#(#knobs),*];
            const LAYOUTS: &'static [::meta_core::layout::Layout] = &__XDP_META_LAYOUTS;
            const SUPERSET: &'static ::meta_core::layout::Layout = &__XDP_META_SUPERSET_LAYOUT;
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
