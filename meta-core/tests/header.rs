// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The C header: the whole text, that clang takes it, and that its getters give what a record holds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use meta_core::binding::Binding;
use meta_core::header::Family;

#[path = "support/card.rs"]
mod card;
#[path = "support/forms.rs"]
mod forms;

use card::RxMeta;
use forms::FAMILY;

fn text(family: &Family<'_>) -> String {
    let mut text = String::new();
    family.write(&mut text).unwrap();
    text
}

fn support(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/support")
        .join(name)
}

/// A folder of a test's own, with the header in it.
fn folder(test: &str, family: &Family<'_>) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("xdp_meta.bpf.h"), text(family)).unwrap();
    dir
}

/// `BLESS=1` in the environment writes the file anew.
fn compare(name: &str, family: &Family<'_>) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, text(family)).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap();
    assert!(
        text(family) == expected,
        "{} differs; look at it, then run with BLESS=1",
        golden.display()
    );
}

#[test]
fn the_text_is_as_it_was() {
    compare("xdp_meta.bpf.h", &Family::of::<RxMeta>());
}

#[test]
fn the_text_of_every_form_is_as_it_was() {
    compare("forms.bpf.h", &FAMILY);
}

/// Whether the compiler took it; `None` if it is not here, or has no headers or no such target.
fn compiles(mut compiler: Command) -> Option<bool> {
    let output = match compiler.output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: {compiler:?}: {error}");
            return None;
        }
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    if errors.contains("file not found") || errors.contains("unable to create target") {
        eprintln!("skipped: {errors}");
        return None;
    }
    assert!(output.status.success(), "{errors}");
    Some(true)
}

fn bpf(source: &str, dir: &Path) -> Command {
    let mut clang = Command::new("clang");
    clang.args([
        "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Werror",
    ]);
    clang.arg("-I").arg(dir).arg("-c").arg(support(source));
    clang.arg("-o").arg(dir.join("reader.bpf.o"));
    clang
}

/// Without a clang that makes BPF, or libbpf's headers, this passes without having tested.
#[test]
fn clang_takes_it() {
    let dir = folder("header", &Family::of::<RxMeta>());
    compiles(bpf("reader.bpf.c", &dir));
}

/// The getters, compiled for this machine, on a record of random bytes: what they give is what the fields' places say.
/// Without a C compiler this passes without having tested.
#[test]
fn getters_give_what_the_record_holds() {
    let dir = folder("getters", &FAMILY);
    let program = dir.join("getters");
    let mut cc = Command::new("cc");
    cc.args(["-O1", "-Wall", "-Werror"]).arg("-I").arg(&dir);
    cc.arg(support("getters.c")).arg("-o").arg(&program);
    if compiles(cc).is_none() {
        return;
    }
    let layout = &FAMILY.layouts[1];
    let mut seed = 1_u64;
    for round in 0..64 {
        let mut record: Vec<u8> = (0..layout.size)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                seed.to_le_bytes()[7]
            })
            .collect();
        let trailer = layout.trailer_offset();
        record[trailer..trailer + 4].copy_from_slice(&layout.id.to_ne_bytes());
        let present = u16::from_ne_bytes([record[trailer + 6], record[trailer + 7]]);
        let mut arguments = vec![hex(&record)];
        for field in layout.fields {
            let answer = Binding::of(layout, field.id).unwrap().to_answer();
            arguments.push(format!("{}={answer}", field.id));
        }
        let output = Command::new(&program).args(&arguments).output().unwrap();
        assert!(output.status.success(), "round {round}: {output:?}");
        let mut expected = String::new();
        for field in layout.fields {
            let value = match present >> field.present & 1 {
                0 => format!("-42 {}", hex(&vec![0; field.size()])),
                _ if field.bits == 0 => {
                    let at = usize::from(field.offset);
                    format!("0 {}", hex(&record[at..at + field.size()]))
                }
                _ => {
                    // Only little-endian machines count from here.
                    let word: u128 = (0..16).fold(0, |word, i| {
                        let byte = record.get(usize::from(field.offset) + i);
                        word | u128::from(byte.copied().unwrap_or(0)) << (8 * i)
                    });
                    let value = word >> field.bit & ((1 << field.bits) - 1);
                    format!("0 {}", hex(&value.to_le_bytes()[..field.size()]))
                }
            };
            expected += &format!("{} {value}\n", field.name);
        }
        let mut got: Vec<_> = std::str::from_utf8(&output.stdout)
            .unwrap()
            .lines()
            .collect();
        // Peeked at, and claimed.
        let mut expected: Vec<_> = expected.lines().flat_map(|line| [line, line]).collect();
        got.sort_unstable();
        expected.sort_unstable();
        assert_eq!(got, expected, "round {round}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
