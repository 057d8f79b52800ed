// SPDX-License-Identifier: GPL-2.0

//! What a guest may ask of its own machine: a few commands of QMP, at once or later.
//!
//! Later is for a machine that will not be able to ask: one that is asleep. What must never happen is that a guest ends or
//! saves its machine, or reaches a file of this host, so commands are named one by one.

use std::time::{Duration, Instant};

use serde_json::{json, Value};

use super::Vm;

/// The commands.
const ALLOWED: &[&str] = &["device_add", "device_del", "set_link", "system_wakeup"];

/// One command.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// QMP's name of it.
    pub execute: String,
    /// Its arguments.
    pub arguments: Value,
    /// How long to wait before.
    pub after: Duration,
}

impl Order {
    /// The order in a request, if it is one: `{"qmp":{"execute":"set_link","arguments":{…}},"after_ms":0}`.
    ///
    /// # Errors
    ///
    /// Why it is not obeyed.
    pub fn find(request: &str) -> Option<Result<Self, String>> {
        let request: Value = serde_json::from_str(request).ok()?;
        let order = request.get("qmp")?;
        Some(Self::read(order, &request))
    }

    fn read(order: &Value, request: &Value) -> Result<Self, String> {
        let execute = order["execute"].as_str().ok_or("qmp: no command")?;
        if !ALLOWED.contains(&execute) {
            return Err(format!("qmp: a guest may not ask for {execute}"));
        }
        let after = match request.get("after_ms") {
            None => 0,
            Some(after) => after.as_u64().ok_or("after_ms: not a number")?,
        };
        Ok(Self {
            execute: execute.to_owned(),
            arguments: order.get("arguments").cloned().unwrap_or_else(|| json!({})),
            after: Duration::from_millis(after),
        })
    }
}

/// Orders whose time has not come.
#[derive(Clone, Debug, Default)]
pub struct Later(Vec<(Instant, Order)>);

impl Later {
    /// Keeps an order.
    pub fn add(&mut self, order: Order) {
        self.0.push((Instant::now() + order.after, order));
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<Instant> {
        self.0.iter().map(|(when, _)| *when).min()
    }

    /// One that is due.
    pub fn take_due(&mut self) -> Option<Order> {
        let now = Instant::now();
        let at = self.0.iter().position(|(when, _)| *when <= now)?;
        Some(self.0.remove(at).1)
    }
}

impl Vm {
    /// Answers a request of the guest: an order to its machine (`{"qmp":{"execute":…,"arguments":{…}},"after_ms":0}` gives
    /// `{"return":…}`, later ones `{"return":{}}` at once), or one for the wire ([`crate::wire::Wire::answer`]).
    pub fn answer(&mut self, request: &str) -> Value {
        match Order::find(request) {
            None => self.wire.answer(request),
            Some(Err(why)) => json!({ "error": why }),
            Some(Ok(order)) if order.after.is_zero() => self.obey(&order),
            Some(Ok(order)) => {
                self.later.add(order);
                json!({ "return": {} })
            }
        }
    }

    /// Carries an order out.
    pub(super) fn obey(&mut self, order: &Order) -> Value {
        let done = self
            .qmp()
            .and_then(|qmp| qmp.command(&order.execute, order.arguments.clone()));
        match done {
            Ok(value) => json!({ "return": value }),
            Err(error) => json!({ "error": format!("{error:#}") }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Later, Order};

    #[test]
    fn only_named_commands_are_obeyed() {
        let order =
            Order::find(r#"{"qmp":{"execute":"set_link","arguments":{"name":"nic","up":false}}}"#);
        let order = order.unwrap().unwrap();
        assert_eq!(order.execute, "set_link");
        assert_eq!(order.arguments["up"], false);
        for command in ["quit", "migrate", "human-monitor-command", "blockdev-add"] {
            let request = format!(r#"{{"qmp":{{"execute":"{command}"}}}}"#);
            assert!(Order::find(&request).unwrap().is_err(), "{command}");
        }
        assert!(Order::find(r#"{"qmp":{}}"#).unwrap().is_err());
        assert!(Order::find(r#"{"count":1}"#).is_none());
        assert!(Order::find("nonsense").is_none());
    }

    #[test]
    fn a_later_order_waits() {
        let request = r#"{"qmp":{"execute":"system_wakeup"},"after_ms":60000}"#;
        let mut later = Later::default();
        later.add(Order::find(request).unwrap().unwrap());
        assert!(later.next().is_some());
        assert_eq!(later.take_due(), None);
        let request = r#"{"qmp":{"execute":"system_wakeup"},"after_ms":0}"#;
        later.add(Order::find(request).unwrap().unwrap());
        assert!(later.take_due().is_some());
        assert_eq!(later.take_due(), None);
    }
}
