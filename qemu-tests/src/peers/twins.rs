// SPDX-License-Identifier: GPL-2.0

//! Twins: types that are written in Rust with the derives and in C, and must come out the same.
//!
//! The Rust text becomes BTF at compile time, by us. The C text becomes BTF by gcc or clang and pahole, or by clang alone,
//! who do not know of us. bpftool prints all of them, and the prints are brought to one form. What must never happen: that a
//! difference can't be seen, so mistakes are put into some of the C texts, and each must be found.

mod c;
mod canon;
mod change;
pub mod compile;
pub mod dump;
mod generate;
mod model;
mod rust;

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{bail, Context, Result};

use crate::boot::Workshop;
use crate::ui::{self, Step};
pub use c::PRELUDE;
use canon::strays;
pub use canon::{canonical, Judge, JUDGES};
use change::MISTAKES;
use compile::Bench;
use dump::Dump;
use generate::Generator;
use model::Twin;

/// How many twins a run has; `TWINS_COUNT` asks for another number.
const COUNT: usize = 1000;

/// How many twins each mistake is made in.
const CONTROLS: usize = 25;

/// How often a failing twin is made smaller.
const ROUNDS: usize = 30;

/// Compares random types.
///
/// `TWINS_SEED` repeats a run.
///
/// # Errors
///
/// When a compiler or another tool fails.
pub fn generated(workshop: &Workshop, step: &Step) -> Result<Vec<String>> {
    let seed = match number("TWINS_SEED")? {
        Some(seed) => seed,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
    };
    let count = match number("TWINS_COUNT")? {
        Some(count) => usize::try_from(count)?,
        None => COUNT,
    };
    let twins = Generator::new(seed).twins(count);
    let bench = Bench::new(workshop, "generated")?;
    step.message(&format!("{count} types in Rust and in C, seed {seed}"));
    let mut controls = Vec::new();
    for (name, mistake) in MISTAKES {
        let wrong = twins.iter().filter_map(mistake);
        controls.push((name, wrong.take(CONTROLS).collect::<Vec<_>>()));
    }
    let Examined { wrong, noticed } = examine(&bench, &twins, &controls, step)?;
    let roots: usize = twins.iter().map(|twin| twin.roots().len()).sum();
    ui::note(
        "twins",
        &format!(
            "{count} types, {roots} blobs, {noticed} planted mistakes found; TWINS_SEED={seed}"
        ),
    );
    let Some(smallest) = wrong
        .keys()
        .min_by_key(|index| rust::module(&twins[**index]).len())
    else {
        return Ok(Vec::new());
    };
    let all = wrong.len();
    let texts: String = (wrong.iter())
        .map(|(index, why)| format!("{why}\n{}\n", rust::twin_in_rust(&twins[*index])))
        .collect();
    bench.keep("wrong.txt", &texts)?;
    let (twin, why) = shrink(&bench, &twins[*smallest], &wrong[smallest], step)?;
    Ok(vec![
        format!("{all} of {count} types differ, TWINS_SEED={seed} TWINS_COUNT={count}; one of them, made smaller:"),
        why,
        format!("in Rust:\n{}", rust::twin_in_rust(&twin)),
        format!("in C:\n{}", c::twin_in_c(&twin)),
    ])
}

fn number(name: &str) -> Result<Option<u64>> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(
            text.parse()
                .with_context(|| format!("{name}={text} is no number"))?,
        )),
        Err(_) => Ok(None),
    }
}

/// What was found.
struct Examined {
    /// What is wrong, by the twin's index.
    wrong: BTreeMap<usize, String>,
    /// How many planted mistakes were noticed, which is all of them.
    noticed: usize,
}

/// Compiles and compares twins, and wrong ones with their originals.
fn examine(
    bench: &Bench<'_>,
    twins: &[Twin],
    controls: &[(&str, Vec<Twin>)],
    step: &Step,
) -> Result<Examined> {
    let mut units = vec![("twins", c::unit(twins))];
    units.extend(controls.iter().map(|(name, wrong)| (*name, c::unit(wrong))));
    let (c, rust) = std::thread::scope(|scope| {
        let c = scope.spawn(|| bench.c(&units));
        let rust = in_rust(bench, twins, step);
        (c.join(), rust)
    });
    let Ok(c) = c else {
        bail!("the thread of the C compilers panicked");
    };
    let (c, (blobs, mut wrong)) = (c?, rust?);
    for (index, twin) in twins.iter().enumerate() {
        if wrong.contains_key(&index) {
            continue;
        }
        if let Some(why) = difference(twin, "twins", &c, &blobs)? {
            wrong.insert(index, why);
        }
    }
    let mut noticed = 0;
    for (name, twins) in controls {
        if twins.is_empty() {
            bail!("no type had a place for {name}: another TWINS_SEED has");
        }
        for twin in twins {
            if difference(twin, name, &c, &blobs)?.is_none() && wrong.is_empty() {
                bail!("{name} was not noticed in\n{}", c::twin_in_c(twin));
            }
            noticed += 1;
        }
    }
    Ok(Examined { wrong, noticed })
}

type Blobs = BTreeMap<String, Result<Dump>>;

/// Builds the Rust half. What the derives refuse is wrong, and left out then.
fn in_rust(
    bench: &Bench<'_>,
    twins: &[Twin],
    step: &Step,
) -> Result<(Blobs, BTreeMap<usize, String>)> {
    let mut wrong = BTreeMap::new();
    loop {
        let modules: Vec<(String, String)> = (twins.iter().enumerate())
            .filter(|(index, _)| !wrong.contains_key(index))
            .map(|(index, twin)| (format!("t{index}"), rust::module(twin)))
            .collect();
        if modules.is_empty() {
            return Ok((Blobs::new(), wrong));
        }
        match bench.rust(&modules, step)? {
            Ok(blobs) => return Ok((blobs, wrong)),
            Err(refused) => {
                for (module, words) in refused.modules {
                    let index = module.strip_prefix('t').and_then(|text| text.parse().ok());
                    let index: usize = index.with_context(|| words.clone())?;
                    wrong.insert(index, format!("does not compile:\n{words}"));
                }
            }
        }
    }
}

/// How the C text of a twin differs from its blobs.
fn difference(
    twin: &Twin,
    unit: &str,
    c: &BTreeMap<(String, String), Dump>,
    blobs: &Blobs,
) -> Result<Option<String>> {
    for (keyword, name) in twin.roots() {
        let kind = keyword.to_uppercase();
        let blob = match blobs.get(&name) {
            Some(Ok(blob)) => blob,
            Some(Err(error)) => return Ok(Some(format!("{name}: {error:#}"))),
            None => return Ok(Some(format!("{name}: there is no blob"))),
        };
        let Some(ours) = blob.find(&kind, &name) else {
            return Ok(Some(format!("the blob has no {keyword} {name}")));
        };
        let strays = strays(blob, &[ours]);
        if !strays.is_empty() {
            return Ok(Some(format!("{name}: nothing needs {}", strays.join(", "))));
        }
        for judge in JUDGES {
            let dump = &c[&(unit.to_owned(), judge.name.to_owned())];
            let theirs = dump
                .find(&kind, &name)
                .with_context(|| format!("{} has no {keyword} {name}", judge.name))?;
            let (ours, theirs) = (
                canonical(blob, ours, &judge),
                canonical(dump, theirs, &judge),
            );
            if ours != theirs {
                return Ok(Some(format!(
                    "ours:\n{ours}that of {}:\n{theirs}",
                    judge.name
                )));
            }
        }
    }
    Ok(None)
}

/// The smallest twin that is still wrong, found by taking parts away.
fn shrink(bench: &Bench<'_>, twin: &Twin, why: &str, step: &Step) -> Result<(Twin, String)> {
    let mut found = (twin.clone(), why.to_owned());
    for round in 1..=ROUNDS {
        let mut smaller = change::smaller(&found.0);
        smaller.retain(|twin| !twin.roots().is_empty());
        if smaller.is_empty() {
            break;
        }
        step.message(&format!("making a failing type smaller, round {round}"));
        let wrong = examine(bench, &smaller, &[], step)?.wrong;
        let least = wrong
            .into_iter()
            .filter(|(_, why)| is_alike(why, &found.1))
            .min_by_key(|(index, _)| rust::module(&smaller[*index]).len());
        match least {
            Some((index, why)) => found = (smaller.swap_remove(index), why),
            None => break,
        }
    }
    Ok(found)
}

/// Whether two failures are of one kind: what is taken away may leave another mistake behind.
fn is_alike(one: &str, other: &str) -> bool {
    let start = |why: &str| -> Vec<String> {
        let words = why.split_whitespace().take(8);
        words
            .filter(|word| word.chars().all(|c| c.is_ascii_lowercase()))
            .map(str::to_owned)
            .collect()
    };
    start(one) == start(other)
}
