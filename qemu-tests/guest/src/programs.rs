// SPDX-License-Identifier: GPL-2.0

//! BPF programs: loaded and pinned by bpftool, attached by `ip`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::eth::NAME;
use crate::sys::bpf::Map;
use crate::tools;

/// Where programs and maps are pinned.
pub(crate) const BPFFS: &str = "/sys/fs/bpf";

/// The programs of one object file, loaded; dropping it detaches and unpins them.
#[derive(Debug)]
pub(crate) struct Programs {
    name: String,
    attached: bool,
}

impl Programs {
    /// Loads `/bpf/<object>.bpf.o`; `bound` programs may call the metadata kfuncs of the interface.
    ///
    /// # Errors
    ///
    /// What the verifier says.
    pub(crate) fn load(object: &str, bound: bool) -> Result<Self> {
        Self::load_as(object, object, bound)
    }

    /// Like [`load`](Self::load), under another name, so that an object can be loaded twice.
    ///
    /// # Errors
    ///
    /// What the verifier says.
    pub(crate) fn load_as(object: &str, name: &str, bound: bool) -> Result<Self> {
        Self::load_sharing(object, name, bound, "", &[])
    }

    /// Like [`load_as`](Self::load_as), with these maps of what was loaded as `with` in place of its own.
    ///
    /// # Errors
    ///
    /// What the verifier says.
    pub(crate) fn load_sharing(
        object: &str,
        name: &str,
        bound: bool,
        with: &str,
        maps: &[&str],
    ) -> Result<Self> {
        let this = Self {
            name: name.to_owned(),
            attached: false,
        };
        let mut command = format!("bpftool prog loadall /bpf/{object}.bpf.o {BPFFS}/{name}");
        if bound {
            command += &format!(" xdpmeta_dev {NAME}");
        }
        for map in maps {
            command += &format!(" map name {map} pinned {BPFFS}/{with}_maps/{map}");
        }
        command += &format!(" pinmaps {BPFFS}/{name}_maps");
        tools::line(&command).with_context(|| format!("load {object}"))?;
        Ok(this)
    }

    /// Programs that something else has loaded and attached; their maps are pinned as those of `name`.
    pub(crate) fn loaded_elsewhere(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            attached: false,
        }
    }

    /// Attaches one of the programs to the interface, in the driver.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub(crate) fn attach(&mut self, program: &str) -> Result<()> {
        let pin = self.pin(program);
        // Forced: another one that is attached is replaced.
        tools::line(&format!(
            "ip -force link set dev {NAME} xdpdrv pinned {}",
            pin.display()
        ))?;
        self.attached = true;
        Ok(())
    }

    /// Takes the program off the interface.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub(crate) fn detach(&mut self) -> Result<()> {
        self.attached = false;
        tools::line(&format!("ip link set dev {NAME} xdpdrv off")).map(|_| ())
    }

    /// Where a program is pinned.
    pub(crate) fn pin(&self, program: &str) -> PathBuf {
        Path::new(BPFFS).join(&self.name).join(program)
    }

    /// One of the maps.
    ///
    /// # Errors
    ///
    /// When there is none with this name and size of values.
    pub(crate) fn map(&self, name: &str, value_size: usize) -> Result<Map> {
        pinned_map(&self.name, name, value_size)
    }
}

/// A map of what was loaded as `of`.
///
/// # Errors
///
/// When there is none with this name and size of values.
pub(crate) fn pinned_map(of: &str, name: &str, value_size: usize) -> Result<Map> {
    let path = Path::new(BPFFS).join(format!("{of}_maps")).join(name);
    Map::open(&path, value_size).with_context(|| format!("map {}", path.display()))
}

impl Drop for Programs {
    fn drop(&mut self) {
        if self.attached {
            // The interface may be gone, and the program with it.
            let _ = self.detach();
        }
        // Nothing of it is there when loading failed.
        for dir in [self.name.clone(), format!("{}_maps", self.name)] {
            let _ = std::fs::remove_dir_all(Path::new(BPFFS).join(dir));
        }
    }
}

/// Counters of `verdict.bpf.c`: packets, and those that started with metadata.
///
/// # Errors
///
/// When the map is gone.
pub(crate) fn verdicts(programs: &Programs) -> Result<(u64, u64)> {
    let bytes = programs.map("seen", 16)?.get(0)?;
    let word = |at: usize| bytes[at..at + 8].try_into().map(u64::from_ne_bytes);
    Ok((word(0)?, word(8)?))
}
