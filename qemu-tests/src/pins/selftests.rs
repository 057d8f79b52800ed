// SPDX-License-Identifier: GPL-2.0

//! The VM's kernel has every option that the kernel tree's driver tests ask for, whichever of them are run.
//!
//! An option asked for as a module may be built in and the other way round.

use std::path::{Path, PathBuf};

use anyhow::{ensure, Context, Result};

use crate::boot::Workshop;
use crate::report::Verdict;
use crate::setup::config::Config;
use crate::ui::Step;

/// Where the `config` files are, at any depth.
const FOLDER: &str = "tools/testing/selftests/drivers/net";
/// They want module BTF off, to build faster; the driver cannot do without it.
const STAYS_ON: &str = "CONFIG_DEBUG_INFO_BTF_MODULES";

/// Compares the resolved configuration with the files.
pub fn check(workshop: &Workshop, _step: &Step) -> Result<(Verdict, String)> {
    let kernel = &workshop.ground.kernel;
    let config = Config::parse(&std::fs::read_to_string(kernel.dir.join(".config"))?);
    let mut files = Vec::new();
    find(&kernel.source().join(FOLDER), &mut files)?;
    ensure!(!files.is_empty(), "{FOLDER} has no config file");
    let mut missing = Vec::new();
    for file in files {
        let wanted = std::fs::read_to_string(&file)?;
        let from = file.strip_prefix(kernel.source()).unwrap_or(&file);
        let lacked = lacks(&config, &wanted).into_iter();
        missing.extend(lacked.map(|line| format!("{line}, asked for by {}", from.display())));
    }
    Ok(Verdict::of(Ok(missing)))
}

/// What a file asks for and the configuration lacks.
fn lacks(config: &Config, wanted: &str) -> Vec<String> {
    let is_on = |name: &str| matches!(config.get(name), Some("y" | "m"));
    let asks = wanted
        .lines()
        .filter_map(|line| line.trim().split_once('='));
    let lacked = asks.filter(|(name, value)| match *value {
        "y" | "m" => !is_on(name),
        "n" if *name == STAYS_ON => false,
        "n" => is_on(name),
        value => config.get(name) != Some(value),
    });
    lacked
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

fn find(dir: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(dir).with_context(|| format!("no {}", dir.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.file_name().is_some_and(|name| name == "config") {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::lacks;
    use crate::setup::config::Config;

    const CONFIG: &str =
        "CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_DEBUG_INFO_BTF_MODULES=y\n";

    fn lacked(wanted: &str) -> Vec<String> {
        lacks(&Config::parse(CONFIG), wanted)
    }

    #[test]
    fn built_in_or_module_is_the_same() {
        assert!(lacked("CONFIG_A=m\nCONFIG_B=y\n").is_empty());
        assert!(lacked("# a comment\n\nCONFIG_DEBUG_INFO_BTF_MODULES=n\n").is_empty());
    }

    #[test]
    fn a_missing_option_is_found() {
        assert_eq!(lacked("CONFIG_A=y\nCONFIG_C=y\n"), ["CONFIG_C=y"]);
        assert_eq!(lacked("CONFIG_D=m\n"), ["CONFIG_D=m"]);
        assert_eq!(lacked("CONFIG_B=n\n"), ["CONFIG_B=n"]);
    }
}
