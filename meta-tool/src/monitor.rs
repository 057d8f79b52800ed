// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `monitor`: every announcement as it comes, each once.
//!
//! A change is told on a line of its own, at once. What is lost is not passed over: it is said, and once all that was left has
//! been told, the state is told again, after which older news are no news.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use anyhow::Result;
use meta_reader::{Announcement, Error, Subscription};
use rustix::event::{poll, PollFd, PollFlags};
use rustix::io::Errno;

use crate::live::{places, Live};
use crate::style;

/// Tells announcements until there were `count`, or nobody reads any more.
pub(crate) fn run(
    interface: Option<&str>,
    json: bool,
    now: bool,
    count: Option<u64>,
) -> Result<()> {
    let live = Live::open(interface)?;
    // In this order, so that nothing is missed in between.
    let news = live.client.subscribe()?;
    let mut teller = Teller {
        live: &live,
        json,
        told: HashMap::new(),
        out: anstream::stdout().lock(),
    };
    if now {
        teller.state()?;
    }
    let mut left = count.unwrap_or(u64::MAX);
    let mut lost = false;
    while left > 0 {
        match news.next(Duration::ZERO) {
            Ok(Some(announcement)) => left -= u64::from(teller.change(&announcement)?),
            // More may be lost until now, and none from now on.
            Ok(None) if lost => {
                lost = false;
                teller.state()?;
            }
            Ok(None) => wait(&news)?,
            Err(error @ (Error::Lost | Error::Malformed(_))) => {
                lost |= matches!(error, Error::Lost);
                warn(&error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Tells, and remembers what it told.
struct Teller<'l, W> {
    live: &'l Live,
    json: bool,
    /// The newest of each queue.
    told: HashMap<(u32, u32), Announcement>,
    out: W,
}

impl<W: Write> Teller<'_, W> {
    /// Tells what is in force.
    fn state(&mut self) -> Result<()> {
        for announcement in self.live.state()? {
            self.tell("state", &announcement)?;
        }
        Ok(())
    }

    /// Tells a change; `false`: it is none that is asked for, or was told.
    fn change(&mut self, announcement: &Announcement) -> Result<bool> {
        let ring = (announcement.ifindex, announcement.queue);
        let told = self.told.get(&ring);
        let is_new = told.is_none_or(|told| announcement.supersedes(told));
        let is_told = is_new && self.live.is_wanted(announcement);
        if is_told {
            self.tell("change", announcement)?;
        }
        Ok(is_told)
    }

    fn tell(&mut self, event: &'static str, announcement: &Announcement) -> Result<()> {
        if self.json {
            let object = self.live.object(event, announcement);
            writeln!(self.out, "{}", serde_json::to_string(&object)?)?;
        } else {
            let interface = self.live.interface(announcement);
            line(&mut self.out, event, &interface, announcement)?;
        }
        self.out.flush()?;
        let ring = (announcement.ifindex, announcement.queue);
        self.told.insert(ring, announcement.clone());
        Ok(())
    }
}

/// Time by the clock of the kernel's log, event, interface and queue, generation, reason, layout, size, fields.
fn line(
    out: &mut impl Write,
    event: &str,
    interface: &str,
    announcement: &Announcement,
) -> io::Result<()> {
    use style::HEAD;
    let layout = &announcement.layout;
    let us = announcement.time / 1000;
    let text = format!(
        "{:5}.{:06}  {event}  {interface} rx-{}  generation {}  {}  {HEAD}{}{HEAD:#}  {} bytes  {}",
        us / 1_000_000,
        us % 1_000_000,
        announcement.queue,
        announcement.generation,
        announcement.reason_name(),
        layout.name(),
        layout.size(),
        places(layout),
    );
    writeln!(out, "{}", text.trim_end())
}

fn warn(error: &Error) {
    let head = style::CHANGED;
    anstream::eprintln!("{head}warning:{head:#} {error}");
}

/// Waits for news, or for the reader of our output to go away.
fn wait(news: &Subscription) -> io::Result<()> {
    let stdout = io::stdout();
    let mut both = [
        PollFd::from_borrowed_fd(news.as_fd(), PollFlags::IN),
        // Nothing is asked for: that nobody reads is told unasked.
        PollFd::from_borrowed_fd(stdout.as_fd(), PollFlags::empty()),
    ];
    match poll(&mut both, None) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let [_, stdout] = both;
    if stdout
        .revents()
        .intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL)
    {
        return Err(ErrorKind::BrokenPipe.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use meta_reader::Layout;

    use super::*;

    #[test]
    fn a_line_has_all_of_it_and_nothing_at_its_end() {
        let layout = Layout::new(0, "off", 0, Vec::new(), Vec::new()).unwrap();
        let announcement = Announcement {
            ifindex: 2,
            queue: 1,
            generation: 12,
            reason: 9,
            time: 61_000_002_999,
            layout: Arc::new(layout),
        };
        let mut out = Vec::new();
        line(&mut out, "change", "eth0", &announcement).unwrap();
        let plain = anstream::adapter::strip_bytes(&out).into_vec();
        let want = "   61.000002  change  eth0 rx-1  generation 12  flags  off  0 bytes\n";
        assert_eq!(String::from_utf8(plain).unwrap(), want);
    }
}
