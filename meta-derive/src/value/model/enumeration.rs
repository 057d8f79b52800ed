// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Enums.

use syn::punctuated::Punctuated;
use syn::{DeriveInput, Fields, Ident, Token, Visibility};

use super::c_name;
use crate::diag::Diag;
use crate::name::capitals;
use crate::reject;
use crate::value::repr::Repr;
use crate::value::{attr, rules};

/// A C-like enum.
pub(crate) struct Enumeration {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) name: String,
    /// The integer that it is.
    pub(crate) repr: Ident,
    pub(crate) variants: Vec<Variant>,
    /// The variant that numbers without a name are taken for.
    pub(crate) fallback: Ident,
}

/// A variant of it.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) name: String,
}

impl Enumeration {
    pub(crate) fn new(
        input: &DeriveInput,
        attrs: attr::Container,
        repr: &Repr,
        variants: &Punctuated<syn::Variant, Token![,]>,
        diag: &mut Diag,
    ) -> Option<Self> {
        let integer = integer(input, repr, diag);
        let name = c_name(&input.ident, attrs.name, true, diag);
        let mut all = Vec::new();
        let mut fallbacks: Vec<(Ident, Ident)> = Vec::new();
        for variant in variants {
            let attrs = attr::Variant::parse(&variant.attrs, diag);
            if !matches!(variant.fields, Fields::Unit) {
                diag.error(&variant.fields, rules::with_data(&variant.ident));
            }
            if let Some(word) = attrs.fallback {
                if let Some((first, other)) = fallbacks.first() {
                    diag.pair(
                        &word,
                        rules::two_fallbacks(other),
                        first,
                        rules::fallback_first(),
                    );
                }
                fallbacks.push((word, variant.ident.clone()));
            }
            let name = match attrs.name {
                Some(name) => c_name(&variant.ident, Some(name), false, diag),
                None => {
                    let name = format!("{}_{}", input.ident, variant.ident);
                    capitals_of(&variant.ident, &name, diag)
                }
            };
            all.push(Variant {
                ident: variant.ident.clone(),
                name,
            });
        }
        if fallbacks.is_empty() {
            diag.error(&input.ident, rules::no_fallback(&input.ident));
        }
        let (_, fallback) = fallbacks.into_iter().next()?;
        Some(Self {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            name,
            repr: integer?,
            variants: all,
            fallback,
        })
    }
}

/// The integer that the enum is stored as.
fn integer(input: &DeriveInput, repr: &Repr, diag: &mut Diag) -> Option<Ident> {
    if let Some((word, _)) = &repr.align {
        diag.error(word, rules::enum_align());
    }
    let Some(integer) = &repr.integer else {
        diag.error(&input.ident, rules::no_integer());
        return None;
    };
    if let Some(reason) = reject::reason(&syn::parse_quote!(#integer)) {
        diag.error(integer, reason);
        return None;
    }
    Some(integer.clone())
}

fn capitals_of(at: &Ident, name: &str, diag: &mut Diag) -> String {
    let name = capitals(&name.replace("r#", ""));
    if let Some(problem) = crate::name::problem(&name) {
        diag.error(at, rules::name(problem));
    }
    name
}
