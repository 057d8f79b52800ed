// SPDX-License-Identifier: GPL-2.0

//! The control port: one line of text for each message, in both directions.
//!
//! It is a virtio-serial port of its own, because the serial console belongs to the kernel log. There
//! is one port for each VM, so the writer is one for the process: a panicking thread has to reach it
//! too. What must never happen is a line break inside a message, which [`send`] takes care of.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{bail, Context, Result};
use serde_json::Value;

use crate::tools;

/// Name of the port, as the VM's command line has it.
const NAME: &str = "ctl";

/// The writing half, while the port is open.
static WRITER: Mutex<Option<File>> = Mutex::new(None);

/// The reading half; whoever holds it talks with the host.
#[derive(Debug)]
pub(crate) struct Ctl {
    reader: BufReader<File>,
}

impl Ctl {
    /// Finds and opens the port.
    ///
    /// # Errors
    ///
    /// When there is no port of that name, or somebody has it open.
    pub(crate) fn open() -> Result<Self> {
        let (name, _) = find()?;
        let path = Path::new("/dev").join(name);
        // Its node comes a little after it.
        tools::wait_for("the control port's node", || path.exists())?;
        let file = File::options().read(true).write(true).open(&path);
        let file = file.with_context(|| format!("open {}", path.display()))?;
        *writer() = Some(file.try_clone()?);
        Ok(Self {
            reader: BufReader::new(file),
        })
    }

    /// Does something for which the port must not be in use: its driver does not find the host again after a suspend.
    ///
    /// # Errors
    ///
    /// When the port does not come back.
    pub(crate) fn apart_from_host<T>(&mut self, what: impl FnOnce() -> T) -> Result<T> {
        let (_, device) = find()?;
        let driver = |file: &str| {
            tools::write(
                &format!("/sys/bus/virtio/drivers/virtio_console/{file}"),
                &device,
            )
        };
        *writer() = None;
        self.reader = BufReader::new(File::open("/dev/null")?);
        driver("unbind")?;
        let result = what();
        driver("bind")?;
        tools::wait_for("the control port", || find().is_ok())?;
        *self = Self::open()?;
        Ok(result)
    }

    /// The next line from the host; waits for it, also while no host is connected.
    ///
    /// # Errors
    ///
    /// When the port cannot be read.
    pub(crate) fn receive(&mut self) -> Result<String> {
        let mut line = String::new();
        while !line.ends_with('\n') {
            // Zero bytes: nobody is connected, as after a restored checkpoint.
            if self.reader.read_line(&mut line)? == 0 {
                sleep(Duration::from_millis(5));
            }
        }
        Ok(line.trim_end().to_owned())
    }

    /// Asks the host for something on the wire and gives its answer.
    ///
    /// # Errors
    ///
    /// When the host says that it cannot, or says something else.
    pub(crate) fn wire(&mut self, request: &Value) -> Result<Value> {
        send("wire", &request.to_string());
        let line = self.receive()?;
        let answer = line
            .strip_prefix("wired ")
            .with_context(|| format!("not an answer: {line}"))?;
        let answer: Value = serde_json::from_str(answer)?;
        if let Some(why) = answer.get("error") {
            bail!("the host refused {request}: {why}");
        }
        Ok(answer)
    }
}

/// The port's name and its device's.
fn find() -> Result<(String, String)> {
    for entry in fs::read_dir("/sys/class/virtio-ports").context("no virtio-serial ports")? {
        let entry = entry?;
        let name = fs::read_to_string(entry.path().join("name")).unwrap_or_default();
        if name.trim() == NAME {
            let text = |name: &OsStr| name.to_string_lossy().into_owned();
            let device = entry.path().join("device").canonicalize()?;
            let device = device.file_name().context("a port without a device")?;
            return Ok((text(&entry.file_name()), text(device)));
        }
    }
    bail!("no virtio-serial port is named {NAME}")
}

fn writer() -> MutexGuard<'static, Option<File>> {
    WRITER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends one message: `word`, a space, `text`; a message of several lines becomes several messages.
pub(crate) fn send(word: &str, text: &str) {
    let mut message = String::new();
    for line in text.lines() {
        message.push_str(word);
        message.push(' ');
        message.push_str(line);
        message.push('\n');
    }
    if text.is_empty() {
        message = format!("{word}\n");
    }
    let written = writer()
        .as_mut()
        .map(|port| port.write_all(message.as_bytes()));
    // Without the port the kernel log is what is left.
    if !matches!(written, Some(Ok(()))) {
        eprint!("rnic-guest: {message}");
    }
}

/// Free text for the log of the run.
pub(crate) fn log(text: &str) {
    send("log", text);
}

/// Something that happened, for the demo's display.
pub(crate) fn event(what: &Value) {
    send("event", &what.to_string());
}
