// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The C header: the whole text, and that clang takes it.

use std::path::Path;
use std::process::Command;

#[path = "support/card.rs"]
mod card;

use card::RxMeta;

fn text() -> String {
    let mut text = String::new();
    meta_core::header::write::<RxMeta>(&mut text).unwrap();
    text
}

/// `BLESS=1` in the environment writes the file anew.
#[test]
fn the_text_is_as_it_was() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/xdp_meta.bpf.h");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&golden, text()).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).unwrap();
    assert!(
        text() == expected,
        "{} differs; look at it, then run with BLESS=1",
        golden.display()
    );
}

/// Without a clang that makes BPF, or libbpf's headers, this passes without having tested.
#[test]
fn clang_takes_it() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(dir.join("xdp_meta.bpf.h"), text()).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/reader.bpf.c");
    let output = Command::new("clang")
        .args([
            "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Werror",
        ])
        .arg("-I")
        .arg(dir)
        .arg("-c")
        .arg(source)
        .arg("-o")
        .arg(dir.join("reader.bpf.o"))
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: clang: {error}");
            return;
        }
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    if errors.contains("file not found") || errors.contains("unable to create target") {
        eprintln!("skipped: {errors}");
        return;
    }
    assert!(output.status.success(), "{errors}");
}
