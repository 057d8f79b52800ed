// SPDX-License-Identifier: GPL-2.0

//! One running machine: its channels, its life and its death.
//!
//! Five channels, none shared: the kernel's log, the control port, the frames, machine control (QMP), and QEMU's
//! own complaints, among which its models' warnings are. All are inherited descriptors, so there are no socket paths to collide or clean up (but for the
//! frames of a virtio NIC, whose device is found by an abstract name). Everything
//! that the guest says arrives as [`Event`]s in one queue, and silence is noticed.

pub mod argv;
mod channel;
pub mod checkpoint;
pub mod console;
mod control;
pub mod ctl;
pub mod qmp;
pub mod tsc;
mod vhost;

use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use command_fds::{CommandFdExt, FdMapping};
use rustix::net::{socketpair, AddressFamily, SocketFlags, SocketType};

use crate::build::Image;
use crate::paths::Paths;
use crate::setup::Ground;
use crate::timing;
use crate::trace::{self, Trace};
use crate::wire::Wire;
use argv::{Machine, Mode};
use channel::{read_lines, Sound};
use console::Console;
use control::Later;
use qmp::Qmp;

/// Something that the machine said or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A line of the kernel's log.
    Console(String),
    /// A line of the control port.
    Ctl(String),
    /// The machine is gone; why, if it was not by its own wish.
    Gone(Option<String>),
    /// Nothing for the given time.
    Silence,
}

/// A machine; dropped, it is killed.
#[derive(Debug)]
pub struct Vm {
    child: Child,
    sounds: Receiver<Sound>,
    open_channels: usize,
    ctl: UnixStream,
    qmp: Option<Qmp>,
    /// The host's end of the NIC.
    pub wire: Wire,
    /// The kernel's log so far, and what was wrong in it.
    pub console: Console,
    /// What QEMU's models warned about.
    pub trace: Trace,
    /// What the guest has asked to be done later.
    later: Later,
    /// When QEMU was started.
    pub started: Instant,
    /// A step of the guest's life after which silence is a hang.
    patience: Duration,
    last_sound: Instant,
}

/// How a machine begins.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// Powered on.
    Boot,
    /// From a saved state, paused.
    Restore(&'a Path),
    /// Powered on, with a plugin in the translator: its file and arguments, as QEMU takes them.
    Watched(&'a str),
}

impl Vm {
    /// Starts a machine.
    ///
    /// # Errors
    ///
    /// When QEMU cannot be started; what it complains about later arrives as [`Event::Gone`].
    pub fn start(
        paths: &Paths,
        ground: &Ground,
        image: &Image,
        machine: &Machine,
        start: Start<'_>,
    ) -> Result<Self> {
        let (wire, wire_there) = socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )?;
        let (console, console_there) = UnixStream::pair()?;
        let (ctl, ctl_there) = UnixStream::pair()?;
        let (qmp, qmp_there) = UnixStream::pair()?;
        let mut command = ground.root.machine(&paths.project, "qemu-system-x86_64");
        let wire_there = if machine.lane.is_virtio() {
            // Before all that refers to it.
            let path = vhost::start(wire_there)?;
            command.arg("-chardev");
            command.arg(format!("socket,id=vhost,path={path},abstract=on"));
            None
        } else {
            Some((wire_there, argv::WIRE_FD))
        };
        command.args(machine.argv(&ground.kernel.image(), &image.initramfs));
        match start {
            Start::Boot => {}
            Start::Restore(state) => {
                command
                    .arg("-incoming")
                    .arg(format!("file:{}", state.display()));
            }
            Start::Watched(plugin) => {
                command.arg("-plugin").arg(plugin);
            }
        }
        let there: [(OwnedFd, i32); 3] = [
            (console_there.into(), argv::CONSOLE_FD),
            (ctl_there.into(), argv::CTL_FD),
            (qmp_there.into(), argv::QMP_FD),
        ];
        let mappings = there.into_iter().chain(wire_there);
        let mappings = mappings.map(|(parent_fd, child_fd)| FdMapping {
            parent_fd,
            child_fd,
        });
        command.fd_mappings(mappings.collect())?;
        if machine.mode == Mode::Shell {
            // The terminal is the guest's.
            command.stderr(Stdio::piped());
        } else {
            // A group of its own: an interrupt from the terminal ends the runner, and the runner ends the machine.
            command
                .process_group(0)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::piped());
        }
        let mut child = command.spawn().context("cannot start QEMU")?;
        // The other ends of the pairs live in the command; QEMU alone must hold them.
        drop(command);
        let (sender, sounds) = mpsc::channel();
        let complaints = child.stderr.take().context("QEMU has no error output")?;
        read_lines(console, sender.clone(), Sound::Console);
        read_lines(ctl.try_clone()?, sender.clone(), Sound::Ctl);
        read_lines(complaints, sender, Sound::Complaint);
        let now = Instant::now();
        Ok(Self {
            child,
            sounds,
            open_channels: 3,
            ctl,
            qmp: Some(Qmp::new(qmp)?),
            wire: Wire::new(wire)?,
            console: Console::default(),
            trace: Trace::default(),
            later: Later::default(),
            started: now,
            patience: Duration::from_secs(60),
            last_sound: now,
        })
    }

    /// Sets how long the guest may be silent.
    pub fn patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// The next event, or [`Event::Silence`] at `deadline`. The kernel's log is kept and judged in passing.
    pub fn next_until(&mut self, deadline: Instant) -> Event {
        loop {
            while let Some(order) = self.later.take_due() {
                if let Some(error) = self.obey(&order).get("error") {
                    self.console.complain(&error.to_string());
                }
            }
            let limit = (self.last_sound + self.patience).min(deadline);
            let wake = self.later.next().map_or(limit, |due| due.min(limit));
            let sound = match self
                .sounds
                .recv_timeout(wake.saturating_duration_since(Instant::now()))
            {
                Ok(sound) => sound,
                Err(RecvTimeoutError::Timeout) if wake < limit => continue,
                Err(RecvTimeoutError::Timeout) => return Event::Silence,
                Err(RecvTimeoutError::Disconnected) => Sound::End,
            };
            match sound {
                // It does not say that the guest is alive.
                Sound::Complaint(line) => {
                    self.keep_complaint(&line);
                    if Instant::now() >= limit {
                        return Event::Silence;
                    }
                }
                Sound::Console(line) => {
                    self.last_sound = Instant::now();
                    self.console.push(&line);
                    return Event::Console(line);
                }
                Sound::Ctl(line) => {
                    self.last_sound = Instant::now();
                    return Event::Ctl(line);
                }
                Sound::End => {
                    // Three channels end, in any order; the last one is the end.
                    self.open_channels = self.open_channels.saturating_sub(1);
                    if self.open_channels == 0 {
                        return Event::Gone(self.how_it_ended());
                    }
                }
            }
        }
    }

    fn keep_complaint(&mut self, line: &str) {
        if trace::is_event(line) {
            self.trace.add(line);
        } else {
            self.console.complain(line);
        }
    }

    /// Says one line to the guest.
    ///
    /// # Errors
    ///
    /// When the machine is gone.
    pub fn say(&mut self, line: &str) -> Result<()> {
        self.last_sound = Instant::now();
        self.ctl
            .write_all(format!("{line}\n").as_bytes())
            .context("the guest's control port is closed")
    }

    /// Machine control.
    ///
    /// # Errors
    ///
    /// When it was closed before.
    pub fn qmp(&mut self) -> Result<&mut Qmp> {
        self.qmp.as_mut().context("machine control is closed")
    }

    /// True when silence has lasted longer than it may.
    pub fn is_hung(&self) -> bool {
        self.last_sound.elapsed() >= self.patience
    }

    /// How long the guest may be silent.
    pub fn allowed_silence(&self) -> Duration {
        self.patience
    }

    /// Takes what the machine says for a short while: the rest of a panic message.
    pub fn drain(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            match self.next_until(end) {
                Event::Gone(_) | Event::Silence => break,
                _ => {}
            }
        }
    }

    /// Takes what the kernel still prints about a case that has ended: printing lags behind.
    pub fn settle(&mut self) {
        let end = Instant::now() + Duration::from_secs(3);
        while Instant::now() < end && !self.console.has_ended() {
            if matches!(self.next_until(end), Event::Gone(_) | Event::Silence) {
                break;
            }
        }
    }

    /// Adds to an error what QEMU has to say, if it is dying.
    pub fn explain(&mut self, error: anyhow::Error) -> anyhow::Error {
        let end = Instant::now() + Duration::from_secs(1);
        loop {
            match self.next_until(end) {
                Event::Gone(Some(why)) => return error.context(why),
                Event::Gone(None) | Event::Silence => return error,
                Event::Console(_) | Event::Ctl(_) => {}
            }
        }
    }

    fn how_it_ended(&mut self) -> Option<String> {
        let status = self.child.wait().ok()?;
        let complaint = self.console.complaints().join("; ");
        match (status.code(), status.signal()) {
            (Some(0), _) => None,
            (Some(code), _) => Some(format!("QEMU exited with {code}: {complaint}")),
            (None, Some(signal)) => {
                Some(format!("QEMU was killed by signal {signal}: {complaint}"))
            }
            (None, None) => Some("QEMU vanished".to_owned()),
        }
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        // The way into the root is a chain of execs, so the child is QEMU itself.
        if let Some(used) = timing::of_process(self.child.id()) {
            timing::machine(used);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
