// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What generated code must not contain.

use syn::visit::{self, Visit};
use syn::{DeriveInput, ExprForLoop, ExprIndex, ExprLoop, ExprMatch, ExprUnsafe, ExprWhile};

const STRUCT: &str = r#"
    #[descriptor(name = "nic")]
    #[repr(C)]
    pub struct Nic {
        #[desc(a: u8, bits = 3..=0, doc = "The first.")]
        #[desc(b: bool, bits = 4)]
        #[desc(c: Kind, bits = 12..=5)]
        #[desc(d: u32, bits = 31..=13)]
        first: Le32,
        #[desc(e: u32, bits = 31..=0)]
        second: Be32,
        third: [Le64; 2],
        part: Part,
    }
"#;

#[derive(Default)]
struct Forbidden(Vec<&'static str>);

impl<'ast> Visit<'ast> for Forbidden {
    fn visit_expr_for_loop(&mut self, _: &'ast ExprForLoop) {
        self.0.push("for");
    }

    fn visit_expr_while(&mut self, _: &'ast ExprWhile) {
        self.0.push("while");
    }

    fn visit_expr_loop(&mut self, _: &'ast ExprLoop) {
        self.0.push("loop");
    }

    fn visit_expr_index(&mut self, _: &'ast ExprIndex) {
        self.0.push("index");
    }

    fn visit_expr_match(&mut self, _: &'ast ExprMatch) {
        self.0.push("match");
    }

    fn visit_expr_unsafe(&mut self, node: &'ast ExprUnsafe) {
        self.0.push("unsafe");
        visit::visit_expr_unsafe(self, node);
    }
}

fn expand(code: &str) -> String {
    let input: DeriveInput = syn::parse_str(code).unwrap();
    super::derive(&input).to_string()
}

#[test]
fn the_code_is_straight() {
    let file = syn::parse_str(&expand(STRUCT)).unwrap();
    let mut forbidden = Forbidden::default();
    forbidden.visit_file(&file);
    assert_eq!(forbidden.0, Vec::<&str>::new());
    assert_eq!(file.items.len(), 1);
}

#[test]
fn the_documentation_has_a_table() {
    let text = expand(STRUCT);
    assert!(text.contains(r"| `first` | 12..=5 | `c` |"));
    assert!(text.contains("The first."));
}

#[test]
fn a_stub_stands_in_after_errors() {
    let text = expand("struct Nic { #[desc(a: u8, bits = 9)] first: u8 }");
    assert!(text.contains("compile_error"));
    assert!(text.contains("Descriptor for Nic"));
    assert!(text.contains("fn with_a"));
}

#[test]
fn a_union_is_only_described() {
    let text = expand("#[repr(C)] union Memory { read: Read, wb: WriteBack, again: Read }");
    assert_eq!(text.matches("View < Memory > for Read").count(), 1);
    assert!(!text.contains("unsafe"));
}
