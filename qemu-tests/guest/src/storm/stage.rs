// SPDX-License-Identifier: GPL-2.0

//! Where a storm takes place: the driver's program and its twin, TC, a cpumap, a devmap with a veth behind it, two sockets.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::change::{least_mtu, Made};
use super::counters::Counters;
use super::later::{Later, Maps, TO_PORT, TO_PROCESSOR, TO_SOCKET, TO_STACK};
use super::listener::Listener;
use crate::case::{Case, Sent};
use crate::cases::set_channels;
use crate::ctl;
use crate::eth::NAME;
use crate::programs::Programs;
use crate::readers::{Readers, XDP_DROP};
use crate::sys::bpf::{program, Map};
use crate::sys::netdev::Netdev;
use crate::sys::xsk::{Options, Xsk};
use crate::tools;

/// The driver's program, and what its object is loaded as.
pub(super) const STORM: &str = "storm";

/// Maps that a twin of the storm's object has in common with it.
const SHARED: &[&str] = &[
    "score_config",
    "result",
    "epochs",
    "seen",
    "bare",
    "misparses",
    "told",
    "later",
    "last",
    "routed",
    "ports",
    "processors",
    "sockets",
];
/// Maps that the programs at the ends have in common with it.
const ENDS: &[&str] = &["misparses", "told", "later", "last", "routed"];

/// Entries of a socket's rings: its reader is one process among many, and what finds a ring full is lost.
const SOCKET_RING: u32 = 2048;

/// A socket's name in a report, and what it asks for.
type Kind = (&'static str, Options);

/// The sockets, one at a time.
pub(super) const SOCKETS: &[Kind] = &[
    ("xsk_zero_copy", Options::ZERO_COPY.with_ring(SOCKET_RING)),
    ("xsk_copy", Options::COPY.with_ring(SOCKET_RING)),
];
/// Without copies the driver takes packets in one buffer.
const JUMBO_SOCKETS: &[Kind] = &[("xsk_copy", Options::COPY_PARTS.with_ring(SOCKET_RING))];

/// All that is loaded and attached.
pub(super) struct Stage {
    pub(super) readers: Readers,
    pub(super) maps: Maps,
    twin: Programs,
    /// Whether the twin is attached.
    is_twin: bool,
    ends: Ends,
    counters: Counters,
    /// Up to which generation, and of how many packets, something was counted.
    counted: (u32, u32),
}

/// What comes behind the driver's program.
struct Ends {
    _programs: Programs,
    sockets: Map,
    kinds: &'static [Kind],
    ifindex: u32,
    /// Which of these sockets there is, and who reads from it.
    listener: Option<(usize, Listener)>,
}

impl Stage {
    /// Sets everything up; the driver's program is attached at last.
    pub(super) fn set(case: &Case<'_>, jumbo: bool) -> Result<Self> {
        set_channels(2)?;
        Netdev::new(NAME)?.set_mtu(least_mtu(jumbo))?;
        let object = if jumbo { "storm_jumbo" } else { STORM };
        ctl::log("loading the programs");
        let programs = Programs::load_as(object, STORM, true)?;
        let readers = Readers::over(programs, STORM, XDP_DROP)?;
        ctl::log("and a twin");
        let twin = Programs::load_sharing(object, "twin", true, STORM, SHARED)?;
        ctl::log("setting up all places that packets go to");
        let mut this = Self {
            ends: Ends::set(case, &readers.programs, jumbo)?,
            maps: Maps::open(&readers.programs)?,
            readers,
            twin,
            is_twin: false,
            counters: Counters::open()?,
            counted: (0, 0),
        };
        this.readers.attach()?;
        Ok(this)
    }

    /// Counts anew, from this number and this time on.
    pub(super) fn begin(&mut self, first_seq: u32, now: u64) -> Result<()> {
        let (newest, packets) = self.counted;
        self.readers.clear(newest, packets)?;
        self.maps.clear()?;
        self.ends.next_socket(now)?;
        self.readers.expect(first_seq, now)
    }

    /// Remembers what is to be forgotten when the next round begins.
    pub(super) fn has_counted(&mut self, newest: u32, packets: u32) {
        self.counted = (newest, packets);
    }

    /// Replaces the program by its twin, or that by it.
    pub(super) fn replace(&mut self) -> Result<Made> {
        let (before, start) = (self.counters.packets()?, Instant::now());
        if self.is_twin {
            self.readers.programs.attach(STORM)?;
        } else {
            self.twin.attach(STORM)?;
        }
        self.is_twin = !self.is_twin;
        made("replace", start, before, &self.counters)
    }

    /// Takes the program off and puts it back.
    pub(super) fn detach_and_attach(&mut self) -> Result<[Made; 2]> {
        let (before, start) = (self.counters.packets()?, Instant::now());
        self.readers.programs.detach()?;
        let detached = made("detach", start, before, &self.counters)?;
        let (before, start) = (self.counters.packets()?, Instant::now());
        self.readers.programs.attach(STORM)?;
        self.is_twin = false;
        Ok([detached, made("attach", start, before, &self.counters)?])
    }

    /// Waits until nothing comes any more.
    pub(super) fn quiet(&self) -> Result<()> {
        let (mut last, mut since) = (self.all()?, Instant::now());
        while since.elapsed() < Duration::from_millis(60) {
            std::thread::sleep(Duration::from_millis(5));
            let now = self.all()?;
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
        Ok(())
    }

    fn all(&self) -> Result<u64> {
        Ok(self.readers.totals()?.packets + self.maps.later(1)?.bypassed)
    }

    /// Waits until what was sent was seen by those whom it was sent on to, or nothing comes any more.
    pub(super) fn drain(&self, sent: Sent) -> Result<()> {
        let start = Instant::now();
        while self.all()? < u64::from(sent.count) && start.elapsed() < Duration::from_secs(2) {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.quiet()?;
        let late = |stage: &Self| -> Result<u64> { Ok(stage.lost_on_the_way()?.iter().sum()) };
        let start = Instant::now();
        while late(self)? > 0 && start.elapsed() < Duration::from_secs(2) {
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// What each later reader came to, by name.
    pub(super) fn later(&self) -> Result<Vec<(&'static str, Later)>> {
        let mut all = Vec::new();
        for (index, name) in crate::score::LATER.into_iter().enumerate() {
            all.push((name, self.maps.later(index)?));
        }
        all.extend(
            self.ends
                .listener
                .as_ref()
                .map(|(which, listener)| (self.ends.kinds[*which].0, listener.later())),
        );
        Ok(all)
    }

    /// Packets that were sent on to TC, the cpumap, the devmap, the veth and the socket, and did not arrive.
    pub(super) fn lost_on_the_way(&self) -> Result<[u64; 5]> {
        let lost = |path: usize, packets: u64| -> Result<u64> {
            Ok(self.maps.routed(path)?.saturating_sub(packets))
        };
        let seen = |reader: usize| -> Result<u64> { Ok(self.maps.later(reader)?.packets) };
        let listener = self.ends.listener.as_ref();
        let socket = listener.map_or(0, |(_, listener)| listener.later().packets);
        Ok([
            lost(TO_STACK, seen(1)?)?,
            lost(TO_PROCESSOR, seen(2)?)?,
            lost(TO_PORT, seen(3)?)?,
            lost(TO_PORT, seen(4)?)?,
            lost(TO_SOCKET, socket)?,
        ])
    }

    /// Ends what runs by itself.
    pub(super) fn end(self) -> Result<()> {
        match self.ends.listener {
            Some((_, listener)) => listener.end(),
            None => Ok(()),
        }
    }
}

fn made(kind: &'static str, start: Instant, before: u64, counters: &Counters) -> Result<Made> {
    Ok(Made {
        kind,
        time: start.elapsed(),
        in_flight: counters.packets()?.saturating_sub(before),
    })
}

impl Ends {
    fn set(case: &Case<'_>, storm: &Programs, jumbo: bool) -> Result<Self> {
        let (object, mtu) = if jumbo {
            ("paths_jumbo", 9000)
        } else {
            ("paths", 1500)
        };
        let programs = Programs::load_sharing(object, "paths", false, STORM, ENDS)?;
        let ifindex = case.eth.ifindex()?;
        tools::line(&format!(
            "ip link add v0 mtu {mtu} type veth peer name v1 mtu {mtu}"
        ))?;
        for name in ["v0", "v1"] {
            tools::line(&format!("ip link set dev {name} up"))?;
        }
        let pin = |name: &str| programs.pin(name).display().to_string();
        tools::line(&format!(
            "ip link set dev v1 xdpdrv pinned {}",
            pin("at_veth")
        ))?;
        tools::line(&format!(
            "bpftool net attach tcx_ingress pinned {} dev {NAME}",
            pin("in_tc")
        ))?;
        let v0: u32 = tools::read("/sys/class/net/v0/ifindex")?.parse()?;
        let at_devmap = program(&programs.pin("at_devmap"))?;
        let port = [v0.to_ne_bytes(), at_devmap.number().to_ne_bytes()].concat();
        storm.map("ports", 8)?.set(0, &port)?;
        let at_cpumap = program(&programs.pin("at_cpumap"))?;
        let processor = [1024_u32.to_ne_bytes(), at_cpumap.number().to_ne_bytes()].concat();
        storm
            .map("processors", 8)?
            .set(0, &processor)
            .context("cpumap")?;
        Ok(Self {
            _programs: programs,
            sockets: storm.map("sockets", 4)?,
            kinds: if jumbo { JUMBO_SOCKETS } else { SOCKETS },
            ifindex,
            listener: None,
        })
    }

    /// The other socket takes the first queue: that one is always there.
    fn next_socket(&mut self, now: u64) -> Result<()> {
        let mut next = 0;
        if let Some((which, listener)) = self.listener.take() {
            listener.end()?;
            next = (which + 1) % self.kinds.len();
        }
        let socket =
            Xsk::open_in_turn(self.ifindex, 0, self.kinds[next].1).context("AF_XDP socket")?;
        let listener = Listener::start(socket, self.ifindex, 0, now)?;
        self.sockets.set(0, &listener.socket.to_ne_bytes())?;
        self.listener = Some((next, listener));
        Ok(())
    }
}
