// SPDX-License-Identifier: GPL-2.0

//! What it costs to read metadata, for each way and number of fields (`bpf/bench_readers.bpf.c`): the same frames, the same record,
//! one program after the other, the first of which reads nothing.
//!
//! Before, one program reads every packet of a burst in all ways and compares, so that figures are for the same work.

use anyhow::{ensure, Result};
use serde_json::json;

use super::generator::{BURST, TCI};
use super::meter::{Also, Meter};
use super::nic::{Peer, Subject};
use super::receive::Traffic;
use super::records::Records;
use super::SIZES;
use crate::ctl::{self, Ctl};
use crate::programs::Programs;
use crate::sys::bpf::{self, lines};

/// Programs, with the way in which they read and the number of fields or calls.
const READERS: [(&str, &str, u32); 15] = [
    ("nothing", "nothing", 0),
    ("late_bound_0", "late_bound", 0),
    ("late_bound_1", "late_bound", 1),
    ("late_bound_2", "late_bound", 2),
    ("late_bound_4", "late_bound", 4),
    ("late_bound_6", "late_bound", 6),
    ("claimed_4", "claimed", 4),
    ("exact_0", "exact", 0),
    ("exact_1", "exact", 1),
    ("exact_2", "exact", 2),
    ("exact_4", "exact", 4),
    ("exact_6", "exact", 6),
    ("kfunc_1", "kfunc", 1),
    ("kfunc_2", "kfunc", 2),
    ("kfunc_3", "kfunc", 3),
];
/// Words of the programs' counters: three, and the last values.
const WORDS: usize = 9;
/// An 802.1Q tag's protocol, as it is in a frame.
const PROTO: u64 = 0x8100_u16.to_be() as u64;
/// The verdict that all checksums are good.
const GOOD: u64 = 1;

/// Measures all of them.
pub(super) fn measure(ctl: &mut Ctl, subject: &Subject, peer: &Peer) -> Result<()> {
    Records::All.configure(subject)?;
    let traffic = Traffic::to_readers(subject, peer, SIZES[0])?;
    let mut programs = Programs::load("bench_readers", true)?;
    programs.attach("agree")?;
    traffic.burst()?;
    let [failed, compared, differ, hash, kind, tci, proto, csum, stamp] = counters(&programs)?;
    ensure!(
        (failed, compared, differ) == (0, BURST.into(), 0),
        "of {BURST} packets {failed} lacked a field, {compared} were compared, {differ} of them read in different ways differ"
    );
    ensure!(
        hash != 0 && kind != 0 && stamp != 0 && (tci, proto, csum) == (TCI.into(), PROTO, GOOD),
        "read: hash {hash:#x} of type {kind:#x}, tag {proto:#x} {tci}, checksum {csum}, time {stamp}"
    );
    for (program, way, count) in READERS {
        programs.attach(program)?;
        let steps = lines::addresses(&bpf::program(&programs.pin(program))?)?;
        ensure!(!steps.is_empty(), "{program} has no lines");
        let meter = Meter::begin_with(ctl, subject, Also::Nothing, &steps)?;
        traffic.bursts(peer, || meter.sample())?;
        drop(meter);
        let [failed, ..] = counters(&programs)?;
        ensure!(failed == 0, "{program}: {failed} packets lacked a field");
        ctl::event(&json!({ "measured": {
            "what": "reader",
            "nic": subject.model.name(),
            "way": way,
            "count": count,
            "packets": BURST,
        } }));
    }
    drop(programs);
    Records::Off.configure(subject)
}

/// What the programs say; it is never set back.
fn counters(programs: &Programs) -> Result<[u64; WORDS]> {
    let bytes = programs.map("counters", 8 * WORDS)?.get(0)?;
    let mut words = [0; WORDS];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_ne_bytes(bytes.try_into()?);
    }
    Ok(words)
}
