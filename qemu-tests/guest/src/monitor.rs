// SPDX-License-Identifier: GPL-2.0

//! Collects announcements while a case does something else.
//!
//! A thread reads the multicast group and keeps every message in the order of arrival, so that a case can
//! say afterwards what was announced and how often.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{anyhow, Result};
use meta_reader::{Announcement, Client};

/// How long the thread waits before it looks whether it should stop.
const PATIENCE: Duration = Duration::from_millis(50);
/// After so long without a message there is none under way.
const QUIET: Duration = Duration::from_millis(200);

/// A running collector.
#[derive(Debug)]
pub(crate) struct Monitor {
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Seen {
    announcements: Vec<Announcement>,
    error: Option<String>,
}

impl Monitor {
    /// Joins the group and starts to collect.
    ///
    /// # Errors
    ///
    /// When there is no family or no group.
    pub(crate) fn start() -> Result<Self> {
        let news = Client::open()?.subscribe()?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let (to, flag) = (Arc::clone(&seen), Arc::clone(&stop));
        let thread = thread::Builder::new()
            .name("monitor".into())
            .spawn(move || {
                while !flag.load(Ordering::Relaxed) {
                    match news.next(PATIENCE) {
                        Ok(Some(announcement)) => lock(&to).announcements.push(announcement),
                        Ok(None) => {}
                        Err(e) => lock(&to).error = Some(e.to_string()),
                    }
                }
            })?;
        Ok(Self {
            seen,
            stop,
            thread: Some(thread),
        })
    }

    /// What has arrived until now, from the `from`-th on.
    pub(crate) fn since(&self, from: usize) -> Vec<Announcement> {
        lock(&self.seen)
            .announcements
            .get(from..)
            .unwrap_or_default()
            .to_vec()
    }

    /// How many have arrived until now.
    pub(crate) fn count(&self) -> usize {
        lock(&self.seen).announcements.len()
    }

    /// Waits until nothing more arrives, then gives all of them.
    ///
    /// # Errors
    ///
    /// When a message was lost or could not be read.
    pub(crate) fn settle(&self) -> Result<Vec<Announcement>> {
        let (mut count, mut since) = (self.count(), Instant::now());
        while since.elapsed() < QUIET {
            thread::sleep(PATIENCE / 5);
            if self.count() != count {
                (count, since) = (self.count(), Instant::now());
            }
        }
        let seen = lock(&self.seen);
        match &seen.error {
            Some(error) => Err(anyhow!("monitor: {error}")),
            None => Ok(seen.announcements.clone()),
        }
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic in it has been reported by the hook.
            let _ = thread.join();
        }
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
