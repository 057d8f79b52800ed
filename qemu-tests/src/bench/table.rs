// SPDX-License-Identifier: GPL-2.0

//! The driver's figures as Markdown, for the terminal and for `results/README.md`. Pure.

use std::fmt::Write as _;

use serde_json::Value;

use super::{fence, readers, rows_of, NICS};

/// Writes all tables for the terminal: packets for each NIC, readers, changes of layout, memory, starts.
pub fn markdown(result: &Value) -> String {
    let mut text = ground(result);
    text.extend(sections(result).into_iter().map(|(_, table)| table));
    text + "\n" + &readers::goal(&result["readers"])
}

/// Says what was measured on.
pub fn ground(result: &Value) -> String {
    format!(
        "{}, QEMU {}\n",
        word(&result["kernel"]),
        word(&result["qemu"])
    )
}

/// Writes the tables, each with its title; what was not measured has none.
pub fn sections(result: &Value) -> Vec<(&'static str, String)> {
    let rows = rows_of(result);
    let mut packets = String::new();
    for nic in NICS {
        self::packets(&mut packets, nic, &rows);
    }
    let mut sections = vec![("What a packet takes", packets)];
    let mut add = |title, write: &dyn Fn(&mut String)| {
        let mut text = String::new();
        write(&mut text);
        sections.push((title, text));
    };
    add("What a program pays for reading", &|text| {
        readers::table(text, &result["readers"]);
    });
    add("What a change takes", &|text| {
        fence::table(text, &result["fence"]);
    });
    add("Memory", &|text| memory(text, result));
    add("Starting a machine", &|text| {
        starts(text, &result["start_seconds"]);
    });
    sections.retain(|(_, text)| !text.is_empty());
    sections
}

/// Our figure and C's side by side, and the ratio of both.
fn packets(text: &mut String, nic: &str, rows: &[Value]) {
    let lines = lines(rows, nic);
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!(
        "\n| {nic}, instructions for each packet | frame | rnic | C | rnic / C | rnic, record of four fields | a turn, rnic | C |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n"
    ));
    for line in lines {
        let cells = [
            figure(line.ours),
            figure(line.c),
            line.ratio()
                .map_or_else(String::new, |ratio| format!("{ratio:.2}")),
            figure(line.record),
            turn(line.ours),
            turn(line.c),
        ];
        let (case, size) = (line.case, line.size);
        // Writing to a string does not fail.
        let _ = writeln!(text, "| `{case}` | {size} | {} |", cells.join(" | "));
    }
}

/// One line of the table, or group of bars.
pub struct Line<'a> {
    pub case: &'a str,
    pub size: u64,
    pub ours: Option<&'a Value>,
    pub record: Option<&'a Value>,
    pub c: Option<&'a Value>,
}

impl Line<'_> {
    /// Ours by C's, both without records.
    fn ratio(&self) -> Option<f64> {
        let figure = |row: Option<&Value>| row?["instructions"].as_f64();
        Some(figure(self.ours)? / figure(self.c)?)
    }
}

/// The cases in the order in which they are shown.
const CASES: [&str; 8] = [
    "xdp_drop",
    "xdp_tx",
    "xdp_redirect",
    "xdp_pass_udp",
    "pass_udp",
    "transmit",
    "tcp_stream_receive",
    "tcp_stream_send",
];

/// The lines of one NIC, in the order of the cases.
pub fn lines<'a>(rows: &'a [Value], nic: &str) -> Vec<Line<'a>> {
    let of_nic: Vec<&Value> = rows.iter().filter(|row| row["nic"] == nic).collect();
    let mut lines: Vec<Line<'a>> = Vec::new();
    for row in &of_nic {
        let (case, size) = (row["case"].as_str().unwrap_or_default(), &row["size"]);
        let size = size.as_u64().unwrap_or_default();
        if lines
            .iter()
            .any(|line| line.case == case && line.size == size)
        {
            continue;
        }
        let find = |driver: &str, records: &str| {
            let is_it = |row: &&&Value| {
                row["case"] == case
                    && row["size"] == size
                    && row["driver"] == driver
                    && row["records"] == records
            };
            of_nic.iter().find(is_it).copied()
        };
        lines.push(Line {
            case,
            size,
            ours: find("rnic", "off"),
            record: find("rnic", "hash_vlan"),
            c: find("c", "off"),
        });
    }
    let place = |line: &Line<'_>| CASES.iter().position(|case| *case == line.case);
    lines.sort_by_key(|line| (place(line).unwrap_or(CASES.len()), line.size));
    lines
}

fn memory(text: &mut String, result: &Value) {
    let of = |key: &str| result[key].as_array().cloned().unwrap_or_default();
    let kib = |bytes: &Value| bytes.as_f64().unwrap_or(f64::NAN) / 1024.0;
    let (taken, modules) = (of("memory"), of("text"));
    if taken.is_empty() && modules.is_empty() {
        return;
    }
    text.push_str("\n| memory | KiB |\n|---|--:|\n");
    for row in taken {
        let (driver, nic) = (word(&row["driver"]), word(&row["nic"]));
        let _ = writeln!(
            text,
            "| a pair of queues, {driver} on {nic} | {:.0} |",
            kib(&row["bytes"])
        );
    }
    for row in modules {
        let module = word(&row["module"]);
        let _ = writeln!(text, "| code of {module}.ko | {:.1} |", kib(&row["text"]));
        let _ = writeln!(text, "| all of {module}.ko | {:.1} |", kib(&row["all"]));
    }
}

fn starts(text: &mut String, starts: &Value) {
    if starts.is_null() {
        return;
    }
    text.push_str("\n| start of a machine on this host | median |\n|---|--:|\n");
    for (name, key) in [
        ("power-on to `ready`", "power_on_to_ready"),
        (
            "restore from checkpoint to the guest's first answer",
            "restore_to_first_answer",
        ),
    ] {
        let median = starts[key]["median"].as_f64().unwrap_or(f64::NAN);
        let _ = writeln!(text, "| {name} | {median:.2} s |");
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn figure(row: Option<&Value>) -> String {
    let figure = row.and_then(|row| row["instructions"].as_f64());
    figure.map_or_else(String::new, |figure| format!("{figure:.1}"))
}

fn turn(row: Option<&Value>) -> String {
    let median = row.and_then(|row| row["turn"]["median"].as_u64());
    median.map_or_else(String::new, |median| median.to_string())
}

#[cfg(test)]
mod tests {
    use super::markdown;
    use serde_json::json;

    #[test]
    fn each_figure_has_its_place() {
        let row = |driver: &str, records: &str, instructions: f64| {
            json!({ "case": "xdp_drop", "nic": "igb", "driver": driver, "size": 64, "records": records,
                    "instructions": instructions, "turn": { "median": 150 } })
        };
        let text = markdown(&json!({
            "kernel": "linux 7.3.4", "qemu": "11.1",
            "rows": [row("rnic", "off", 180.0), row("rnic", "hash_vlan", 200.0), row("c", "off", 200.0)],
            "memory": [{ "nic": "igb", "driver": "c", "bytes": 1_048_576 }],
            "text": [{ "module": "igb", "text": 2048, "all": 4096 }],
            "start_seconds": { "power_on_to_ready": { "median": 4.128 }, "restore_to_first_answer": { "median": 0.2 } },
        }));
        for line in [
            "linux 7.3.4, QEMU 11.1\n",
            "| `xdp_drop` | 64 | 180.0 | 200.0 | 0.90 | 200.0 | 150 | 150 |\n",
            "| a pair of queues, c on igb | 1024 |\n",
            "| code of igb.ko | 2.0 |\n",
            "| power-on to `ready` | 4.13 s |\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn what_was_not_measured_has_an_empty_cell() {
        let text = markdown(&json!({
            "rows": [{ "case": "transmit", "nic": "e1000e", "driver": "c", "size": 64, "records": "off", "instructions": 7 }],
        }));
        assert!(
            text.contains("| `transmit` | 64 |  | 7.0 |  |  |  |  |\n"),
            "{text}"
        );
        assert!(!text.contains("power-on"), "{text}");
    }
}
