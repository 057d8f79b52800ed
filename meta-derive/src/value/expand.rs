// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Code from a model that has passed every check.
//!
//! Everything is in one `const` block, so that nothing but the implementations is visible outside of it.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Form, Model};

mod asserts;
mod bytes;
mod described;
mod enumeration;
pub(super) mod ranges;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let items = match model {
        Model::Composite(composite) => {
            let described = described::expand(composite);
            let value = (composite.form == Form::Value).then(|| {
                let asserts = asserts::expand(composite);
                let bytes = bytes::expand(composite);
                let ranges = ranges::expand(composite);
                quote! {
                    #asserts
                    #bytes
                    #ranges
                }
            });
            quote! {
                #described
                #value
            }
        }
        Model::Enum(enumeration) => enumeration::expand(enumeration),
    };
    quote! {
        const _: () = {
            #items
        };
    }
}
