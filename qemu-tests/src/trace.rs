// SPDX-License-Identifier: GPL-2.0

//! What QEMU's models of the NICs warn about: registers that they do not know, modes that they do not have.
//!
//! QEMU traces these events into its error output. One that no entry of `expect/trace.toml` allows for its NIC is the
//! driver's mistake, or a gap of the model that has to be named. Two drivers at once cannot be told apart, so pairs are
//! not judged.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// Events that QEMU is told to trace.
pub const PATTERNS: &[&str] = &[
    "e1000e_wrn*",
    "igb_wrn*",
    "e1000e_core_mdic_*_unhandled",
    "igb_core_mdic_*_unhandled",
];

/// The list of allowed events, with reasons.
const EXPECTED: &str = include_str!("../expect/trace.toml");

/// Whether a line of QEMU's error output is one of these events.
pub fn is_event(line: &str) -> bool {
    let name = line.split_whitespace().next().unwrap_or_default();
    PATTERNS.iter().any(|pattern| {
        let (start, end) = pattern.split_once('*').unwrap_or((pattern, ""));
        name.starts_with(start) && name.ends_with(end)
    })
}

/// Events and how often each came. What was written does not tell them apart, only where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace(BTreeMap<String, u64>);

impl Trace {
    /// Adds a line.
    pub fn add(&mut self, line: &str) {
        let event = line.split(", value:").next().unwrap_or(line);
        *self.0.entry(event.trim().to_owned()).or_default() += 1;
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        for (event, count) in &other.0 {
            *self.0.entry(event.clone()).or_default() += count;
        }
    }

    /// Events with their numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(event, count)| (event.as_str(), *count))
    }
}

impl FromIterator<(String, u64)> for Trace {
    fn from_iter<T: IntoIterator<Item = (String, u64)>>(events: T) -> Self {
        Self(events.into_iter().collect())
    }
}

/// The events that may come.
#[derive(Debug, Default, Deserialize)]
pub struct Allowed {
    #[serde(default)]
    event: Vec<AllowedEvent>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowedEvent {
    /// Part of the event.
    text: String,
    /// The NIC, if not both.
    nic: Option<String>,
    /// Why it may come; for readers, but not optional.
    #[serde(rename = "reason")]
    _reason: String,
}

impl Allowed {
    /// The project's list. It is part of the program, and a test reads it, so a mistake in it is found there.
    pub fn standard() -> &'static Self {
        static LIST: OnceLock<Allowed> = OnceLock::new();
        LIST.get_or_init(|| toml::from_str(EXPECTED).unwrap_or_default())
    }

    /// What may not come on this NIC, each as a line.
    pub fn wrong(&self, nic: &str, trace: &Trace) -> Vec<String> {
        let allows = |event: &str| {
            self.event.iter().any(|allowed| {
                event.contains(&allowed.text)
                    && allowed.nic.as_deref().is_none_or(|only| only == nic)
            })
        };
        let wrong = trace.iter().filter(|(event, _)| !allows(event));
        wrong
            .map(|(event, count)| format!("{count} times {event}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{is_event, Allowed, Trace, EXPECTED};

    const UNKNOWN: &str =
        "e1000e_wrn_regs_read_unknown WARNING: Read from unknown register 0x5480, 4 byte(s)";

    #[test]
    fn the_projects_list_is_well_formed() {
        let list: Allowed = toml::from_str(EXPECTED).unwrap();
        assert!(list
            .event
            .iter()
            .all(|event| event.text.len() > 8 && event._reason.len() > 8));
        assert!(toml::from_str::<Allowed>("[[event]]\ntext = \"something\"\n").is_err());
    }

    #[test]
    fn events_are_told_from_complaints() {
        assert!(is_event(UNKNOWN));
        assert!(is_event(
            "igb_core_mdic_read_unhandled MDIC READ: PHY[17] UNHANDLED"
        ));
        assert!(!is_event(
            "qemu-system-x86_64: warning: hub 0 is not connected"
        ));
        assert!(!is_event("igb_core_mdic_read MDIC READ: PHY[1] = 0x0"));
        assert!(!is_event(""));
    }

    #[test]
    fn the_same_place_is_counted_once_for_each_time() {
        let mut trace = Trace::default();
        for value in [1, 2, 3] {
            trace.add(&format!("e1000e_wrn_regs_write_unknown WARNING: Write to unknown register 0x1, 4 byte(s), value: {value}"));
        }
        let seen: Vec<u64> = trace.iter().map(|(_, count)| count).collect();
        assert_eq!(seen, [3]);
    }

    #[test]
    fn what_no_entry_allows_is_wrong() {
        let mut trace = Trace::default();
        trace.add(UNKNOWN);
        let list = |nic: &str| -> Allowed {
            let text =
                format!("[[event]]\ntext = \"register 0x5480\"\n{nic}reason = \"a reason\"\n");
            toml::from_str(&text).unwrap()
        };
        assert!(list("").wrong("igb", &trace).is_empty());
        assert!(list("nic = \"igb\"\n").wrong("igb", &trace).is_empty());
        assert_eq!(list("nic = \"e1000e\"\n").wrong("igb", &trace).len(), 1);
        assert_eq!(Allowed::default().wrong("igb", &trace).len(), 1);
    }
}
