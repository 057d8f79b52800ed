// SPDX-License-Identifier: GPL-2.0

//! A change that memory is too short for changes nothing, and what takes something away needs none.
//!
//! Each allocation of a change fails in turn. After each refusal everything is as it was: frames come and leave, with a program
//! attached too; and a change that succeeded all the same is whole.

use std::fmt::Debug;
use std::io;
use std::time::Duration;

use anyhow::{bail, ensure, Result};
use meta_reader::{Announcement, Client, Ring};
use serde_json::json;

use super::failures::{prepare, with_failure};
use super::queues::set_channels;
use super::sockets;
use super::traffic::sequence_numbers;
use super::updown::available;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::{EXPERIMENT, NAME};
use crate::experiment::captured;
use crate::programs::Programs;
use crate::sys::bpf;
use crate::sys::netdev::Netdev;
use crate::sys::packet::ALL;
use crate::sys::xsk::{Options, Xsk};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::on("debug", "refusals::rings", rings),
    Definition::on("debug", "refusals::rings_of_a_program", rings_of_a_program),
    Definition::on("debug", "refusals::channels", channels),
    Definition::on(
        "debug",
        "refusals::channels_of_a_program",
        channels_of_a_program,
    ),
    Definition::on("debug", "refusals::socket", socket),
    Definition::on("debug", "refusals::socket_that_goes", socket_that_goes),
    Definition::on("debug", "refusals::attach", attach),
];

/// Frames that the shortest ring here holds, so that none is lost when the machine stands still.
const FEW: u32 = 50;

/// What of a few frames each way does not come through.
fn lost(case: &mut Case<'_>) -> Result<Option<String>> {
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": FEW, "l4": "mix", "gap_us": 20}))?;
    let arrived = sequence_numbers(&socket, sent)?.len();
    let socket = case.eth.packets(EXPERIMENT)?;
    case.captured(EXPERIMENT)?;
    for number in 0..FEW {
        socket.send(&case.eth.numbered(number, 60)?)?;
    }
    let left = captured(case, FEW as usize)?.len();
    let whole = (arrived, left) == (FEW as usize, FEW as usize);
    Ok((!whole).then(|| format!("of {FEW} frames {arrived} arrived and {left} left")))
}

/// What is in force; times and generations are in it, so that nothing can have been done and undone.
#[derive(Debug, PartialEq)]
struct State {
    rings: (u32, u32),
    channels: (u32, u32),
    announced: Announcement,
    layouts: String,
}

impl State {
    fn read(case: &Case<'_>, netdev: &Netdev) -> Result<Self> {
        Ok(Self {
            rings: netdev.rings()?,
            channels: netdev.channels()?,
            announced: case.in_force()?,
            layouts: case.eth.file("queues/rx-0/xdp_meta/generation")?,
        })
    }
}

/// Lets each allocation of a change fail in turn.
///
/// `make` makes what the change is to be done with. Its allocations do not fail. `whole` looks at what came of a change that
/// succeeded, and undoes it.
fn fail<T, R>(
    case: &mut Case<'_>,
    what: &str,
    mut make: impl FnMut() -> io::Result<T>,
    mut change: impl FnMut(T) -> io::Result<R>,
    mut whole: impl FnMut(&mut Case<'_>, R) -> Result<()>,
) -> Result<()> {
    prepare()?;
    let netdev = Netdev::new(NAME)?;
    let (mut tried, mut refused, mut before_leak) = (0, 0, 0);
    loop {
        let made = make()?;
        let before = State::read(case, &netdev)?;
        let (result, hit) = with_failure(tried + 1, || change(made))?;
        if !hit {
            whole(case, result?)?;
            break;
        }
        tried += 1;
        match result {
            Ok(result) => whole(case, result)?,
            Err(_) => {
                refused += 1;
                let now = State::read(case, &netdev)?;
                if now != before {
                    case.ktap.check(
                        &format!("{what}: failure {tried} changes nothing"),
                        false,
                        format_args!("{before:?}, then {now:?}"),
                    );
                }
                if let Some(lost) = lost(case)? {
                    case.ktap.check(
                        &format!("{what}: after failure {tried} frames come and leave"),
                        false,
                        lost,
                    );
                }
            }
        }
        if tried == 10 {
            before_leak = available()?;
        }
        if tried % 20 == 0 {
            ctl::log(&format!("{what}: {tried} failures, {refused} refusals"));
        }
        if tried > 600 {
            bail!("no end after {tried} allocations");
        }
    }
    ctl::log(&format!(
        "{what}: {tried} allocations, {refused} of their failures refuse it"
    ));
    case.ktap
        .check(&format!("{what}: it allocates"), tried > 3, tried);
    case.ktap.check(
        &format!("{what}: some failures refuse it"),
        refused > 0,
        refused,
    );
    if before_leak > 0 {
        let lost = before_leak - available()?;
        case.ktap.check(
            &format!("{what}: no leak"),
            lost < 3072,
            format_args!("{lost} KiB less"),
        );
    }
    works(case, &format!("{what}: in the end"))
}

fn works(case: &mut Case<'_>, what: &str) -> Result<()> {
    let lost = lost(case)?;
    case.ktap.check(
        &format!("{what} frames come and leave"),
        lost.is_none(),
        lost.unwrap_or_default(),
    );
    Ok(())
}

/// As little memory as will do: each page that is mapped costs a kernel that watches mappings allocations of its own.
fn small(case: &Case<'_>) -> Result<u32> {
    set_channels(1)?;
    tools::line(&format!("ethtool -G {NAME} rx 64 tx 64"))?;
    case.eth.ifindex()
}

fn rings(case: &mut Case<'_>) -> Result<()> {
    small(case)?;
    let netdev = Netdev::new(NAME)?;
    fail(
        case,
        "rings",
        || Ok(()),
        |()| netdev.set_rings(128, 128),
        |_, ()| Ok(netdev.set_rings(64, 64)?),
    )
}

fn channels(case: &mut Case<'_>) -> Result<()> {
    small(case)?;
    let netdev = Netdev::new(NAME)?;
    let spread = netdev.spread()?;
    fail(
        case,
        "channels",
        || Ok(()),
        |()| netdev.set_channels(2),
        |_, ()| {
            netdev.set_channels(1)?;
            ensure!(netdev.spread()? == spread, "the table is another one");
            Ok(())
        },
    )
}

/// A program's announcements need memory too.
fn with_program(case: &mut Case<'_>, run: fn(&mut Case<'_>) -> Result<()>) -> Result<()> {
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("pass")?;
    run(case)?;
    programs.detach()
}

fn rings_of_a_program(case: &mut Case<'_>) -> Result<()> {
    with_program(case, rings)
}

fn channels_of_a_program(case: &mut Case<'_>) -> Result<()> {
    with_program(case, channels)
}

/// The kernel clears a socket away in the background.
fn cleared() {
    std::thread::sleep(Duration::from_millis(30));
}

const SMALL: Options = Options::ZERO_COPY.with_ring(64);

/// A socket that could be bound receives.
fn socket(case: &mut Case<'_>) -> Result<()> {
    let ifindex = small(case)?;
    let mut programs = Programs::load("actions", false)?;
    programs.attach("to_socket_if_any")?;
    let sockets = programs.map("sockets", 4)?;
    fail(
        case,
        "socket",
        || {
            cleared();
            Xsk::unbound(SMALL)
        },
        |socket| socket.bind(ifindex, 0, SMALL),
        |case, socket| {
            sockets.set(0, &socket.number().to_ne_bytes())?;
            let sent = case.burst(json!({"count": FEW, "l4": "mix", "gap_us": 20}))?;
            let got = socket.receive_all(sent.count as usize)?.len();
            if got != FEW as usize {
                case.ktap
                    .check("socket: bound, it receives", false, format_args!("{got}"));
            }
            drop(socket);
            cleared();
            Ok(())
        },
    )?;
    programs.detach()
}

/// Faults of the kernel's workers, which close sockets.
struct Starved;

impl Starved {
    const MANY: u32 = 1_000_000;
    const KINDS: [&'static str; 2] = ["failslab", "fail_page_alloc"];

    fn begin() -> Result<Self> {
        prepare()?;
        for process in std::fs::read_dir("/proc")?.flatten() {
            let path = process.path();
            let name = std::fs::read_to_string(path.join("comm")).unwrap_or_default();
            if name.starts_with("kworker") {
                tools::write(&path.join("make-it-fail").to_string_lossy(), "1")?;
            }
        }
        for kind in Self::KINDS {
            for (file, value) in [
                ("task-filter", "Y"),
                ("interval", "1"),
                ("times", &Self::MANY.to_string()),
                ("probability", "100"),
            ] {
                tools::write(&format!("/sys/kernel/debug/{kind}/{file}"), value)?;
            }
        }
        Ok(Self)
    }

    /// How many allocations failed.
    fn end(self) -> Result<u32> {
        let mut failed = 0;
        for kind in Self::KINDS {
            tools::write(&format!("/sys/kernel/debug/{kind}/probability"), "0")?;
            let left = tools::read(&format!("/sys/kernel/debug/{kind}/times"))?;
            failed += Self::MANY - left.trim().parse::<u32>()?;
        }
        Ok(failed)
    }
}

/// A socket goes while there is no memory: the queue is in its own pages again, and who listens asks anew.
fn socket_that_goes(case: &mut Case<'_>) -> Result<()> {
    let ifindex = small(case)?;
    let netdev = Netdev::new(NAME)?;
    let mut programs = Programs::load("actions", false)?;
    programs.attach("to_socket_if_any")?;
    let client = Client::open()?;
    let news = client.subscribe()?;
    for round in 1..=3 {
        let mut socket = sockets::open(case, &programs, 0, SMALL)?;
        let frames = (0..20)
            .map(|number| case.eth.numbered(number, 60))
            .collect::<Result<Vec<_>>>()?;
        socket.send_all(&frames)?;
        let mut ring = Ring::new(&client.get(ifindex, 0)?);
        let before = ring.generation();
        while let Ok(Some(_)) = news.next(Duration::ZERO) {}
        let starved = Starved::begin()?;
        drop(socket);
        std::thread::sleep(Duration::from_millis(300));
        let failed = starved.end()?;
        case.ktap.check(
            &format!("{round}: there was no memory"),
            failed > 0,
            format_args!("{failed} failures"),
        );
        ring.catch_up(&client, &news)?;
        case.ktap.equal(
            &format!("{round}: the socket's generation has ended, and who listens knows"),
            ring.generation(),
            before + 1,
        );
        works(case, &format!("{round}: afterwards"))?;
        netdev.set_rings(128, 128)?;
        netdev.set_rings(64, 64)?;
        works(case, &format!("{round}: after the next change"))?;
    }
    programs.detach()
}

fn attach(case: &mut Case<'_>) -> Result<()> {
    small(case)?;
    let programs = Programs::load("verdict", false)?;
    let pass = bpf::program(&programs.pin("pass"))?;
    let ifindex = case.eth.ifindex()?;
    // The kernel makes its dispatcher of XDP programs for the first one, loudly when it cannot, and keeps it.
    drop(bpf::attach(&pass, ifindex)?);
    fail(
        case,
        "attach",
        || Ok(()),
        |()| bpf::attach(&pass, ifindex),
        // The link detaches when it is dropped.
        |case, link| {
            let lost = lost(case)?;
            ensure!(lost.is_none(), "attached: {}", lost.unwrap_or_default());
            drop(link);
            Ok(())
        },
    )
}
