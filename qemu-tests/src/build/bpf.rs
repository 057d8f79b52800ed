// SPDX-License-Identifier: GPL-2.0

//! BPF objects: the kernel's types from its BTF, the readers' header from the driver's definition, then clang; and one that
//! rustc makes.

pub mod header;
mod lines;
mod rust;

use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};

use crate::hash::Key;
use crate::job;
use crate::lock::write_whole;
use crate::paths::Paths;
use crate::setup::Ground;
use crate::ui::Step;

/// Objects whose every instruction is counted when it is executed.
const COUNTED: &[&str] = &["bench_readers.bpf.o"];

/// Compiles every `qemu-tests/bpf/*.bpf.c`, and the example in Rust; gives the objects, those of C in the order of their names.
///
/// # Errors
///
/// When the kernel has no BTF or a program does not compile.
pub fn build(paths: &Paths, ground: &Ground) -> Result<Vec<PathBuf>> {
    let sources_dir = paths.project.join("qemu-tests/bpf");
    let out = paths.project.join("target/bpf").join(&ground.kernel.key);
    std::fs::create_dir_all(&out)?;
    let step = Step::new("bpf", "building the XDP programs");
    vmlinux_header(ground, &out)?;
    write_if_new(&out.join("xdp_meta.bpf.h"), &header::bpf_header())?;
    let sources = with_ending(&sources_dir, ".bpf.c")?;
    // Any header may be included by any program.
    let mut common = Key::default()
        .with(&ground.kernel.key)
        .with_file(&out.join("xdp_meta.bpf.h"))?;
    // The header of a declaration with a field of every form, as the host's tests keep it.
    let golden = paths.project.join("meta-core/tests/golden");
    for dir in [&sources_dir, &golden] {
        for file in with_ending(dir, ".h")? {
            common = common.with_file(&file)?;
        }
    }
    let log = out.join("build.log");
    let _ = std::fs::remove_file(&log);
    let mut objects = Vec::new();
    let mut compiled = 0;
    for source in sources {
        let name = source
            .file_name()
            .context("a source without a name")?
            .to_string_lossy();
        let object = out.join(name.replace(".bpf.c", ".bpf.o"));
        let stamp = out.join(format!(".{name}.key"));
        let key = common.clone().with_file(&source)?.short();
        if !object.exists() || std::fs::read_to_string(&stamp).ok().as_deref() != Some(&key) {
            step.message(&format!("clang {name}"));
            let mut clang = ground.root.command(&paths.project, "clang-19");
            clang.args([
                "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Werror",
            ]);
            for dir in [&out, &sources_dir, &golden] {
                clang.arg("-I").arg(dir);
            }
            clang.arg("-c").arg(&source).arg("-o").arg(&object);
            job::run(clang, &log, &step, |_| {})?
                .map_err(|failure| failure.into_error(&format!("compiling {name}")))?;
            if COUNTED.iter().any(|counted| object.ends_with(counted)) {
                name_instructions(paths, ground, &object)?;
            }
            write_whole(&stamp, &key)?;
            compiled += 1;
        }
        objects.push(object);
    }
    let (object, is_new) = rust::build(paths, ground, &out, &step)?;
    objects.push(object);
    compiled += u32::from(is_new);
    if compiled > 0 {
        step.done(&format!("{compiled} XDP programs"));
    } else {
        step.clear();
    }
    Ok(objects)
}

/// Gives each instruction of an object a line of its own.
fn name_instructions(paths: &Paths, ground: &Ground, object: &Path) -> Result<()> {
    let section = object.with_extension("lines");
    let lines = std::fs::read(object).map_err(Into::into);
    let lines = lines.and_then(|object| lines::each_instruction(&object));
    write_whole(
        &section,
        lines.with_context(|| format!("the lines of {}", object.display()))?,
    )?;
    let mut objcopy = ground.root.command(&paths.project, "llvm-objcopy-19");
    objcopy.arg(format!("--update-section=.BTF.ext={}", section.display()));
    let done = objcopy.arg(object).output()?;
    ensure!(
        done.status.success(),
        "llvm-objcopy: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(())
}

/// `vmlinux.h`, once for each kernel.
fn vmlinux_header(ground: &Ground, out: &Path) -> Result<()> {
    let header = out.join("vmlinux.h");
    if header.exists() {
        return Ok(());
    }
    let vmlinux = ground.kernel.vmlinux();
    let path = vmlinux.to_string_lossy();
    let text = ground
        .root
        .output("bpftool", &["btf", "dump", "file", &path, "format", "c"])
        .with_context(|| format!("cannot read the BTF of {path}"))?;
    if !text.contains("struct xdp_md") {
        bail!("the BTF of {path} has no struct xdp_md: was the kernel built with CONFIG_DEBUG_INFO_BTF?");
    }
    write_whole(&header, text)
}

fn write_if_new(path: &Path, text: &str) -> Result<()> {
    if std::fs::read_to_string(path).ok().as_deref() == Some(text) {
        return Ok(());
    }
    write_whole(path, text)
}

fn with_ending(dir: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
