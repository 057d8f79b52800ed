// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Enums: their numbers, and the way back from numbers that hardware wrote.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use crate::value::model::Enumeration;

pub(super) fn expand(enumeration: &Enumeration) -> TokenStream {
    let described = described(enumeration);
    let value = value(enumeration);
    let numbers = numbers(enumeration);
    quote! {
        #described
        #value
        #numbers
    }
}

fn described(enumeration: &Enumeration) -> TokenStream {
    let Enumeration { ident, name, .. } = enumeration;
    let kind = kind(&enumeration.repr);
    let values = enumeration.variants.iter().map(|variant| {
        let (variant, name) = (&variant.ident, &variant.name);
        quote! {
            ::meta_core::ty::Enumerator { name: #name, value: #ident::#variant as i64 }
        }
    });
    quote! {
        const __VALUE_TYPE: &::meta_core::ty::Enum = &::meta_core::ty::Enum {
            name: #name,
            kind: ::meta_core::ty::Kind::#kind,
            values: &[#(#values),*],
        };

        #[automatically_derived]
        impl ::meta_core::ty::Described for #ident {
            const TYPE: ::meta_core::ty::Type = ::meta_core::ty::Type::Enum(__VALUE_TYPE);
        }
    }
}

fn value(enumeration: &Enumeration) -> TokenStream {
    let Enumeration { ident, repr, .. } = enumeration;
    quote! {
        #[automatically_derived]
        impl ::meta_core::value::Value for #ident {
            const ZERO: Self = Self::from_bits(0);
            type Bytes = <#repr as ::meta_core::value::Value>::Bytes;

            #[inline(always)]
            fn masked(self, present: bool) -> Self::Bytes {
                ::meta_core::value::Value::masked(self as #repr, present)
            }

            #[inline(always)]
            fn from_bytes(bytes: Self::Bytes) -> Self {
                Self::from_bits(#repr::from_ne_bytes(bytes) as u64)
            }

            #[inline(always)]
            fn number(self) -> ::core::option::Option<u64> {
                ::meta_core::value::Value::number(self as #repr)
            }
        }

        #[automatically_derived]
        impl ::meta_core::bits::Bits for #ident {
            const WIDTH: u32 = #repr::BITS;

            #[inline(always)]
            fn from_bits(bits: u64) -> Self {
                Self::from_bits(bits)
            }

            #[inline(always)]
            fn to_bits(self) -> u64 {
                self.to_bits()
            }
        }
    }
}

/// The conversions, for use in constants.
fn numbers(enumeration: &Enumeration) -> TokenStream {
    let Enumeration {
        ident,
        vis,
        repr,
        fallback,
        ..
    } = enumeration;
    let named = enumeration.variants.iter().map(|variant| &variant.ident);
    let arms = named
        .filter(|variant| *variant != fallback)
        .map(|variant| quote!(number if number == Self::#variant as #repr => Self::#variant,));
    let unsigned = unsigned(repr);
    let number = match unsigned == *repr {
        true => quote!(self as #repr),
        false => quote!(self as #repr as #unsigned),
    };
    let number = match unsigned == "u64" {
        true => number,
        false => quote!(#number as u64),
    };
    let from = match repr == "u64" {
        true => quote!(bits),
        false => quote!(bits as #repr),
    };
    let docs = format!("The value of a number; `{fallback}` for one without a name. Bits above the lowest [`u{bits}`] are dropped.", bits = &repr.to_string()[1..]);
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #ident {
            #[doc = #docs]
            #[inline(always)]
            #[must_use]
            #vis const fn from_bits(bits: u64) -> Self {
                match #from {
                    #(#arms)*
                    _ => Self::#fallback,
                }
            }

            /// The number of a value; of a negative one, its two's complement.
            #[inline(always)]
            #[must_use]
            #vis const fn to_bits(self) -> u64 {
                #number
            }
        }
    }
}

/// The name of `meta-core`'s kind of an integer.
fn kind(repr: &Ident) -> Ident {
    let name = repr.to_string();
    let letter = if name.starts_with('u') { 'U' } else { 'S' };
    format_ident!("{letter}{}", &name[1..])
}

fn unsigned(repr: &Ident) -> Ident {
    format_ident!("u{}", &repr.to_string()[1..])
}
