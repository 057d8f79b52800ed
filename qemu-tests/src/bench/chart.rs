// SPDX-License-Identifier: GPL-2.0

//! The figures of packets as bars: ours beside C's, a panel for each NIC. Pure.
//!
//! The picture has a background of its own and follows the reader's preference for light or dark.

use serde_json::Value;
use svg::node::element::{Group, Line as Stroke, Rectangle, Style, Text};
use svg::Document;

use super::table::{lines, Line};
use super::NICS;

const WIDTH: f64 = 1000.0;
const MARGIN: f64 = 20.0;
/// Between the panels.
const GAP: f64 = 24.0;
/// For the names of the cases.
const NAMES: f64 = 160.0;
/// For a figure behind the longest bar.
const FIGURE: f64 = 44.0;
const HEAD: f64 = 100.0;
const BAR: f64 = 11.0;
const BETWEEN_GROUPS: f64 = 11.0;

const CSS: &str = "
    .back { fill: #ffffff } .ink { fill: #1f2328 } .faint { fill: #59636e } .axis { stroke: #d1d9e0 }
    .rnic { fill: #b7410e } .record { fill: #e3a587 } .c { fill: #7d8894 }
    @media (prefers-color-scheme: dark) {
        .back { fill: #0d1117 } .ink { fill: #f0f6fc } .faint { fill: #9198a1 } .axis { stroke: #3d444d }
        .rnic { fill: #f0793a } .record { fill: #8a4a28 } .c { fill: #848d97 }
    }
    text { font-family: ui-sans-serif, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif; font-size: 11px }
    .title { font-size: 16px; font-weight: 600 } .nic { font-size: 13px; font-weight: 600 } .figure { font-size: 10px }
";

/// Draws the rows of a result.
pub fn svg(rows: &[Value]) -> String {
    let panels: Vec<(&str, Vec<Line<'_>>)> = NICS
        .into_iter()
        .map(|nic| (nic, lines(rows, nic)))
        .filter(|(_, lines)| !lines.is_empty())
        .collect();
    let heights = panels.iter().map(|(_, lines)| height(lines));
    let height = HEAD + heights.fold(0.0, f64::max) + MARGIN;
    let mut document = Document::new()
        .set("viewBox", (0, 0, WIDTH, height))
        .set("width", WIDTH)
        .set("height", height)
        .add(Style::new(CSS))
        .add(
            Rectangle::new()
                .set("class", "back")
                .set("width", WIDTH)
                .set("height", height),
        )
        .add(text(
            "Guest instructions for each packet (less is better)",
            (MARGIN, 30.0),
            "ink title",
        ))
        .add(legend());
    let count = panels.len().max(1) as f64;
    let width = (WIDTH - 2.0 * MARGIN - GAP * (count - 1.0)) / count;
    for (at, (nic, lines)) in panels.iter().enumerate() {
        let left = MARGIN + (width + GAP) * at as f64;
        document = document.add(panel(nic, lines, left, width));
    }
    document.to_string()
}

/// The bars of a group, ours first: figure and class.
fn bars(line: &Line<'_>) -> Vec<(f64, &'static str)> {
    let figure = |row: Option<&Value>| row?["instructions"].as_f64();
    [(line.ours, "rnic"), (line.record, "record"), (line.c, "c")]
        .into_iter()
        .filter_map(|(row, class)| Some((figure(row)?, class)))
        .collect()
}

fn height(lines: &[Line<'_>]) -> f64 {
    let group = |line: &Line<'_>| bars(line).len() as f64 * BAR + BETWEEN_GROUPS;
    lines.iter().map(group).sum()
}

fn panel(nic: &str, lines: &[Line<'_>], left: f64, width: f64) -> Group {
    let chip = match nic {
        "igb" => "82576 (igb)",
        _ => "82574L (e1000e)",
    };
    let largest = lines
        .iter()
        .flat_map(bars)
        .fold(1.0, |largest: f64, (figure, _)| largest.max(figure));
    let zero = left + NAMES;
    let scale = (width - NAMES - FIGURE) / largest;
    let mut group = Group::new()
        .add(text(chip, (left, HEAD - 14.0), "ink nic"))
        .add(
            Stroke::new()
                .set("class", "axis")
                .set("x1", zero)
                .set("x2", zero)
                .set("y1", HEAD - 4.0)
                .set("y2", HEAD + height(lines) - BETWEEN_GROUPS + 4.0),
        );
    let mut top = HEAD;
    for line in lines {
        let bars = bars(line);
        let middle = top + bars.len() as f64 * BAR / 2.0 + 4.0;
        let name = format!("{}, {}", line.case, line.size);
        group = group.add(text(&name, (zero - 8.0, middle), "ink").set("text-anchor", "end"));
        for (figure, class) in bars {
            let length = figure * scale;
            group = group
                .add(
                    Rectangle::new()
                        .set("class", class)
                        .set("x", zero)
                        .set("y", tenths(top))
                        .set("width", tenths(length))
                        .set("height", BAR - 1.0),
                )
                .add(text(
                    &format!("{figure:.0}"),
                    (zero + length + 4.0, top + BAR - 2.5),
                    "faint figure",
                ));
            top += BAR;
        }
        top += BETWEEN_GROUPS;
    }
    group
}

fn legend() -> Group {
    let mut group = Group::new();
    let mut left = MARGIN;
    for (class, what) in [
        ("rnic", "rnic, records off"),
        ("record", "rnic, a record of four fields"),
        ("c", "the kernel's C driver"),
    ] {
        group = group
            .add(
                Rectangle::new()
                    .set("class", class)
                    .set("x", left)
                    .set("y", 42)
                    .set("width", 12)
                    .set("height", BAR - 1.0),
            )
            .add(text(what, (left + 18.0, 51.0), "ink"));
        left += 40.0 + 6.2 * what.len() as f64;
    }
    group
}

fn text(content: &str, (x, y): (f64, f64), class: &str) -> Text {
    Text::new(content)
        .set("class", class)
        .set("x", tenths(x))
        .set("y", tenths(y))
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::svg;
    use serde_json::json;

    #[test]
    fn every_figure_has_a_bar() {
        let row = |nic: &str, driver: &str, instructions: f64| {
            json!({ "case": "xdp_drop", "nic": nic, "driver": driver, "size": 64, "records": "off",
                    "instructions": instructions })
        };
        let picture = svg(&[
            row("igb", "rnic", 180.2),
            row("igb", "c", 200.0),
            row("e1000e", "c", 300.0),
        ])
        .replace('\n', "");
        for part in [
            ">180<",
            ">200<",
            ">300<",
            "xdp_drop, 64",
            "82574L",
            "prefers-color-scheme",
        ] {
            assert!(picture.contains(part), "{part} in {picture}");
        }
        // Three of the legend, the background, three bars.
        assert_eq!(picture.matches("<rect").count(), 7);
    }
}
