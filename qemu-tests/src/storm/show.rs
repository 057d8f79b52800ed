// SPDX-License-Identifier: GPL-2.0

//! A storm's report as text. Pure.

use comfy_table::{presets, CellAlignment, Table};
use serde_json::Value;

/// Readers in the order of the table, with the names that people see.
pub const READERS: &[(&str, &str)] = &[
    ("frozen", "frozen"),
    ("late_bound", "late-bound"),
    ("exact", "exact"),
    ("kfunc", "kfunc"),
    ("tc", "TC"),
    ("cpumap", "cpumap"),
    ("devmap", "devmap"),
    ("veth", "veth"),
    ("xsk_copy", "AF_XDP, copies"),
    ("xsk_zero_copy", "AF_XDP, zero-copy"),
];
/// What is said of each reader.
pub const COLUMNS: [&str; 6] = [
    "packets",
    "generations",
    "misparsed",
    "stale",
    "missing",
    "lost",
];

/// The live line.
pub fn counters(report: &Value) -> String {
    format!(
        "{} changes, {} announced, {} packets, {} misread by who binds late",
        report["changes"],
        report["announced"],
        report["sent"],
        report["readers"]["late_bound"]["misparsed"],
    )
}

/// The closing tables.
pub fn table(report: &Value) -> String {
    let number = |name: &str| report[name].as_u64().unwrap_or(0);
    let mut readers = new(&["reader"], &COLUMNS);
    for (key, name) in READERS {
        let Some(reader) = report["readers"].get(key) else {
            continue;
        };
        let cells = COLUMNS.iter().map(|column| reader[column].to_string());
        readers.add_row(std::iter::once((*name).to_owned()).chain(cells));
    }
    let mut kinds = new(&["change"], &["count", "p50_us", "p99_us", "in_flight"]);
    for kind in report["kinds"].as_array().into_iter().flatten() {
        let name = kind["kind"].as_str().unwrap_or("?").to_owned();
        let cells =
            ["count", "p50_us", "p99_us", "in_flight"].map(|column| kind[column].to_string());
        kinds.add_row(std::iter::once(name).chain(cells));
    }
    format!(
        "\n{}: {} changes, {} announcements, {} frames in {:.0} s; {} came while no program was attached\n\
         {} generations unannounced, {} announced late, {} announcements out of order\n\n{readers}\n\n{kinds}\n",
        report["nic"].as_str().unwrap_or("?"),
        number("changes"),
        number("announced"),
        number("sent"),
        report["seconds"].as_f64().unwrap_or(0.0),
        number("bypassed"),
        number("unannounced"),
        number("late"),
        number("out_of_order"),
    )
}

fn new(name: &[&str], columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(
        name.iter()
            .chain(columns)
            .map(|column| column.replace('_', " ")),
    );
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_tables_have_a_row_for_each_reader_and_kind() {
        let reader = json!({"packets": 10, "generations": 2, "misparsed": 3, "stale": 0, "missing": 0, "lost": 0});
        let report = json!({
            "nic": "igb", "changes": 100, "announced": 201, "sent": 10, "bypassed": 0, "seconds": 1.5,
            "unannounced": 0, "late": 0, "out_of_order": 0,
            "readers": {"frozen": reader, "xsk_copy": reader},
            "kinds": [{"kind": "rings", "count": 5, "p50_us": 900, "p99_us": 1200, "in_flight": 7}],
        });
        let text = super::table(&report);
        for part in [
            "igb: 100 changes, 201 announcements",
            "AF_XDP, copies",
            "rings",
            "1200",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
