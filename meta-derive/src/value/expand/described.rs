// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What a struct or union is in C: the compiler's own offsets, so that they are right by construction.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::value::model::{Composite, Form, Member};

pub(super) fn expand(composite: &Composite) -> TokenStream {
    let (ident, name) = (&composite.ident, &composite.name);
    let form = match composite.form {
        Form::Value | Form::Description => quote!(Struct),
        Form::Union => quote!(Union),
    };
    let members = composite.members.iter().map(|member| match &member.ranges {
        None => whole(composite, member),
        Some(_) => divided(composite, member),
    });
    let members = quote!([#(#members),*]);
    let members = match composite
        .members
        .iter()
        .any(|member| member.ranges.is_some())
    {
        // The order of a word's bits in memory is the machine's.
        true => quote!(::meta_core::ty::Member::in_order(#members)),
        false => members,
    };
    quote! {
        const __VALUE_TYPE: &::meta_core::ty::Composite = &::meta_core::ty::Composite {
            name: #name,
            size: ::core::mem::size_of::<#ident>(),
            align: ::core::mem::align_of::<#ident>(),
            members: &#members,
        };

        #[automatically_derived]
        impl ::meta_core::ty::Described for #ident {
            const TYPE: ::meta_core::ty::Type = ::meta_core::ty::Type::#form(__VALUE_TYPE);
        }
    }
}

fn whole(composite: &Composite, member: &Member) -> TokenStream {
    let (ident, field, name, ty) = (&composite.ident, &member.ident, &member.name, &member.ty);
    let described = quote_spanned!(ty.span()=> <#ty as ::meta_core::ty::Described>::TYPE);
    quote! {
        ::meta_core::ty::Member::new(#name, #described, ::core::mem::offset_of!(#ident, #field))
    }
}

/// A bit-field for each range; the declared type is the word's, so that C puts all of them into the word.
fn divided(composite: &Composite, member: &Member) -> TokenStream {
    let (ident, field, ty) = (&composite.ident, &member.ident, &member.ty);
    let ranges = member.ranges.iter().flatten().map(|range| {
        let (name, high, low) = (range.name(), range.bits.high as u8, range.bits.low as u8);
        quote! {
            ::meta_core::ty::Member::range(
                #name,
                <#ty as ::meta_core::ty::Described>::TYPE,
                ::core::mem::offset_of!(#ident, #field),
                #high,
                #low,
            )
        }
    });
    quote!(#(#ranges),*)
}
