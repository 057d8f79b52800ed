// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! From bytes and words, and back.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use crate::descriptor::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let value = value(model);
    let descriptor = (!model.part).then(|| descriptor(model));
    quote! {
        #value
        #descriptor
    }
}

fn value(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let zero = model.words.iter().map(|word| {
        let (member, ty) = (&word.ident, &word.ty);
        quote!(#member: <#ty as ::meta_core::value::Value>::ZERO)
    });
    let put = model.words.iter().map(|word| {
        let member = &word.ident;
        quote! {
            ::meta_core::value::At::<{ ::core::mem::offset_of!(#ident, #member) }>::put(
                &mut bytes,
                ::meta_core::value::Value::masked(self.#member, present),
            );
        }
    });
    let take = model.words.iter().map(|word| {
        let (member, ty) = (&word.ident, &word.ty);
        quote! {
            #member: ::meta_core::descriptor::memory::member::<
                #ty,
                { ::core::mem::offset_of!(#ident, #member) },
                { ::core::mem::size_of::<#ident>() },
            >(&bytes)
        }
    });
    quote! {
        #[automatically_derived]
        impl ::meta_core::value::Value for #ident {
            const ZERO: Self = Self { #(#zero),* };
            type Bytes = [u8; ::core::mem::size_of::<#ident>()];

            #[inline(always)]
            fn masked(self, present: bool) -> Self::Bytes {
                let mut bytes = [0; ::core::mem::size_of::<#ident>()];
                #(#put)*
                bytes
            }

            #[inline(always)]
            fn from_bytes(bytes: Self::Bytes) -> Self {
                Self { #(#take),* }
            }

            #[inline(always)]
            fn number(self) -> ::core::option::Option<u64> {
                ::core::option::Option::None
            }
        }
    }
}

fn descriptor(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let docs = docs::table(model);
    quote! {
        #[doc = #docs]
        #[automatically_derived]
        impl ::meta_core::descriptor::Descriptor for #ident {
            const SIZE: usize = ::core::mem::size_of::<#ident>();
            type Words = [u64; ::core::mem::size_of::<#ident>() / 8];

            #[inline(always)]
            fn from_words(words: Self::Words) -> Self {
                ::meta_core::value::Value::from_bytes(::meta_core::descriptor::memory::to_bytes(words))
            }

            #[inline(always)]
            fn to_words(self) -> Self::Words {
                ::meta_core::descriptor::memory::to_words(::meta_core::value::Value::to_bytes(self))
            }

            #[inline(always)]
            fn read_words(read: impl ::core::ops::FnMut(usize) -> u64) -> Self::Words {
                ::core::array::from_fn(read)
            }
        }
    }
}
