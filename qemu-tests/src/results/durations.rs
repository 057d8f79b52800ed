// SPDX-License-Identifier: GPL-2.0

//! Where the time of a test run goes: its parts, and its longest cases. Pure.

use std::fmt::Write as _;

use serde_json::Value;

/// Cases that are listed.
const LONGEST: usize = 25;

/// Writes a table of the file's `parts` and one of its longest `cases`, each an object with `name` and `seconds`.
pub fn markdown(file: &Value) -> String {
    let mut text = String::new();
    table(&mut text, "part of the run", &file["parts"], usize::MAX);
    table(&mut text, "longest cases", &file["cases"], LONGEST);
    text
}

fn table(text: &mut String, title: &str, rows: &Value, most: usize) {
    let seconds = |row: &Value| row["seconds"].as_f64().unwrap_or_default();
    let mut rows: Vec<&Value> = rows.as_array().into_iter().flatten().collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by(|a, b| seconds(b).total_cmp(&seconds(a)));
    // Writing to a string does not fail.
    let _ = writeln!(text, "\n| {title} | seconds |\n|---|--:|");
    for row in rows.into_iter().take(most) {
        let name = row["name"].as_str().unwrap_or_default();
        let _ = writeln!(text, "| {name} | {:.1} |", seconds(row));
    }
}

#[cfg(test)]
mod tests {
    use super::{markdown, LONGEST};
    use serde_json::{json, Value};

    #[test]
    fn the_longest_come_first_and_the_shortest_are_left_out() {
        let case =
            |seconds: usize| json!({ "name": format!("case-{seconds}"), "seconds": seconds });
        let cases: Vec<Value> = (0..LONGEST + 1).map(case).collect();
        let text = markdown(&json!({ "cases": cases }));
        let rows: Vec<&str> = text.lines().filter(|line| line.contains("case-")).collect();
        assert_eq!(rows.len(), LONGEST);
        assert_eq!(rows[0], format!("| case-{LONGEST} | {LONGEST}.0 |"));
        assert!(!text.contains("case-0 "), "{text}");
    }

    #[test]
    fn a_file_without_parts_has_no_table_of_them() {
        assert_eq!(markdown(&json!({ "passed": 3 })), "");
    }
}
