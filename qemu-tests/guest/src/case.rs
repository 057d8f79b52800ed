// SPDX-License-Identifier: GPL-2.0

//! What a test case is, and what it is given.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::Duration;

use anyhow::Result;
use meta_reader::{Announcement, Client};
use serde_json::{json, Value};

use crate::boot::Options;
use crate::ctl::{self, Ctl};
use crate::eth::Eth;
use crate::ktap::Ktap;

/// A named case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Definition {
    /// `topic::name`.
    pub(crate) name: &'static str,
    /// Where it runs: the name of a lane (`igb`), a build of the module (`no_fence`), `pair`; `None`: on each NIC.
    pub(crate) lane: Option<&'static str>,
    /// Its code; an error fails the case as a failed check does.
    pub(crate) run: fn(&mut Case<'_>) -> Result<()>,
}

impl Definition {
    /// A case for each NIC.
    pub(crate) const fn new(name: &'static str, run: fn(&mut Case<'_>) -> Result<()>) -> Self {
        Self {
            name,
            lane: None,
            run,
        }
    }

    /// A case for some lanes only.
    pub(crate) const fn on(
        lane: &'static str,
        name: &'static str,
        run: fn(&mut Case<'_>) -> Result<()>,
    ) -> Self {
        Self {
            name,
            lane: Some(lane),
            run,
        }
    }
}

/// A running case.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    /// The host.
    pub(crate) ctl: &'a mut Ctl,
    /// Where results go.
    pub(crate) ktap: Ktap,
    /// Arguments from the host.
    pub(crate) args: Value,
    /// The interface under test.
    pub(crate) eth: Eth,
}

impl Case<'_> {
    /// The layout in force on the only queue.
    ///
    /// # Errors
    ///
    /// What the netlink family says.
    pub(crate) fn in_force(&self) -> Result<Announcement> {
        Ok(Client::open()?.get(self.eth.ifindex()?, 0)?)
    }

    /// Asks the host to send frames of the oracle to this NIC, unless they say for which; gives the first number and how many
    /// were sent.
    ///
    /// # Errors
    ///
    /// When the host cannot.
    pub(crate) fn burst(&mut self, mut request: Value) -> Result<Sent> {
        request["mac"] = json!(self.eth.mac_hex()?);
        if request["nic"].is_null() {
            request["nic"] = json!(Options::read()?.nic);
        }
        let answer = self.ctl.wire(&request)?;
        Ok(Sent::from_json(&answer))
    }

    /// Ends background sending.
    ///
    /// # Errors
    ///
    /// When the host cannot, or was not sending.
    pub(crate) fn stop(&mut self) -> Result<Sent> {
        Ok(Sent::from_json(&self.ctl.wire(&json!({ "stop": true }))?))
    }

    /// Asks the host to send these frames as they are.
    ///
    /// # Errors
    ///
    /// When the host cannot.
    pub(crate) fn raw(&mut self, frames: &[Vec<u8>]) -> Result<()> {
        let hex: Vec<String> = frames.iter().map(|frame| to_hex(frame)).collect();
        self.ctl.wire(&json!({ "raw": hex })).map(|_| ())
    }

    /// Has QEMU do something with this machine: `device_del` and `device_add` (the NIC is `nic`, in the port `nic_port`, on the
    /// wire `wire`), `set_link`, `system_wakeup`. Gives what QEMU returns.
    ///
    /// # Errors
    ///
    /// When the host or QEMU refuses.
    pub(crate) fn qmp(&mut self, execute: &str, arguments: Value) -> Result<Value> {
        self.qmp_after(Duration::ZERO, execute, arguments)
    }

    /// The same after a while, for a machine that cannot ask then; the answer comes at once and says nothing.
    ///
    /// # Errors
    ///
    /// When the host refuses.
    pub(crate) fn qmp_after(
        &mut self,
        after: Duration,
        execute: &str,
        arguments: Value,
    ) -> Result<Value> {
        let request = json!({
            "qmp": { "execute": execute, "arguments": arguments },
            "after_ms": u64::try_from(after.as_millis())?,
        });
        Ok(self.ctl.wire(&request)?["return"].take())
    }

    /// The frames of one EtherType that the host has received since it was last asked.
    ///
    /// # Errors
    ///
    /// When the host cannot say.
    pub(crate) fn captured(&mut self, ethertype: u16) -> Result<Vec<Vec<u8>>> {
        let request = json!({ "captured": true, "ethertype": format!("{ethertype:04x}") });
        let answer = self.ctl.wire(&request)?;
        let frames = answer["frames"].as_array().cloned().unwrap_or_default();
        Ok(frames
            .iter()
            .map(|hex| from_hex(hex.as_str().unwrap_or("")))
            .collect())
    }
}

/// What the host says that it sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Number of the first frame.
    pub(crate) first: u32,
    /// How many.
    pub(crate) count: u32,
}

impl Sent {
    fn from_json(answer: &Value) -> Self {
        let number =
            |name: &str| u32::try_from(answer[name].as_u64().unwrap_or(0)).unwrap_or(u32::MAX);
        Self {
            first: number("first_seq"),
            count: number("sent"),
        }
    }
}

/// Runs one case and reports it, whatever happens in it.
pub(crate) fn run(definition: &Definition, ctl: &mut Ctl, args: Value) {
    let mut case = Case {
        ctl,
        ktap: Ktap::default(),
        args,
        eth: Eth::new(),
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| (definition.run)(&mut case)));
    let Case { mut ktap, .. } = case;
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            ktap.check("runs to its end", false, format_args!("{error:#}"));
        }
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned()));
            ktap.check("does not panic", false, text.unwrap_or_default());
        }
    }
    // These report in a way of their own.
    let verdict = match definition.name {
        "demo" | "storm" | "bench" | "bench_profile" | "upstream" => ktap.verdict(),
        _ => ktap.finish(),
    };
    let done = match verdict {
        Ok(()) => json!({ "ok": true }),
        Err(message) => json!({ "ok": false, "message": message }),
    };
    // The log is printed in the background; the host waits for this line, so that it judges all of it.
    let _ = std::fs::write("/dev/kmsg", "<6>rnic-guest: end of case\n");
    ctl::send("done", &done.to_string());
}

/// `bytes` as lower-case hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes that the host's digits spell.
fn from_hex(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len() / 2).map(|i| &hex[2 * i..2 * i + 2]);
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap_or(0))
        .collect()
}
