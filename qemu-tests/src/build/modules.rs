// SPDX-License-Identifier: GPL-2.0

//! The kernel's own modules that a machine may want: an archive of its own, with what `modprobe` needs to find them.
//!
//! What one kernel has as a module another has built in, so each is taken if it is there. Made once for each kernel.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};
use object::read::elf::ElfFile64;
use object::{Object, ObjectSection};

use super::archive::{read, Tree, REGULAR};
use crate::hash::Key;
use crate::job;
use crate::lock::{forget_old, write_whole};
use crate::paths::Paths;
use crate::setup::Ground;
use crate::ui::Step;

/// The modules, by what wants them; those that they depend on come with them.
const WANTED: &[&[&str]] = &[
    // In-tree drivers that ours is compared with, and other devices of the machines.
    &["e1000e", "igb", "virtio_net", "virtio_rng"],
    // Interfaces on top of ours and beside it.
    &[
        "8021q",
        "veth",
        "tun",
        "dummy",
        "ifb",
        "bonding",
        "macvlan",
        "bridge",
        "netconsole",
    ],
    // Classifiers and queueing disciplines.
    &[
        "sch_ingress",
        "sch_fq",
        "sch_fq_codel",
        "sch_netem",
        "sch_mqprio",
        "sch_prio",
    ],
    &[
        "cls_bpf",
        "cls_flower",
        "cls_matchall",
        "cls_u32",
        "act_bpf",
        "act_gact",
        "act_mirred",
        "act_skbedit",
    ],
    // Traffic, and questions about sockets.
    &[
        "pktgen",
        "drop_monitor",
        "packet_diag",
        "xsk_diag",
        "inet_diag",
        "tcp_diag",
        "udp_diag",
    ],
];

/// The archive, and the same files outside of it.
#[derive(Clone, Debug)]
pub struct Modules {
    /// The archive.
    pub file: PathBuf,
    /// Changes when its content may.
    pub key: String,
    /// The folder with the files.
    pub dir: PathBuf,
}

impl Modules {
    /// A module's file.
    ///
    /// # Errors
    ///
    /// When the kernel has it built in or not at all.
    pub fn named(&self, name: &str) -> Result<PathBuf> {
        let path = self.dir.join(format!("{name}.ko"));
        if !path.exists() {
            bail!("the kernel has no module {name}");
        }
        Ok(path)
    }
}

/// Finds the archive or makes it.
///
/// # Errors
///
/// When a module cannot be read, or `depmod` fails.
pub fn build(paths: &Paths, ground: &Ground) -> Result<Modules> {
    let kernel = &ground.kernel;
    let key = Key::default()
        .with(include_str!("modules.rs"))
        .with(&kernel.key)
        .short();
    let folder = paths.project.join("target/modules");
    let release = kernel.release();
    let stage = folder.join(&key);
    let home = format!("usr/lib/modules/{release}");
    let modules = Modules {
        file: folder.join(format!("{key}.cpio")),
        dir: stage.join(&home).join("kernel"),
        key,
    };
    if modules.file.exists() {
        return Ok(modules);
    }
    let step = Step::new("modules", "collecting the kernel's own modules");
    std::fs::create_dir_all(&folder)?;
    forget_old(&folder);
    if stage.exists() {
        std::fs::remove_dir_all(&stage)?;
    }
    std::fs::create_dir_all(&modules.dir)?;
    collect(ground, &modules.dir)?;
    for name in [
        "modules.order",
        "modules.builtin",
        "modules.builtin.modinfo",
    ] {
        let to = stage.join(&home).join(name);
        match std::fs::read(kernel.modules.join(name)) {
            Ok(bytes) => std::fs::write(to, bytes)?,
            Err(_) => std::fs::write(to, "")?,
        }
    }
    let mut depmod = ground.root.command(&stage, "depmod");
    depmod.arg("-b").arg(stage.join("usr")).arg(&release);
    job::output(depmod)?;
    let mut tree = Tree::default();
    for dir in [stage.join(&home), modules.dir.clone()] {
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            if path.is_file() {
                let at = path.strip_prefix(&stage)?.to_string_lossy();
                tree.put(&at, REGULAR, read(&path)?);
            }
        }
    }
    write_whole(&modules.file, tree.write()?)?;
    step.clear();
    Ok(modules)
}

/// Copies the modules and all that they depend on, unpacked; those of one round tell what the next one has to fetch.
fn collect(ground: &Ground, to: &Path) -> Result<()> {
    let index = index(&ground.kernel.modules)?;
    let mut seen = BTreeSet::new();
    let mut wanted: Vec<String> = WANTED
        .concat()
        .iter()
        .map(|&name| name.to_owned())
        .collect();
    while !wanted.is_empty() {
        let mut packed = Vec::new();
        let mut new = Vec::new();
        for name in std::mem::take(&mut wanted) {
            let Some(path) = index.get(&name) else {
                continue;
            };
            if !seen.insert(name.clone()) {
                continue;
            }
            let file = to.join(format!("{name}.ko"));
            if path.extension().is_some_and(|ending| ending == "xz") {
                let file = to.join(format!("{name}.ko.xz"));
                std::fs::copy(path, &file)?;
                packed.push(file);
            } else {
                std::fs::copy(path, &file)?;
            }
            new.push(file);
        }
        if !packed.is_empty() {
            let mut xz = ground.root.command(to, "xz");
            xz.arg("--decompress").args(&packed);
            job::output(xz)?;
        }
        for file in new {
            wanted.extend(depends(&file)?);
        }
    }
    Ok(())
}

/// All modules below a folder, by the names that the kernel has for them.
fn index(dir: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![dir.to_path_buf()];
    while let Some(dir) = waiting.pop() {
        let entries =
            std::fs::read_dir(&dir).with_context(|| format!("cannot read {}", dir.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() {
                waiting.push(path);
            } else if let Some(name) = name.trim_end_matches(".xz").strip_suffix(".ko") {
                found.insert(canonical(name), path);
            }
        }
    }
    Ok(found)
}

fn canonical(name: &str) -> String {
    name.replace('-', "_")
}

/// The modules that a module says it needs.
fn depends(file: &Path) -> Result<Vec<String>> {
    let what = || format!("{} is no module", file.display());
    let bytes = std::fs::read(file).with_context(what)?;
    let elf: ElfFile64<'_, object::Endianness> = ElfFile64::parse(&*bytes).with_context(what)?;
    let section = elf.section_by_name(".modinfo").with_context(what)?;
    let info = section.data().with_context(what)?;
    let line = info
        .split(|byte| *byte == 0)
        .find_map(|line| line.strip_prefix(b"depends="))
        .unwrap_or_default();
    let names = String::from_utf8_lossy(line).into_owned();
    let names = names.split(',').filter(|name| !name.is_empty());
    Ok(names.map(canonical).collect())
}
