// SPDX-License-Identifier: GPL-2.0

//! The memory that an interface takes when it goes up: with one processor there is one pair of queues.
//!
//! Counted are free pages, those on the processor's own list included, after all slabs have given back the pages that
//! they keep without need.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::nic::Subject;
use crate::ctl;
use crate::eth::Eth;
use crate::tools;

const PAGE: i64 = 4096;
/// An odd number, for the median's sake.
const TIMES: usize = 7;

/// Puts the interface up and down.
pub(super) fn measure(subject: &Subject) -> Result<()> {
    let mut bytes = Vec::new();
    // What stays for good after the first time is not the queues'.
    subject.up()?;
    Eth::new().down()?;
    for _ in 0..TIMES {
        let before = free_pages()?;
        subject.up()?;
        let after = free_pages()?;
        Eth::new().down()?;
        bytes.push((before - after) * PAGE);
    }
    ctl::event(&json!({ "measured": {
        "what": "memory",
        "nic": subject.model.name(),
        "driver": subject.driver.name(),
        "bytes": bytes,
    } }));
    Ok(())
}

fn free_pages() -> Result<i64> {
    // What is freed after a grace period is freed by then.
    sleep(Duration::from_millis(200));
    tools::shrink_slabs()?;
    let zones = tools::read("/proc/zoneinfo")?;
    let mut pages = 0;
    for line in zones.lines() {
        let mut words = line.split_whitespace();
        let (word, value) = (words.next(), words.next());
        // `nr_free_pages 12345` of a zone, `count: 12` of a processor's list in it.
        if matches!(word, Some("nr_free_pages" | "count:")) {
            pages += value.context("no value")?.parse::<i64>()?;
        }
    }
    Ok(pages)
}
