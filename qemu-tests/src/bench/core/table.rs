// SPDX-License-Identifier: GPL-2.0

//! The library's figures as Markdown, for the terminal and for `results/README.md`. Pure.

use serde_json::Value;

/// What contenders are, in a reader's words.
const WORDS: &[(&str, &str)] = &[
    ("derived", "derived writer"),
    ("derived_writer", "derived writer"),
    (
        "twin_selects",
        "hand-written C, a conditional value for each field",
    ),
    (
        "clang_twin_selects",
        "hand-written C, a conditional value for each field, clang 19",
    ),
    (
        "clang_twin_branches",
        "hand-written C, a branch for each group of fields, clang 19",
    ),
    (
        "cc_twin_selects",
        "hand-written C, a conditional value for each field, gcc 14",
    ),
    (
        "cc_twin_branches",
        "hand-written C, a branch for each group of fields, gcc 14",
    ),
    ("accessors", "a call for each field, offsets looked up"),
    ("ours", "`meta_core::btf::Reader`"),
    ("ours-indexed", "the same, with an index for look-ups by id"),
    ("btf-rs", "btf-rs 2.0"),
    ("libbpf", "libbpf 1.8 (the kernel tree's)"),
];

/// Four tables: a record in the kernel and in user space, the kernel's BTF, macros.
pub fn markdown(result: &Value) -> String {
    let mut text = String::new();
    text.push_str(
        "| record of four fields, as compiled for the kernel (rustc 1.85, clang 19, no SSE) | instructions | branches |\n|---|--:|--:|\n",
    );
    for row in list(&result["record_in_kernel"]) {
        let bends = row["bends"].as_array().map_or(0, Vec::len);
        text.push_str(&format!(
            "| {} | {} | {bends} |\n",
            words(row),
            row["instructions"]
        ));
    }
    text.push_str(
        "\n| the same in user space at -O2, mean of 1000 packets | every packet has all fields | any bits |\n|---|--:|--:|\n",
    );
    for row in list(&result["record_in_user_space"]["writers"]) {
        text.push_str(&format!(
            "| {} | {} | {} |\n",
            words(row),
            row["full"],
            row["any"]
        ));
    }
    text.push('\n');
    let bytes = result["btf"]["bytes"].as_u64().unwrap_or_default();
    text.push_str(&format!(
        "| reading all of the kernel's BTF ({bytes} bytes) | instructions | memory beside the file |\n|---|--:|--:|\n"
    ));
    for row in list(&result["btf"]["readers"]) {
        let millions = row["instructions"].as_f64().unwrap_or(f64::NAN) / 1e6;
        let name = words(row);
        text.push_str(&format!(
            "| {name} | {millions:.1} M | {} KiB |\n",
            row["peak_kib"]
        ));
    }
    text.push_str(
        "\n| expanding a struct of 32 fields | the macro built | time |\n|---|---|--:|\n",
    );
    for row in list(&result["expansion"]) {
        text.push_str(&format!(
            "| {} | {} | {:.0} ms |\n",
            row["macro"].as_str().unwrap_or_default(),
            row["build"].as_str().unwrap_or_default(),
            row["milliseconds"].as_f64().unwrap_or(f64::NAN)
        ));
    }
    text
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn words(row: &Value) -> &str {
    let name = row["name"].as_str().unwrap_or_default();
    let found = WORDS.iter().find(|(of, _)| *of == name);
    found.map_or(name, |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::markdown;
    use serde_json::json;

    #[test]
    fn each_figure_has_its_place() {
        let text = markdown(&json!({
            "record_in_kernel": [{ "name": "derived", "instructions": 30, "bends": ["je"] }],
            "record_in_user_space": { "writers": [{ "name": "accessors", "full": 189.9, "any": 12.0 }] },
            "btf": { "bytes": 5, "readers": [{ "name": "ours", "instructions": 25_618_710, "peak_kib": 4 }] },
            "expansion": [{ "macro": "Value", "build": "optimised", "milliseconds": 3.6 }],
        }));
        for line in [
            "| derived writer | 30 | 1 |",
            "| a call for each field, offsets looked up | 189.9 | 12.0 |",
            "| `meta_core::btf::Reader` | 25.6 M | 4 KiB |",
            "| Value | optimised | 4 ms |",
        ] {
            assert!(
                text.lines().any(|one| one == line),
                "{line} is not in\n{text}"
            );
        }
    }
}
