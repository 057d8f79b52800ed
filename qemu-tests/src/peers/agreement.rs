// SPDX-License-Identifier: GPL-2.0

//! Our BTF reader and bpftool see the same: in the kernel's own BTF, in every module's, and in rnic.ko's.
//!
//! Each is dumped as JSON by both, and the dumps are compared type by type, down to the last member. What must never
//! happen: agreement because nothing was compared. So types are counted, and bytes are changed to see that it is noticed.

mod compare;
pub mod section;

use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};
use meta_core::btf::{Kind, Reader};

use crate::boot::Workshop;
use crate::build::module::{Module, Variant};
use crate::build::modules;
use crate::job;
use crate::lock::Lock;
use crate::ui::Step;

/// No kernel has fewer types than this; one with fewer was not read.
const FEWEST: u32 = 10_000;

/// Compares everything; what is found is the first difference.
///
/// # Errors
///
/// When something cannot be read or made, or the comparison does not notice what it must.
pub fn test(workshop: &Workshop, step: &Step) -> Result<Vec<String>> {
    Ok(check(workshop, step)?.into_iter().collect())
}

/// The first difference.
fn check(workshop: &Workshop, step: &Step) -> Result<Option<String>> {
    let peer = Peer::new(workshop)?;
    let bytes = section::named(&workshop.ground.kernel.vmlinux(), ".BTF")?;
    let file = peer.file("vmlinux.btf", &bytes)?;
    let dump = peer.dump(&file, None)?;
    let vmlinux = match read(&bytes, None) {
        Ok(reader) => reader,
        Err(refusal) => return Ok(Some(format!("vmlinux: {refusal}"))),
    };
    ensure!(
        vmlinux.len() >= FEWEST,
        "vmlinux has {} types",
        vmlinux.len()
    );
    if let Some(difference) = compare::dumps(vmlinux, &dump)? {
        return Ok(Some(format!("vmlinux: {difference}")));
    }
    control(&bytes, &vmlinux, &dump)?;

    let folder = modules::build(&workshop.paths, &workshop.ground)?.dir;
    let modules = section::modules(&folder)?;
    ensure!(!modules.is_empty(), "no modules in {}", folder.display());
    step.total(modules.len() as u64 + 1);
    for module in modules {
        let name = file_name(&module);
        step.message(&name);
        if let Some(difference) = peer.split(&module, &file, &vmlinux)? {
            return Ok(Some(format!("{name}: {difference}")));
        }
        step.advance();
    }
    step.message("rnic.ko");
    peer.distilled(&ours(workshop)?)
}

/// The module with the BTF that our own writer made.
fn ours(workshop: &Workshop) -> Result<PathBuf> {
    let _lock = Lock::take(
        &workshop.paths.runs().join("build.lock"),
        "this tree's build",
    )?;
    let module = Module::build(&workshop.paths, &workshop.ground, Variant::Plain)?;
    Ok(module.file)
}

/// A word of a member changed in one bit, for each of its words: each time something must be noticed.
fn control(bytes: &[u8], vmlinux: &Reader<'_>, dump: &str) -> Result<()> {
    let middle = vmlinux
        .types()
        .skip(vmlinux.len() as usize / 2)
        .find(|item| item.kind() == Kind::Struct && item.members().len() > 0)
        .context("half of vmlinux has no struct")?;
    // Where its members are in the file.
    let at = middle.payload().as_ptr() as usize - bytes.as_ptr() as usize;
    for (word, what) in ["name", "type", "offset"].iter().enumerate() {
        let mut bytes = bytes.to_vec();
        bytes[at + word * 4] ^= 1;
        let same = match read(&bytes, None) {
            Ok(reader) => compare::dumps(reader, dump)?.is_none(),
            Err(_) => false,
        };
        if same {
            bail!("a member's {what} was changed, and nothing was noticed");
        }
    }
    Ok(())
}

/// Reads, and looks at everything that types refer to.
fn read<'a>(
    bytes: &'a [u8],
    base: Option<&'a Reader<'a>>,
) -> std::result::Result<Reader<'a>, String> {
    let reader = match base {
        Some(base) => Reader::split(bytes, base),
        None => Reader::new(bytes),
    };
    reader
        .and_then(|reader| reader.check().map(|()| reader))
        .map_err(|error| format!("our reader refuses it: {error}"))
}

/// bpftool, and a folder for what it reads.
struct Peer<'a> {
    workshop: &'a Workshop,
    dir: PathBuf,
}

impl<'a> Peer<'a> {
    fn new(workshop: &'a Workshop) -> Result<Self> {
        let dir = workshop.paths.runs().join("btf");
        std::fs::create_dir_all(&dir)?;
        Ok(Self { workshop, dir })
    }

    /// BTF as a file of its own, so that both read the same bytes.
    fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.dir.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// What bpftool says.
    fn dump(&self, file: &Path, base: Option<&Path>) -> Result<String> {
        let mut command = self.workshop.ground.root.command(&self.dir, "bpftool");
        command.arg("--json");
        if let Some(base) = base {
            command.arg("--base-btf").arg(base);
        }
        command.args(["btf", "dump", "file"]).arg(file);
        job::output(command)
    }

    /// A module of the kernel's, split from vmlinux.
    fn split(&self, module: &Path, file: &Path, vmlinux: &Reader<'_>) -> Result<Option<String>> {
        let bytes = section::named(module, ".BTF")?;
        let dump = self.dump(&self.file("module.btf", &bytes)?, Some(file))?;
        self.compare(&bytes, vmlinux, &dump)
    }

    /// A module with a base of its own.
    fn distilled(&self, module: &Path) -> Result<Option<String>> {
        let base = section::named(module, ".BTF.base")?;
        let file = self.file("base.btf", &base)?;
        let reader = match read(&base, None) {
            Ok(reader) => reader,
            Err(refusal) => return Ok(Some(format!("rnic.ko, .BTF.base: {refusal}"))),
        };
        if let Some(difference) = compare::dumps(reader, &self.dump(&file, None)?)? {
            return Ok(Some(format!("rnic.ko, .BTF.base: {difference}")));
        }
        let bytes = section::named(module, ".BTF")?;
        let dump = self.dump(&self.file("module.btf", &bytes)?, Some(&file))?;
        let difference = self.compare(&bytes, &reader, &dump)?;
        Ok(difference.map(|difference| format!("rnic.ko: {difference}")))
    }

    fn compare(&self, bytes: &[u8], base: &Reader<'_>, dump: &str) -> Result<Option<String>> {
        match read(bytes, Some(base)) {
            Ok(reader) => compare::dumps(reader, dump),
            Err(refusal) => Ok(Some(refusal)),
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
