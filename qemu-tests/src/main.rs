// SPDX-License-Identifier: GPL-2.0

//! The host runner: sets up tools and a kernel, boots machines, feeds them frames, judges what they say.
//!
//! `cargo qemu --help` says what it can do, `README.md` beside it how to work with it. What must never happen: a
//! result that looks like a pass without having been one, and anything written outside the cache and `target/`.

#![allow(
    unreachable_pub,
    reason = "nothing of a program is reachable from outside; `pub` is its modules' interface"
)]

mod alarms;
mod bench;
mod boot;
mod build;
mod case;
mod cli;
mod deb;
mod demo;
mod follow;
mod frames;
mod fuzz;
mod guest_tests;
mod hash;
mod host_tests;
mod inside;
mod job;
mod ktap;
mod lane;
mod lock;
mod machine_code;
mod oracle;
mod paths;
mod peers;
mod pins;
mod quick;
mod report;
mod results;
mod root_cargo;
mod schedule;
mod setup;
mod shell;
mod splat;
mod storm;
mod test_run;
mod timing;
mod toeplitz;
mod trace;
mod trouble;
mod ui;
mod upstream;
mod vm;
mod wanted;
mod wire;

use std::process::ExitCode;

use anyhow::{bail, Result};
use clap::Parser;
use serde_json::json;

use boot::Workshop;
use cli::{Bench, Cli, Common, Verb};
use paths::Paths;
use setup::{series, Ground, Which};
use vm::argv::Mode;

fn main() -> ExitCode {
    timing::begin();
    let cli = Cli::parse();
    // It needs nothing of what is set up.
    if let Verb::Btf(verb) = &cli.verb {
        return meta_tool::run(verb);
    }
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The summary of a test run has been printed, and it stays the last line.
            if !matches!(cli.verb, Verb::Test(_))
                || error.downcast_ref::<trouble::Trouble>().is_none()
            {
                eprintln!("error: {error:#}");
            }
            trouble::exit_code(&error)
        }
    }
}

/// The first set-up leaves processors idle while it downloads and unpacks, and what runs in the guest needs nothing of it: so that is
/// compiled meanwhile. If it cannot be, whoever needs it says so.
fn stock_ground(paths: &Paths, which: Which) -> Result<Ground> {
    if let Some(ground) = setup::ready(paths, which) {
        return Ok(ground);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| build::guest::build(paths));
        setup::ground(paths, which)
    })
}

fn run(cli: &Cli) -> Result<()> {
    // It needs nothing of what is set up either.
    if let Verb::Bench {
        what: Bench::Tables,
        ..
    } = &cli.verb
    {
        return results::write();
    }
    let paths = Paths::find()?;
    // It needs a root of its own, and no kernel.
    if let Verb::Deb = &cli.verb {
        return deb::run(&paths);
    }
    let Common {
        kernel,
        series,
        force,
    } = &cli.common;
    let ground = match (kernel, series) {
        (Some(dir), Some(_)) => bail!(
            "--series is for Debian's kernels, and --kernel (or the variable KDIR) names one of your own, {}: choose one of them",
            dir.display()
        ),
        (None, None) if *force => bail!("--force tries a kernel: say which with --kernel or --series"),
        (Some(dir), None) => setup::own_ground(&paths, dir, *force)?,
        (None, Some(series)) => {
            stock_ground(&paths, Which::Series(series::choose(series, *force)?))?
        }
        (None, None) => stock_ground(&paths, Which::Stock)?,
    };
    let workshop = Workshop::new(paths, ground);
    match &cli.verb {
        Verb::Setup => {
            ui::note(
                "ready",
                &format!("{}; try `cargo qemu demo`", workshop.ground.kernel.name),
            );
            Ok(())
        }
        Verb::Demo(demo) => demo::run(&workshop, demo),
        Verb::Storm {
            nic,
            changes,
            packets,
            seconds,
            only,
            soak,
            gap,
            jumbo,
            seed,
            json,
        } => {
            let wanted = json!({ "changes": changes, "packets": packets, "seconds": seconds, "only": only, "gap_us": gap, "jumbo": jumbo, "seed": seed });
            let mode = if *soak { Mode::Soak } else { Mode::Test };
            storm::run(&workshop, nic.as_deref(), &wanted, mode, json.as_deref())
        }
        Verb::Test(test) => test_run::run(&workshop, test),
        Verb::Btf(_) | Verb::Deb => Ok(()),
        Verb::Bench {
            what,
            json,
            svg,
            nic,
            driver,
            case,
            size,
            records,
        } => {
            let choice = bench::Choice {
                nic: nic.as_deref(),
                driver: driver.as_deref(),
                case: case.as_deref(),
                part: match what {
                    Bench::Readers => Some("readers"),
                    Bench::Fence => Some("fence"),
                    Bench::Packet | Bench::Core | Bench::Profile | Bench::Tables => None,
                },
            };
            match what {
                Bench::Packet | Bench::Readers | Bench::Fence => {
                    bench::run(&workshop, &choice, json.as_deref(), svg.as_deref())
                }
                Bench::Profile => bench::profile::run(&workshop, &choice, *size, records),
                Bench::Core => bench::core::run(&workshop, json.as_deref()),
                Bench::Tables => results::write(),
            }
        }
        Verb::Shell { nic, traffic } => shell::run(&workshop, nic, *traffic),
    }
}
