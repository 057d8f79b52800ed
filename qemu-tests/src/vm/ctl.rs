// SPDX-License-Identifier: GPL-2.0

//! The guest's line protocol, as types. Pure.

use serde_json::Value;

/// One line from the guest.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// The driver is loaded and the interface is up.
    Ready,
    /// A case that the guest has: its name, and the lane or kind of lane that it asks for, if any.
    Case(String, Option<String>),
    /// A function of the kernel: its address and its name.
    Function(String),
    /// The end of a list.
    Listed,
    /// A request for traffic.
    Wire(String),
    /// A line of test results.
    Ktap(String),
    /// Something for people.
    Event(Value),
    /// Something for the log.
    Log(String),
    /// The end of a case.
    Done {
        /// Whether the guest is content.
        ok: bool,
        /// What it has to say about it.
        message: String,
    },
    /// Not understood.
    Unknown(String),
}

impl Line {
    /// Reads one line.
    pub fn parse(line: &str) -> Self {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "ready" => Self::Ready,
            "listed" => Self::Listed,
            "function" => Self::Function(rest.to_owned()),
            "case" => {
                let mut words = rest.split_whitespace().map(str::to_owned);
                match (words.next(), words.next()) {
                    (Some(name), lane) => Self::Case(name, lane),
                    _ => Self::Unknown(line.to_owned()),
                }
            }
            "wire" => Self::Wire(rest.to_owned()),
            "ktap" => Self::Ktap(rest.to_owned()),
            "log" => Self::Log(rest.to_owned()),
            "event" => serde_json::from_str(rest)
                .map_or_else(|_| Self::Unknown(line.to_owned()), Self::Event),
            "done" => match serde_json::from_str::<Value>(rest) {
                Ok(value) => Self::Done {
                    ok: value.get("ok").and_then(Value::as_bool).unwrap_or(false),
                    message: value
                        .get("message")
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned(),
                },
                Err(_) => Self::Unknown(line.to_owned()),
            },
            _ => Self::Unknown(line.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn every_kind_of_line_is_understood() {
        assert_eq!(Line::parse("ready"), Line::Ready);
        assert_eq!(
            Line::parse("function ffffffff81000000 _text"),
            Line::Function("ffffffff81000000 _text".into())
        );
        assert_eq!(Line::parse("case a::b"), Line::Case("a::b".into(), None));
        assert_eq!(
            Line::parse("case teeth::x no_fence"),
            Line::Case("teeth::x".into(), Some("no_fence".into()))
        );
        assert_eq!(
            Line::parse("ktap   ok 1 - deep"),
            Line::Ktap("  ok 1 - deep".into())
        );
        assert_eq!(
            Line::parse("wire {\"count\":3}"),
            Line::Wire("{\"count\":3}".into())
        );
        let done = Line::parse("done {\"ok\":false,\"message\":\"why\"}");
        assert_eq!(
            done,
            Line::Done {
                ok: false,
                message: "why".into()
            }
        );
        assert!(matches!(Line::parse("event {\"btf\":{}}"), Line::Event(_)));
    }

    #[test]
    fn a_done_line_that_says_nothing_is_not_a_success() {
        assert_eq!(
            Line::parse("done {}"),
            Line::Done {
                ok: false,
                message: String::new()
            }
        );
        assert_eq!(Line::parse("done"), Line::Unknown("done".into()));
        assert_eq!(Line::parse("case"), Line::Unknown("case".into()));
        assert_eq!(Line::parse("gibberish"), Line::Unknown("gibberish".into()));
    }
}
