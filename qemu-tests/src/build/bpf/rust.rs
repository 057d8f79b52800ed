// SPDX-License-Identifier: GPL-2.0

//! The example of `meta-bpf`: rustc makes one module of LLVM's of it, and LLVM's own tool a BPF object of that.
//!
//! With rustc and LLVM of the toolchain root, which belong together; no linker is needed, as nothing is left to link.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::hash::Key;
use crate::job;
use crate::lock::write_whole;
use crate::paths::Paths;
use crate::root_cargo::RootCargo;
use crate::setup::Ground;
use crate::ui::Step;

/// Compiles it into `out` if something has changed; whether it had to.
///
/// # Errors
///
/// When crates cannot be had or a compiler fails.
pub(super) fn build(
    paths: &Paths,
    ground: &Ground,
    out: &Path,
    step: &Step,
) -> Result<(PathBuf, bool)> {
    let (bitcode, object) = (out.join("rust_reader.bc"), out.join("rust_reader.bpf.o"));
    let example = paths.project.join("meta-bpf/example");
    step.message("rustc meta-bpf/example");
    let root = RootCargo::without_std(paths, &ground.root, &example, "root-bpf")?;
    let mut rustc = root.command(&["RUSTC_BOOTSTRAP=1"]);
    rustc.args(["rustc", "--release", "--"]);
    rustc.arg(format!("--emit=llvm-bc={}", bitcode.display()));
    let log = root.log("example");
    let _ = std::fs::remove_file(&log);
    job::run(rustc, &log, step, |line| step.message(line.trim()))?
        .map_err(|failure| failure.into_error("compiling meta-bpf/example"))?;
    let stamp = out.join(".rust_reader.key");
    let key = Key::default().with_file(&bitcode)?.short();
    if object.exists() && std::fs::read_to_string(&stamp).ok().as_deref() == Some(&key) {
        return Ok((object, false));
    }
    let mut llc = ground.root.command(out, "llc-19");
    llc.args(["-march=bpfel", "-mcpu=v3", "-O2", "-filetype=obj"]);
    llc.arg(&bitcode).arg("-o").arg(&object);
    job::run(llc, &log, step, |_| {})?
        .map_err(|failure| failure.into_error("making an object of meta-bpf/example"))?;
    write_whole(&stamp, &key)?;
    Ok((object, true))
}
