// SPDX-License-Identifier: GPL-2.0

//! An emulated machine that boots a Debian disk with its own init, and what a script in it says of what it tried.
//!
//! The script is started by a unit of systemd and writes to the second serial port: a line for each thing, `done` at the end. What
//! must never happen: a machine that says nothing and counts as well, so whatever ends without `done` has failed.

use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};

use super::base::Base;
use super::disk::Disk;
use crate::inside::Root;
use crate::ui::Step;
use crate::vm::tsc;

/// Its memory.
pub const MEGABYTES: u64 = 1024;

/// What runs in the machine.
const SCRIPT: &str = include_str!("machine.sh");

/// Where the script is in the machine.
const SCRIPT_AT: &str = "/usr/local/sbin/rnic-check";

/// What starts it, when everything else is up, and turns the machine off when it ends.
const UNIT: &str = "\
[Unit]
Description=Check of the packages
After=multi-user.target

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/rnic-check
ExecStopPost=/usr/bin/systemctl --no-block poweroff
StandardOutput=file:/dev/ttyS1
StandardError=journal+console
";

/// The longest time from power to `done`.
const LONGEST: Duration = Duration::from_secs(600);

/// Puts the script into a disk.
///
/// # Errors
///
/// When the disk cannot be written.
pub fn equip(disk: &mut Disk, program: &Path, dir: &Path) -> Result<()> {
    let unit = "/etc/systemd/system/rnic-check.service";
    for (text, to) in [(SCRIPT, SCRIPT_AT), (UNIT, unit)] {
        let file = dir.join("to-copy");
        std::fs::write(&file, text)?;
        disk.put(&file, to)?;
    }
    disk.put(program, "/root/hash.bpf.o")?;
    let enable = format!(
        "chmod +x {SCRIPT_AT}; mkdir -p /etc/systemd/system/default.target.wants; \
         ln -s {unit} /etc/systemd/system/default.target.wants/"
    );
    disk.output(&["sh", "-ec", &enable]).map(drop)
}

/// Boots a disk and gives what the script said failed, and how many things it tried.
///
/// # Errors
///
/// When the machine does not start, or goes off or silent before the script ends.
pub fn boot(
    tools: &Root,
    base: &Base,
    disk: &Disk,
    dir: &Path,
    step: &Step,
) -> Result<(Vec<String>, usize)> {
    let console = dir.join("console.log");
    let socket = dir.join("results");
    let _ = std::fs::remove_file(&socket);
    let listener = UnixListener::bind(&socket).context("cannot make a socket")?;
    let mut qemu = tools.machine(dir, "qemu-system-x86_64");
    qemu.args(arguments(base, disk, &console, &socket));
    let log = std::fs::File::create(dir.join("qemu.log"))?;
    let mut machine = Machine(
        qemu.stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot start QEMU")?,
    );
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let Ok((stream, _)) = listener.accept() else {
            return;
        };
        for line in BufReader::new(stream).lines() {
            if line.is_err() || line.is_ok_and(|line| sender.send(line).is_err()) {
                break;
            }
        }
    });
    let started = Instant::now();
    let (mut failed, mut tried) = (Vec::new(), 0);
    loop {
        match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => {
                let line = line.trim();
                step.message(line);
                if line == "done" {
                    break;
                }
                tried += 1;
                if !line.starts_with("ok ") {
                    failed.push(format!("in the machine: {line}"));
                }
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                bail!("the machine went off early{}", tail(&console))
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                step.tick();
                if machine.0.try_wait()?.is_some() {
                    bail!(
                        "QEMU ended: {}{}",
                        std::fs::read_to_string(dir.join("qemu.log"))?.trim(),
                        tail(&console)
                    );
                }
                if started.elapsed() > LONGEST {
                    bail!("the machine did not end its work{}", tail(&console));
                }
            }
        }
    }
    // It turns itself off.
    while machine.0.try_wait()?.is_none() && started.elapsed() < LONGEST {
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok((failed, tried))
}

/// A process that does not outlive this value.
struct Machine(Child);

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn arguments(base: &Base, disk: &Disk, console: &Path, socket: &Path) -> Vec<String> {
    let text = |path: &Path| path.display().to_string();
    let mut words: Vec<String> = Vec::new();
    let mut add = |option: &str, value: String| words.extend([option.to_owned(), value]);
    add("-machine", "q35".into());
    add("-accel", "tcg".into());
    add("-cpu", "Nehalem".into());
    add("-smp", "2".into());
    add("-m", MEGABYTES.to_string());
    add("-kernel", text(&base.kernel));
    add("-initrd", text(&base.initrd));
    add(
        "-append",
        format!(
            "root=/dev/vda rw console=ttyS0 panic=-1 no_timer_check {}",
            tsc::kernel_arguments(tsc::khz())
        ),
    );
    add(
        "-drive",
        format!("file={},format=raw,if=virtio", text(disk.image())),
    );
    add("-device", "virtio-rng-pci".into());
    add("-serial", format!("file:{}", text(console)));
    add("-serial", format!("unix:{}", text(socket)));
    for (nic, hub, mac) in [("e1000e", "ours", 56), ("igb", "theirs", 57)] {
        add("-netdev", format!("hubport,id={hub},hubid=0"));
        add(
            "-device",
            format!("{nic},netdev={hub},mac=52:54:00:12:34:{mac},romfile="),
        );
    }
    add("-display", "none".into());
    words.extend(["-nodefaults", "-no-user-config", "-no-reboot"].map(str::to_owned));
    words
}

/// The end of the machine's log, indented.
fn tail(console: &PathBuf) -> String {
    let text = std::fs::read(console).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(30)..];
    last.iter()
        .map(|line| format!("\n    | {}", line.trim_end()))
        .collect()
}
