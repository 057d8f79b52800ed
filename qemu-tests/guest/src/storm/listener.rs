// SPDX-License-Identifier: GPL-2.0

//! A socket of AF_XDP whose packets' records are read in user space (`meta-reader`), each judged by the frame that it is of.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};

use super::later::Later;
use crate::ctl;
use crate::ring_reader::RingReader;
use crate::sys::xsk::{Received, Xsk};

/// A thread that reads from a socket.
#[derive(Debug)]
pub(super) struct Listener {
    /// The socket's descriptor, for a map.
    pub(super) socket: u32,
    later: Arc<Mutex<Later>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Listener {
    /// Reads the packets of this queue of the interface; none arrives before `now`, by the NIC's clock.
    pub(super) fn start(socket: Xsk, ifindex: u32, queue: u32, now: u64) -> Result<Self> {
        let later = Arc::new(Mutex::new(Later::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let number = socket.number();
        let mut reader = Reader {
            inner: RingReader::new(ifindex, queue, now)?,
            stale: 0,
            generations: 0,
            last: None,
        };
        let (to, flag) = (Arc::clone(&later), Arc::clone(&stop));
        let read = move || -> Result<()> {
            // What a card sends does not wait until a reader is scheduled.
            rustix::process::setpriority_process(None, -20)?;
            while !flag.load(Ordering::Relaxed) {
                let mut any = false;
                while let Some(packet) = socket.receive() {
                    reader.packet(&packet)?;
                    any = true;
                }
                if any {
                    *lock(&to) = reader.later();
                    continue;
                }
                if socket.needs_wakeup().0 {
                    socket.wake_receive();
                }
                thread::sleep(Duration::from_micros(500));
            }
            if let Some(wrong) = &reader.inner.judge.first_wrong {
                ctl::log(&format!("AF_XDP: {wrong}"));
            }
            Ok(())
        };
        Ok(Self {
            socket: number,
            later,
            stop,
            thread: Some(thread::Builder::new().name("socket".into()).spawn(read)?),
        })
    }

    /// What it came to until now.
    pub(super) fn later(&self) -> Later {
        *lock(&self.later)
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// What ended it before.
    pub(super) fn end(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().context("it has ended")?;
        thread.join().ok().context("it panicked")?
    }
}

struct Reader {
    inner: RingReader,
    /// Records that the ring rejected.
    stale: u64,
    generations: u64,
    last: Option<u16>,
}

impl Reader {
    fn packet(&mut self, packet: &Received) -> Result<()> {
        match self.inner.read(packet)? {
            Ok((_, generation)) => {
                self.generations += u64::from(self.last != Some(generation));
                self.last = Some(generation);
            }
            Err(why) => {
                if self.stale == 0 {
                    ctl::log(&format!("AF_XDP: {why}"));
                }
                self.stale += 1;
            }
        }
        Ok(())
    }

    fn later(&self) -> Later {
        let score = self.inner.judge.score;
        Later {
            packets: score.packets + self.stale,
            generations: self.generations,
            misparsed: score.misparsed,
            stale: self.stale,
            missing: score.missing,
            bypassed: 0,
        }
    }
}

fn lock(later: &Mutex<Later>) -> MutexGuard<'_, Later> {
    later.lock().unwrap_or_else(PoisonError::into_inner)
}
