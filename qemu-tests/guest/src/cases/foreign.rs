// SPDX-License-Identifier: GPL-2.0

//! The same oracle on a driver that nobody here wrote, and our own programs there: nothing of it is a record.
//!
//! What lies in front of such a driver's packets is whatever was in the page before, such as a record of ours. A reader that
//! takes it for one, by its looks, must be seen to be wrong; ours ask the kernel.

use anyhow::Result;
use serde_json::json;

use crate::boot::{self, Options};
use crate::case::{Case, Definition, Sent};
use crate::ctl;
use crate::eth::NAME;
use crate::programs::Programs;
use crate::readers::{Readers, XDP_DROP};
use crate::score::{KFUNC, LATE_BOUND};
use crate::toeplitz::KEY;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("foreign::hash", hash),
    Definition::on("foreign", "foreign::hash", hash),
    Definition::on("foreign", "foreign::no_record", no_record),
    Definition::new("foreign::moved_or_generic", moved_or_generic),
];

const COUNT: u64 = 1000;

/// Right, wrong and no answers.
type Answers = [u64; 3];

/// Sends TCP and UDP over IPv4.
fn send(case: &mut Case<'_>) -> Result<Sent> {
    case.burst(json!({ "count": COUNT, "l4": "mix", "flows": 32, "gap_us": 100 }))
}

/// A driver of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Driver {
    Rnic,
    Igb,
    VirtioNet,
}

impl Driver {
    fn prepared() -> Result<Self> {
        let options = Options::read()?;
        match (options.driver.as_str(), options.nic.as_str()) {
            ("rnic", _) => Ok(Self::Rnic),
            (_, "virtio_net") => {
                let key = KEY.map(|byte| format!("{byte:02x}")).join(":");
                tools::line(&format!("ethtool -X {NAME} hkey {key}"))?;
                tools::line(&format!("ethtool -K {NAME} rxhash on"))?;
                Ok(Self::VirtioNet)
            }
            _ => {
                // QEMU's igb drops what comes for a full ring while another has room.
                tools::line(&format!("ethtool -L {NAME} combined 1"))?;
                Ok(Self::Igb)
            }
        }
    }

    /// What the kernel's kfunc says of hashes, before and after the program wrote metadata of its own.
    fn answers(self) -> [Answers; 2] {
        let (right, wrong, none) = ([COUNT, 0, 0], [0, COUNT, 0], [0, 0, COUNT]);
        match self {
            Self::Rnic => [right, right],
            // It gives none.
            Self::Igb => [none, none],
            // It reads them where the program wrote: the mistake that the stash is there to avoid.
            Self::VirtioNet => [right, wrong],
        }
    }
}

/// The kernel's kfunc, before and after the program wrote metadata of its own.
fn hash(case: &mut Case<'_>) -> Result<()> {
    let driver = Driver::prepared()?;
    let mut programs = Programs::load("foreign", true)?;
    programs.attach("foreign")?;
    send(case)?;
    let read = || counters::<8>(&programs);
    tools::wait_for("all frames", || read().is_ok_and(|words| words[0] >= COUNT))?;
    let [packets, no_room, before @ .., _, _, _] = read()?;
    let [.., a, b, c] = read()?;
    let after: Answers = [a, b, c];
    ctl::log(&format!(
        "{driver:?}, right, wrong and no hashes: {before:?}, and {after:?} after own metadata"
    ));
    let expected = driver.answers();
    case.ktap.equal("frames", packets, COUNT);
    case.ktap.equal("no room for metadata", no_room, 0);
    case.ktap.equal("right, wrong, none", before, expected[0]);
    let name = "after the program's own metadata";
    case.ktap.equal(name, after, expected[1]);
    Ok(())
}

/// Our readers on another driver's packets, with our module there.
fn no_record(case: &mut Case<'_>) -> Result<()> {
    Driver::prepared()?;
    boot::insmod("rnic")?;
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    let sent = send(case)?;
    readers.drain(sent)?;
    let totals = readers.totals()?;
    case.ktap.equal("packets", totals.packets, COUNT);
    case.ktap
        .equal("all without a record", totals.no_record, COUNT);
    case.ktap.equal("stale", totals.stale, 0);
    case.ktap
        .equal("late-bound: misparsed", totals.misparsed[LATE_BOUND], 0);
    case.ktap
        .equal("kfuncs: misparsed", totals.misparsed[KFUNC], 0);
    Ok(())
}

/// Our own interface: a packet that was moved, and generic XDP, which looks at what the driver gave the stack, in pages that have
/// had records.
fn moved_or_generic(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("believer", false)?;
    programs.attach("believer")?;
    let [packets, believed, peeked, claimed] = believe(case, &programs)?;
    case.ktap.equal("in the driver: packets", packets, COUNT);
    let all = [COUNT; 3];
    case.ktap
        .equal("all with a record", [believed, peeked, claimed], all);
    programs.attach("moved")?;
    let moved = believe(case, &programs)?;
    let none = [COUNT, 0, 0, 0];
    case.ktap
        .equal("none when it was moved or has other metadata", moved, none);
    programs.detach()?;
    let pin = programs.pin("believer");
    let attach = format!("ip link set dev {NAME} xdpgeneric pinned {}", pin.display());
    tools::line(&attach)?;
    let [packets, believed, peeked, claimed] = believe(case, &programs)?;
    tools::line(&format!("ip link set dev {NAME} xdpgeneric off"))?;
    case.ktap.equal("in the stack: packets", packets, COUNT);
    case.ktap.check(
        "by their looks some have a record, of another packet",
        believed > 0,
        format_args!("none of {packets}"),
    );
    case.ktap.equal("none has", [peeked, claimed], [0, 0]);
    Ok(())
}

/// Sends frames; packets, and those that had a record by their looks, at a peek and at a claim.
fn believe(case: &mut Case<'_>, programs: &Programs) -> Result<[u64; 4]> {
    programs.map("counts", 32)?.set(0, &[0; 32])?;
    send(case)?;
    let read = || counters::<4>(programs);
    tools::wait_for("all frames", || read().is_ok_and(|[all, ..]| all >= COUNT))?;
    read()
}

/// The words in the one entry of `counts`.
fn counters<const N: usize>(programs: &Programs) -> Result<[u64; N]> {
    let bytes = programs.map("counts", 8 * N)?.get(0)?;
    let mut words = [0; N];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_ne_bytes(bytes.try_into()?);
    }
    Ok(words)
}
