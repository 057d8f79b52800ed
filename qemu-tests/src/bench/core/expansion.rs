// SPDX-License-Identifier: GPL-2.0

//! How long the macros take for a struct of 32 fields, in rustc itself.
//!
//! rustc reports the time of its expansion pass. It is taken for a file with one such struct and for one with eleven; the
//! difference is that of ten structs, without what happens once (loading the macro). The macro is built twice: as cargo
//! builds macros in every profile, not optimised, and optimised.

mod source;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{json, Value};

use crate::boot::Workshop;
use crate::job;
use crate::root_cargo::RootCargo;
use crate::ui::Step;

/// How often each file is expanded.
const TIMES: usize = 5;

/// Structs in the longer file, besides the one in both.
const MORE: usize = 10;

/// Ways to build the macro, and what cargo is told for it.
const BUILDS: [(&str, &[&str]); 2] = [
    ("as cargo builds macros", &[]),
    (
        "optimised",
        &["--config", "profile.dev.build-override.opt-level=3"],
    ),
];

/// Milliseconds for one struct: of each macro, for each build of it.
///
/// # Errors
///
/// When something cannot be built or does not expand.
pub fn measure(
    workshop: &Workshop,
    root: &RootCargo<'_>,
    folder: &Path,
    step: &Step,
) -> Result<Value> {
    let mut rows = Vec::new();
    for (build, options) in BUILDS {
        step.message(&format!("building the macros {build}"));
        let target = folder.join(build.replace(' ', "-"));
        let mut cargo = root.command(&[&format!("CARGO_TARGET_DIR={}", target.display())]);
        cargo
            .args(["build", "--package", "meta-derive"])
            .args(options);
        job::output(cargo)?;
        let mut core = root.command(&[&format!("CARGO_TARGET_DIR={}", target.display())]);
        core.args(["build", "--package", "meta-core"]);
        job::output(core)?;
        for (name, text) in source::MACROS {
            step.message(&format!("timing {name}, {build}"));
            let (mut one, mut many) = (Vec::new(), Vec::new());
            for _ in 0..TIMES {
                one.push(expand(workshop, folder, &target, &source::file(text, 1))?);
                let text = source::file(text, 1 + MORE);
                many.push(expand(workshop, folder, &target, &text)?);
            }
            // The least is what is left when nothing else runs.
            let least = |times: &[f64]| times.iter().copied().fold(f64::INFINITY, f64::min);
            rows.push(json!({
                "macro": name,
                "build": build,
                "milliseconds": (least(&many) - least(&one)) * 1000.0 / MORE as f64,
                "seconds_of_1": one,
                "seconds_of_11": many,
            }));
        }
    }
    Ok(Value::Array(rows))
}

/// Seconds of rustc's expansion pass.
fn expand(workshop: &Workshop, folder: &Path, target: &Path, text: &str) -> Result<f64> {
    let file = folder.join("expanded.rs");
    std::fs::write(&file, text)?;
    let library = |name: &str| -> PathBuf { target.join("debug").join(name) };
    let mut rustc = workshop.ground.root.command(folder, "env");
    rustc.args([
        "RUSTC_BOOTSTRAP=1",
        "sh",
        "-c",
        "exec \"$@\" 2>&1 >/dev/null",
        "sh",
        "rustc",
    ]);
    rustc.args([
        "--edition=2021",
        "--crate-type=lib",
        "-Zunpretty=expanded",
        "-Ztime-passes",
    ]);
    rustc
        .arg("--extern")
        .arg(format!(
            "meta_derive={}",
            library("libmeta_derive.so").display()
        ))
        .arg("--extern")
        .arg(format!(
            "meta_core={}",
            library("libmeta_core.rlib").display()
        ))
        .arg(&file);
    let said = job::output(rustc)?;
    seconds(&said).with_context(|| format!("rustc does not say how long it took:\n{said}"))
}

/// `time:   0.071; rss:   86MB ->  111MB (  +25MB) macro_expand_crate`
fn seconds(said: &str) -> Option<f64> {
    let line = said
        .lines()
        .find(|line| line.ends_with("macro_expand_crate"))?;
    let (time, _) = line.strip_prefix("time:")?.split_once(';')?;
    time.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_time_is_found() {
        let said =
            "time:   0.001; rss: 1MB\tparse_crate\ntime:   0.071; rss: 2MB\tmacro_expand_crate\n";
        assert_eq!(super::seconds(said), Some(0.071));
        assert_eq!(super::seconds("error"), None);
    }
}
