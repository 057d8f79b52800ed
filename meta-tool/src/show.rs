// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `show`: what is in force on every queue, now.

use std::io::Write as _;

use anyhow::Result;
use comfy_table::{presets, Table};
use meta_reader::Announcement;
use rustix::time::{clock_gettime, ClockId};

use crate::live::{places, Live};

const COLUMNS: [&str; 9] = [
    "interface",
    "queue",
    "generation",
    "layout",
    "id",
    "bytes",
    "reason",
    "since",
    "fields",
];

/// Prints a table, or one object for each queue.
pub(crate) fn run(interface: Option<&str>, json: bool) -> Result<()> {
    let live = Live::open(interface)?;
    let all = live.state()?;
    let mut out = anstream::stdout().lock();
    if json {
        for announcement in &all {
            let object = live.object("state", announcement);
            writeln!(out, "{}", serde_json::to_string(&object)?)?;
        }
        return Ok(());
    }
    let now = monotonic();
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(COLUMNS);
    for announcement in &all {
        table.add_row(row(&live.interface(announcement), announcement, now));
    }
    writeln!(out, "{}", table.trim_fmt())?;
    Ok(())
}

fn row(interface: &str, announcement: &Announcement, now: u64) -> [String; COLUMNS.len()] {
    let layout = &announcement.layout;
    [
        interface.to_owned(),
        announcement.queue.to_string(),
        announcement.generation.to_string(),
        layout.name().to_owned(),
        format!("{:#010x}", layout.id()),
        layout.size().to_string(),
        announcement.reason_name(),
        ago(now.saturating_sub(announcement.time)),
        places(layout),
    ]
}

/// Nanoseconds of the clock that announcements are stamped by.
fn monotonic() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let part = |number: i64| u64::try_from(number).unwrap_or(0);
    part(now.tv_sec) * 1_000_000_000 + part(now.tv_nsec)
}

/// `2.5 s`, `3 min`, `7 h`, `12 d`.
fn ago(ns: u64) -> String {
    match ns / 1_000_000_000 {
        0..120 => format!("{}.{} s", ns / 1_000_000_000, ns / 100_000_000 % 10),
        s @ 120..7200 => format!("{} min", s / 60),
        s @ 7200..172_800 => format!("{} h", s / 3600),
        s => format!("{} d", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_unit_that_fits() {
        let texts = [2_560, 119_999, 120_000, 7_200_000, 200_000_000].map(|ms| ago(ms * 1_000_000));
        assert_eq!(texts, ["2.5 s", "119.9 s", "2 min", "2 h", "2 d"]);
    }
}
