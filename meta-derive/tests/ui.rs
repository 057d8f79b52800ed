// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What the compiler prints for declarations that are wrong: each case in `ui`, beside it every word that is said.
//!
//! `TRYBUILD=overwrite cargo test -p meta-derive --test ui` writes the words anew; `-- xdp_meta` runs one derive's cases.

use std::process::Command;

/// The words around our own are the compiler's, and differ from version to version.
const RUSTC: &str = "rustc 1.95.";

/// With another compiler this passes without having tested; the derive's unit tests look at the errors themselves.
fn run(derive: &str) {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output();
    let version = version.map(|output| output.stdout).unwrap_or_default();
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(RUSTC) {
        eprintln!("skipped: the words are those of {RUSTC}x, this is {version}");
        return;
    }
    trybuild::TestCases::new().compile_fail(format!("tests/ui/{derive}/*.rs"));
}

#[test]
fn xdp_meta() {
    run("xdp_meta");
}

#[test]
fn value() {
    run("value");
}

#[test]
fn descriptor() {
    run("descriptor");
}
