// SPDX-License-Identifier: GPL-2.0

//! The kernel tree's own netlink tool, with the family's specification: what it asks for, what it hears, and what it sets.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{json, Value};

use super::queues::set_channels;
use crate::case::{Case, Definition};
use crate::programs::Programs;
use crate::sys::hwtstamp::{self, filter};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::on("pair", "ynl::layout_get", layout_get),
    Definition::on("pair", "ynl::subscribe", subscribe),
    Definition::on("pair", "ynl::tsconfig", tsconfig),
];

const TOOL: [&str; 2] = ["python3", "/ksft/tools/net/ynl/pyynl/cli.py"];

/// The tool's words for a family; the schema that checks specifications is for those who write them.
fn words(family: &str) -> Vec<String> {
    let spec = format!("/ksft/Documentation/netlink/specs/{family}.yaml");
    let words = TOOL
        .into_iter()
        .chain(["--no-schema", "--output-json", "--spec", &spec]);
    words.map(str::to_owned).collect()
}

/// What the tool answers.
fn ynl(family: &str, more: &[&str]) -> Result<Value> {
    let words = words(family);
    let all: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    let said = tools::run(&all)?;
    serde_json::from_str(&said).with_context(|| format!("ynl says {said}"))
}

/// Numbers and names of an answer are the announcement's.
fn is_same(case: &mut Case<'_>, what: &str, answer: &Value) -> Result<()> {
    let in_force = case.in_force()?;
    let want = json!({
        "ifindex": in_force.ifindex, "queue": in_force.queue, "generation": in_force.generation,
        "size": in_force.layout.size(), "name": in_force.layout.name(), "reason": in_force.reason_name(),
    });
    let got: serde_json::Map<_, _> = want
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| (key.clone(), answer[key].clone()))
        .collect();
    case.ktap.equal(what, Value::Object(got), want);
    let fields = answer["field"].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> = fields
        .iter()
        .filter_map(|field| field["name"].as_str())
        .collect();
    let want: Vec<&str> = in_force
        .layout
        .fields()
        .iter()
        .map(|field| &*field.name)
        .collect();
    case.ktap.equal(&format!("{what}: fields"), names, want);
    Ok(())
}

fn layout_get(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let ifindex = case.eth.ifindex()?;
    let one = json!({ "ifindex": ifindex, "queue": 0 }).to_string();
    let answer = ynl("xdp-meta", &["--do", "layout-get", "--json", &one])?;
    is_same(case, "do", &answer)?;
    let all = ynl("xdp-meta", &["--dump", "layout-get"])?;
    let answers = all.as_array().cloned().unwrap_or_default();
    case.ktap
        .equal("dump: one queue, one answer", answers.len(), 1);
    is_same(case, "dump", &answers[0])?;
    let other = json!({ "ifindex": ifindex, "queue": 7 }).to_string();
    let mut refused = words("xdp-meta");
    refused.extend(["--do", "layout-get", "--json", &other].map(str::to_owned));
    let refused: Vec<&str> = refused.iter().map(String::as_str).collect();
    let said = tools::try_run(&refused)?;
    case.ktap.check(
        "a queue that is not there: the tool shows why",
        format!("{}{}", said.out, said.err).contains("queue"),
        format_args!("{}{}", said.out, said.err),
    );
    Ok(())
}

fn subscribe(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("pass")?;
    let first = case.in_force()?.generation;
    let tool = words("xdp-meta");
    let child = Command::new(&tool[0])
        .args(&tool[1..])
        .args(["--subscribe", "layouts", "--duration", "20"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("run ynl")?;
    // Python takes its time to listen.
    std::thread::sleep(Duration::from_secs(12));
    for change in ["-K eth0 rxhash off", "-G eth0 rx 128", "-K eth0 rxhash on"] {
        tools::line(&format!("ethtool {change}"))?;
    }
    let said = String::from_utf8(child.wait_with_output()?.stdout)?;
    let heard: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("ynl says {line}")))
        .collect::<Result<_>>()?;
    let heard: Vec<(u64, &str)> = heard
        .iter()
        .map(|one| {
            let message = &one["msg"];
            let number = message["generation"].as_u64().unwrap_or(0);
            (number, message["reason"].as_str().unwrap_or("?"))
        })
        .collect();
    let first = u64::from(first);
    let want = [
        (first + 1, "features"),
        (first + 2, "rings"),
        (first + 3, "features"),
    ];
    case.ktap
        .equal("every change, once and in order", heard, want.to_vec());
    Ok(())
}

/// Time stamps set by netlink and by ioctl are the same, in what is said of them and in the layout.
fn tsconfig(case: &mut Case<'_>) -> Result<()> {
    let header = json!({ "header": { "dev-name": "eth0" } }).to_string();
    let get = || ynl("ethtool", &["--do", "tsconfig-get", "--json", &header]);
    hwtstamp::set_both("eth0", true, filter::ALL)?;
    let (by_ioctl, layout) = (get()?, case.in_force()?.layout);
    hwtstamp::set_both("eth0", false, filter::NONE)?;
    let (off, without) = (get()?, case.in_force()?.layout);
    case.ktap.check("on and off differ", by_ioctl != off, &off);
    let bit = |index: u32| json!({ "nomask": true, "bits": { "bit": [{ "index": index }] } });
    let set = |tx: u32, rx: u32| -> Result<Value> {
        let request = json!({
            "header": { "dev-name": "eth0" }, "tx-types": bit(tx), "rx-filters": bit(rx),
        });
        let request = request.to_string();
        ynl("ethtool", &["--do", "tsconfig-set", "--json", &request])?;
        get()
    };
    let by_netlink = set(1, filter::ALL)?;
    case.ktap.equal("on", &by_netlink, &by_ioctl);
    case.ktap
        .equal("on: layout", case.in_force()?.layout.id(), layout.id());
    let off_by_netlink = set(0, filter::NONE)?;
    case.ktap.equal("off", &off_by_netlink, &off);
    case.ktap
        .equal("off: layout", case.in_force()?.layout.id(), without.id());
    Ok(())
}
