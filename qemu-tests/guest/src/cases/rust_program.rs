// SPDX-License-Identifier: GPL-2.0

//! A BPF program written in Rust (`meta-bpf/example`), which reads by the layouts that user space puts into its map.
//!
//! Attached once; what it says of each packet is judged by the packet, while layouts change and are learned as they are
//! announced. What must never happen: a record that is read by another layout than its own.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use meta_reader::{Client, Field, Layout, Subscription};
use serde_json::{json, Value};

use super::queues::set_channels;
use super::reconfig::change;
use crate::case::{Case, Definition, Sent};
use crate::ctl;
use crate::eth::NAME;
use crate::nic_clock::NicClock;
use crate::oracle::{Expect, Judge};
use crate::rust_reader::{Got, RustReader};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("rust_program::reads_while_layouts_change", while_changed),
    Definition::new(
        "rust_program::reads_all_if_all_layouts_are_known",
        all_known,
    ),
    Definition::new("rust_program::waits_for_user_space", waits),
    Definition::new("rust_program::one_layout_for_all_is_wrong", one_for_all),
];

/// Each of a storm's changes, twice.
const CHANGES: u32 = 32;

/// The program, what feeds its map, and what judges its reports.
struct Scene {
    program: RustReader,
    client: Client,
    news: Subscription,
    judge: Judge,
    tally: Tally,
    layouts: BTreeSet<u32>,
}

/// Packets by what came of them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    no_record: u64,
    unknown: u64,
    read: u64,
}

impl Scene {
    fn new() -> Result<Self> {
        // One queue: its packets are reported in their order.
        set_channels(1)?;
        let client = Client::open()?;
        // In this order, so that no announcement is missed in between.
        let news = client.subscribe()?;
        Ok(Self {
            program: RustReader::attach()?,
            client,
            news,
            judge: Judge::new(NicClock::open()?.now()?),
            tally: Tally::default(),
            layouts: BTreeSet::new(),
        })
    }

    /// Puts what is in force into the map.
    fn learn_in_force(&mut self, case: &Case<'_>) -> Result<()> {
        let in_force = self.client.get(case.eth.ifindex()?, 0)?;
        self.program.learn(&in_force.layout)
    }

    /// Puts every layout into the map that the module can ever announce, by its BTF.
    fn learn_all(&mut self) -> Result<()> {
        let text = tools::line("xdp-meta layouts /sys/kernel/btf/rnic --json")?;
        let all: Value = serde_json::from_str(&text)?;
        let layouts = all["declarations"][0]["layouts"].as_array();
        for layout in layouts.context("no layouts")? {
            self.program.learn(&told(layout)?)?;
        }
        Ok(())
    }

    /// Puts what was announced meanwhile into the map.
    fn learn(&mut self) -> Result<()> {
        while let Some(announcement) = self.news.next(Duration::ZERO)? {
            self.program.learn(&announcement.layout)?;
        }
        Ok(())
    }

    /// Judges the reports that there are; whether there was one.
    fn drain(&mut self) -> Result<bool> {
        let mut any = false;
        while let Some(report) = self.program.next()? {
            any = true;
            // The stack's own frames are none of the oracle's.
            let Some(want) = Expect::parse(&report.head) else {
                continue;
            };
            match report.got {
                Got::NoRecord => self.tally.no_record += 1,
                Got::UnknownLayout => self.tally.unknown += 1,
                Got::Read(reading) => {
                    self.tally.read += 1;
                    self.layouts.insert(report.layout_id);
                    self.judge.packet(&want, &reading);
                }
            }
        }
        Ok(any)
    }

    /// Judges until all of what was sent was reported, or nothing more comes.
    fn settle(&mut self, sent: u64) -> Result<()> {
        let mut quiet = 0;
        while quiet < 40 && self.packets() < sent {
            quiet = if self.drain()? { 0 } else { quiet + 1 };
            thread::sleep(Duration::from_millis(25));
        }
        Ok(())
    }

    fn packets(&self) -> u64 {
        self.tally.no_record + self.tally.unknown + self.tally.read
    }

    /// Changes layouts under traffic, and learns each as it is announced, or does not.
    fn storm(&mut self, case: &mut Case<'_>, learns: bool) -> Result<Sent> {
        case.burst(json!({
            "background": true, "count": 0, "l4": "all", "vlan": "mix", "flows": 32, "gap_us": 300,
        }))?;
        let changed = AtomicBool::new(false);
        thread::scope(|scope| {
            let changes = scope.spawn(|| {
                let made = (0..CHANGES).try_for_each(change);
                changed.store(true, Ordering::Release);
                made
            });
            while !changed.load(Ordering::Acquire) {
                if learns {
                    self.learn()?;
                }
                if !self.drain()? {
                    thread::yield_now();
                }
            }
            changes.join().unwrap_or_else(|_| anyhow::bail!("a panic"))
        })?;
        case.stop()
    }

    fn check(&self, case: &mut Case<'_>, what: &str, sent: u64) -> Result<()> {
        let (score, lost) = (self.judge.score, self.program.lost()?);
        let (tally, layouts) = (self.tally, self.layouts.len());
        ctl::log(&format!(
            "{what}: {sent} sent, {tally:?}, {} layouts",
            layouts
        ));
        if let Some(wrong) = &self.judge.first_wrong {
            case.ktap.diagnostic(wrong);
        }
        case.ktap.equal(
            &format!("{what}: misparsed, missing, not reported, without a record"),
            (score.misparsed, score.missing, lost, tally.no_record),
            (0, 0, 0, 0),
        );
        case.ktap
            .equal(&format!("{what}: packets"), self.packets(), sent);
        Ok(())
    }
}

fn while_changed(case: &mut Case<'_>) -> Result<()> {
    let mut scene = Scene::new()?;
    scene.learn_in_force(case)?;
    let first = scene.storm(case, true)?;
    scene.learn()?;
    scene.settle(first.count.into())?;
    scene.check(
        case,
        "layouts that are met for the first time",
        first.count.into(),
    )?;
    let (before, known) = (scene.tally, scene.program.known()?.len());
    case.ktap
        .check("in many layouts", scene.layouts.len() >= 8, known);
    let second = scene.storm(case, true)?;
    let sent = u64::from(first.count) + u64::from(second.count);
    scene.settle(sent)?;
    scene.check(case, "and again", sent)?;
    case.ktap.equal(
        "every record is of a layout in the map by now",
        scene.tally.unknown,
        before.unknown,
    );
    case.ktap.check(
        "frames were read",
        scene.tally.read - before.read > 500,
        format_args!("{:?}", scene.tally),
    );
    Ok(())
}

/// A layout, as the tool tells it.
fn told(layout: &Value) -> Result<Layout> {
    let number = |of: &Value, key: &str| of[key].as_u64().unwrap_or(0);
    let mut fields = Vec::new();
    for field in layout["fields"].as_array().context("no fields")? {
        fields.push(Field {
            id: number(field, "id").try_into()?,
            name: field["name"].as_str().context("no name")?.to_owned(),
            offset: number(field, "offset").try_into()?,
            size: number(field, "size").try_into()?,
            present: number(field, "present").try_into()?,
            bit: 0,
            bits: 0,
        });
    }
    let (id, size) = (number(layout, "id"), number(layout, "size"));
    let name = layout["name"].as_str().context("no name")?;
    Ok(Layout::new(
        id.try_into()?,
        name,
        size.try_into()?,
        fields,
        Vec::new(),
    )?)
}

/// Who puts all of a module's layouts into the map first has each packet read, the first of each layout too.
fn all_known(case: &mut Case<'_>) -> Result<()> {
    let mut scene = Scene::new()?;
    scene.learn_all()?;
    case.ktap
        .equal("layouts in the map", scene.program.known()?.len(), 32);
    let sent = scene.storm(case, false)?.count;
    scene.settle(sent.into())?;
    scene.check(case, "all of a module", sent.into())?;
    case.ktap
        .equal("of an unknown layout", scene.tally.unknown, 0);
    case.ktap
        .check("in many layouts", scene.layouts.len() >= 8, sent);
    Ok(())
}

fn some() -> Value {
    json!({"count": 100, "l4": "all", "vlan": "mix", "flows": 32, "gap_us": 200})
}

/// Before user space has said where the fields are nothing is read; afterwards everything is, without a reload.
fn waits(case: &mut Case<'_>) -> Result<()> {
    let mut scene = Scene::new()?;
    scene.learn_in_force(case)?;
    let mut right = Tally::default();
    let mut sent = 0;
    for (is_known, step) in [(true, ""), (false, "rxhash off"), (true, "")] {
        if !step.is_empty() {
            tools::line(&format!("ethtool -K {NAME} {step}"))?;
        } else if sent > 0 {
            scene.learn()?;
        }
        sent += u64::from(case.burst(some())?.count);
        scene.settle(sent)?;
        *(if is_known {
            &mut right.read
        } else {
            &mut right.unknown
        }) += 100;
        case.ktap.equal(
            &format!("after {sent} packets: of an unknown layout, read"),
            scene.tally,
            right,
        );
    }
    scene.check(case, "all", sent)?;
    tools::line(&format!("ethtool --set-priv-flags {NAME} xdp-records off"))?;
    sent += u64::from(case.burst(some())?.count);
    scene.settle(sent)?;
    case.ktap.equal(
        "while records are off there is none",
        scene.tally.no_record,
        100,
    );
    Ok(())
}

/// Who takes all layouts for one is found out: the map is what makes the program right.
fn one_for_all(case: &mut Case<'_>) -> Result<()> {
    let mut scene = Scene::new()?;
    let first = case.in_force()?;
    scene.program.learn(&first.layout)?;
    let mut sent = u64::from(case.burst(some())?.count);
    scene.settle(sent)?;
    case.ktap.equal(
        "right on its own layout",
        (scene.judge.score.misparsed, scene.tally.read),
        (0, sent),
    );
    tools::line(&format!("ethtool -K {NAME} rxhash off"))?;
    let second = case.in_force()?;
    scene.program.pretend(second.layout.id(), &first.layout)?;
    sent += u64::from(case.burst(some())?.count);
    scene.settle(sent)?;
    case.ktap.equal("all are read", scene.tally.read, sent);
    case.ktap.check(
        "wrong on another",
        scene.judge.score.misparsed > 0,
        format_args!("{:?}", scene.judge.score),
    );
    Ok(())
}
