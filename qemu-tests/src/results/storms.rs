// SPDX-License-Identifier: GPL-2.0

//! Storms as Markdown: what each reader came to, and what each kind of change took. Pure.

use std::fmt::Write as _;

use serde_json::Value;

use crate::storm::show::{COLUMNS, READERS};

/// The reader that must be wrong.
pub const FROZEN: &str = "frozen";

/// What is said of each kind of change, and in which words.
const KINDS: [(&str, &str); 4] = [
    ("count", "count"),
    ("p50_us", "median, µs"),
    ("p99_us", "99th percentile, µs"),
    ("in_flight", "packets in flight"),
];

/// Writes the tables of one file, `storm` or `soak`.
pub fn markdown(name: &str, file: &Value) -> String {
    let mut text = format!("\n`{}`\n", command(name, &file["wanted"], None));
    for storm in file["storms"].as_array().into_iter().flatten() {
        one(&mut text, storm);
    }
    text
}

/// Says the command that makes such a storm: what differs from its defaults.
pub fn command(name: &str, wanted: &Value, nic: Option<&str>) -> String {
    let mut text = String::from("cargo qemu storm");
    if let Some(nic) = nic {
        text += &format!(" --nic {nic}");
    }
    if name == "soak" {
        text += " --soak";
    }
    for (key, option, default) in [
        ("changes", "--changes", 2000),
        ("packets", "--packets", 200_000),
        ("seconds", "--seconds", 3600),
        ("gap_us", "--gap", 60),
        ("seed", "--seed", 1),
    ] {
        if let Some(value) = wanted[key].as_u64().filter(|value| *value != default) {
            text += &format!(" {option} {value}");
        }
    }
    if let Some(kind) = wanted["only"].as_str().filter(|kind| !kind.is_empty()) {
        text += &format!(" --only {kind}");
    }
    if wanted["jumbo"] == true {
        text += " --jumbo";
    }
    text
}

fn one(text: &mut String, storm: &Value) {
    let count = |key: &str| grouped(storm[key].as_u64().unwrap_or_default());
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "\n### On {}\n\n{} changes, {} announcements, {} frames in {:.0} s; {} came while no program was attached.\n\
         Generations unannounced: {}, announced late: {}; announcements out of order: {}.\n",
        storm["nic"].as_str().unwrap_or_default(),
        count("changes"),
        count("announced"),
        count("sent"),
        storm["seconds"].as_f64().unwrap_or(f64::NAN),
        count("bypassed"),
        count("unannounced"),
        count("late"),
        count("out_of_order"),
    );
    let _ = writeln!(text, "| reader | {} |", COLUMNS.join(" | "));
    let _ = writeln!(text, "|---|{}", "--:|".repeat(COLUMNS.len()));
    for (key, name) in READERS {
        if let Some(reader) = storm["readers"].get(key) {
            let cells = COLUMNS.map(|column| cell(&reader[column]));
            let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
        }
    }
    let _ = writeln!(
        text,
        "\n| change | {} |",
        KINDS.map(|(_, words)| words).join(" | ")
    );
    let _ = writeln!(text, "|---|{}", "--:|".repeat(KINDS.len()));
    for kind in storm["kinds"].as_array().into_iter().flatten() {
        let name = kind["kind"].as_str().unwrap_or_default().replace('_', " ");
        let cells = KINDS.map(|(key, _)| cell(&kind[key]));
        let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
    }
}

fn cell(value: &Value) -> String {
    value.as_u64().map_or_else(|| value.to_string(), grouped)
}

/// Writes a count with a comma before each three digits.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{command, grouped, markdown};
    use serde_json::json;

    #[test]
    fn counts_are_grouped_by_three() {
        let all = [0, 999, 1000, 12_345, 1_417_179].map(grouped);
        assert_eq!(all, ["0", "999", "1,000", "12,345", "1,417,179"]);
    }

    #[test]
    fn the_command_says_what_differs_from_the_defaults() {
        let wanted = json!({ "changes": 100_000, "packets": 200_000, "gap_us": 1000, "seed": 1, "only": "rings", "jumbo": true });
        assert_eq!(
            command("soak", &wanted, Some("igb")),
            "cargo qemu storm --nic igb --soak --changes 100000 --gap 1000 --only rings --jumbo"
        );
        assert_eq!(command("storm", &json!({}), None), "cargo qemu storm");
    }

    #[test]
    fn readers_and_kinds_have_a_row_each() {
        let reader = json!({ "packets": 1234, "generations": 2, "misparsed": 3, "stale": 4, "missing": 5, "lost": 6 });
        let text = markdown(
            "storm",
            &json!({ "wanted": {}, "storms": [{
                "nic": "igb", "changes": 1000, "late": 7, "readers": { "xsk_copy": reader },
                "kinds": [{ "kind": "down_up", "count": 5, "p50_us": 900, "p99_us": 1200, "in_flight": 8 }],
            }] }),
        );
        for part in [
            "### On igb\n\n1,000 changes",
            "announced late: 7;",
            "| AF_XDP, copies | 1,234 | 2 | 3 | 4 | 5 | 6 |\n",
            "| down up | 5 | 900 | 1,200 | 8 |\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
