// SPDX-License-Identifier: GPL-2.0

//! What must not go unnoticed by the host: it runs each of these and expects it to be found out.
//!
//! They are not listed, because for them the wrong outcome is the right one.

use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;

use crate::case::{Case, Definition};

pub(super) const CASES: &[Definition] = &[
    Definition::new("alarms::warning", warning),
    Definition::new("alarms::panic", panic),
    Definition::new("alarms::hang", hang),
    Definition::new("alarms::no_check", no_check),
    Definition::new("alarms::failed_check", failed_check),
];

/// Every check passes, and the kernel's log has a warning.
fn warning(case: &mut Case<'_>) -> Result<()> {
    std::fs::write("/dev/kmsg", "<4>alarm: a line at warning level\n")?;
    case.ktap.check("looks fine", true, "");
    Ok(())
}

/// With the agent PID 1 ends, and with that the kernel.
fn panic(_case: &mut Case<'_>) -> Result<()> {
    std::process::exit(1)
}

fn hang(_case: &mut Case<'_>) -> Result<()> {
    sleep(Duration::from_secs(3600));
    Ok(())
}

fn no_check(_case: &mut Case<'_>) -> Result<()> {
    Ok(())
}

fn failed_check(case: &mut Case<'_>) -> Result<()> {
    case.ktap.equal("one is two", 1, 2);
    Ok(())
}
