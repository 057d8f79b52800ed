// SPDX-License-Identifier: GPL-2.0

//! The system call that changes a layout, and the same call when it changes nothing. No program is attached.

use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use super::histogram;
use super::nic::Subject;
use crate::ctl;
use crate::eth::NAME;
use crate::sys::netdev::{Netdev, RXHASH};

/// Crossings of the fence, each way.
const CROSSINGS: usize = 200;

/// Times all three.
pub(super) fn measure(subject: &Subject) -> Result<()> {
    let nic = Netdev::new(NAME)?;
    let flags = nic.flags()?;
    let without = flags & !RXHASH;
    measure_call(subject, &nic, "nothing changes", [flags, flags])?;
    measure_call(subject, &nic, "rxhash off", [flags | RXHASH, without])?;
    measure_call(subject, &nic, "rxhash on", [without, flags | RXHASH])?;
    Ok(nic.set_flags(flags)?)
}

/// Goes from the first setting to the second many times. The caller never sleeps meanwhile, so time is instructions.
fn measure_call(subject: &Subject, nic: &Netdev, name: &str, [from, to]: [u32; 2]) -> Result<()> {
    let mut calls = Vec::new();
    for _ in 0..CROSSINGS {
        nic.set_flags(from)?;
        let before = Instant::now();
        nic.set_flags(to)?;
        calls.push(before.elapsed().as_nanos().try_into()?);
    }
    ctl::event(&json!({ "measured": {
        "what": "call",
        "nic": subject.model.name(),
        "name": name,
        "histogram": histogram(&calls),
    } }));
    Ok(())
}
