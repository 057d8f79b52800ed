// SPDX-License-Identifier: GPL-2.0

//! From the project's sources to what a VM boots: module, BPF objects, PID 1, initramfs.
//!
//! Everything goes below the project's `target/` folder and is made again only when something it depends on has
//! changed; the two compilers' own dependency tracking decides.

mod archive;
pub mod bpf;
pub mod elf;
pub mod guest;
pub mod initramfs;
pub mod module;
pub mod modules;
pub mod selftests;

use std::path::PathBuf;

use anyhow::Result;

use crate::hash::Key;
use crate::lane::{Kind, Lane};
use crate::lock;
use crate::paths::Paths;
use crate::setup::Ground;
use module::Module;

/// What a VM boots besides the kernel.
#[derive(Clone, Debug)]
pub struct Image {
    /// The initial file system.
    pub initramfs: PathBuf,
    /// Hash of everything that the VM boots.
    pub key: String,
}

/// Builds what a lane boots: our module unless another drives its NIC, and the kernel tree's own tests for a pair.
///
/// # Errors
///
/// When one of the builds fails; the message has the compiler's own words.
pub fn image(paths: &Paths, ground: &Ground, lane: Lane) -> Result<Image> {
    let mut modules = Vec::new();
    if lane.kind != Kind::Control {
        modules.push(Module::build(paths, ground, lane.variant)?);
    }
    if lane.kind == Kind::Pair {
        modules.push(Module::leak(paths, ground)?);
    }
    // Tests of the kernel's tree are for two NICs.
    assemble(paths, ground, lane.name, &modules, lane.peer().is_some())
}

/// Builds all but the module: for machines in which only the kernel's own drivers are measured.
///
/// # Errors
///
/// Those of [`image`].
pub fn image_without_module(paths: &Paths, ground: &Ground, name: &str) -> Result<Image> {
    assemble(paths, ground, name, &[], false)
}

fn assemble(
    paths: &Paths,
    ground: &Ground,
    name: &str,
    modules: &[Module],
    has_selftests: bool,
) -> Result<Image> {
    let bpf = bpf::build(paths, ground)?;
    let programs = guest::build(paths)?;
    let mut bytes = initramfs::pack(ground, &programs, modules, &bpf)?;
    let mut key = Key::default().with(&bytes);
    // The kernel unpacks one archive behind the other.
    let own = modules::build(paths, ground)?;
    key = key.with(&own.key);
    bytes.extend(archive::read(&own.file)?);
    if has_selftests {
        let selftests = selftests::build(paths, ground)?;
        key = key.with(&selftests.key);
        bytes.extend(archive::read(&selftests.file)?);
    }
    let hash = key.short();
    let dir = paths.runs().join("image");
    std::fs::create_dir_all(&dir)?;
    let path = dir.join(format!("{name}-{hash}.cpio"));
    if !path.exists() {
        lock::forget_old(&dir);
        lock::write_whole(&path, &bytes)?;
    }
    let key = Key::default().with(&ground.kernel.key).with(hash).short();
    Ok(Image {
        initramfs: path,
        key,
    })
}
