// SPDX-License-Identifier: GPL-2.0

//! `rnic.ko`, built out of tree by Kbuild with the compilers of its kernel, in one of its variants.

use std::path::{Path, PathBuf};

use anyhow::{bail, Result};

use crate::job;
use crate::paths::Paths;
use crate::setup::Ground;
use crate::ui::Step;

/// A way to build the module. All but [`Variant::Plain`] exist to show that the tests have teeth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// As users build it.
    Plain,
    /// With the fence taken out.
    NoFence,
    /// With layouts announced after their first packets.
    LateAnnouncement,
    /// With records that say the generation before theirs.
    StaleTrailer,
    /// With each writer also as a function of its own, to be looked at and not to be loaded.
    Probes,
}

impl Variant {
    /// The variant's name, as in folders and lanes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::NoFence => "no_fence",
            Self::LateAnnouncement => "late_announcement",
            Self::StaleTrailer => "stale_trailer",
            Self::Probes => "probes",
        }
    }

    /// Compiler flags that make the difference.
    fn flags(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::NoFence => "--cfg rnic_no_fence",
            Self::LateAnnouncement => "--cfg rnic_late_announcement",
            Self::StaleTrailer => "--cfg rnic_stale_trailer",
            Self::Probes => "--cfg rnic_probes",
        }
    }
}

/// A built module.
#[derive(Clone, Debug)]
pub struct Module {
    /// The loadable file.
    pub file: PathBuf,
}

impl Module {
    /// Runs `make M=…`; a build that is up to date takes about a second.
    ///
    /// # Errors
    ///
    /// When the build fails; the message ends with the compiler's output.
    pub fn build(paths: &Paths, ground: &Ground, variant: Variant) -> Result<Self> {
        let mut arguments = vec![format!("RNIC_RUSTFLAGS={}", variant.flags())];
        if variant == Variant::Probes {
            arguments.push("RNIC_PROBES=y".to_owned());
        }
        make(
            paths,
            ground,
            &paths.project,
            "rnic",
            variant.name(),
            &arguments,
        )
    }

    /// A module that loses memory on purpose: what a search for leaks must find.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn leak(paths: &Paths, ground: &Ground) -> Result<Self> {
        let source = paths.project.join("qemu-tests/kernel/leak");
        make(paths, ground, &source, "leak", "leak", &[])
    }
}

fn make(
    paths: &Paths,
    ground: &Ground,
    source: &Path,
    name: &str,
    variant: &str,
    arguments: &[String],
) -> Result<Module> {
    let kernel = &ground.kernel;
    let out = paths.kbuild().join(format!("{}-{variant}", kernel.key));
    std::fs::create_dir_all(&out)?;
    let step = Step::new("module", &format!("building {name}.ko ({variant})"));
    let mut make = kernel.toolchain.command(&paths.project, "make");
    make.arg("-C").arg(&kernel.dir);
    make.arg(format!("M={}", source.display()))
        .arg(format!("MO={}", out.display()));
    make.args(&kernel.make_args);
    // The module brings its own BTF; Kbuild's step would add an empty second section.
    make.arg("CONFIG_DEBUG_INFO_BTF_MODULES=");
    // What objtool finds is an error: code without the kernel's protections among it.
    make.arg("CONFIG_OBJTOOL_WERROR=y");
    make.args(arguments);
    make.arg(format!(
        "-j{}",
        std::thread::available_parallelism().map_or(2, usize::from)
    ));
    let log = out.join("build.log");
    let _ = std::fs::remove_file(&log);
    let mut worked = false;
    job::run(make, &log, &step, |line| {
        if line.starts_with("  ") {
            worked = true;
            step.message(line.trim());
        }
    })?
    .map_err(|failure| failure.into_error("building the module"))?;
    let file = out.join(format!("{name}.ko"));
    if !file.exists() {
        bail!("the module build made no {name}.ko: see {}", log.display());
    }
    if worked {
        step.done(&format!("{name}.ko ({variant})"));
    } else {
        step.clear();
    }
    Ok(Module { file })
}
