// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What the derives say about declarations that are wrong: one case for every rule, in a folder for each derive.
//!
//! The expected output is that of the pinned toolchain; `TRYBUILD=overwrite cargo test -p meta-derive --test ui` writes it anew.

#[test]
fn rules() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}
