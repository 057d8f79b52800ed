// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What only the compiler can check: padding around members, and the width of ranges, whose types have names of their own.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::Type;

use crate::kind::Kind;
use crate::value::check::is_bool;
use crate::value::model::{Composite, Member};
use crate::value::{place, rules};

pub(super) fn expand(composite: &Composite) -> TokenStream {
    let known = place::known(composite).len();
    let pad = place::free_names(composite).next().unwrap_or_default();
    let members = composite.members.iter().enumerate();
    let before = members.skip(known).map(|(index, member)| {
        let end = match index.checked_sub(1) {
            Some(index) => end(composite, &composite.members[index]),
            None => quote!(0),
        };
        let (ident, field, ty) = (&composite.ident, &member.ident, &member.ty);
        let name = field.to_string();
        quote_spanned! {field.span()=>
            const _: () = ::meta_core::value::padding::none_before(
                #name,
                ::core::mem::size_of::<#ty>(),
                ::core::mem::offset_of!(#ident, #field),
                #end,
                #pad,
            );
        }
    });
    let last = composite.members.last();
    let after = last
        .filter(|_| known < composite.members.len())
        .map(|last| {
            let (ident, name) = (&composite.ident, last.ident.to_string());
            let end = end(composite, last);
            quote_spanned! {last.ident.span()=>
                const _: () = ::meta_core::value::padding::none_after(
                    #name,
                    ::core::mem::size_of::<#ident>(),
                    #end,
                    #pad,
                );
            }
        });
    let ranges = composite.members.iter().flat_map(|member| &member.ranges);
    let widths = ranges.flatten().filter_map(|range| {
        let ty = range.ty.as_ref()?;
        let width = range.bits.width();
        is_named(ty).then(|| {
            let text = rules::range_wide(width, quote!(#ty), "fewer");
            quote_spanned! {ty.span()=>
                const _: () = ::core::assert!(<#ty as ::meta_core::bits::Bits>::WIDTH >= #width, #text);
            }
        })
    });
    quote! {
        #(#before)*
        #after
        #(#widths)*
    }
}

/// The expression of where a member ends.
fn end(composite: &Composite, member: &Member) -> TokenStream {
    let (ident, field, ty) = (&composite.ident, &member.ident, &member.ty);
    quote!(::core::mem::offset_of!(#ident, #field) + ::core::mem::size_of::<#ty>())
}

/// Whether a range's type is one that the macro does not know.
fn is_named(ty: &Type) -> bool {
    Kind::of(ty).is_none() && !is_bool(ty)
}
