// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Where BTF comes from: files of several kinds, and interfaces.
//!
//! A name that is a file is a file; else it is an interface. What BTF is split from is found without being asked for where
//! there is one answer: a module built out of tree carries a base, and what the kernel serves is split from its own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};
use meta_core::btf::{Error, Reader};

use crate::cli;

mod file;

use file::Content;

/// The kernel's own BTF.
const VMLINUX: &str = "/sys/kernel/btf/vmlinux";

/// One BTF that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// What to call it, if there are several.
    pub(crate) name: &'static str,
    /// The BTF.
    pub(crate) btf: Reader<'static>,
}

/// What the command line names: one BTF of a file, one for each queue of an interface.
pub(crate) fn open(source: &cli::Source) -> Result<Vec<Found>> {
    named(&source.path, source.base.as_deref(), source.queue)
}

/// The same for what must be one BTF.
pub(crate) fn open_one(source: &cli::Source) -> Result<Found> {
    one(&source.path, source.base.as_deref(), source.queue)
}

/// One BTF; of an interface with several queues, the layout that all have.
pub(crate) fn one(name: &str, base: Option<&Path>, queue: Option<u32>) -> Result<Found> {
    let found = named(name, base, queue)?;
    let [first, rest @ ..] = found.as_slice() else {
        bail!("{name} has no BTF");
    };
    ensure!(
        rest.is_empty(),
        "{name} has {} queues; choose one with --queue or by its file, {}",
        found.len(),
        first.name
    );
    Ok(*first)
}

fn named(name: &str, base: Option<&Path>, queue: Option<u32>) -> Result<Vec<Found>> {
    if Path::new(name).exists() {
        ensure!(
            queue.is_none(),
            "{name} is a file: --queue is for interfaces"
        );
        return Ok(vec![file(Path::new(name), base)?]);
    }
    let dir = Path::new("/sys/class/net").join(name);
    ensure!(
        !name.is_empty() && !name.contains('/') && dir.exists(),
        "there is no file {name}, and no interface of this name"
    );
    queues(name, &dir, queue)?
        .iter()
        .map(|path| file(path, None))
        .collect()
}

/// The files with the layouts in force, by queue.
fn queues(name: &str, dir: &Path, wanted: Option<u32>) -> Result<Vec<PathBuf>> {
    let queues = dir.join("queues");
    let mut numbers = Vec::new();
    for entry in
        fs::read_dir(&queues).with_context(|| format!("cannot read {}", queues.display()))?
    {
        let entry = entry?.file_name();
        let number = entry.to_str().and_then(|name| name.strip_prefix("rx-"));
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    if let Some(wanted) = wanted {
        ensure!(
            numbers.contains(&wanted),
            "{name} has no receive queue {wanted}, only {numbers:?}"
        );
        numbers = vec![wanted];
    }
    let path = |number: &u32| queues.join(format!("rx-{number}/xdp_meta/btf"));
    let paths: Vec<_> = numbers
        .iter()
        .map(path)
        .filter(|path| path.exists())
        .collect();
    ensure!(
        !paths.is_empty(),
        "the driver of {name} publishes no layouts: there is no {}",
        path(numbers.first().unwrap_or(&0)).display()
    );
    Ok(paths)
}

/// The BTF of a file.
fn file(path: &Path, base: Option<&Path>) -> Result<Found> {
    let name = path.display().to_string();
    let btf = Content::read(path)
        .and_then(|content| reader(path, content, base))
        .with_context(|| name.clone())?;
    Ok(Found {
        name: name.leak(),
        btf,
    })
}

/// A base is used only for what is split: it may be given for the sake of another source.
fn reader(path: &Path, content: Content, base: Option<&Path>) -> Result<Reader<'static>> {
    if let Some(own) = content.base {
        let base = alone(own).context("its section .BTF.base")?;
        return Ok(indexed(checked(Reader::split(content.btf, base))?));
    }
    if !is_served_split(path) {
        match checked(Reader::new(content.btf)) {
            Ok(alone) => return Ok(indexed(alone)),
            Err(error) if is_split(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let kernel = base.unwrap_or(Path::new(VMLINUX));
    ensure!(
        kernel.exists(),
        "it is split from the BTF of a kernel, which is not at {}: say with --base where it is",
        kernel.display()
    );
    let split = checked(Reader::split(content.btf, base_of(kernel)?));
    let split = split.with_context(|| {
        format!(
            "it is not split from {}: say with --base which kernel it was built for",
            kernel.display()
        )
    })?;
    ensure!(
        has_whole_names(&split),
        "its names are not those of {}: say with --base which kernel it was built for",
        kernel.display()
    );
    Ok(indexed(split))
}

/// Whether names begin where strings do: with another base they begin anywhere, and everything else looks well.
fn has_whole_names(btf: &Reader<'_>) -> bool {
    btf.types()
        .all(|item| match item.name_offset().checked_sub(1) {
            None => true,
            Some(before) => btf.name(before).is_empty(),
        })
}

/// Whether it is what the kernel serves of a module.
fn is_served_split(path: &Path) -> bool {
    path.parent() == Path::new(VMLINUX).parent() && path != Path::new(VMLINUX)
}

/// What BTF that is split looks like to one who does not know the base.
fn is_split(error: &Error) -> bool {
    matches!(
        error,
        Error::FirstString { .. } | Error::NoString { .. } | Error::Dangling { .. }
    )
}

fn checked(reader: Result<Reader<'static>, Error>) -> Result<Reader<'static>, Error> {
    let reader = reader?;
    reader.check()?;
    Ok(reader)
}

fn base_of(path: &Path) -> Result<&'static Reader<'static>> {
    let content = Content::read(path);
    content
        .and_then(|content| alone(content.btf))
        .with_context(|| format!("{}, the base", path.display()))
}

fn alone(bytes: &'static [u8]) -> Result<&'static Reader<'static>> {
    Ok(Box::leak(Box::new(indexed(checked(Reader::new(bytes))?))))
}

fn indexed(reader: Reader<'static>) -> Reader<'static> {
    let notes = vec![0; usize::try_from(reader.len()).unwrap_or(0)];
    reader.indexed(notes.leak())
}
