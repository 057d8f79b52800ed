// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What must hold of the layouts, asserted at compile time by `meta-core`'s own reckoning.
//!
//! Where the macro has seen everything, these assertions hold it and `meta-core` together, and nobody will ever read their
//! texts. Where a type's size is only known to the compiler they are the check itself, so they are at the field and say what
//! to do; what follows from the same mistake is then not asserted.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{FieldItems, LayoutItems};
use crate::xdp_meta::model::{Field, Model};
use crate::xdp_meta::rule::asserted;

pub(super) fn expand(model: &Model) -> TokenStream {
    let hints = model.fields.iter().filter_map(hint);
    let unknown: Vec<_> = (model.fields.iter())
        .filter(|field| field.shape.size().is_none())
        .collect();
    let fields = unknown.iter().map(|field| named(model, field));
    let bits = bits(model);
    let layouts = (0..model.layouts()).map(|mask| layout(model, mask));
    quote! {
        #(#hints)*
        #(#fields)*
        #bits
        const _: () = {
            #(#layouts)*
            assert!(
                ::meta_core::layout::ids_are_distinct(&__XDP_META_LAYOUTS),
                "two layouts have the same id; change a name",
            );
        };
    }
}

/// A layout of which the macro knows everything: that it was right.
fn layout(model: &Model, mask: usize) -> Option<TokenStream> {
    let size = model.placed(mask).record_size()?;
    let layout = LayoutItems::of(model, mask).layout;
    Some(quote! {
        assert!(#layout.is_sound(), "the derive and meta-core disagree about a layout");
        assert!(#layout.size as usize == #size, "the derive and meta-core disagree about a record's size");
    })
}

/// A name may stand for the hint's type.
fn hint(field: &Field) -> Option<TokenStream> {
    let hint = field.hint()?;
    let item = FieldItems::of(field).field;
    let text = asserted::named_hint_type(&field.ident, hint.name, hint.ty);
    Some(quote_spanned! {field.ty.span()=>
        const _: () = assert!(#item.is_its_hint(), #text);
    })
}

/// A field of a size that the macro does not know.
fn named(model: &Model, field: &Field) -> TokenStream {
    let item = FieldItems::of(field).field;
    let layouts = layouts(model, field);
    let empty = asserted::named_zero_sized(&field.ident);
    let large = asserted::named_too_large(&field.ident);
    quote_spanned! {field.ident.span()=>
        const _: () = {
            assert!(#item.size() > 0, #empty);
            assert!(#(#layouts.fits(::meta_core::layout::MAX_SIZE))&&*, #large);
        };
    }
}

/// Bit-fields behind fields of a size that the macro does not know: the last of them.
fn bits(model: &Model) -> Option<TokenStream> {
    let unknown = |mask: &usize| model.placed(*mask).record_size().is_none();
    let field = (model.fields.iter())
        .filter(|field| field.bits.is_some())
        .rfind(|field| (0..model.layouts()).any(|mask| field.is_in(mask) && unknown(&mask)))?;
    let layouts = layouts(model, field);
    let text = asserted::named_bits_together(&field.ident);
    Some(quote_spanned! {field.ident.span()=>
        const _: () = assert!(#(#layouts.is_packed())&&*, #text);
    })
}

/// Those that the field is in.
fn layouts<'a>(
    model: &'a Model,
    field: &'a Field,
) -> impl Iterator<Item = proc_macro2::Ident> + 'a {
    (0..model.layouts())
        .filter(|mask| field.is_in(*mask))
        .map(|mask| LayoutItems::of(model, mask).layout)
}
