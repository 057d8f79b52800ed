// SPDX-License-Identifier: GPL-2.0

//! Every type of program that a driver's packets meet: `xdp` and `xdp.frags`, reading in a global function, and as extensions
//! behind libxdp's dispatcher. Each is attached once and reads on while layouts change; the oracle judges what it was told.

use anyhow::Result;
use serde_json::{json, Value};

use super::queues::refused;
use super::reconfig::scores_json;
use crate::case::{Case, Definition, Sent};
use crate::ctl;
use crate::dispatcher;
use crate::eth::NAME;
use crate::monitor::Monitor;
use crate::nic_clock::NicClock;
use crate::programs::Programs;
use crate::readers::{Readers, XDP_DROP, XDP_PASS};
use crate::score::{FROZEN, LATE_BOUND};
use crate::storm::later::Later;
use crate::sys::bpf::Map;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("program_types::xdp", |case| attached(case, "plain")),
    Definition::new("program_types::xdp_frags", frags),
    Definition::new("program_types::global_function", |case| {
        attached(case, "global")
    }),
    Definition::new("program_types::global_function_with_frags", |case| {
        attached(case, "global_frags")
    }),
    Definition::new("program_types::two_behind_the_dispatcher", two_behind),
    Definition::new("program_types::frags_behind_the_dispatcher", frags_behind),
    Definition::new("program_types::verifier_refuses", verifier_refuses),
];

/// The object with all of them.
const OBJECT: &str = "program_types";
/// Features turned in this order, so that each turn changes the layout.
const TURNS: [&str; 6] = [
    "rxhash off",
    "rxvlan off",
    "rx off",
    "rxhash on",
    "rxvlan on",
    "rx on",
];
/// How often all of them are.
const ROUNDS: usize = 3;

/// Programs that are attached, and read the same packets one after the other.
struct Reading {
    readers: Vec<Readers>,
    exact: Vec<Map>,
}

impl Reading {
    /// The last of them drops the packets.
    fn of(programs: Vec<(Programs, &'static str)>) -> Result<Self> {
        let last = programs.len() - 1;
        let mut this = Self {
            readers: Vec::new(),
            exact: Vec::new(),
        };
        for (n, (programs, program)) in programs.into_iter().enumerate() {
            let verdict = if n == last { XDP_DROP } else { XDP_PASS };
            this.exact.push(programs.map("later", Later::LEN)?);
            this.readers
                .push(Readers::over(programs, program, verdict)?);
        }
        Ok(this)
    }

    /// Changes layouts while frames come in, and judges every reader.
    fn while_layouts_change(&self, case: &mut Case<'_>, mut request: Value) -> Result<()> {
        let now = NicClock::open()?.now()?;
        for readers in &self.readers {
            readers.expect_from(now)?;
        }
        let monitor = Monitor::start()?;
        let mut announced = vec![case.in_force()?];
        request["background"] = json!(true);
        request["count"] = json!(0);
        case.burst(request)?;
        for turn in TURNS.iter().cycle().take(ROUNDS * TURNS.len()) {
            tools::line(&format!("ethtool -K {NAME} {turn}"))?;
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let sent = case.stop()?;
        for readers in &self.readers {
            readers.drain(sent)?;
        }
        announced.extend(monitor.settle()?);
        case.ktap.equal(
            "changes that were announced",
            announced.len() - 1,
            ROUNDS * TURNS.len(),
        );
        case.ktap
            .check("frames were sent", sent.count > 500, sent.count);
        for (readers, exact) in self.readers.iter().zip(&self.exact) {
            judge(case, readers, exact, &announced, sent)?;
        }
        Ok(())
    }
}

fn judge(
    case: &mut Case<'_>,
    readers: &Readers,
    exact: &Map,
    announced: &[meta_reader::Announcement],
    sent: Sent,
) -> Result<()> {
    readers.log_misparses()?;
    let (totals, scores) = (readers.totals()?, readers.scores(announced, sent)?);
    let (exact, late) = (Later::parse(&exact.get(0)?)?, scores[LATE_BOUND]);
    ctl::log(&format!("{totals:?} {} {exact:?}", scores_json(&scores)));
    let program = readers.program;
    case.ktap.equal(
        &format!("{program}, late bound: misparsed, stale, missing, lost"),
        (late.misparsed, late.stale, late.missing, late.lost),
        (0, 0, 0, 0),
    );
    case.ktap.equal(
        &format!("{program}, exact: packets, misparsed, stale, missing"),
        (exact.packets, exact.misparsed, exact.stale, exact.missing),
        (totals.packets, 0, 0, 0),
    );
    case.ktap.equal(
        &format!("{program}: no record, metadata at the start"),
        (totals.no_record, totals.meta_at_start),
        (0, 0),
    );
    case.ktap.check(
        &format!("{program}: offsets from load time are wrong by now"),
        scores[FROZEN].misparsed > 0,
        format_args!("{:?}", scores[FROZEN]),
    );
    Ok(())
}

fn frames() -> Value {
    json!({"l4": "all", "vlan": "mix", "flows": 32, "gap_us": 300})
}

fn mtu(bytes: u32) -> Result<()> {
    tools::line(&format!("ip link set dev {NAME} mtu {bytes}")).map(|_| ())
}

fn attached(case: &mut Case<'_>, program: &'static str) -> Result<()> {
    let mut reading = Reading::of(vec![(Programs::load(OBJECT, false)?, program)])?;
    reading.readers[0].attach()?;
    reading.while_layouts_change(case, frames())
}

/// Frames of several buffers, which only programs of this type may see: the record is in front of the first part.
fn frags(case: &mut Case<'_>) -> Result<()> {
    mtu(9000)?;
    let programs = Programs::load(OBJECT, false)?;
    let pin = programs.pin("plain");
    refused(
        case,
        &format!("ip link set dev {NAME} xdpdrv pinned {}", pin.display()),
    )?;
    let mut reading = Reading::of(vec![(programs, "fragments")])?;
    reading.readers[0].attach()?;
    reading.while_layouts_change(case, long_frames())
}

fn long_frames() -> Value {
    let mut request = frames();
    request["l4"] = json!("mix");
    request["payload"] = json!(100);
    request["longest"] = json!(5000);
    request
}

fn two_behind(case: &mut Case<'_>) -> Result<()> {
    behind(case, "plain", "global")
}

/// The dispatcher takes packets in one buffer, as `xdp-loader` does not ask libxdp for more: so does each program behind it.
fn frags_behind(case: &mut Case<'_>) -> Result<()> {
    mtu(9000)?;
    let said = dispatcher::try_add(OBJECT, "fragments", 10)?;
    case.ktap.check(
        "the dispatcher is refused while frames may be long",
        !said.ok,
        format_args!("{said:?}"),
    );
    mtu(1500)?;
    behind(case, "fragments", "global_frags")
}

fn behind(case: &mut Case<'_>, first: &'static str, second: &'static str) -> Result<()> {
    // The one that is to run first is loaded last: where they stand is not when they came.
    let last = (dispatcher::add(OBJECT, second, 20, "second")?, second);
    let programs = vec![(dispatcher::add(OBJECT, first, 10, "first")?, first), last];
    let status = dispatcher::status()?;
    ctl::log(&status);
    case.ktap.check(
        "both are behind the dispatcher",
        ["xdp_dispatcher", first, second]
            .iter()
            .all(|name| status.contains(name)),
        &status,
    );
    Reading::of(programs)?.while_layouts_change(case, frames())?;
    dispatcher::clear()?;
    let status = dispatcher::status()?;
    case.ktap.check(
        "nothing is attached any more",
        !status.contains("xdp_dispatcher"),
        &status,
    );
    Ok(())
}

/// What makes the programs above safe is not there to please: without it the kernel takes none of them.
fn verifier_refuses(case: &mut Case<'_>) -> Result<()> {
    for (object, what, why) in [
        (
            "unchecked",
            "a field that is not compared with the packet's start",
            "invalid access to packet",
        ),
        (
            "spent",
            "a record that a global function may have moved",
            "invalid mem access 'scalar'",
        ),
    ] {
        let said = match Programs::load(object, false) {
            Ok(_) => "it was loaded".to_owned(),
            Err(error) => format!("{error:#}"),
        };
        case.ktap.check(what, said.contains(why), said);
    }
    Ok(())
}
