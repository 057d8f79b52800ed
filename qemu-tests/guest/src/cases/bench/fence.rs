// SPDX-License-Identifier: GPL-2.0

//! What each kind of change takes, from its system call to the return, and how soon a record of the new layout comes.
//!
//! Time is the machine's: a nanosecond for each instruction, and whatever the call slept. Instructions are those of the kernel.
//! A program is attached; no packets come while calls are timed.

mod change;
mod first;

use std::time::Instant;

use anyhow::Result;
use meta_reader::Client;
use serde_json::json;

use super::generator::{Generator, Path, To};
use super::histogram;
use super::meter::{Also, Meter};
use super::nic::{Peer, Subject};
use super::records::Records;
use super::SIZES;
use crate::ctl::{self, Ctl};
use crate::eth::Eth;
use crate::programs::Programs;
use change::{Change, Maker, PAIRS};

/// Crossings of the fence, each way.
const CROSSINGS: usize = 101;

/// Times all of them, then looks at the packets that follow.
pub(super) fn measure(ctl: &mut Ctl, subject: &Subject, peer: &Peer) -> Result<()> {
    Records::All.configure(subject)?;
    // Every change starts from what an interface starts with.
    crate::knobs::Knobs::START.set()?;
    let programs = Programs::load("bench_arrivals", false)?;
    let maker = Maker::new(&programs)?;
    let bare = Call {
        name: "no call".to_owned(),
        from: None,
        to: None,
    };
    bare.measure(ctl, subject, &maker)?;
    for [there, back] in PAIRS {
        maker.with_queues(there.queues())?;
        for (from, to) in [(*back, *there), (*there, *back)] {
            Call {
                name: to.name(),
                from: Some(from),
                to: Some(to),
            }
            .measure(ctl, subject, &maker)?;
            if from == to {
                break;
            }
        }
        maker.make(*back)?;
        maker.with_queues(1)?;
    }
    Eth::new().wait_for_link()?;
    let mac = subject.mac()?;
    let generator = Generator::new(peer.name(), &mac, SIZES[0], Path::Straight, To::Nobody)?;
    generator.meanwhile(|| first::measure(subject, &maker, &programs))?;
    drop((maker, programs));
    Records::Off.configure(subject)
}

/// A system call that is timed again and again.
struct Call {
    name: String,
    /// What is done before each.
    from: Option<Change>,
    /// What is timed.
    to: Option<Change>,
}

impl Call {
    fn measure(&self, ctl: &mut Ctl, subject: &Subject, maker: &Maker) -> Result<()> {
        let make = |change: Option<Change>| change.map_or(Ok(()), |change| maker.make(change));
        let (mut times, mut generations) = (Vec::new(), Vec::new());
        let meter = Meter::begin(ctl, subject, Also::Nothing)?;
        for _ in 0..CROSSINGS {
            make(self.from)?;
            let before = generation()?;
            // Every other sample is what was done in between.
            meter.sample();
            let start = Instant::now();
            make(self.to)?;
            let time = start.elapsed();
            meter.sample();
            times.push(time.as_nanos().try_into()?);
            generations.push(u64::from(generation()?.wrapping_sub(before)));
        }
        drop(meter);
        ctl::event(&json!({ "measured": {
            "what": "call",
            "nic": subject.model.name(),
            "name": self.name,
            "histogram": histogram(&times),
            "generations": histogram(&generations),
        } }));
        Ok(())
    }
}

/// The first queue's.
fn generation() -> Result<u32> {
    Ok(Client::open()?.get(Eth::new().ifindex()?, 0)?.generation)
}
