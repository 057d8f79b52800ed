// SPDX-License-Identifier: GPL-2.0

//! A minimal client of QEMU's machine protocol: one command, one answer, events skipped.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use serde_json::{json, Value};

/// A connection.
#[derive(Debug)]
pub struct Qmp {
    writer: UnixStream,
    reader: BufReader<UnixStream>,
    ready: bool,
}

impl Qmp {
    /// Wraps the host's end of the channel.
    ///
    /// # Errors
    ///
    /// When the descriptor cannot be duplicated.
    pub fn new(stream: UnixStream) -> Result<Self> {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self {
            reader: BufReader::new(stream.try_clone()?),
            writer: stream,
            ready: false,
        })
    }

    /// Runs one command.
    ///
    /// # Errors
    ///
    /// When QEMU refuses it or is gone.
    pub fn command(&mut self, name: &str, arguments: Value) -> Result<Value> {
        if !self.ready {
            let greeting = self.read()?;
            if greeting.get("QMP").is_none() {
                bail!("QEMU did not greet: {greeting}");
            }
            self.ready = true;
            self.exchange("qmp_capabilities", json!({}))?;
        }
        self.exchange(name, arguments)
    }

    /// Saves the paused machine to a file.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub fn save(&mut self, file: &Path) -> Result<()> {
        self.command("stop", json!({}))?;
        self.command(
            "migrate",
            json!({ "uri": format!("file:{}", file.display()) }),
        )?;
        self.wait_for(
            "query-migrate",
            "status",
            "completed",
            &["failed", "cancelled"],
        )
    }

    /// Lets a restored machine run.
    ///
    /// # Errors
    ///
    /// When the state could not be loaded.
    pub fn resume(&mut self) -> Result<()> {
        self.wait_for(
            "query-status",
            "status",
            "paused",
            &["internal-error", "io-error"],
        )?;
        self.command("cont", json!({})).map(drop)
    }

    fn wait_for(&mut self, query: &str, field: &str, good: &str, bad: &[&str]) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = self.command(query, json!({}))?;
            match answer.get(field).and_then(Value::as_str) {
                Some(state) if state == good => return Ok(()),
                Some(state) if bad.contains(&state) => bail!("{query}: {answer}"),
                _ if Instant::now() > end => bail!("{query} did not become {good}: {answer}"),
                _ => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    fn exchange(&mut self, name: &str, arguments: Value) -> Result<Value> {
        let line = json!({ "execute": name, "arguments": arguments });
        self.writer
            .write_all(format!("{line}\n").as_bytes())
            .context("QEMU's control channel is closed")?;
        loop {
            let mut answer = self.read()?;
            if let Some(error) = answer.get("error") {
                bail!("QEMU refuses {name}: {error}");
            }
            if let Some(value) = answer.get_mut("return") {
                return Ok(value.take());
            }
        }
    }

    fn read(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self
            .reader
            .read_line(&mut line)
            .context("QEMU does not answer")?
            == 0
        {
            bail!("QEMU closed its control channel");
        }
        serde_json::from_str(&line).with_context(|| format!("QEMU said {line:?}"))
    }
}
