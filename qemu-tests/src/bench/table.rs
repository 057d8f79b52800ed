// SPDX-License-Identifier: GPL-2.0

//! The figures as Markdown, ready for a README. Pure.

use serde_json::Value;

/// Three tables: packets, fence, starts.
pub fn markdown(result: &Value) -> String {
    let mut text = format!(
        "{}, QEMU {}\n\n",
        result["kernel"].as_str().unwrap_or_default(),
        result["qemu"].as_str().unwrap_or_default()
    );
    counts(&mut text, "received packet with XDP_DROP", &result["cases"]);
    counts(&mut text, "feature ioctl, call to return", &result["fence"]);
    text.push_str("| start of a machine on this host | median |\n|---|--:|\n");
    for (name, key) in [
        ("power-on to `ready`", "power_on_to_ready"),
        (
            "restore from checkpoint to the guest's first answer",
            "restore_to_first_answer",
        ),
    ] {
        let median = result["start_seconds"][key]["median"]
            .as_f64()
            .unwrap_or(f64::NAN);
        text.push_str(&format!("| {name} | {median:.2} s |\n"));
    }
    text
}

fn counts(text: &mut String, title: &str, cases: &Value) {
    text.push_str(&format!(
        "| {title} | median | mode | share of the mode | samples |\n|---|--:|--:|--:|--:|\n"
    ));
    for case in cases.as_array().into_iter().flatten() {
        text.push_str(&format!(
            "| {} | {} | {} | {:.1} % | {} |\n",
            case["name"].as_str().unwrap_or_default(),
            case["median"],
            case["mode"],
            case["mode_share"].as_f64().unwrap_or(f64::NAN) * 100.0,
            case["samples"]
        ));
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::markdown;
    use serde_json::json;

    #[test]
    fn each_figure_has_its_place() {
        let case = json!([{ "name": "a", "samples": 5999, "median": 380, "mode": 379, "mode_share": 0.978 }]);
        let starts = json!({ "power_on_to_ready": { "median": 4.128 }, "restore_to_first_answer": { "median": 0.2 } });
        let text = markdown(&json!({
            "kernel": "linux 7.3.4", "qemu": "11.1", "cases": case, "fence": case, "start_seconds": starts
        }));
        assert!(text.starts_with("linux 7.3.4, QEMU 11.1\n"));
        assert_eq!(text.matches("| a | 380 | 379 | 97.8 % | 5999 |").count(), 2);
        assert!(text.contains("| power-on to `ready` | 4.13 s |"), "{text}");
    }
}
