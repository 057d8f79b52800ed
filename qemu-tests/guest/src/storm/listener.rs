// SPDX-License-Identifier: GPL-2.0

//! A socket of AF_XDP whose packets' records are read in user space (`meta-reader`), each judged by the frame that it is of.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};
use meta_reader::{Client, Rejected, Ring, Subscription};

use super::later::Later;
use crate::ctl;
use crate::oracle::{Expect, Fields, Judge};
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
        let client = Client::open()?;
        // In this order, so that no announcement is missed in between.
        let news = client.subscribe()?;
        let mut reader = Reader {
            ring: Ring::new(&client.get(ifindex, queue)?),
            client,
            news,
            fields: Fields::new(),
            judge: Judge::new(now),
            stale: 0,
            generations: 0,
            last: None,
        };
        let (to, flag) = (Arc::clone(&later), Arc::clone(&stop));
        let read = move || -> Result<()> {
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
            if let Some(wrong) = &reader.judge.first_wrong {
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
    client: Client,
    news: Subscription,
    ring: Ring,
    fields: Fields,
    judge: Judge,
    /// Records that the ring rejected.
    stale: u64,
    generations: u64,
    last: Option<u16>,
}

impl Reader {
    fn packet(&mut self, packet: &Received) -> Result<()> {
        let want = Expect::parse(&packet.bytes).context("a frame that is not the oracle's")?;
        if let Err(Rejected::Ahead(_)) = self.ring.record(&packet.before) {
            self.ring.catch_up(&self.client, &self.news)?;
        }
        match self.ring.record(&packet.before) {
            Ok(record) => {
                let generation = record.trailer().generation;
                self.generations += u64::from(self.last != Some(generation));
                self.last = Some(generation);
                self.judge.packet(&want, &self.fields.read(&record));
            }
            Err(why) => {
                if self.stale == 0 {
                    ctl::log(&format!("AF_XDP: packet {}: {why}", want.seq));
                }
                self.stale += 1;
            }
        }
        Ok(())
    }

    fn later(&self) -> Later {
        let score = self.judge.score;
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
