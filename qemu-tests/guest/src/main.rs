// SPDX-License-Identifier: GPL-2.0

//! The agent in the test VM: brings the driver up, then runs the cases that the host asks for. PID 1 is this program too, and only
//! starts it ([`init`]).
//!
//! The kernel has the serial console for itself; everything said here goes through the control port
//! ([`ctl`]). The host restores a checkpoint for every case, so a case starts on a fresh machine and need
//! not clean up. What must never happen is silence: an error before `ready`, a panic of any thread and
//! the death of a case are all said.

mod boot;
mod case;
mod cases;
mod ctl;
mod dispatcher;
mod eth;
mod experiment;
mod init;
mod internet;
mod kinds;
mod kmemleak;
mod knobs;
mod ktap;
mod misparse;
mod monitor;
mod nic_clock;
mod oracle;
mod pair;
mod programs;
mod readers;
mod ring_reader;
mod rust_reader;
mod score;
mod shell;
mod spread;
mod storm;
mod switches;
mod sys;
#[allow(dead_code, reason = "the host's file, with what only the host needs")]
#[path = "../../src/toeplitz.rs"]
mod toeplitz;
mod tools;

use anyhow::{Context, Result};
use serde_json::{json, Value};

use crate::boot::Options;
use crate::ctl::Ctl;

fn main() {
    if init::is_this() {
        let Err(error) = init::run();
        eprintln!("rnic-guest: {error:#}");
        // The kernel panics then, and the host hears that.
        std::process::exit(1);
    }
    std::env::set_var("PATH", "/bin:/sbin:/usr/bin:/usr/sbin");
    let default_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        ctl::log(&format!("panic in the guest: {info}"));
        default_hook(info);
    }));
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [first, order] = &arguments[..] {
        if first == storm::process::ARGUMENT {
            if let Err(error) = storm::process::run(order) {
                eprintln!("rnic-guest: {error:#}");
            }
            return;
        }
    }
    if let Err(error) = start() {
        let message = format!("{error:#}");
        eprintln!("rnic-guest: {message}");
        ctl::send(
            "done",
            &json!({ "ok": false, "message": message }).to_string(),
        );
    }
    boot::power_off();
}

fn start() -> Result<()> {
    boot::mounts()?;
    let mut ctl = Ctl::open()?;
    let options = Options::read()?;
    boot::network(&options)?;
    ctl::send("ready", "");
    if options.shell {
        return shell::run();
    }
    serve(&mut ctl)
}

/// Does what the host says until it says stop.
fn serve(ctl: &mut Ctl) -> Result<()> {
    loop {
        let line = ctl.receive()?;
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match word {
            "list" => list(),
            "functions" => functions()?,
            "run" => run(ctl, rest)?,
            "stop" => return Ok(()),
            _ => ctl::log(&format!("unknown order: {line}")),
        }
    }
}

fn list() {
    for case in cases::all() {
        let lane = case.lane.map(|lane| format!(" {lane}")).unwrap_or_default();
        ctl::send("case", &format!("{}{lane}", case.name));
    }
    ctl::send("listed", "");
}

/// Tells where the kernel's functions are: Debian's packages do not say.
fn functions() -> Result<()> {
    let text = tools::read("/proc/kallsyms")?;
    let all = text.lines().filter(|line| !line.ends_with(']'));
    for line in all {
        let mut words = line.split(' ');
        if let (Some(address), Some("t" | "T" | "w" | "W"), Some(name)) =
            (words.next(), words.next(), words.next())
        {
            ctl::send("function", &format!("{address} {name}"));
        }
    }
    ctl::send("listed", "");
    Ok(())
}

fn run(ctl: &mut Ctl, order: &str) -> Result<()> {
    let (name, args) = order.split_once(' ').unwrap_or((order, "{}"));
    let args: Value = serde_json::from_str(args).with_context(|| format!("arguments of {name}"))?;
    match cases::named(name) {
        Some(definition) => case::run(definition, ctl, args),
        None => {
            let message = format!("no case is named {name}");
            ctl::send(
                "done",
                &json!({ "ok": false, "message": message }).to_string(),
            );
        }
    }
    Ok(())
}
