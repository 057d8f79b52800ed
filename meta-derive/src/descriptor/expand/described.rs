// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The struct in C's terms, and the table of its ranges.

use proc_macro2::TokenStream;
use quote::quote;

use super::text;
use crate::descriptor::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let (ident, name) = (&model.ident, &model.name);
    let members = model.words.iter().map(|word| {
        let (member, text) = (&word.ident, text(&word.ident));
        let ty = word.like.as_ref().unwrap_or(&word.ty);
        quote! {
            ::meta_core::ty::Member::new(
                #text,
                <#ty as ::meta_core::ty::Described>::TYPE,
                ::core::mem::offset_of!(#ident, #member),
            )
        }
    });
    let ranges = model.words.iter().enumerate().flat_map(|(index, word)| {
        word.ranges.iter().map(move |range| {
            let name = match range.taken {
                Some(_) => text(&range.ident),
                None => String::new(),
            };
            let (msb, lsb) = (range.msb as u8, range.lsb as u8);
            let tag = match range.taken {
                Some(_) => format!("bits:{name}:{msb}:{lsb}"),
                None => String::new(),
            };
            quote! {
                ::meta_core::descriptor::Range {
                    word: #index,
                    name: #name,
                    msb: #msb,
                    lsb: #lsb,
                    tag: #tag,
                }
            }
        })
    });
    quote! {
        #[automatically_derived]
        impl ::meta_core::ty::Described for #ident {
            const TYPE: ::meta_core::ty::Type =
                ::meta_core::ty::Type::Struct(&::meta_core::ty::Composite {
                    name: #name,
                    size: ::core::mem::size_of::<#ident>(),
                    align: ::core::mem::align_of::<#ident>(),
                    members: &[#(#members),*],
                });
        }

        #[automatically_derived]
        impl ::meta_core::descriptor::Ranges for #ident {
            const RANGES: &'static [::meta_core::descriptor::Range] = &[#(#ranges),*];
        }
    }
}
