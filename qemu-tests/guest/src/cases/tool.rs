// SPDX-License-Identifier: GPL-2.0

//! `xdp-meta` on a living machine: the module's BTF, a queue's, an interface; and programs made with headers.

use anyhow::{Context, Result};
use meta_core::header;
use rnic_driver::layouts::RxMeta;
use serde_json::{json, Value};

use crate::case::{Case, Definition};
use crate::eth::NAME;
use crate::knobs::Knobs;
use crate::programs::Programs;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("tool::dump", dump),
    Definition::new("tool::interface", interface),
    Definition::new("tool::header", c_header),
    Definition::new("tool::refusals", refusals),
    Definition::new("tool::every_form_of_getter", every_form),
];

/// Ids from here on are drivers' own.
const FIRST_OWN_ID: u16 = 0x8000;
const MODULE: &str = "/sys/kernel/btf/rnic";

fn queue() -> String {
    format!("/sys/class/net/{NAME}/queues/rx-0/xdp_meta/btf")
}

/// What bpftool says of the same files.
fn dump(case: &mut Case<'_>) -> Result<()> {
    for file in [MODULE, &queue()] {
        for (option, format) in [("", "text"), ("--json", "json")] {
            let theirs = tools::line(&format!("bpftool {option} btf dump file {file}"))?;
            let ours = tools::line(&format!("xdp-meta dump {file} --format {format}"))?;
            case.ktap.check(
                &format!("{file} as {format}"),
                ours == theirs && ours.contains("rx_hash"),
                format_args!("bpftool:\n{theirs}\nxdp-meta:\n{ours}"),
            );
        }
        let c = tools::line(&format!("xdp-meta dump {file} --format c"))?;
        case.ktap
            .check(&format!("{file} as C"), c.contains("struct rnic_rx_"), &c);
    }
    Ok(())
}

/// What the kernel announces of the same queue.
fn interface(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("pass")?;
    for knobs in Knobs::all() {
        knobs.set()?;
        let in_force = case.in_force()?;
        let text = tools::line(&format!("xdp-meta layouts {NAME} --queue 0 --json"))?;
        let all: Value = serde_json::from_str(&text)?;
        let layouts = all["declarations"][0]["layouts"].as_array();
        let layout = layouts
            .and_then(|list| list.first())
            .context(text.clone())?;
        let name = in_force.layout.name();
        case.ktap.equal(
            &format!("{name}: name, id, size"),
            (&layout["name"], &layout["id"], &layout["size"]),
            (
                &json!(name),
                &json!(in_force.layout.id()),
                &json!(in_force.layout.size()),
            ),
        );
        let fields: Vec<Value> = (in_force.layout.fields().iter())
            .map(|f| {
                // The ids of hints are known by their names; those of the driver's own fields stand in the module's BTF alone.
                let id = (f.id < FIRST_OWN_ID).then_some(f.id);
                json!([f.name, id, f.offset, f.size, f.present])
            })
            .collect();
        let keys = ["name", "id", "offset", "size", "present"];
        let shown = layout["fields"].as_array().context("no fields")?.iter();
        let shown: Vec<Value> = shown
            .map(|f| keys.iter().map(|key| f[*key].clone()).collect())
            .collect();
        case.ktap.equal(&format!("{name}: fields"), shown, fields);
        let table = tools::line(&format!("xdp-meta layouts {NAME}"))?;
        let id = format!("{:#010x}", in_force.layout.id());
        case.ktap.check(
            &format!("{name}: as a table, without colours"),
            table.contains(&id) && !table.contains('\u{1b}'),
            &table,
        );
        // The module has the same layout under the same name.
        let diff = tools::try_line(&format!("xdp-meta diff {MODULE}:{name} {NAME}:{name}"))?;
        case.ktap.equal(
            &format!("{name}: as in the module"),
            (diff.code, diff.out),
            (0, String::new()),
        );
    }
    Ok(())
}

fn c_header(case: &mut Case<'_>) -> Result<()> {
    let made = tools::line(&format!("xdp-meta header {MODULE}"))?;
    let mut declared = String::new();
    header::write::<RxMeta>(&mut declared)?;
    case.ktap.check(
        "from the module's BTF as from the driver's source",
        made == declared,
        &made,
    );
    Ok(())
}

fn refusals(case: &mut Case<'_>) -> Result<()> {
    let file = queue();
    for (words, says) in [
        ("layouts lo", "publishes no layouts"),
        ("layouts nonsense", "no interface of this name"),
        (&*format!("layouts {NAME} --queue 9"), "no receive queue 9"),
        ("layouts /sys/kernel/btf/vmlinux", "no layouts"),
        ("header /sys/kernel/btf/vmlinux", "declares no layouts"),
        (&*format!("header {file}"), "use its .ko"),
        ("dump /init", ".BTF"),
        ("dump /etc/passwd", "not BTF"),
    ] {
        let said = tools::try_line(&format!("xdp-meta {words}"))?;
        case.ktap.check(
            words,
            said.code == 2 && said.out.is_empty() && said.err.contains(says),
            format_args!("{said:?}"),
        );
    }
    Ok(())
}

/// A program with a getter of every form passes the verifier, and is told that the layout has none of its fields.
fn every_form(case: &mut Case<'_>) -> Result<()> {
    const COUNT: u64 = 100;
    let mut programs = Programs::load("forms", false)?;
    programs.attach("every_form")?;
    case.burst(json!({"count": COUNT, "l4": "udp", "vlan": "none"}))?;
    let mut seen = [0; 6];
    // The last frames may still be on their way.
    for _ in 0..50 {
        let bytes = programs.map("forms", 48)?.get(0)?;
        for (number, word) in seen.iter_mut().zip(bytes.chunks_exact(8)) {
            *number = u64::from_ne_bytes(word.try_into()?);
        }
        if seen[0] >= COUNT {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let [packets, claimed, read, absent, other, sum] = seen;
    case.ktap.equal(
        "packets, records, hashes",
        (packets, claimed, read),
        (COUNT, COUNT, COUNT),
    );
    case.ktap.equal(
        "fields that are not in the layout, others, their values",
        (absent, other, sum),
        (11 * COUNT, 0, 0),
    );
    Ok(())
}
