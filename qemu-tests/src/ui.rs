// SPDX-License-Identifier: GPL-2.0

//! What the user sees while something takes time: a bar that moves, or plain lines where there is no terminal.
//!
//! Never silent for long: a step that is not on a terminal prints a line at least every 30 seconds.

mod board;

use std::cell::{Cell, RefCell};
use std::io::IsTerminal;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

pub use board::Board;

const PLAIN_EVERY: Duration = Duration::from_secs(20);

/// The bars of all steps that are under way: some run side by side.
static BARS: LazyLock<MultiProgress> =
    LazyLock::new(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));

/// True when standard error is a terminal that can redraw a line.
pub fn interactive() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// One line of progress with a name, a position and the time it has taken. While a [`Board`] is shown it draws nothing.
#[derive(Debug)]
pub struct Step {
    name: String,
    started: Instant,
    bar: Option<ProgressBar>,
    quiet: bool,
    plain: RefCell<String>,
    printed: Cell<Instant>,
    position: Cell<u64>,
    total: Cell<u64>,
}

impl Step {
    /// Starts a step; `name` is a short noun, `message` says what is being done.
    pub fn new(name: &str, message: &str) -> Self {
        let quiet = board::is_up();
        let bar = (interactive() && !quiet).then(|| {
            let bar = BARS.add(ProgressBar::no_length());
            bar.set_style(style(false));
            bar.set_prefix(name.to_owned());
            bar.set_message(message.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let now = Instant::now();
        let step = Self {
            name: name.to_owned(),
            started: now,
            bar,
            quiet,
            plain: RefCell::new(message.to_owned()),
            printed: Cell::new(now),
            position: Cell::new(0),
            total: Cell::new(0),
        };
        step.plain_line(message);
        step
    }

    /// Says how many units there are in all; the line becomes a bar.
    pub fn total(&self, total: u64) {
        self.total.set(total);
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_style(style(true));
        }
    }

    /// One more unit is done.
    pub fn advance(&self) {
        self.at(self.position.get() + 1);
    }

    /// Sets the position. An estimate that was too small shows as full, never as more than full.
    pub fn at(&self, position: u64) {
        self.position.set(position);
        if let Some(bar) = &self.bar {
            bar.set_position(position.min(self.total.get().max(1)));
        }
        self.tick();
    }

    /// Says where things stand; without a terminal as a line of its own, every `pause` at most.
    pub fn live(&self, message: &str, pause: Duration) {
        if let Some(bar) = &self.bar {
            bar.set_message(message.to_owned());
        } else if self.printed.get().elapsed() >= pause {
            self.plain_line(message);
        }
    }

    /// Says what is being done now.
    pub fn message(&self, message: &str) {
        let short: String = message.chars().take(72).collect();
        if let Some(bar) = &self.bar {
            bar.set_message(short.clone());
        }
        *self.plain.borrow_mut() = short;
        self.tick();
    }

    /// Keeps a plain log alive; call it at least every few seconds.
    pub fn tick(&self) {
        if self.bar.is_none() && self.printed.get().elapsed() >= PLAIN_EVERY {
            let at = match (self.position.get(), self.total.get()) {
                (_, 0) => String::new(),
                (position, total) => format!("{}% ", (position * 100 / total).min(99)),
            };
            let message = format!(
                "{at}{}  {}",
                self.plain.borrow(),
                clock(self.started.elapsed())
            );
            self.plain_line(&message);
        }
    }

    /// Prints a line above the bar.
    pub fn println(&self, line: &str) {
        say(line);
    }

    /// Says something that stays, under the step's name.
    pub fn note(&self, message: &str) {
        self.println(&format!("{:>10}  {message}", self.name));
    }

    /// Prints a line of the result, on standard output, above the bar.
    pub fn result(&self, line: &str) {
        match &self.bar {
            Some(_) => BARS.suspend(|| println!("{line}")),
            None => println!("{line}"),
        }
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Ends the step and leaves one line behind.
    pub fn done(self, message: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let time = clock(self.started.elapsed());
        say(&format!("{:>10}  {message}  {time}", self.name));
    }

    /// Ends the step without a trace.
    pub fn clear(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn plain_line(&self, message: &str) {
        if self.bar.is_none() && !self.quiet {
            eprintln!("{:>10}  {message}", self.name);
            self.printed.set(Instant::now());
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Says one thing that took no time worth showing.
pub fn note(name: &str, message: &str) {
    say(&format!("{name:>10}  {message}"));
}

/// Prints a line on standard error, above whatever is drawn.
pub fn say(line: &str) {
    board::say(line);
}

/// A duration for people: `0.2s`, `12s`, `3m05s`.
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=9 => format!("{:.1}s", time.as_secs_f64()),
        10..=59 => format!("{seconds}s"),
        _ => format!("{}m{:02}s", seconds / 60, seconds % 60),
    }
}

fn style(bar: bool) -> ProgressStyle {
    let template = if bar {
        "{prefix:>10}  {bar:24.cyan} {percent:>3}% {elapsed} {wide_msg}"
    } else {
        "{prefix:>10}  {spinner} {elapsed} {wide_msg}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::clock;
    use std::time::Duration;

    #[test]
    fn durations_read_well() {
        assert_eq!(clock(Duration::from_millis(250)), "0.2s");
        assert_eq!(clock(Duration::from_secs(42)), "42s");
        assert_eq!(clock(Duration::from_secs(185)), "3m05s");
    }
}
