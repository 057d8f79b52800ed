// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `#[derive(XdpMeta)]`, stage by stage: `attr` (tokens to attributes), `model` (what is declared), `check` (rules between
//! fields), `expand` (code). Errors of all the stages are collected and reported together.

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diag::Diag;

mod attr;
mod check;
pub(crate) mod expand;
pub(crate) mod fallback;
mod model;
mod names;
pub(crate) mod rule;

/// The implementation, or the errors and a stub.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    match analyse(input) {
        (Some(model), None) => expand::expand(&model),
        (_, errors) => fallback::expand(input, errors),
    }
}

/// The model, and what is wrong with it. If there is no model or it is not complete, something is.
pub(crate) fn analyse(input: &DeriveInput) -> (Option<model::Model>, Option<syn::Error>) {
    let mut diag = Diag::new();
    let attrs = attr::Container::parse(&input.attrs, &mut diag);
    let model = model::Model::new(input, attrs, &mut diag);
    if let Some(model) = &model {
        check::check(model, &mut diag);
    }
    (model, diag.finish())
}
