// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The cases in `tests/ui` against the rules: no rule is without a case, and none shows how the macro works.
//!
//! The words beside the cases are the compiler's. What the derive says is compared with them here, without a compiler.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::Span;
use syn::{DeriveInput, Item};

/// Rules of the grammar, of declarations, and of what only the compiler can see.
fn rules() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let grammar = crate::attr::rule::ALL.iter();
    let declarations = crate::xdp_meta::rule::ALL.iter();
    let asserted = crate::xdp_meta::rule::asserted::ALL.iter();
    grammar.chain(declarations).chain(asserted)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/xdp_meta")
}

fn cases() -> impl Iterator<Item = (String, String, String)> {
    fs::read_dir(folder()).unwrap().filter_map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_stem()?.to_str()?.to_owned();
        (path.extension()? == "rs").then(|| {
            let words = fs::read_to_string(path.with_extension("stderr")).unwrap();
            (name, fs::read_to_string(&path).unwrap(), words)
        })
    })
}

/// Whether a line has the text, in which anything may stand for what is in braces.
fn says(line: &str, text: &str) -> bool {
    let mut rest = line;
    text.split(['{', '}']).step_by(2).all(|part| {
        let found = rest.find(part);
        rest = found.map_or("", |at| &rest[at + part.len()..]);
        found.is_some()
    })
}

#[test]
fn every_rule_has_a_case_of_its_name() {
    for (rule, text) in rules() {
        // What is said at the other token of a conflict is in the conflict's case.
        let case = rule.strip_suffix("_first").unwrap_or(rule);
        let path = folder().join(case).with_extension("stderr");
        let words = fs::read_to_string(&path).unwrap_or_default();
        let is_said = words.lines().any(|line| says(line, text));
        assert!(is_said, "{} does not have: {text}", path.display());
    }
}

#[test]
fn no_case_shows_how_the_macro_works() {
    for (case, _, words) in cases() {
        for word in [
            "__xdp_meta",
            "__XDP_META",
            "__XdpMeta",
            "originates in",
            "required by",
        ] {
            assert!(!words.contains(word), "{case} shows `{word}`");
        }
    }
}

#[test]
fn the_derive_says_what_is_beside_the_case() {
    for (case, code, words) in cases() {
        let mut said = 0;
        for item in syn::parse_file(&code).unwrap().items {
            let input: DeriveInput = match item {
                Item::Struct(item) if is_derived(&item.attrs) => item.into(),
                Item::Enum(item) if is_derived(&item.attrs) => item.into(),
                _ => continue,
            };
            let (_, errors) = crate::xdp_meta::analyse(&input);
            for error in errors.into_iter().flatten() {
                said += 1;
                let expected = format!("error: {error}\n{}", arrow(&case, error.span()));
                let found = words
                    .replace("\n   -->", "\n  -->")
                    .replace("\n -->", "\n  -->");
                assert!(
                    found.contains(&expected),
                    "{case} does not have: {expected}"
                );
            }
        }
        let ours = words
            .lines()
            .filter(|line| line.starts_with("error: "))
            .count();
        assert_eq!(said, ours, "{case}");
    }
}

fn is_derived(attrs: &[syn::Attribute]) -> bool {
    let derives = |attr: &&syn::Attribute| attr.path().is_ident("derive");
    attrs.iter().filter(derives).any(|attr| {
        matches!(&attr.meta, syn::Meta::List(list) if list.tokens.to_string().contains("XdpMeta"))
    })
}

fn arrow(case: &str, span: Span) -> String {
    let start = span.start();
    let (line, column) = (start.line, start.column + 1);
    format!("  --> tests/ui/xdp_meta/{case}.rs:{line}:{column}\n")
}
