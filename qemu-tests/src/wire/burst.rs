// SPDX-License-Identifier: GPL-2.0

//! Numbered frames, sent at a rate and no further ahead than a window.

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::{self, SendFlags};
use serde_json::Value;

use super::window::{Returned, Window};
use crate::oracle::Traffic;

/// How long a burst may make no progress.
const STUCK: Duration = Duration::from_secs(30);

/// One order to send numbered frames.
#[derive(Clone, Debug)]
pub(super) struct Burst {
    traffic: Traffic,
    /// How many; `None`: until told to stop.
    count: Option<u32>,
    gap: Duration,
    /// How much may be under way.
    window: Option<Window>,
    /// A malformed frame without a number follows each frame whose number is a multiple of this.
    noise: Option<u32>,
    /// Holds it while it is set.
    pub(super) pause: Arc<AtomicBool>,
    returned: Returned,
}

impl Burst {
    /// Reads the fields of a request.
    ///
    /// # Errors
    ///
    /// Names the field and what is wrong with it.
    pub(super) fn from_json(request: &Value, returned: Returned) -> Result<Self, String> {
        let number = |field: &str| match request.get(field) {
            None => Ok(0),
            Some(n) => n.as_u64().ok_or_else(|| format!("{field}: not a number")),
        };
        let short =
            |field: &str| u32::try_from(number(field)?).map_err(|_| format!("{field}: too large"));
        let (count, noise) = (short("count")?, short("noise")?);
        let window = Window {
            frames: short("window")?,
            every: short("every")?,
        };
        if (window.frames > 0) != (window.every > 0) {
            return Err("window and every: both or neither".into());
        }
        let is_endless = request["background"] == Value::Bool(true) && count == 0;
        Ok(Self {
            traffic: Traffic::from_json(request)?,
            count: (!is_endless).then_some(count),
            gap: Duration::from_micros(number("gap_us")?),
            window: (window.frames > 0).then_some(window),
            noise: (noise > 0).then_some(noise),
            pause: Arc::default(),
            returned,
        })
    }

    /// Sends from number `first`; gives the number after the last one sent.
    ///
    /// # Errors
    ///
    /// When the guest takes nothing any more.
    pub(super) fn send(
        &self,
        socket: &OwnedFd,
        first: u32,
        stop: &AtomicBool,
    ) -> Result<u32, String> {
        let (start, mut seq) = (Instant::now(), first);
        self.returned.begin(first);
        while self.count.is_none_or(|count| seq - first < count) && !stop.load(Ordering::Relaxed) {
            if self.pause.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(1));
                continue;
            }
            if let Some(window) = self.window {
                self.returned.wait(seq, window);
            }
            if !send(socket, &self.traffic.frame(seq), stop)? {
                break;
            }
            if let Some(every) = self.noise.filter(|every| seq % every == 0) {
                send(socket, &self.traffic.malformed(seq / every), stop)?;
            }
            seq += 1;
            // Against the start, so that a late wake-up does not lower the rate; but what was held is not made up for.
            let due = start + self.gap * (seq - first);
            if !self.gap.is_zero() && self.window.is_some() {
                thread::sleep(self.gap);
            } else if !self.gap.is_zero() {
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        }
        Ok(seq)
    }
}

/// Sends one frame, waiting while the guest takes none; `false`: told to stop before it was sent.
///
/// # Errors
///
/// When it takes none for half a minute, or is gone.
pub(super) fn send(socket: &OwnedFd, frame: &[u8], stop: &AtomicBool) -> Result<bool, String> {
    let start = Instant::now();
    loop {
        match net::send(socket, frame, SendFlags::NOSIGNAL) {
            Ok(_) => return Ok(true),
            Err(Errno::AGAIN | Errno::TIMEDOUT) => {
                if stop.load(Ordering::Relaxed) {
                    return Ok(false);
                }
                if start.elapsed() > STUCK {
                    return Err(format!("the guest takes no frames since {STUCK:?}"));
                }
            }
            Err(Errno::INTR) => {}
            Err(e) => return Err(format!("the wire is gone: {e}")),
        }
    }
}
