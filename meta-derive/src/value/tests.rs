// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What needs no compiler: which errors there are and where, and what generated code must not contain.

use syn::DeriveInput;

fn derive(code: &str) -> proc_macro2::TokenStream {
    let input: DeriveInput = syn::parse_str(code).unwrap();
    super::derive(&input)
}

fn errors(code: &str) -> Vec<(String, String)> {
    let input: DeriveInput = syn::parse_str(code).unwrap();
    let (_, errors) = super::analyse(&input);
    (errors.into_iter().flatten())
        .map(|error| {
            (
                error.span().source_text().unwrap_or_default(),
                error.to_string(),
            )
        })
        .collect()
}

const STATUS: &str = "#[repr(C)] pub struct S {
    #[value(bits(ip: u8 = 1..=0, on: bool = 2, kind: Kind = 6..=3, reserved = 7))] status: u8,
    inner: Inner,
}";
const KIND: &str = "#[repr(i8)] pub enum Kind { A = -1, #[value(fallback)] B }";

#[test]
fn generated_code_is_safe_and_in_one_block() {
    for code in [STATUS, KIND, "#[repr(C)] union U { a: u8, b: [u8; 2] }"] {
        assert_eq!(errors(code), []);
        let text = derive(code).to_string();
        assert!(!text.contains("unsafe"));
        let file: syn::File = syn::parse_str(&text).unwrap();
        assert_eq!(file.items.len(), 1);
    }
}

#[test]
fn an_overlap_shows_both_ranges() {
    let code = "#[repr(C)] struct S { #[value(bits(a: u8 = 4..=0, b: u8 = 7..=4))] w: u8 }";
    let places: Vec<_> = errors(code).into_iter().map(|(at, _)| at).collect();
    assert_eq!(places, ["7..=4", "4..=0"]);
}

#[test]
fn padding_is_counted() {
    let [(at, text)] = &errors("#[repr(C)] struct S { a: u8, b: u32 }")[..] else {
        panic!("not one error");
    };
    assert_eq!(at, "b");
    assert!(text.contains("add a field `_pad: [u8; 3]`"));
}

#[test]
fn every_rule_has_its_case() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ui/value");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let said: String = (files.filter(|path| path.extension().is_some_and(|end| end == "stderr")))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    for (rule, text) in super::rules::ALL {
        let parts = text.split(['{', '}']).step_by(2);
        let longest = parts.max_by_key(|part| part.len()).unwrap_or_default();
        assert!(
            said.contains(longest),
            "no case in tests/ui/value for {rule}"
        );
    }
}
