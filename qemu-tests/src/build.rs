// SPDX-License-Identifier: GPL-2.0

//! From the project's sources to what a VM boots: module, BPF objects, PID 1, initramfs.
//!
//! Everything goes below the project's `target/` folder and is made again only when something it depends on has
//! changed; the two compilers' own dependency tracking decides.

pub mod bpf;
pub mod elf;
pub mod guest;
pub mod initramfs;
pub mod module;

use std::path::PathBuf;

use anyhow::Result;

use crate::hash::Key;
use crate::lock;
use crate::paths::Paths;
use crate::setup::Ground;
use module::{Module, Variant};

/// What a VM boots besides the kernel.
#[derive(Clone, Debug)]
pub struct Image {
    /// The initial file system.
    pub initramfs: PathBuf,
    /// Hash of everything that the VM boots.
    pub key: String,
}

/// Builds the module in one variant and all that goes with it.
///
/// # Errors
///
/// When one of the builds fails; the message has the compiler's own words.
pub fn image(paths: &Paths, ground: &Ground, variant: Variant) -> Result<Image> {
    let module = Module::build(paths, ground, variant)?;
    let bpf = bpf::build(paths, ground)?;
    let programs = guest::build(paths)?;
    let bytes = initramfs::pack(ground, &programs, &module, &bpf)?;
    let dir = paths.runs().join("image");
    std::fs::create_dir_all(&dir)?;
    let hash = Key::default().with(&bytes).short();
    let path = dir.join(format!("{}-{hash}.cpio", variant.name()));
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
