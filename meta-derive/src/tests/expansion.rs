// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What generated code must not contain.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use syn::visit::{self, Visit};
use syn::{DeriveInput, ExprForLoop, ExprIndex, ExprLoop, ExprWhile, ImplItemFn};

use super::with_fields;

/// Expressions that do not belong into a writer.
#[derive(Default)]
struct Forbidden {
    found: Vec<&'static str>,
    writers: usize,
}

impl<'ast> Visit<'ast> for Forbidden {
    fn visit_expr_for_loop(&mut self, _: &'ast ExprForLoop) {
        self.found.push("for");
    }

    fn visit_expr_while(&mut self, _: &'ast ExprWhile) {
        self.found.push("while");
    }

    fn visit_expr_loop(&mut self, _: &'ast ExprLoop) {
        self.found.push("loop");
    }

    fn visit_expr_index(&mut self, _: &'ast ExprIndex) {
        self.found.push("index");
    }
}

/// Only the writers run for every packet; the rest of the code is not looked at.
struct Writers(Forbidden);

impl<'ast> Visit<'ast> for Writers {
    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if function.sig.ident == "record" {
            self.0.writers += 1;
            visit::visit_impl_item_fn(&mut self.0, function);
        }
    }
}

fn expand(code: &str) -> proc_macro2::TokenStream {
    let input: DeriveInput = syn::parse_str(code).unwrap();
    let (model, errors) = crate::xdp_meta::analyse(&input);
    assert!(errors.is_none());
    crate::xdp_meta::expand::expand(&model.unwrap())
}

#[test]
fn a_writer_is_straight() {
    let file = syn::parse2(expand(&with_fields(""))).unwrap();
    let mut writers = Writers(Forbidden::default());
    writers.visit_file(&file);
    assert_eq!(writers.0.writers, 4);
    assert_eq!(writers.0.found, Vec::<&str>::new());
}

#[test]
fn no_generated_code_is_unsafe() {
    let text = expand(&with_fields("")).to_string();
    assert!(!text.contains("unsafe"));
}

#[test]
fn everything_is_in_one_block() {
    let file: syn::File = syn::parse2(expand(&with_fields(""))).unwrap();
    assert_eq!(file.items.len(), 1);
}

#[test]
fn the_documentation_says_where_fields_are() {
    let text = expand(&with_fields("#[meta(hint = rx_hash, value = f)] h: u32")).to_string();
    assert!(text.contains("| `nic_a_b` | 16 | `h` at 0, `x` at 4, `y` at 5 | at 8 |"));
}

#[test]
fn a_stub_stands_in_after_errors() {
    let input: DeriveInput = syn::parse_str("struct M {}").unwrap();
    let (_, errors) = crate::xdp_meta::analyse(&input);
    let stub = crate::xdp_meta::fallback::expand(&input, errors).to_string();
    assert!(stub.contains("compile_error"));
    assert!(stub.contains("XdpMeta for M"));
}

/// Generous: the goal, 50 ms, is measured on an optimised derive, and this one is not.
#[test]
fn a_large_struct_is_expanded_soon() {
    let mut fields = String::new();
    for index in 0..28 {
        let (id, knob) = (0xa000 + index, if index % 2 == 0 { "a" } else { "!a" });
        write!(
            fields,
            "#[meta(id = {id}, knob = {knob}, value = f)] f{index}: u16,"
        )
        .unwrap();
    }
    let start = Instant::now();
    expand(&with_fields(&fields));
    assert!(
        start.elapsed() < Duration::from_millis(500),
        "{:?}",
        start.elapsed()
    );
}
