// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is declared: a struct of words.

use proc_macro2::Span;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, Meta, Token, Visibility};

use super::attr::Container;
use super::word::Word;
use crate::diag::Diag;

/// A struct that is a descriptor or a part of one.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// Name in BTF and C.
    pub(crate) name: String,
    /// It may have any size.
    pub(crate) part: bool,
    pub(crate) words: Vec<Word>,
}

/// Where C puts words.
pub(crate) struct Layout<'a> {
    /// Each word with where it begins and where the one before it ends.
    pub(crate) placed: Vec<(&'a Word, usize, usize)>,
    /// The end of the last word and the size of the struct, if the sizes of all words are known.
    pub(crate) ends: Option<(usize, usize)>,
}

impl Model {
    /// `None`: there are errors without which there is no model. With a model there may be errors too.
    pub(crate) fn new(input: &DeriveInput, diag: &mut Diag) -> Option<Self> {
        let (name, part) = container(input, diag);
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) if !fields.named.is_empty() => Some(fields),
                _ => None,
            },
            _ => None,
        };
        if fields.is_none() {
            diag.error(
                &input.ident,
                "a descriptor is a struct with named words, or a union of the views of one memory",
            );
        }
        let words = (fields?.named.iter())
            .filter_map(|field| Word::new(field, diag))
            .collect();
        Some(Self {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            name,
            part,
            words,
        })
    }

    /// Where the words are, as far as the macro knows.
    pub(crate) fn layout(&self) -> Layout<'_> {
        let (mut placed, mut end, mut most) = (Vec::new(), 0_usize, 1);
        for word in &self.words {
            let Some((size, align)) = word.class.layout() else {
                return Layout { placed, ends: None };
            };
            let offset = end.next_multiple_of(align);
            placed.push((word, offset, end));
            end = offset + size;
            most = most.max(align);
        }
        let ends = Some((end, end.next_multiple_of(most)));
        Layout { placed, ends }
    }

    /// Whether the macro knows the size of every word.
    pub(crate) fn is_known(&self) -> bool {
        self.words.iter().all(|word| word.class.layout().is_some())
    }
}

/// Name and `part`; and the rules that structs and unions have in common.
pub(crate) fn container(input: &DeriveInput, diag: &mut Diag) -> (String, bool) {
    let attrs = Container::parse(&input.attrs, diag);
    if !input.generics.params.is_empty() {
        diag.error(
            &input.generics,
            "a descriptor has one layout, so it can not be generic; remove the parameters",
        );
    }
    repr(&input.attrs, input.ident.span(), diag);
    let name = match attrs.name {
        Some(name) => {
            let text = name.value();
            if !text.is_empty() && !is_c_name(&text) {
                diag.error(&name, "the name goes to BTF and C: ASCII letters, digits and `_`, no digit first; or empty, for an anonymous type");
            }
            text
        }
        None => input.ident.to_string(),
    };
    (name, attrs.part.is_some())
}

/// `repr(C)`, and nothing besides.
fn repr(attrs: &[Attribute], span: Span, diag: &mut Diag) {
    let mut is_c = false;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
        let Meta::List(list) = &attr.meta else {
            continue;
        };
        let keys =
            list.parse_args_with(syn::punctuated::Punctuated::<Meta, Token![,]>::parse_terminated);
        for key in keys.into_iter().flatten() {
            if key.path().is_ident("C") {
                is_c = true;
            } else {
                diag.error(&key, "a descriptor's words are where C puts them; remove this and leave `#[repr(C)]`");
            }
        }
    }
    if !is_c {
        diag.push(syn::Error::new(
            span,
            "the order of the words in memory is not fixed; add `#[repr(C)]`",
        ));
    }
}

fn is_c_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    (bytes.next()).is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
