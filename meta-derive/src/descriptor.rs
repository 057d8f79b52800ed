// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `#[derive(Descriptor)]`, stage by stage: `attr` (tokens to attributes), `model` with `word` and `range` (what is declared),
//! `check` (rules between words and ranges), `expand` (code). Errors of all the stages are collected and reported together.
//!
//! What depends on sizes that only the compiler knows, those of types with names of their own, is asserted in the generated
//! code by `meta_core::descriptor::check`, with the same words.

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput};

use crate::diag::Diag;

mod attr;
mod check;
mod expand;
mod fallback;
mod model;
mod range;
mod union;
mod word;

#[cfg(test)]
mod tests;

/// The implementation, or the errors and a stub.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut diag = Diag::new();
    let code = match &input.data {
        Data::Union(data) => {
            let union = union::Union::new(input, data, &mut diag);
            union.map(|union| expand::union(&union))
        }
        _ => {
            let model = model::Model::new(input, &mut diag);
            if let Some(model) = &model {
                check::check(model, &mut diag);
            }
            model.map(|model| expand::model(&model))
        }
    };
    match (code, diag.finish()) {
        (Some(code), None) => code,
        (_, errors) => fallback::expand(input, errors),
    }
}
