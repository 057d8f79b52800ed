// SPDX-License-Identifier: GPL-2.0

//! The demo's events as text. Pure.

use serde_json::Value;

/// Readers in the order of the table, with the names that people see.
const READERS: &[(&str, &str)] = &[
    ("frozen", "frozen"),
    ("kfunc", "kfunc"),
    ("late_bound", "late-bound"),
];
const COLUMNS: &[&str] = &["packets", "misparsed", "stale", "missing", "lost"];

/// One announcement on one line.
pub fn announcement(value: &Value) -> String {
    let fields: Vec<String> = value
        .get("fields")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|field| format!("{}@{}", text(field, "name"), number(field, "offset")))
        .collect();
    format!(
        "{:>10}  generation {:<4} {:<18} {:>2} bytes  {:<9} {}",
        "announced",
        number(value, "generation"),
        text(value, "layout"),
        number(value, "size"),
        text(value, "reason"),
        fields.join(" "),
    )
}

/// A dump of types, indented under its title.
pub fn btf(value: &Value) -> String {
    let dump: String = text(value, "text")
        .trim_end()
        .lines()
        .map(|line| format!("\n            {line}"))
        .collect();
    format!("{:>10}  {}{dump}", "btf", text(value, "title"))
}

/// The live line.
pub fn counters(value: &Value) -> String {
    let mut words = vec![format!("generation {}", number(value, "generation"))];
    for (key, name) in READERS {
        if let Some(reader) = value.get("readers").and_then(|readers| readers.get(key)) {
            words.push(format!(
                "{name} {}/{}",
                number(reader, "misparsed"),
                number(reader, "packets")
            ));
        }
    }
    words.join("  ")
}

/// The closing table.
pub fn table(result: &Value) -> String {
    let mut lines = vec![
        String::new(),
        format!(
            "{}: {} changes, {} generations, {} announced",
            text(result, "nic"),
            number(result, "changes"),
            number(result, "generations"),
            number(result, "announced")
        ),
        row("reader", COLUMNS.iter().map(|column| (*column).to_owned())),
    ];
    for (key, name) in READERS {
        if let Some(reader) = result.get("readers").and_then(|readers| readers.get(key)) {
            lines.push(row(
                name,
                COLUMNS
                    .iter()
                    .map(|column| number(reader, column).to_string()),
            ));
        }
    }
    lines.join("\n")
}

fn row(name: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: String = cells.map(|cell| format!("{cell:>11}")).collect();
    format!("  {name:<12}{cells}")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("?")
}

fn number(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_table_has_a_row_for_each_reader() {
        let reader = json!({"packets": 10, "misparsed": 3, "stale": 0, "missing": 0, "lost": 0});
        let result = json!({
            "nic": "e1000e", "changes": 100, "generations": 101, "announced": 101,
            "readers": {"frozen": reader, "kfunc": reader, "late_bound": reader},
        });
        let table = super::table(&result);
        assert!(
            table.contains("100 changes, 101 generations, 101 announced"),
            "{table}"
        );
        assert_eq!(table.lines().count(), 6, "{table}");
        assert!(
            table.lines().last().unwrap().contains("late-bound"),
            "{table}"
        );
    }

    #[test]
    fn an_announcement_names_fields_and_offsets() {
        let line = super::announcement(&json!({
            "generation": 7, "layout": "rnic_rx_hash", "size": 16, "reason": "features",
            "fields": [{"name": "rx_hash", "offset": 0}, {"name": "rx_hash_type", "offset": 4}],
        }));
        assert!(line.contains("rx_hash@0 rx_hash_type@4"), "{line}");
    }
}
