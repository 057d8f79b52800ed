// SPDX-License-Identifier: GPL-2.0

//! What the first run takes, from the file that `cargo qemu demo --json` writes. Pure.

use std::fmt::Write as _;

use serde_json::Value;

/// The command, after the cache was deleted.
const COMMAND: &str = "cargo qemu demo --json qemu-tests/results/first-run.json";

/// Writes the parts of a run, the first first.
pub fn markdown(file: &Value) -> String {
    let run = &file["run"];
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let mut out = format!(
        "`{COMMAND}`, with an empty cache: {} processors with nothing else to do, {:.0} MB fetched, {:.1} GB kept in the cache, \
         {:.0} s to the end of the demo. The runner itself, which cargo compiles before, is not in it. Parts run side by side where \
         they can.\n\n\
         | part | seconds |\n|---|--:|\n",
        run["processors"],
        number(&run["fetched_megabytes"]),
        number(&run["cache_megabytes"]) / 1000.0,
        number(&run["seconds"]),
    );
    for part in run["parts"].as_array().into_iter().flatten() {
        let text = |key: &str| part[key].as_str().unwrap_or_default();
        let _ = writeln!(
            out,
            "| {}: {} | {:.0} |",
            text("kind"),
            text("name"),
            number(&part["seconds"])
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::markdown;
    use serde_json::json;

    #[test]
    fn every_part_has_a_row() {
        let run = json!({ "processors": 2, "seconds": 251.4, "fetched_megabytes": 715, "cache_megabytes": 3412,
            "parts": [{ "kind": "set-up", "name": "the toolchain", "seconds": 49.7 }] });
        let text = markdown(&json!({ "run": run }));
        for part in [
            "2 processors",
            "715 MB fetched, 3.4 GB kept",
            "251 s to",
            "| set-up: the toolchain | 50 |",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
