// SPDX-License-Identifier: GPL-2.0

//! Compiles the C twin at -O2, whatever the profile: a twin that was not optimised would be no twin.
//!
//! Twice where it can be: by the machine's own compiler, and by the clang that shares rustc's LLVM.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=c/twin.c");
    println!("cargo::rustc-check-cfg=cfg(clang)");
    twin(&mut cc::Build::new(), "cc");
    let clang = Command::new("clang-19").arg("--version").output();
    if clang.is_ok_and(|output| output.status.success()) {
        println!("cargo::rustc-cfg=clang");
        twin(cc::Build::new().compiler("clang-19"), "clang");
    }
}

/// Compiles it with the names of its functions after the compiler's.
fn twin(build: &mut cc::Build, compiler: &str) {
    for name in ["twin_selects", "twin_branches", "twin_layout_id"] {
        build.define(name, format!("{compiler}_{name}").as_str());
    }
    build
        .file("c/twin.c")
        .opt_level(2)
        .debug(false)
        .warnings_into_errors(true)
        .compile(&format!("twin_{compiler}"));
}
