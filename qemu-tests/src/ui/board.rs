// SPDX-License-Identifier: GPL-2.0

//! One line for all that runs side by side: while it is shown, steps draw nothing of their own.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::{clock, interactive, style, BARS, PLAIN_EVERY};

/// What is shown, if anything.
static SHOWN: Mutex<Option<Shown>> = Mutex::new(None);

struct Shown {
    bar: Option<ProgressBar>,
    /// Where there is no terminal: when the last line was printed, by whomever.
    printed: Instant,
}

fn shown() -> MutexGuard<'static, Option<Shown>> {
    // A line is there or not, whoever panicked.
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether steps are to be quiet.
pub(super) fn is_up() -> bool {
    shown().is_some()
}

/// Prints a line on standard error, above whatever is drawn.
pub(super) fn say(line: &str) {
    match &mut *shown() {
        Some(Shown { bar: Some(bar), .. }) => bar.suspend(|| eprintln!("{line}")),
        Some(shown) => {
            eprintln!("{line}");
            shown.printed = Instant::now();
        }
        None => BARS.suspend(|| eprintln!("{line}")),
    }
}

/// The line; dropped, it is gone.
#[derive(Debug)]
pub struct Board {
    name: &'static str,
    started: Instant,
}

impl Board {
    /// Shows it; there is one at a time.
    pub fn new(name: &'static str) -> Self {
        let bar = interactive().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(style(true));
            bar.set_prefix(name);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let now = Instant::now();
        *shown() = Some(Shown { bar, printed: now });
        Self { name, started: now }
    }

    /// Says what runs, and how much of what is known has been done. Without a terminal it is a line of its own, when nothing was
    /// printed for a while.
    pub fn show(&self, running: &[String], ended: usize, known: usize) {
        let names: Vec<&str> = running.iter().map(String::as_str).collect();
        let text = format!("running {}: {}", names.len(), names.join(", "));
        match &mut *shown() {
            Some(Shown { bar: Some(bar), .. }) => {
                bar.set_length(known as u64);
                bar.set_position(ended as u64);
                bar.set_message(text);
            }
            Some(shown) if shown.printed.elapsed() >= PLAIN_EVERY => {
                eprintln!(
                    "{:>10}  {text}; {ended} of {known}  {}",
                    self.name,
                    clock(self.started.elapsed())
                );
                shown.printed = Instant::now();
            }
            _ => {}
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        if let Some(Shown { bar: Some(bar), .. }) = shown().take() {
            bar.finish_and_clear();
        }
    }
}
