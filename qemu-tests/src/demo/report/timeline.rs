// SPDX-License-Identifier: GPL-2.0

//! Announcements over time, a lane for each reason, and the list of them. Pure.

use std::collections::BTreeMap;

use maud::{html, Markup};

use super::chart::tenths;
use crate::demo::map::moves_text;
use crate::demo::story::{Announcement, Story};

const WIDTH: f64 = 680.0;
/// For the reasons.
const LEFT: f64 = 108.0;
const RIGHT: f64 = 30.0;
const LANE: f64 = 24.0;
/// More marks than this are a bar.
const MARKS: usize = 1000;
/// A page that nobody scrolls through need not have more.
const ROWS: usize = 500;

/// The timeline and the list.
pub fn section(story: &Story) -> Markup {
    let all = &story.announcements;
    html! {
        @if let (Some(first), Some(last)) = (all.first(), all.last()) {
            section {
                h2 { (all.len()) " announcements" }
                p.note { "A lane for each reason. All must come before their generation's first packet; the guest compares the times." }
                (lanes(all, first.time_ns, last.time_ns))
                details {
                    summary { "All of them" @if all.len() > ROWS { ", but for the last " (all.len() - ROWS) } }
                    (list(all, first.time_ns))
                }
            }
        }
    }
}

fn lanes(all: &[Announcement], start: u64, end: u64) -> Markup {
    let mut reasons = BTreeMap::<&str, usize>::new();
    for announcement in all {
        *reasons.entry(&announcement.reason).or_default() += 1;
    }
    let lane = |reason: &str| {
        reasons
            .keys()
            .position(|known| *known == reason)
            .unwrap_or(0)
    };
    let length = end.saturating_sub(start).max(1);
    let x = |time: u64| {
        LEFT + (WIDTH - LEFT - RIGHT) * time.saturating_sub(start) as f64 / length as f64
    };
    let y = |lane: usize| LANE * (lane as f64 + 0.5);
    let height = LANE * reasons.len() as f64;
    let step = all.len().div_ceil(MARKS).max(1);
    html! {
        div.wide { svg viewBox=(format!("0 0 {WIDTH} {}", height + 22.0)) role="img" {
            title { "When generations were announced, by reason" }
            @for (at, (reason, count)) in reasons.iter().enumerate() {
                line.axis x1=(LEFT) x2=(WIDTH - RIGHT) y1=(y(at)) y2=(y(at)) {}
                text.end x=(LEFT - 10.0) y=(y(at) + 4.0) { (reason) " " (count) }
            }
            @for new in all.iter().step_by(step) {
                circle.mark cx=(tenths(x(new.time_ns))) cy=(y(lane(&new.reason))) r="4" {
                    title { "generation " (new.generation) ", queue " (new.queue) ": " (new.layout) }
                }
            }
            @for quarter in 0..=4_u64 {
                @let time = start + length / 4 * quarter;
                text.faint.middle x=(tenths(x(time))) y=(height + 16.0) { (seconds(time - start)) " s" }
            }
        } }
    }
}

fn list(all: &[Announcement], start: u64) -> Markup {
    html! {
        div.wide { table {
            thead { tr {
                th.number { "s" } th.number { "queue" } th.number { "generation" } th { "reason" } th { "layout" } th { "what moves" }
            } }
            tbody {
                @for (at, new) in all.iter().enumerate().take(ROWS) {
                    @let before = all[..at].iter().rev().find(|old| old.queue == new.queue);
                    tr {
                        td.number { (seconds(new.time_ns.saturating_sub(start))) }
                        td.number { (new.queue) }
                        td.number { (new.generation) }
                        td { (new.reason) }
                        td { code { (new.layout) } }
                        td { (moves_text(before, new)) }
                    }
                }
            }
        } }
    }
}

fn seconds(nanoseconds: u64) -> String {
    format!("{:.2}", nanoseconds as f64 / 1e9)
}
