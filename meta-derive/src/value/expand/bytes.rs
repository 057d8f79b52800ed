// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! How the bytes of a struct get into and out of a record: member by member, at constant offsets.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::value::model::Composite;

pub(super) fn expand(composite: &Composite) -> TokenStream {
    let ident = &composite.ident;
    let zeros = composite.members.iter().map(|member| {
        let (field, ty) = (&member.ident, &member.ty);
        let zero = quote_spanned!(ty.span()=> <#ty as ::meta_core::value::Value>::ZERO);
        quote!(#field: #zero)
    });
    let puts = composite.members.iter().map(|member| {
        let (field, ty) = (&member.ident, &member.ty);
        let masked = quote_spanned!(ty.span()=> <#ty as ::meta_core::value::Value>::masked);
        quote! {
            ::meta_core::value::At::<{ ::core::mem::offset_of!(#ident, #field) }>::put(
                &mut bytes,
                #masked(self.#field, present),
            );
        }
    });
    let gets = composite.members.iter().map(|member| {
        let (field, ty) = (&member.ident, &member.ty);
        let from = quote_spanned!(ty.span()=> <#ty as ::meta_core::value::Value>::from_bytes);
        quote! {
            #field: #from(::meta_core::value::At::<{ ::core::mem::offset_of!(#ident, #field) }>::get(&bytes))
        }
    });
    quote! {
        #[automatically_derived]
        impl ::meta_core::value::Value for #ident {
            const ZERO: Self = Self { #(#zeros),* };
            type Bytes = [u8; ::core::mem::size_of::<#ident>()];

            #[inline(always)]
            fn masked(self, present: bool) -> Self::Bytes {
                let mut bytes = [0; ::core::mem::size_of::<#ident>()];
                #(#puts)*
                bytes
            }

            #[inline(always)]
            fn from_bytes(bytes: Self::Bytes) -> Self {
                Self { #(#gets),* }
            }

            #[inline(always)]
            fn number(self) -> ::core::option::Option<u64> {
                ::core::option::Option::None
            }
        }
    }
}
