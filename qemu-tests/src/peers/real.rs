// SPDX-License-Identifier: GPL-2.0

//! Descriptors of real drivers, written with our derives, against those in the kernel's source and in its modules.
//!
//! Random types are what we thought of; these are what others needed: views in views, anonymous structs, words with two
//! meanings. The C side is cut out of the headers of the very kernel that the tests run on.

mod cut;

use anyhow::{bail, Context, Result};

use super::twins::compile::Bench;
use super::twins::dump::Dump;
use super::twins::{canonical, Judge, JUDGES, PRELUDE};
use crate::boot::Workshop;
use crate::build::modules;
use crate::job;
use crate::ui::{self, Step};

/// A driver.
struct Driver {
    name: &'static str,
    /// Its types in Rust.
    rust: &'static str,
    /// Where they are in C, from `drivers/net/ethernet/intel`.
    header: &'static str,
    /// Each in C and in Rust.
    types: &'static [(&'static str, &'static str, &'static str)],
}

const DRIVERS: &[Driver] = &[
    Driver {
        name: "igb",
        rust: include_str!("real/igb.rs"),
        header: "igb/e1000_82575.h",
        types: &[
            ("union", "e1000_adv_rx_desc", "RxDescriptor"),
            ("union", "e1000_adv_tx_desc", "TxDescriptor"),
            ("struct", "e1000_adv_tx_context_desc", "TxContext"),
        ],
    },
    Driver {
        name: "e1000e",
        rust: include_str!("real/e1000e.rs"),
        header: "e1000e/hw.h",
        types: &[
            ("union", "e1000_rx_desc_extended", "Extended"),
            ("union", "e1000_rx_desc_packet_split", "PacketSplit"),
            ("struct", "e1000_tx_desc", "Tx"),
            ("struct", "e1000_context_desc", "Context"),
            ("struct", "e1000_data_desc", "Data"),
        ],
    },
    Driver {
        name: "igc",
        rust: include_str!("real/igc.rs"),
        header: "igc/igc_base.h",
        types: &[
            ("union", "igc_adv_rx_desc", "RxDescriptor"),
            ("union", "igc_adv_tx_desc", "TxDescriptor"),
            ("struct", "igc_adv_tx_context_desc", "TxContext"),
            ("struct", "igc_inline_rx_tstamps", "RxStamps"),
        ],
    },
    Driver {
        name: "ice",
        rust: include_str!("real/ice.rs"),
        header: "ice/ice_lan_tx_rx.h",
        types: &[
            ("union", "ice_32byte_rx_desc", "Legacy"),
            ("union", "ice_32b_rx_flex_desc", "FlexDescriptor"),
            ("struct", "ice_32b_rx_flex_desc_nic", "Nic"),
            ("struct", "ice_32b_rx_flex_desc_nic_2", "Nic2"),
            ("struct", "ice_tx_desc", "Tx"),
            ("struct", "ice_tx_ctx_desc", "TxContext"),
            ("struct", "ice_fltr_desc", "Filter"),
            ("struct", "ice_ts_desc", "TimeStamp"),
            ("enum", "ice_rxdid", "IceRxdid"),
        ],
    },
];

/// What is not in the header of the others.
const ELSEWHERE: &[(&str, &str)] = &[("igc_inline_rx_tstamps", "igc/igc.h")];

/// A module as the kernel's own build made it: pahole, from the debug information of the kernel's compiler.
const MODULE: Judge = Judge {
    name: "module",
    dimensions: false,
    enums: true,
    tags: false,
};

/// The kernel's own integers.
const INTEGERS: &str = "\
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
";

/// Compares every type with both.
///
/// # Errors
///
/// When a tool fails, or the kernel's source has not what is looked for.
pub fn run(workshop: &Workshop, step: &Step) -> Result<Vec<String>> {
    let bench = Bench::new(workshop, "real")?;
    let modules: Vec<(String, String)> = (DRIVERS.iter())
        .map(|driver| (driver.name.to_owned(), module(driver)))
        .collect();
    step.message("descriptors of igb, e1000e, igc and ice");
    let blobs = match bench.rust(&modules, step)? {
        Ok(blobs) => blobs,
        Err(refused) => return Ok(refused.modules.into_values().collect()),
    };
    let mut units = Vec::new();
    for driver in DRIVERS {
        let text = headers(workshop, driver)?;
        units.push((driver.name.to_owned(), text.clone()));
        units.push((format!("{}_wrong", driver.name), mistaken(&text)));
    }
    let units: Vec<(&str, String)> = (units.iter())
        .map(|(name, text)| (name.as_str(), text.clone()))
        .collect();
    let dumps = bench.c(&units)?;

    let (mut wrong, mut compared, mut in_modules) = (Vec::new(), 0, 0);
    for driver in DRIVERS {
        let built = built_module(workshop, driver)?;
        for (keyword, name, _) in driver.types {
            let kind = keyword.to_uppercase();
            let blob = match blobs.get(*name) {
                Some(Ok(blob)) => blob,
                Some(Err(error)) => bail!("{name}: {error:#}"),
                None => bail!("{name}: there is no blob"),
            };
            let ours = blob
                .find(&kind, name)
                .context("the blob has not its type")?;
            for judge in JUDGES {
                let judge = Judge {
                    tags: false,
                    ..judge
                };
                let of = |unit: String| -> Result<String> {
                    let dump = &dumps[&(unit, judge.name.to_owned())];
                    let id = dump.find(&kind, name).context("C has not the type")?;
                    Ok(canonical(dump, id, &judge))
                };
                let (ours, theirs) = (canonical(blob, ours, &judge), of(driver.name.to_owned())?);
                if ours == of(format!("{}_wrong", driver.name))? {
                    bail!("{}: a mistake in {name} was not noticed", judge.name);
                }
                if ours != theirs {
                    wrong.push(format!(
                        "ours:\n{ours}{} of {}:\n{theirs}",
                        judge.name, driver.name
                    ));
                }
                compared += 1;
            }
            let in_module = built
                .as_ref()
                .and_then(|dump| Some((dump, dump.find(&kind, name)?)));
            if let Some((dump, id)) = in_module {
                let (ours, theirs) = (canonical(blob, ours, &MODULE), canonical(dump, id, &MODULE));
                if ours != theirs {
                    wrong.push(format!("ours:\n{ours}{}.ko:\n{theirs}", driver.name));
                }
                in_modules += 1;
            }
        }
    }
    ui::note(
        "twins",
        &format!("{compared} comparisons with the kernel's source, {in_modules} with its modules"),
    );
    Ok(wrong)
}

/// The Rust text with a function that writes the blobs.
fn module(driver: &Driver) -> String {
    let calls = driver
        .types
        .iter()
        .map(|(_, c, rust)| format!("    describe!(out, \"{c}\", {rust}, &[]);\n"));
    let calls: String = calls.collect();
    format!("{}\npub fn write(out: &Out) {{\n{calls}}}\n", driver.rust)
}

/// The C text: definitions from the headers, and a variable of each.
fn headers(workshop: &Workshop, driver: &Driver) -> Result<String> {
    let source = workshop.ground.kernel.source();
    let dir = source.join("drivers/net/ethernet/intel");
    let read = |file: &str| -> Result<String> {
        std::fs::read_to_string(dir.join(file)).with_context(|| format!("cannot read {file}"))
    };
    let header = read(driver.header)?;
    let mut text = format!("{PRELUDE}{INTEGERS}{}", cut::constants(&header));
    for (keyword, name, _) in driver.types {
        let elsewhere = ELSEWHERE.iter().find(|(of, _)| of == name);
        let definition = match elsewhere {
            Some((_, file)) => cut::definition(&read(file)?, keyword, name)?,
            None => cut::definition(&header, keyword, name)?,
        };
        text.push_str(&definition);
        text.push_str(&format!("{keyword} {name} the_{name};\n"));
    }
    Ok(text)
}

/// Every definition with a mistake: another byte order, or another name.
fn mistaken(text: &str) -> String {
    let mut out = String::new();
    let mut fresh = false;
    for line in text.lines() {
        let starts = ["struct ", "union ", "enum "];
        fresh |= line.ends_with('{') && starts.iter().any(|start| line.starts_with(start));
        let changed = match fresh {
            true if line.contains("__le") => line.replacen("__le", "__be", 1),
            true if line.contains("= 7,") => line.replace("= 7,", "= 8,"),
            _ => line.to_owned(),
        };
        fresh &= changed == line;
        out.push_str(&changed);
        out.push('\n');
    }
    out
}

/// The BTF of the driver as the kernel's build has it, with what it needs of the kernel's own; `None` if it is not built.
fn built_module(workshop: &Workshop, driver: &Driver) -> Result<Option<Dump>> {
    let ground = &workshop.ground;
    let name = driver.name;
    let base = ground.kernel.vmlinux();
    let Ok(module) = modules::build(&workshop.paths, ground)?.named(name) else {
        return Ok(None);
    };
    // A module's types are made from those of the kernel: integers, their names, arrays.
    const SCRIPT: &str = r#"bpftool -j -B "$1" btf dump file "$2"
bpftool -j btf dump file "$1" | grep -o '{"id":[0-9]*,"kind":"\(INT\|TYPEDEF\|ARRAY\)"[^{}]*}'"#;
    let mut command = ground.root.command(&ground.kernel.dir, "sh");
    command.args(["-c", SCRIPT, "sh"]).arg(&base).arg(&module);
    let text = job::output(command)?;
    let mut lines = text.lines();
    let own = lines.next().unwrap_or_default();
    let Some(own) = own.strip_suffix("]}") else {
        bail!("bpftool printed no types of {name}.ko");
    };
    let base: Vec<&str> = lines.collect();
    Dump::parse(&format!("{own},{}]}}", base.join(","))).map(Some)
}
