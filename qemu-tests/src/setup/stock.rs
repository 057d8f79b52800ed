// SPDX-License-Identifier: GPL-2.0

//! Debian's own kernel, and what its packages lack for a Rust module: the metadata of the kernel's crates.
//!
//! Image, modules, symbols and BTF are Debian's. `rust/` is built from the source of exactly the same version with the compilers that
//! built the kernel; then the crates' hashes are the same, and every Rust symbol that a module wants is in Debian's `Module.symvers`.
//! That is checked before anything is used. No kernel is compiled.

pub mod packages;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};

use super::config::Config;
use super::kernel::{compilers, Kernel};
use super::root;
use super::series::{self, Series};
use super::source::{self, Source};
use crate::hash::Key;
use crate::inside::Root;
use crate::job;
use crate::lock::{stamp, write_whole};
use crate::paths::Paths;
use crate::ui::Step;
use packages::Packages;

const STAMP: &str = ".rnic-complete";
/// Lines that `modules_prepare` prints, for the bar.
const LINES: u64 = 210;
/// Changes whenever what is made here does.
const RECIPE: &str = "1";

/// The kernel that the last set-up made for a series, if nothing that decides it has changed.
pub fn existing(paths: &Paths, series: Series) -> Option<Kernel> {
    let record = std::fs::read_to_string(record(paths, series)).ok()?;
    let mut lines = record.lines();
    let (inputs, key, version) = (lines.next()?, lines.next()?, lines.next()?);
    let root = root::existing(paths, series.toolchain)?;
    if inputs != inputs_key(&root).ok()? {
        return None;
    }
    let dir = paths.kernels().join(key);
    let packages = Packages::of(paths, series, version);
    let is_whole = series.has(version) && dir.join(STAMP).exists() && packages.are_whole();
    is_whole.then(|| kernel(dir, key, &packages, &root).ok())?
}

/// The source that the kernel was built from.
///
/// # Errors
///
/// When it cannot be unpacked.
pub fn source(paths: &Paths, root: &Root, series: Series, packages: &Packages) -> Result<Source> {
    source::unpacked(paths, root, series, &packages.version, &packages.source())
}

/// Makes what modules of the kernel need, in the root of the series' toolchain. The caller holds the set-up lock.
///
/// # Errors
///
/// When the build fails, or its result does not fit the kernel.
pub fn prepare(
    paths: &Paths,
    root: &Root,
    series: Series,
    packages: &Packages,
    source: &Source,
) -> Result<Kernel> {
    let key = Key::default()
        .with(&packages.version)
        .with(inputs_key(root)?)
        .short();
    let dir = paths.kernels().join(&key);
    if !dir.join(STAMP).exists() {
        build(paths, root, source, packages, &dir)?;
        stamp(&dir.join(STAMP), &packages.version)?;
    }
    let text = format!("{}\n{key}\n{}\n", inputs_key(root)?, packages.version);
    write_whole(&record(paths, series), text)?;
    kernel(dir, &key, packages, root)
}

fn record(paths: &Paths, series: Series) -> PathBuf {
    paths.kernels().join(format!("stock-{}", series.name))
}

/// Everything outside the packages that decides a build.
fn inputs_key(root: &Root) -> Result<String> {
    Ok(Key::default()
        .with(RECIPE)
        .with(root::recorded_tools(root)?)
        .short())
}

fn kernel(dir: PathBuf, key: &str, packages: &Packages, root: &Root) -> Result<Kernel> {
    let config = std::fs::read_to_string(dir.join(".config"))?;
    let mut make_args = compilers(&Config::parse(&config), root)?;
    make_args.extend(series::insistence(&packages.release));
    Ok(Kernel {
        toolchain: root.clone(),
        make_args,
        name: format!("linux {} (Debian's)", packages.version),
        key: key.to_owned(),
        modules: packages.modules(),
        dir,
    })
}

fn build(
    paths: &Paths,
    root: &Root,
    source: &Source,
    packages: &Packages,
    dir: &Path,
) -> Result<()> {
    let step = Step::new("rust", "building the metadata of the kernel's Rust crates");
    step.total(LINES);
    let log = paths.log("kernel-rust");
    let _ = std::fs::remove_file(&log);
    let headers = packages.headers();
    let config = std::fs::read_to_string(headers.join(".config"))
        .with_context(|| format!("linux-headers-{} has no .config", packages.release))?;
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join(".config"), &config)?;
    let args = compilers(&Config::parse(&config), root)?;
    // What the version is followed by: not in the configuration.
    let upstream = packages.version.split('-').next().unwrap_or_default();
    let local = packages.release.strip_prefix(upstream).unwrap_or_default();
    let jobs = std::thread::available_parallelism().map_or(2, usize::from) + 1;
    for goal in ["olddefconfig", "modules_prepare"] {
        let mut make = root.command(&source.dir, "make");
        make.arg(format!("O={}", dir.display()))
            .args(&args)
            .arg(format!("LOCALVERSION={local}"))
            .arg(format!("-j{jobs}"))
            .arg(goal);
        job::run(make, &log, &step, |line| {
            if line.starts_with("  ") {
                step.message(line.trim());
                step.advance();
            }
        })?
        .map_err(|failure| failure.into_error("building the kernel's Rust crates"))?;
    }
    for (from, to) in [
        (headers.join("Module.symvers"), "Module.symvers"),
        (headers.join("vmlinux"), "vmlinux"),
        (packages.modules().join("vmlinuz"), "arch/x86/boot/bzImage"),
    ] {
        let to = dir.join(to);
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    fits(dir, &packages.release)?;
    step.done(&format!("what modules of linux {} need", packages.version));
    Ok(())
}

/// Checks that the Rust symbols of a build folder are in its kernel's `Module.symvers`.
///
/// # Errors
///
/// When they are not, or a file is missing.
pub fn fits(dir: &Path, kernel: &str) -> Result<()> {
    let read = |name: &str| {
        let path = dir.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let (all, missing) = compare(
        &read("rust/exports_kernel_generated.h")?,
        &read("Module.symvers")?,
    );
    if all == 0 || missing > 0 {
        bail!(
            "the Rust crates in {} do not fit linux {kernel}: {missing} of {all} symbols are not in its Module.symvers; build all of \
             it again (Debian's: remove the folder and run the command again)",
            dir.display(),
        );
    }
    Ok(())
}

/// How many symbols the crates export, and how many of them the kernel does not: their names have the hashes of everything that
/// decides their content.
fn compare(exports: &str, symvers: &str) -> (usize, usize) {
    let offered: BTreeSet<&str> = symvers
        .lines()
        .filter_map(|line| line.split('\t').nth(1))
        .collect();
    let made: Vec<&str> = exports
        .lines()
        .filter_map(|line| line.split_once('(')?.1.split_once(')'))
        .map(|(symbol, _)| symbol)
        .collect();
    let missing = made.iter().filter(|symbol| !offered.contains(*symbol));
    (made.len(), missing.count())
}

#[cfg(test)]
mod tests {
    use super::compare;

    const EXPORTS: &str =
        "EXPORT_SYMBOL_RUST_GPL(_RNvCs1_6kernel3net);\nEXPORT_SYMBOL_RUST_GPL(_RNvCs1_6kernel3pci);\n";

    #[test]
    fn crates_with_the_kernels_hashes_fit() {
        let symvers = "0x00000000\t_RNvCs1_6kernel3net\tvmlinux\tEXPORT_SYMBOL_GPL\t\n\
                       0x00000000\t_RNvCs1_6kernel3pci\tvmlinux\tEXPORT_SYMBOL_GPL\t\n\
                       0x00000000\tnetif_rx\tvmlinux\tEXPORT_SYMBOL\t\n";
        assert_eq!(compare(EXPORTS, symvers), (2, 0));
    }

    #[test]
    fn crates_of_another_compiler_do_not() {
        let symvers = "0x00000000\t_RNvCs1_6kernel3net\tvmlinux\tEXPORT_SYMBOL_GPL\t\n\
                       0x00000000\t_RNvCs2_6kernel3pci\tvmlinux\tEXPORT_SYMBOL_GPL\t\n";
        assert_eq!(compare(EXPORTS, symvers), (2, 1));
        assert_eq!(compare("", symvers), (0, 0));
    }
}
