// SPDX-License-Identifier: GPL-2.0

//! libxdp's dispatcher: several programs at one interface, each an extension of the one that is attached.
//!
//! `xdp-loader` loads and attaches them, so nothing here knows how libxdp does it; only the maps are looked up, by the
//! program's name, and pinned where those of other programs are.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::eth::NAME;
use crate::programs::{Programs, BPFFS};
use crate::tools::{self, Said};

/// Puts a program behind the dispatcher, where those with smaller numbers run first; its maps are those of `name`.
///
/// # Errors
///
/// What libxdp says.
pub(crate) fn add(object: &str, program: &str, priority: u32, name: &str) -> Result<Programs> {
    tools::line(&command(object, program, priority))?;
    let all = json(&format!("bpftool --json prog show name {program}"))?;
    let extension = objects(&all).find(|one| one["type"] == "ext");
    let extension =
        extension.with_context(|| format!("{program} is no extension of a program: {all}"))?;
    let pins = format!("{BPFFS}/{name}_maps");
    fs::create_dir_all(&pins)?;
    for map in extension["map_ids"].as_array().into_iter().flatten() {
        let described = json(&format!("bpftool --json map show id {map}"))?;
        let map_name = described["name"].as_str().context("a map without a name")?;
        // Sections of data have names with a dot, which the file system keeps for itself.
        if !map_name.contains('.') {
            tools::line(&format!("bpftool map pin id {map} {pins}/{map_name}"))?;
        }
    }
    Ok(Programs::loaded_elsewhere(name))
}

/// The same for a program that must be refused.
///
/// # Errors
///
/// When the tool cannot be started.
pub(crate) fn try_add(object: &str, program: &str, priority: u32) -> Result<Said> {
    tools::try_line(&command(object, program, priority))
}

/// Takes all of them off the interface.
///
/// # Errors
///
/// What libxdp says.
pub(crate) fn clear() -> Result<()> {
    tools::line(&format!("xdp-loader unload {NAME} --all")).map(|_| ())
}

/// What is attached, for people: the dispatcher, and each program behind it.
///
/// # Errors
///
/// What libxdp says.
pub(crate) fn status() -> Result<String> {
    tools::line(&format!("xdp-loader status {NAME}"))
}

fn command(object: &str, program: &str, priority: u32) -> String {
    format!("xdp-loader load --mode native --prio {priority} --prog-name {program} {NAME} /bpf/{object}.bpf.o")
}

fn json(command: &str) -> Result<Value> {
    Ok(serde_json::from_str(&tools::line(command)?)?)
}

/// bpftool gives one object, or a list of several.
fn objects(value: &Value) -> impl Iterator<Item = &Value> {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    list.iter().chain(value.is_object().then_some(value))
}
