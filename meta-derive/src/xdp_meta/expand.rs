// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Code from a model that has passed every check.
//!
//! Everything but the struct of what is captured is in one `const` block, so that nothing but the implementations is visible
//! outside of it. Names in the block begin with `__xdp_meta`, because the user's expressions are in there too.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::xdp_meta::model::{Field, Identity, Model};

mod asserts;
mod callbacks;
pub(super) mod captures;
mod docs;
mod layouts;
mod meta;
mod values;
mod writers;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let captures = captures::expand(model);
    let layouts = layouts::expand(model);
    let asserts = asserts::expand(model);
    let values = values::expand(model);
    let writers = writers::expand(model);
    let meta = meta::expand(model);
    let callbacks = callbacks::expand(model);
    quote! {
        #captures

        const _: () = {
            #layouts
            #asserts
            #values
            #writers
            #meta
            #callbacks
        };
    }
}

/// Names of what is generated for a field.
struct FieldItems {
    id: Ident,
    field: Ident,
    value: Ident,
    present: Ident,
}

impl FieldItems {
    fn of(field: &Field) -> Self {
        let name = field.ident.to_string();
        let capitals = name.to_ascii_uppercase();
        Self {
            id: format_ident!("__XDP_META_ID_{capitals}"),
            field: format_ident!("__XDP_META_FIELD_{capitals}"),
            value: format_ident!("__xdp_meta_value_{name}"),
            present: format_ident!("__xdp_meta_present_{name}"),
        }
    }
}

/// Names of what is generated for a layout.
struct LayoutItems {
    fields: Ident,
    layout: Ident,
    blob: Ident,
    btf: Ident,
    writer: Ident,
}

impl LayoutItems {
    fn of(model: &Model, mask: usize) -> Self {
        let name = model.knob_names(mask);
        let capitals = name.to_ascii_uppercase();
        Self {
            fields: format_ident!("__XDP_META_FIELDS_{capitals}"),
            layout: format_ident!("__XDP_META_LAYOUT_{capitals}"),
            blob: format_ident!("__XDP_META_BLOB_{capitals}"),
            btf: format_ident!("__XDP_META_BTF_{capitals}"),
            writer: format_ident!("__XdpMetaWriter_{name}"),
        }
    }

    /// Those of all layouts.
    fn all(model: &Model) -> impl Iterator<Item = Self> + '_ {
        (0..model.layouts()).map(|mask| Self::of(model, mask))
    }
}

/// What `meta-core` knows of the field's type. That it knows nothing is reported at the type, once: all such errors are the same.
fn as_value(field: &Field, item: &str) -> TokenStream {
    let (ty, item) = (&field.ty, Ident::new(item, field.ty.span()));
    quote_spanned!(ty.span()=> <#ty as ::meta_core::value::Value>::#item)
}

/// A call of one of those functions.
fn call_as_value(field: &Field, function: &str, arguments: &TokenStream) -> TokenStream {
    let function = as_value(field, function);
    quote_spanned!(field.ty.span()=> #function(#arguments))
}

/// A mask of knobs, as `meta-core` has it: there are at most six knobs.
fn narrow(mask: usize) -> u32 {
    u32::try_from(mask).unwrap_or(u32::MAX)
}

/// The expression of a field's id.
fn id(identity: &Identity) -> TokenStream {
    match identity {
        Identity::Hint(_, hint) => {
            let constant = Ident::new(hint.constant, Span::call_site());
            quote!(::meta_core::hint::#constant)
        }
        Identity::Own(_, id) => quote!(#id),
    }
}
