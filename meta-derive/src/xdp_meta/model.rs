// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is declared: fields with their types, ids, origins and knobs.
//!
//! Rules that concern one field or one attribute are decided while the model is made. A model that exists has a name, a
//! source and fields of possible types; rules between them are in `check`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Type, Visibility};

use super::attr;
use super::rule;
use crate::diag::Diag;

mod field;
mod identity;
mod knobs;
mod place;

pub(crate) use self::field::{Field, Origin, Presence};
pub(crate) use self::identity::Identity;
pub(crate) use self::place::{Place, Placed};

/// A struct that declares metadata.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) name: LitStr,
    /// The descriptor.
    pub(crate) source: Type,
    /// Name of the struct of what is captured.
    pub(crate) captures: Option<Ident>,
    pub(crate) knobs: Vec<Ident>,
    pub(crate) fields: Vec<Field>,
    /// Whether these are all the fields that are declared; of the others something is wrong.
    pub(crate) complete: bool,
}

impl Model {
    /// `None`: there are errors without which there is no model. With a model there may be errors too.
    pub(crate) fn new(
        input: &DeriveInput,
        attrs: attr::Container,
        diag: &mut Diag,
    ) -> Option<Self> {
        if !input.generics.params.is_empty() {
            diag.error(&input.generics, rule::generic());
        }
        let named = named_fields(input, diag);
        let knobs = attrs.knobs.unwrap_or_default();
        if attrs.name.is_none() {
            diag.error(&input.ident, rule::no_name());
        }
        if attrs.source.is_none() {
            diag.error(&input.ident, rule::no_source());
        }
        let mut fields = Vec::new();
        let mut complete = true;
        for field in named?.named.iter() {
            match Field::new(field, &knobs, attrs.captures.is_some(), diag) {
                Some(field) => fields.push(field),
                None => complete = false,
            }
        }
        Some(Self {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            name: attrs.name?,
            source: attrs.source?,
            captures: attrs.captures,
            knobs,
            fields,
            complete,
        })
    }

    /// What a record is made from: the descriptor, or that with what is captured.
    pub(crate) fn whole_source(&self) -> TokenStream {
        let source = &self.source;
        match &self.captures {
            Some(captures) => quote!(::meta_core::meta::Captured<#source, #captures>),
            None => quote!(#source),
        }
    }

    /// Number of layouts.
    pub(crate) fn layouts(&self) -> usize {
        1 << self.knobs.len()
    }

    /// Fields of the layout in which these knobs are on, in the order of declaration.
    pub(crate) fn members(&self, mask: usize) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.is_in(mask))
    }

    /// The same in their places.
    pub(crate) fn placed(&self, mask: usize) -> Placed<'_> {
        Placed::new(self.members(mask))
    }

    /// The field that is a hint.
    pub(crate) fn hint(&self, name: &str) -> Option<&Field> {
        (self.fields.iter()).find(|field| field.hint().is_some_and(|hint| hint.name == name))
    }
}

fn named_fields<'a>(input: &'a DeriveInput, diag: &mut Diag) -> Option<&'a syn::FieldsNamed> {
    if let Data::Struct(data) = &input.data {
        if let Fields::Named(fields) = &data.fields {
            return Some(fields);
        }
    }
    diag.error(&input.ident, rule::not_a_struct());
    None
}
