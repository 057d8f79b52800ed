// SPDX-License-Identifier: GPL-2.0

//! `xdp-meta show` and `xdp-meta monitor` on a living machine: what is in force, and every change once.

mod lost;

use std::io::{BufRead, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{bail, Context, Result};
use meta_reader::{Announcement, Client};
use rustix::process::{kill_process, Pid, Signal};
use serde_json::{json, Value};

use super::queues::all_channels;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::NAME;
use crate::monitor::Monitor;
use crate::programs::Programs;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("monitor::show", show),
    Definition::new("monitor::each_change_once", each_change_once),
    Definition::new("monitor::one_interface", one_interface),
    Definition::new("monitor::closed_pipe", closed_pipe),
    Definition::new("monitor::lost", lost::lost),
];

/// `xdp-meta monitor`, running and listening.
struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
    /// What it said of the only queue at the start.
    first: String,
}

impl Running {
    /// Starts it; `--now` makes it say when it listens.
    fn start(options: &str) -> Result<Self> {
        let mut child = Command::new("xdp-meta")
            .args(["monitor", "--now"])
            .args(options.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("run xdp-meta")?;
        let mut lines = BufReader::new(child.stdout.take().context("no pipe")?);
        let mut first = String::new();
        lines.read_line(&mut first)?;
        Ok(Self {
            child,
            lines,
            first,
        })
    }

    /// Waits for its end, if it has nothing more to say; gives its exit status, lines and complaints.
    fn end(mut self) -> Result<(Option<i32>, Vec<String>, String)> {
        let mut complaints = String::new();
        let lines = self.lines.by_ref().lines().collect::<Result<_, _>>()?;
        let stderr = self.child.stderr.as_mut().context("no pipe")?;
        stderr.read_to_string(&mut complaints)?;
        Ok((self.child.wait()?.code(), lines, complaints))
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), signal)?)
    }
}

/// The object that is printed of an announcement.
fn object(event: &str, announcement: &Announcement) -> Result<Value> {
    let mut object = json!({ "event": event, "interface": NAME });
    let Value::Object(rest) = serde_json::to_value(announcement)? else {
        bail!("not an object")
    };
    object.as_object_mut().context("an object")?.extend(rest);
    Ok(object)
}

fn objects(text: &str) -> Result<Vec<Value>> {
    let lines = text.lines().map(serde_json::from_str);
    Ok(lines.collect::<Result<_, _>>()?)
}

fn show(case: &mut Case<'_>) -> Result<()> {
    let queues = all_channels()?;
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("pass")?;
    tools::line(&format!("ethtool -K {NAME} rxvlan off"))?;
    let dump = Client::open()?.dump()?;
    let want: Vec<Value> = dump
        .iter()
        .map(|a| object("state", a))
        .collect::<Result<_>>()?;
    for words in ["show --json", &format!("show --json {NAME}")] {
        let shown = objects(&tools::line(&format!("xdp-meta {words}"))?)?;
        case.ktap
            .equal(&format!("{words}: what the family says"), &shown, &want);
    }
    case.ktap
        .equal("every queue", want.len(), usize::try_from(queues)?);
    let table = tools::line("xdp-meta show")?;
    ctl::log(&table);
    let layout = &dump.first().context("no queue")?.layout;
    let id = format!("{:#010x}", layout.id());
    let has_all = [NAME, layout.name(), &id, "features", "rx_hash@0"]
        .iter()
        .all(|word| table.contains(word));
    case.ktap.check(
        "a table, a line for each queue, without colours",
        has_all && table.lines().count() == want.len() + 1 && !table.contains('\u{1b}'),
        &table,
    );
    let other = tools::try_line("xdp-meta show --json lo")?;
    case.ktap.equal(
        "an interface of another driver has none",
        (other.code, other.out),
        (0, String::new()),
    );
    let refused = tools::try_line("xdp-meta show nonsense")?;
    case.ktap.check(
        "an interface that is not there is refused",
        refused.code == 2 && refused.err.contains("no interface nonsense"),
        &refused.err,
    );
    Ok(())
}

const CHANGES: [(&str, &str); 6] = [
    ("ethtool -K eth0 rxhash off", "features"),
    ("ethtool -G eth0 rx 128", "rings"),
    ("ethtool --set-priv-flags eth0 xdp-packet-type on", "flags"),
    ("ethtool --set-priv-flags eth0 xdp-records off", "flags"),
    ("ethtool --set-priv-flags eth0 xdp-records on", "flags"),
    ("ethtool -K eth0 rxhash on", "features"),
];

fn each_change_once(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("pass")?;
    let in_force = case.in_force()?;
    let monitor = Monitor::start()?;
    let json = Running::start(&format!("--json --count {}", CHANGES.len()))?;
    let text = Running::start(&format!("--count {}", CHANGES.len()))?;
    case.ktap.equal(
        "first what is in force",
        objects(&json.first)?,
        vec![object("state", &in_force)?],
    );
    for (command, _) in CHANGES {
        tools::line(command)?;
    }
    let announced = monitor.settle()?;
    let (code, lines, complaints) = json.end()?;
    case.ktap.equal(
        "it ends by itself, without complaints",
        (code, complaints),
        (Some(0), String::new()),
    );
    let told = objects(&lines.join("\n"))?;
    let want: Vec<Value> = announced
        .iter()
        .map(|a| object("change", a))
        .collect::<Result<_>>()?;
    case.ktap
        .equal("each announcement once, in order", &told, &want);
    let reasons: Vec<&str> = told.iter().filter_map(|o| o["reason"].as_str()).collect();
    case.ktap.equal(
        "with its reason",
        reasons,
        CHANGES.map(|(_, reason)| reason).to_vec(),
    );
    let (code, lines, complaints) = text.end()?;
    case.ktap.equal(
        "for people: as many lines, without complaints",
        (code, lines.len(), complaints),
        (Some(0), CHANGES.len(), String::new()),
    );
    for (line, announcement) in lines.iter().zip(&announced) {
        let says = format!(
            "change  {NAME} rx-0  generation {}  {}  {}  {} bytes",
            announcement.generation,
            announcement.reason_name(),
            announcement.layout.name(),
            announcement.layout.size(),
        );
        case.ktap.check(
            &format!("generation {}", announcement.generation),
            line.contains(&says) && !line.contains('\u{1b}'),
            line,
        );
    }
    Ok(())
}

fn one_interface(case: &mut Case<'_>) -> Result<()> {
    let running = Running::start(&format!("--json --count 1 {NAME}"))?;
    tools::line(&format!("ethtool -K {NAME} rxhash off"))?;
    let (code, lines, _) = running.end()?;
    case.ktap
        .equal("its changes are told", (code, lines.len()), (Some(0), 1));
    let other = Command::new("xdp-meta")
        .args(["monitor", "--json", "lo"])
        .stdout(Stdio::piped())
        .spawn()?;
    tools::line(&format!("ethtool -K {NAME} rxhash on"))?;
    std::thread::sleep(std::time::Duration::from_millis(300));
    kill_process(Pid::from_child(&other), Signal::TERM)?;
    let said = other.wait_with_output()?.stdout;
    case.ktap
        .equal("those of others are not", said, Vec::<u8>::new());
    Ok(())
}

fn closed_pipe(case: &mut Case<'_>) -> Result<()> {
    for (what, command) in [
        ("while nothing happens", None),
        ("at a change", Some("ethtool -K eth0 rxhash off")),
    ] {
        let Running {
            mut child, lines, ..
        } = Running::start("--json")?;
        drop(lines);
        if let Some(command) = command {
            tools::line(command)?;
        }
        let mut status = None;
        for _ in 0..100 {
            status = child.try_wait()?;
            if status.is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        // It would wait for ever.
        let _ = child.kill();
        let mut complaints = String::new();
        let mut stderr = child.stderr.take().context("no pipe")?;
        stderr.read_to_string(&mut complaints)?;
        case.ktap.equal(
            &format!("{what}: it ends, and it is no error"),
            (status.and_then(|status| status.code()), complaints),
            (Some(0), String::new()),
        );
    }
    Ok(())
}
