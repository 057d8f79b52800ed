// SPDX-License-Identifier: GPL-2.0

//! Charts of the page: what was misread as the changes went on, and the packets of each layout. Pure.

use maud::{html, Markup};

use super::layouts::title;
use crate::demo::story::{Story, READERS};

const WIDTH: f64 = 680.0;
const HEIGHT: f64 = 260.0;
/// For the figures at the left.
const LEFT: f64 = 60.0;
/// For the readers' names at the right.
const RIGHT: f64 = 130.0;
const TOP: f64 = 14.0;
/// For the figures below.
const BOTTOM: f64 = 40.0;
/// More points than this cannot be told apart.
const POINTS: usize = 340;

/// Misparsed packets of each reader after each change.
pub fn misparsed(story: &Story) -> Markup {
    let points = thinned(story);
    let most = points.iter().flat_map(|point| point.misparsed).max();
    let top = ceiling(most.unwrap_or(0));
    let changes = story.of.max(1);
    let x = |change: u32| LEFT + (WIDTH - LEFT - RIGHT) * f64::from(change) / f64::from(changes);
    let y = |count: u64| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - count as f64 / top as f64);
    let (zero, end) = (y(0), x(changes));
    html! {
        section {
            h2 { "Misparsed packets, as the changes went on" }
            div.wide { svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" {
                title { "Misparsed packets of each reader after each change" }
                @for quarter in 0..=4_u64 {
                    @let at = tenths(y(top * quarter / 4));
                    line.axis x1=(LEFT) x2=(tenths(end)) y1=(at) y2=(at) {}
                    text.faint.end x=(LEFT - 8.0) y=(at + 4.0) { (top * quarter / 4) }
                }
                @for quarter in 0..=4_u32 {
                    @let change = changes / 4 * quarter + changes % 4 * quarter / 4;
                    text.faint.middle x=(tenths(x(change))) y=(tenths(zero + 18.0)) { (change) }
                }
                text.faint.middle x=(tenths((LEFT + end) / 2.0)) y=(HEIGHT - 4.0) { "changes" }
                @for (at, (key, name, _)) in READERS.iter().enumerate() {
                    @let line = points.iter().map(|point| format!("{},{}", tenths(x(point.change)), tenths(y(point.misparsed[at]))));
                    @let last = story.score(key).unwrap_or_default().misparsed;
                    polyline class=(format!("line {key}")) points=(line.collect::<Vec<_>>().join(" ")) {}
                    // Those that misread nothing share a line; their names do not share a place.
                    @let lift = if last == 0 { 16.0 * (READERS.len() - 1 - at) as f64 } else { 0.0 };
                    text class=(format!("name {key}")) x=(tenths(end + 10.0)) y=(tenths(y(last.min(top)) + 4.0 - lift)) {
                        (name) " " (last)
                    }
                }
            } }
        }
    }
}

/// After one change: by reader.
struct Point {
    change: u32,
    misparsed: [u64; READERS.len()],
}

/// As many as a line can show: the start, the end, and some between.
fn thinned(story: &Story) -> Vec<Point> {
    let step = story.progress.len().div_ceil(POINTS).max(1);
    let last = story.progress.len().saturating_sub(1);
    let kept = story.progress.iter().enumerate();
    let kept = kept.filter(|(at, _)| at % step == 0 || *at == last);
    let start = Point {
        change: 0,
        misparsed: [0; READERS.len()],
    };
    let points = kept.map(|(_, progress)| Point {
        change: progress.changes,
        misparsed: READERS.map(|(key, ..)| progress.readers.get(key).map_or(0, |s| s.misparsed)),
    });
    // Packets still come after the last change.
    let end = story.outcome.as_ref().map(|outcome| Point {
        change: outcome.changes,
        misparsed: READERS.map(|(key, ..)| outcome.readers.get(key).map_or(0, |s| s.misparsed)),
    });
    std::iter::once(start).chain(points).chain(end).collect()
}

/// A number that is not less, and whose quarters are whole.
fn ceiling(most: u64) -> u64 {
    let mut unit = 4;
    while unit * 10 < most {
        unit *= 10;
    }
    most.div_ceil(unit).max(1) * unit
}

/// Packets of each layout, as bars.
pub fn packets(story: &Story) -> Markup {
    let most = story.shares.iter().map(|share| share.packets).max();
    let all: u64 = story.shares.iter().map(|share| share.packets).sum();
    let layouts = story.layouts();
    html! {
        @if let Some(most) = most.filter(|most| *most > 0) {
            section {
                h2 { "Packets of each layout" }
                @for share in &story.shares {
                    @let known = layouts.iter().find(|layout| layout.layout_id == share.layout_id);
                    @let name = known.map_or_else(|| format!("{:#010x}", share.layout_id), |layout| title(layout));
                    div.bar {
                        span { (name) }
                        span.number { (share.packets) }
                        div style=(format!("width: {}%", tenths(share.packets as f64 / most as f64 * 100.0))) {}
                    }
                }
                p.note { (all) " packets in " (story.shares.len()) " layouts." }
            }
        }
    }
}

/// Without more digits than a picture needs.
pub fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
