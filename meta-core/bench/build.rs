// SPDX-License-Identifier: GPL-2.0

//! Compiles the C twin at -O2, whatever the profile: a twin that was not optimised would be no twin.

fn main() {
    println!("cargo::rerun-if-changed=c/twin.c");
    cc::Build::new()
        .file("c/twin.c")
        .opt_level(2)
        .debug(false)
        .warnings_into_errors(true)
        .compile("twin");
}
