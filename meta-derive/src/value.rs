// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `#[derive(Value)]`, stage by stage: `attr`, `repr` and `range` (tokens to attributes), `model` (what is declared), `check`
//! (rules between members), `expand` (code). Errors of all the stages are collected and reported together.

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diag::Diag;

mod attr;
mod check;
pub(crate) mod expand;
pub(crate) mod fallback;
mod model;
mod place;
mod range;
mod repr;
pub(crate) mod rules;

#[cfg(test)]
mod tests;

/// The implementation, or the errors and a stub.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    match analyse(input) {
        (Some(model), None) => expand::expand(&model),
        (model, errors) => fallback::expand(input, model.as_ref(), errors),
    }
}

/// The model, and what is wrong with it. If there is no model or it is not complete, something is.
pub(crate) fn analyse(input: &DeriveInput) -> (Option<model::Model>, Option<syn::Error>) {
    let mut diag = Diag::new();
    let model = model::Model::new(input, &mut diag);
    if let Some(model) = &model {
        check::check(model, &mut diag);
    }
    (model, diag.finish())
}
