// SPDX-License-Identifier: GPL-2.0

//! One case for the profile, which the host makes of all instructions of some bursts.

use anyhow::{bail, Context, Result};
use serde_json::json;

use super::generator::BURST;
use super::meter::{Also, Meter};
use super::nic::{Peer, Subject};
use super::receive::{Traffic, Verdict};
use super::records::Records;
use super::{transmit, Plan};
use crate::case::Case;
use crate::ctl;

/// Each burst is like the others.
const BURSTS: u32 = 8;

pub(in crate::cases) fn profile(case: &mut Case<'_>) -> Result<()> {
    let plan = Plan::new(&case.args)?;
    let name = plan.only.as_deref().context("no case")?;
    let size = u32::try_from(case.args["size"].as_u64().context("no size")?)?;
    let [driver] = plan.drivers[..] else {
        bail!("a profile is of one driver");
    };
    let records = Records::named(case.args["records"].as_str().unwrap_or("off"))?;
    let peer = Peer::load(plan.model)?;
    let subject = Subject::load(plan.model, driver)?;
    subject.up()?;
    peer.wait_for_link()?;
    records.configure(&subject)?;
    if name == "transmit" {
        let generator = transmit::generator(&subject, &peer, size)?;
        return count(case, &subject, Also::Nothing, || generator.burst());
    }
    let verdict = Verdict::named(name).with_context(|| format!("no profile of {name}"))?;
    let traffic = Traffic::new(&subject, &peer, verdict, size, false)?;
    count(case, &subject, verdict.also(), || traffic.burst())
}

fn count(
    case: &mut Case<'_>,
    subject: &Subject,
    also: Also,
    burst: impl Fn() -> Result<()>,
) -> Result<()> {
    // Caches, rings and rates settle.
    burst()?;
    burst()?;
    let meter = Meter::begin(case.ctl, subject, also)?;
    for _ in 0..BURSTS {
        burst()?;
    }
    drop(meter);
    ctl::event(&json!({ "measured": { "what": "profile", "packets": BURST * BURSTS } }));
    Ok(())
}
