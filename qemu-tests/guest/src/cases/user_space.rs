// SPDX-License-Identifier: GPL-2.0

//! Records read in user space, behind an AF_XDP socket, while layouts change: by a ring that hears of every change, and by a
//! table that was frozen at the start.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result};
use meta_core::trailer::Trailer;
use meta_reader::{Absent, Announcement, Tables};
use serde_json::json;

use super::queues::set_channels;
use super::reconfig::change;
use super::sockets::open;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::nic_clock::NicClock;
use crate::oracle::{Expect, Fields, Judge, Reading};
use crate::programs::Programs;
use crate::ring_reader::RingReader;
use crate::score::{CSUM, HASH, STAMP, VLAN};
use crate::sys::xsk::{Options, Received, Xsk};

/// Entries of the socket's rings: what finds one full, while the reader waits for a processor, is lost.
const RING: u32 = 2048;

pub(super) const CASES: &[Definition] = &[
    Definition::new("user_space::copy", copy),
    Definition::new("user_space::zero_copy", zero_copy),
];

/// Each of a storm's changes, four times.
const CHANGES: u32 = 64;
/// Frames before the first change, which the frozen table must read right.
const BEFORE: u32 = 300;

/// Two ways to read the packets of one socket.
struct Reader {
    late: RingReader,
    frozen: Frozen,
    /// Packets that were rejected, by reason.
    rejected: BTreeMap<String, u64>,
    /// Packets of each layout.
    layouts: BTreeMap<u32, u64>,
}

impl Reader {
    fn new(case: &Case<'_>) -> Result<Self> {
        let now = NicClock::open()?.now()?;
        Ok(Self {
            late: RingReader::new(case.eth.ifindex()?, 0, now)?,
            frozen: Frozen::new(&case.in_force()?, now)?,
            rejected: BTreeMap::new(),
            layouts: BTreeMap::new(),
        })
    }

    /// Reads one packet both ways.
    fn read(&mut self, packet: &Received) -> Result<()> {
        let want = Expect::parse(&packet.bytes).context("a frame that is not the oracle's")?;
        self.frozen.read(packet, &want);
        match self.late.read(packet)? {
            Ok((layout, _)) => *self.layouts.entry(layout).or_default() += 1,
            Err(why) => *self.rejected.entry(why.to_string()).or_default() += 1,
        }
        Ok(())
    }

    /// Reads what is there; whether there was anything.
    fn drain(&mut self, socket: &Xsk) -> Result<bool> {
        let mut any = false;
        while let Some(packet) = socket.receive() {
            self.read(&packet)?;
            any = true;
        }
        Ok(any)
    }
}

/// Knows the layout that was in force at the start, and looks at no trailer: as if each were of that layout. Takes a value for
/// valid when it or its type is not 0.
struct Frozen {
    tables: Tables,
    trailer: Trailer,
    fields: Fields,
    judge: Judge,
}

impl Frozen {
    fn new(first: &Announcement, now: u64) -> Result<Self> {
        let mut tables = Tables::default();
        tables.learn(&first.layout)?;
        let trailer = Trailer {
            layout_id: first.layout.id(),
            generation: 0,
            present: u16::MAX,
        };
        Ok(Self {
            tables,
            trailer,
            fields: Fields::new(),
            judge: Judge::new(now),
        })
    }

    fn read(&mut self, packet: &Received, want: &Expect) {
        let mut before = packet.before.clone();
        if let Some(last) = before.last_chunk_mut() {
            *last = self.trailer.to_ne_bytes();
        }
        let Ok(record) = self.tables.record(&before) else {
            return;
        };
        let mut got: Reading = self.fields.read(&record);
        let is_there: [fn(u64) -> bool; 3] = [
            |hash| hash >> 32 != 0,
            |tag| tag >> 16 != 0,
            |csum| csum != 0,
        ];
        for (field, is_there) in [HASH, VLAN, CSUM].into_iter().zip(is_there) {
            let value = &mut got.values[field];
            *value = value.and_then(|v| is_there(v).then_some(v).ok_or(Absent::NotInPacket));
        }
        got.values[STAMP] = Err(Absent::NotInLayout);
        self.judge.packet(want, &got);
    }
}

fn run(case: &mut Case<'_>, options: Options) -> Result<()> {
    set_channels(1)?;
    let mut programs = Programs::load("actions", false)?;
    programs.attach("claim_to_socket")?;
    let socket = open(case, &programs, 0, options)?;
    let mut reader = Reader::new(case)?;
    let first = reader.late.ring.generation();
    case.burst(json!({"count": BEFORE, "l4": "all", "vlan": "mix", "flows": 32, "gap_us": 100}))?;
    for packet in socket.receive_all(BEFORE as usize)? {
        reader.read(&packet)?;
    }
    let frozen = reader.frozen.judge.score;
    case.ktap.equal(
        "frozen, before the first change: packets, misparsed",
        (frozen.packets, frozen.misparsed),
        (BEFORE.into(), 0),
    );
    case.burst(json!({
        "background": true, "count": 0, "l4": "all", "vlan": "mix", "flows": 32, "gap_us": 300,
    }))?;
    let changed = AtomicBool::new(false);
    thread::scope(|scope| {
        let changes = scope.spawn(|| {
            let made = (0..CHANGES).try_for_each(change);
            changed.store(true, Ordering::Release);
            made
        });
        while !changed.load(Ordering::Acquire) {
            if !reader.drain(&socket)? {
                socket.wake_receive();
                thread::yield_now();
            }
        }
        changes.join().unwrap_or_else(|_| anyhow::bail!("a panic"))
    })?;
    let sent = case.stop()?;
    for packet in socket.receive_all(usize::MAX)? {
        reader.read(&packet)?;
    }
    reader.late.catch_up()?;
    judge(case, &reader, sent.count, first)
}

fn judge(case: &mut Case<'_>, reader: &Reader, sent: u32, first: u32) -> Result<()> {
    let (mut score, frozen) = (reader.late.judge.score, reader.frozen.judge.score);
    let rejected: u64 = reader.rejected.values().sum();
    score.lost = u64::from(BEFORE + sent).saturating_sub(score.packets + rejected);
    ctl::log(&format!(
        "{sent} sent, read {}, frozen {}, {} times ahead, layouts {:x?}",
        score.to_json(),
        frozen.to_json(),
        reader.late.ahead,
        reader.layouts
    ));
    let none = BTreeMap::new();
    case.ktap
        .equal("no record is rejected", &reader.rejected, &none);
    case.ktap.equal("misparsed", score.misparsed, 0);
    if let Some(wrong) = &reader.late.judge.first_wrong {
        case.ktap.diagnostic(wrong);
    }
    case.ktap.equal("missing", score.missing, 0);
    case.ktap.equal("lost", score.lost, 0);
    case.ktap
        .check("packets were read", score.packets > 1000, score.packets);
    case.ktap.check(
        "in many layouts",
        reader.layouts.len() >= 8,
        reader.layouts.len(),
    );
    case.ktap.equal(
        "every generation was heard of",
        reader.late.ring.generation(),
        first + CHANGES,
    );
    let now = NicClock::open()?.now()?;
    let latest = reader.late.judge.latest;
    case.ktap.check(
        "no packet arrived after now, by the NIC's clock",
        0 < latest && latest <= now,
        format_args!("{latest}, now {now}"),
    );
    case.ktap.check(
        "a frozen table misparses",
        frozen.misparsed > 100,
        format_args!("{frozen:?}"),
    );
    Ok(())
}

fn copy(case: &mut Case<'_>) -> Result<()> {
    run(case, Options::COPY.with_ring(RING))
}

fn zero_copy(case: &mut Case<'_>) -> Result<()> {
    run(case, Options::ZERO_COPY.with_ring(RING))
}
