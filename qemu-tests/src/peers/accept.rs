// SPDX-License-Identifier: GPL-2.0

//! Every blob of BTF that the crates make is taken by those who read BTF: bpftool, pahole, libbpf.
//!
//! The blobs are those of all kinds and forms that `meta-core` tests itself with, each layout of the driver, and the BTF of
//! its module with its base. Each peer must take each of them and say of it what is expected, and must refuse every blob
//! with a mistake. The kernel is asked the same in a guest case, `btf::kernel_accepts`.

pub mod bpftool;
pub mod libbpf;
pub mod pahole;

#[path = "../../../meta-core/tests/support/blobs.rs"]
mod blobs;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use meta_core::btf;
use meta_core::meta::XdpMeta as _;
use rnic_driver::layouts::{RxMeta, MODULE_BTF};

use crate::boot::Workshop;
use crate::ui::Step;
use blobs::{broken, Blob};

/// All blobs.
fn all() -> Vec<Blob> {
    static MODULE: [u8; MODULE_BTF.len()] = MODULE_BTF.bytes();
    let mut list = blobs::all();
    for (layout, bytes) in RxMeta::LAYOUTS.iter().zip(RxMeta::BTF) {
        list.push(of_driver(layout.name, None, bytes));
    }
    list.push(of_driver("the module's base", None, &btf::BASE));
    list.push(of_driver("the module's", Some(&btf::BASE), &MODULE));
    list
}

/// What the reader finds in the driver's own counts as expected: that is tested where it is made.
fn of_driver(name: &str, base: Option<&[u8]>, bytes: &[u8]) -> Blob {
    let base = base.map(<[u8]>::to_vec);
    let types = reading(base.as_deref(), bytes, |reader| reader.len());
    Blob {
        name: name.to_owned(),
        base,
        bytes: bytes.to_vec(),
        types,
        raw: &[],
        c: &[],
    }
}

/// Does something with our own reader of a blob.
fn reading<T>(base: Option<&[u8]>, bytes: &[u8], look: impl FnOnce(&btf::Reader<'_>) -> T) -> T {
    const OWN: &str = "our own reader takes what we write";
    match base {
        None => look(&btf::Reader::new(bytes).expect(OWN)),
        Some(base) => {
            let base = btf::Reader::new(base).expect(OWN);
            look(&btf::Reader::split(bytes, &base).expect(OWN))
        }
    }
}

/// What a peer said.
struct Answer {
    taken: bool,
    text: String,
    errors: String,
}

/// A peer, and a folder for what it reads.
struct Table<'a> {
    workshop: &'a Workshop,
    dir: PathBuf,
}

impl<'a> Table<'a> {
    fn new(workshop: &'a Workshop, peer: &str) -> Result<Self> {
        let dir = workshop.paths.runs().join("accept").join(peer);
        std::fs::create_dir_all(&dir)?;
        Ok(Self { workshop, dir })
    }

    /// A program of the toolchain root, run in the folder.
    fn command(&self, program: &str) -> Command {
        self.workshop.ground.root.command(&self.dir, program)
    }

    /// Bytes as a file.
    fn serve(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.dir.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// Gives every blob to a peer, then those with a mistake. `ask` makes a command from the file and its base; `judge` says
    /// what is wrong with the answer.
    fn run(
        &self,
        step: &Step,
        ask: impl Fn(&Path, Option<&Path>) -> Command,
        judge: impl Fn(&Blob, &str) -> Vec<String>,
    ) -> Result<Vec<String>> {
        let (blobs, broken) = (all(), broken::all());
        step.total((blobs.len() + broken.len()) as u64);
        let mut wrong = Vec::new();
        for blob in &blobs {
            step.message(&blob.name);
            let answer = self.ask(&ask, blob.base.as_deref(), &blob.bytes)?;
            if answer.taken {
                let found = judge(blob, &answer.text);
                wrong.extend(found.iter().map(|what| format!("{}: {what}", blob.name)));
            } else {
                wrong.push(format!("{}: refused: {}", blob.name, answer.errors));
            }
            step.advance();
        }
        for (what, bytes) in &broken {
            step.message(what);
            if self.ask(&ask, None, bytes)?.taken {
                wrong.push(format!("taken, though there is a mistake: {what}"));
            }
            step.advance();
        }
        let (blob, changed) = broken::changed();
        let answer = self.ask(&ask, None, &changed)?;
        if judge(&blob, &answer.text).is_empty() {
            wrong.push("a member was moved, and nothing was noticed".to_owned());
        }
        Ok(wrong)
    }

    fn ask(
        &self,
        ask: &impl Fn(&Path, Option<&Path>) -> Command,
        base: Option<&[u8]>,
        bytes: &[u8],
    ) -> Result<Answer> {
        let file = self.serve("blob.btf", bytes)?;
        let base = base.map(|base| self.serve("base.btf", base)).transpose()?;
        let output = ask(&file, base.as_deref()).output()?;
        Ok(Answer {
            taken: output.status.success(),
            text: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }
}

/// One space for each white space.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What of the expected code is not in C text.
fn missing_code(blob: &Blob, text: &str) -> Vec<String> {
    let text = words(text);
    blob.c
        .iter()
        .filter(|code| !text.contains(&words(code)))
        .map(|code| format!("no `{code}` in `{text}`"))
        .collect()
}
