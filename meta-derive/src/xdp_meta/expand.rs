// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Code from a model that has passed every check.
//!
//! Everything is in one `const` block, so that nothing but the implementations is visible outside of it. Names in the block
//! begin with `__xdp_meta`, because the user's expressions are in there too.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::xdp_meta::model::{Identity, Model};

mod asserts;
mod callbacks;
mod docs;
mod layouts;
mod meta;
mod values;
mod writers;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let layouts = layouts::expand(model);
    let asserts = asserts::expand(model);
    let values = values::expand(model);
    let writers = writers::expand(model);
    let meta = meta::expand(model);
    let callbacks = callbacks::expand(model);
    quote! {
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

/// Names of generated items; a number follows those that there are several of.
mod item {
    pub(super) const ID: &str = "__XDP_META_ID";
    pub(super) const FIELD: &str = "__XDP_META_FIELD";
    pub(super) const FIELDS: &str = "__XDP_META_FIELDS";
    pub(super) const LAYOUT: &str = "__XDP_META_LAYOUT";
    pub(super) const BLOB: &str = "__XDP_META_BLOB";
    pub(super) const BTF: &str = "__XDP_META_BTF";
    pub(super) const WRITER: &str = "__XdpMetaWriter";
    pub(super) const VALUE: &str = "__xdp_meta_value";
    pub(super) const PRESENT: &str = "__xdp_meta_present";
}

/// The name of an item.
fn numbered(name: &str, number: usize) -> Ident {
    if name == item::WRITER {
        format_ident!("{name}{number}")
    } else {
        format_ident!("{name}_{number}")
    }
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// The expression of a field's id.
fn id(identity: &Identity) -> TokenStream {
    match identity {
        Identity::Hint(_, hint) => {
            let constant = ident(hint.constant);
            quote!(::meta_core::hint::#constant)
        }
        Identity::Own(_, id) => quote!(#id),
    }
}
