// SPDX-License-Identifier: GPL-2.0

//! A worker in a process of its own: the kernel is asked for changes from several at once, as it is by people and daemons.
//!
//! It is told by lines on its standard input (`go`, `stop`) and says by lines on its standard output what it did
//! (`made <kind> <nanoseconds> <packets>`, `stopped`, `failed <why>`). It ends when its input does.

use std::io::{stdin, stdout, BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{mpsc, Arc};
use std::thread;
use std::time::Duration;

use anyhow::{bail, Context, Result};
use serde_json::{json, Value};

use super::change::{Change, Made};
use super::counters::Counters;
use super::worker::Worker;
use super::Plan;

/// The first argument of such a process; the second one says what it is to do.
pub(crate) const ARGUMENT: &str = "storm-worker";

/// A process that makes changes when it is told to. Dropping it ends it.
pub(super) struct Process {
    child: Child,
    orders: ChildStdin,
    news: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts one for those of these changes that the plan wants. `None`: it wants none of them.
    ///
    /// # Errors
    ///
    /// When there can be no other process.
    pub(super) fn start(kinds: &[Change], plan: &Plan, seed: u64) -> Result<Option<Self>> {
        let names = kinds.iter().map(|kind| kind.name());
        let names: Vec<_> = names.filter(|name| name.contains(&plan.only)).collect();
        if names.is_empty() {
            return Ok(None);
        }
        let order = json!({ "kinds": names, "jumbo": plan.jumbo, "seed": seed });
        let mut child = Command::new("/proc/self/exe")
            .args([ARGUMENT, &order.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start a worker")?;
        let (orders, news) = (child.stdin.take(), child.stdout.take());
        Ok(Some(Self {
            child,
            orders: orders.context("no input")?,
            news: BufReader::new(news.context("no output")?).lines(),
        }))
    }

    /// Has it begin. Then: where to tell it to stop, what it says.
    ///
    /// # Errors
    ///
    /// When it has ended.
    pub(super) fn go(&mut self) -> Result<(Stop<'_>, News<'_>)> {
        writeln!(self.orders, "go").context("a worker has ended")?;
        Ok((Stop(&mut self.orders), News(&mut self.news)))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Stops a worker when it is dropped, after the change that it is making.
pub(super) struct Stop<'p>(&'p mut ChildStdin);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        // A worker that has ended has said why.
        let _ = writeln!(self.0, "stop");
    }
}

/// What a worker says.
pub(super) struct News<'p>(&'p mut Lines<BufReader<ChildStdout>>);

impl News<'_> {
    /// Counts changes until it stops.
    ///
    /// # Errors
    ///
    /// Why it ended.
    pub(super) fn follow(self, count: &AtomicU32) -> Result<Vec<Made>> {
        let mut made = Vec::new();
        for line in self.0 {
            let line = line?;
            match line.split_once(' ') {
                None if line == "stopped" => return Ok(made),
                Some(("failed", why)) => bail!("{why}"),
                Some(("made", rest)) => made.push(Made::parse(rest)?),
                _ => bail!("a worker said {line:?}"),
            }
            count.fetch_add(1, Ordering::Relaxed);
        }
        bail!("a worker has ended")
    }
}

impl Made {
    fn parse(text: &str) -> Result<Self> {
        let parse = || {
            let mut words = text.split(' ');
            Some(Self {
                kind: Change::named(words.next()?)?.name(),
                time: Duration::from_nanos(words.next()?.parse().ok()?),
                in_flight: words.next()?.parse().ok()?,
            })
        };
        parse().with_context(|| format!("no change: {text:?}"))
    }
}

/// What such a process does.
///
/// # Errors
///
/// When nobody listens any more.
pub(crate) fn run(order: &str) -> Result<()> {
    match obey(order) {
        Ok(()) => Ok(()),
        Err(error) => Ok(writeln!(stdout(), "failed {error:#}")?),
    }
}

fn obey(order: &str) -> Result<()> {
    let order: Value = serde_json::from_str(order)?;
    let kinds = order["kinds"].as_array().into_iter().flatten();
    let kinds: Option<Vec<_>> = kinds.map(|kind| Change::named(kind.as_str()?)).collect();
    let mut worker = Worker::new(
        kinds
            .filter(|kinds| !kinds.is_empty())
            .context("no kinds")?,
        order["jumbo"].as_bool().context("no jumbo")?,
        order["seed"].as_u64().context("no seed")?,
    )?;
    let stop = Arc::new(AtomicBool::new(false));
    let (to, rounds) = mpsc::channel();
    let flag = Arc::clone(&stop);
    thread::spawn(move || {
        for line in stdin().lines().map_while(Result::ok) {
            flag.store(line == "stop", Ordering::Relaxed);
            if line == "go" {
                // It is received until this process ends.
                let _ = to.send(());
            }
        }
    });
    for () in rounds {
        let counters = Counters::open()?;
        worker.run(&stop, &counters, |made| {
            let (kind, time) = (made.kind, made.time.as_nanos());
            Ok(writeln!(stdout(), "made {kind} {time} {}", made.in_flight)?)
        })?;
        writeln!(stdout(), "stopped")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Made;
    use std::time::Duration;

    #[test]
    fn a_change_is_told_in_a_line() {
        let made = Made::parse("rxhash 1500 7").unwrap();
        assert_eq!(made.kind, "rxhash");
        assert_eq!(made.time, Duration::from_nanos(1500));
        assert_eq!(made.in_flight, 7);
        for other in ["", "rxhash", "rxhash 1 x", "hail 1 1"] {
            assert!(Made::parse(other).is_err(), "{other}");
        }
    }
}
