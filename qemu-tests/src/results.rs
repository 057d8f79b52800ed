// SPDX-License-Identifier: GPL-2.0

//! The published figures: `results/README.md` and the five in the project's README, written from raw JSON.
//!
//! Nobody copies a figure. A measurement that is written to `results/` takes both pages along, `cargo qemu bench tables`
//! writes them again, and a test compares them. What must never happen: a figure in a page that no JSON file has.

mod first_run;
mod headline;
mod storms;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench;
use crate::lock::write_whole;
use crate::report::write_json;

/// Where the raw figures of machines are, below the project's top.
const RESULTS: &str = "qemu-tests/results";
/// The file of those on a kernel that was built for them, without its ending.
const OWN: &str = "bench-own";
/// Where those of the library are.
const CORE: &str = "meta-core/bench/results";
/// The page with all of them.
const PAGE: &str = "qemu-tests/results/README.md";
/// The file with the five figures, and what they stand between.
const README: &str = "README.md";
const BEGIN: &str = "<!-- figures: written by `cargo qemu bench tables`, do not edit -->\n";
const END: &str = "<!-- end of figures -->\n";

/// Raw figures, by kind: on Debian's kernel and on one of our own, of the library, of storms, of the first run and of the tests.
///
/// `Null` where a kind was not measured.
#[derive(Debug)]
struct Raw {
    bench: Value,
    own: Value,
    core: Value,
    storm: Value,
    soak: Value,
    first: Value,
    tests: Value,
}

/// Writes a JSON file for machines and, if it is one of the published ones, the pages made from it.
///
/// # Errors
///
/// When a file cannot be written, or a published file no longer has what the pages say.
pub fn keep(path: &Path, value: &Value) -> Result<()> {
    write_json(path, value)?;
    match is_published(path)? {
        true => write(),
        false => Ok(()),
    }
}

/// Tells whether a file is in one of the folders that the pages are made from.
fn is_published(path: &Path) -> Result<bool> {
    let path = std::path::absolute(path)?;
    let folder = path.parent().context("a file has a folder")?;
    let project = project()?.canonicalize()?;
    let folder = folder.canonicalize()?;
    Ok([RESULTS, CORE]
        .iter()
        .any(|one| project.join(one) == folder))
}

/// Writes the pages from the JSON files that are there.
///
/// # Errors
///
/// When a file cannot be read or written, or a figure that README names was not measured.
pub fn write() -> Result<()> {
    let project = project()?;
    let raw = Raw::read(&project)?;
    write_whole(&project.join(PAGE), page(&raw))?;
    let readme = project.join(README);
    let old = std::fs::read_to_string(&readme).context("cannot read README.md")?;
    let figures = headline::markdown(&raw)
        .context("README.md keeps its old figures, because one of them was not measured")?;
    let new = with_figures(&old, &figures)?;
    write_whole(&readme, &new)
}

fn project() -> Result<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    Ok(top.context("the runner has no parent folder")?.to_owned())
}

impl Raw {
    fn read(project: &Path) -> Result<Self> {
        let results = project.join(RESULTS);
        Ok(Self {
            bench: json(&results.join("bench.json"))?,
            own: json(&results.join("bench-own.json"))?,
            core: json(&project.join(CORE).join("core.json"))?,
            storm: json(&results.join("storm.json"))?,
            soak: json(&results.join("soak.json"))?,
            first: json(&results.join("first-run.json"))?,
            tests: json(&results.join("tests.json"))?,
        })
    }
}

/// Reads a file; `Null` if there is none.
fn json(path: &Path) -> Result<Value> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is not JSON: measure it again", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Value::Null),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Makes the page. Pure.
fn page(raw: &Raw) -> String {
    let mut text = String::from(
        "# Figures\n\n\
         Written by `cargo qemu bench tables` from the JSON files in this folder and in `meta-core/bench/results`: do not edit.\n\
         How they are measured: [measure.md](../docs/measure.md), [storm.md](../docs/storm.md).\n",
    );
    for (title, name, bench) in [
        ("The driver", "bench", &raw.bench),
        ("The driver, on a kernel built for it", OWN, &raw.own),
    ] {
        if !bench.is_null() {
            text += &format!("\n## {title}\n\n{}", driver(name, bench));
        }
    }
    for (title, name, storm) in [
        ("A storm", "storm", &raw.storm),
        ("A soak", "soak", &raw.soak),
    ] {
        if !storm.is_null() {
            text += &format!("\n## {title}\n{}", storms::markdown(name, storm));
        }
    }
    if !raw.core.is_null() {
        text += &format!(
            "\n## The library\n\n`cargo qemu bench core --json meta-core/bench/results/core.json`\n\n{}",
            bench::core::table::markdown(&raw.core)
        );
    }
    if !raw.first.is_null() {
        text += &format!("\n## The first run\n\n{}", first_run::markdown(&raw.first));
    }
    if let (Some(seconds), Some(processors)) = (
        raw.tests["seconds"].as_f64(),
        raw.tests["processors"].as_u64(),
    ) {
        text += &format!(
            "\n## The tests\n\n`cargo qemu test --record`: {:.0} minutes on {processors} processors. [tests.md](tests.md) says where \
             they go.\n",
            seconds / 60.0
        );
    }
    text
}

/// Writes one file of the driver's figures, `bench` or `bench-own`, with its drawing.
fn driver(name: &str, bench: &Value) -> String {
    let kernel = if name == OWN { " --kernel PATH" } else { "" };
    let mut text = format!(
        "`cargo qemu bench{kernel} --json {RESULTS}/{name}.json --svg {RESULTS}/{name}.svg`: {}\n\
         ![instructions for each packet, rnic and C]({name}.svg)\n",
        bench::table::ground(bench)
    );
    for (title, tables) in bench::table::sections(bench) {
        text += &format!("\n### {title}\n{tables}");
    }
    text
}

/// Puts the figures into README's text, between their marks.
fn with_figures(readme: &str, figures: &str) -> Result<String> {
    let missing = |mark: &str| format!("README.md lacks the line {}", mark.trim_end());
    let (before, rest) = readme.split_once(BEGIN).with_context(|| missing(BEGIN))?;
    let (_, after) = rest.split_once(END).with_context(|| missing(END))?;
    Ok(format!("{before}{BEGIN}{figures}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::{
        headline, is_published, page, project, with_figures, Raw, BEGIN, END, PAGE, README,
    };

    #[test]
    fn the_pages_say_what_the_files_have() {
        let project = project().unwrap();
        let read = |name: &str| std::fs::read_to_string(project.join(name)).unwrap();
        let raw = Raw::read(&project).unwrap();
        let again = "write it again: cargo qemu bench tables";
        assert!(
            read(PAGE) == page(&raw),
            "{PAGE} is not made of the JSON files; {again}"
        );
        let readme = read(README);
        let figures = headline::markdown(&raw).unwrap();
        assert_eq!(readme, with_figures(&readme, &figures).unwrap(), "{again}");
    }

    #[test]
    fn figures_go_between_their_marks() {
        let readme = format!("a\n{BEGIN}old\n{END}b\n");
        let new = with_figures(&readme, "new\n").unwrap();
        assert_eq!(new, format!("a\n{BEGIN}new\n{END}b\n"));
        assert!(with_figures("a\n", "new\n").is_err());
        assert!(with_figures(BEGIN, "new\n").is_err());
    }

    #[test]
    fn only_files_in_the_folders_of_results_are_published() {
        let project = project().unwrap();
        for (file, published) in [
            ("qemu-tests/results/any.json", true),
            ("qemu-tests/src/../results/any.json", true),
            ("meta-core/bench/results/any.json", true),
            ("meta-core/bench/any.json", false),
            ("any.json", false),
        ] {
            let file = project.join(file);
            assert_eq!(
                is_published(&file).unwrap(),
                published,
                "{}",
                file.display()
            );
        }
    }
}
