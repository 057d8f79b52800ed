// SPDX-License-Identifier: GPL-2.0

//! Values in records: every layout, with every kind of packet, as the late-bound reader sees them.

use anyhow::{Context, Result};
use serde_json::json;

use crate::case::{Case, Definition, Sent};
use crate::ctl;
use crate::eth::NAME;
use crate::kinds::{Kind, KINDS};
use crate::knobs::Knobs;
use crate::monitor::Monitor;
use crate::nic_clock::NicClock;
use crate::readers::{Readers, XDP_DROP};
use crate::score::{Epoch, FIELDS, FROZEN, KFUNC, LATE_BOUND, NAMES, OFF};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("records::values", values),
    Definition::new("records::stamps", stamps),
    Definition::new("records::layout_unknown_at_load", unknown_at_load),
    Definition::new("records::switched_off", switched_off),
    Definition::new(
        "records::frozen_reader_is_right_on_its_own_layout",
        frozen_on_its_own,
    ),
];

/// Frames of each kind and setting.
pub(super) const COUNT: u32 = 20;

/// What the packets of one burst showed.
pub(super) struct Burst {
    /// What they are.
    pub(super) kind: Kind,
    /// They were sent with tags.
    pub(super) is_tagged: bool,
    /// Their epoch, without what was there before them.
    pub(super) epoch: Epoch,
}

/// Under one setting of the knobs, sends frames of each kind, with tags and without.
pub(super) fn bursts(
    case: &mut Case<'_>,
    readers: &Readers,
    knobs: Knobs,
    mut check: impl FnMut(&mut Case<'_>, &Burst) -> Result<()>,
) -> Result<()> {
    knobs.set()?;
    let generation = case.in_force()?.generation;
    let mut before = Epoch::default();
    for kind in KINDS {
        for is_tagged in [false, true] {
            let tags = if is_tagged { "all" } else { "none" };
            let sent =
                case.burst(json!({"count": COUNT, "l4": kind.name, "vlan": tags, "flows": 50}))?;
            readers.drain(sent)?;
            let after = readers.epoch(0, generation)?.with_context(|| {
                format!(
                    "no record of generation {generation}: {:?}",
                    readers.totals()
                )
            })?;
            let epoch = difference(&after, &before);
            before = after;
            check(
                case,
                &Burst {
                    kind,
                    is_tagged,
                    epoch,
                },
            )?;
        }
    }
    Ok(())
}

fn difference(after: &Epoch, before: &Epoch) -> Epoch {
    let each = |a: &[u64; FIELDS], b: &[u64; FIELDS]| std::array::from_fn(|i| a[i] - b[i]);
    Epoch {
        packets: after.packets - before.packets,
        inband: after.inband - before.inband,
        tagged: after.tagged - before.tagged,
        latched: after.latched - before.latched,
        want: each(&after.want, &before.want),
        got: std::array::from_fn(|r| each(&after.got[r], &before.got[r])),
        ..after.clone()
    }
}

/// Every kind of packet under each of `settings`: what the layout has is there and right, what it has not is not.
fn walk(
    case: &mut Case<'_>,
    readers: &Readers,
    settings: impl Iterator<Item = Knobs>,
) -> Result<()> {
    let count = u64::from(COUNT);
    for knobs in settings {
        let layout = knobs.layout();
        bursts(case, readers, knobs, |case, burst| {
            let (kind, epoch) = (burst.kind, &burst.epoch);
            let tags = if burst.is_tagged {
                "tagged"
            } else {
                "untagged"
            };
            let fields = kind.fields(knobs, burst.is_tagged);
            let left_in = burst.is_tagged && !knobs.vlan;
            case.ktap.equal(
                &format!(
                    "{}: {}, {tags}: packets, layout, tags left in, right values of each field",
                    layout.name, kind.name
                ),
                (
                    epoch.packets,
                    epoch.layout_id,
                    epoch.inband,
                    epoch.got[LATE_BOUND],
                ),
                (
                    count,
                    layout.id,
                    u64::from(left_in) * count,
                    fields.map(|is_there| u64::from(is_there) * count),
                ),
            );
            Ok(())
        })?;
        let totals = readers.totals()?;
        case.ktap.equal(
            &format!("{}: wrong, stale, without, unbound", layout.name),
            (
                totals.misparsed[LATE_BOUND],
                totals.stale,
                totals.no_record,
                totals.unbound,
            ),
            (0, 0, 0, 0),
        );
        ctl::log(&format!("{} done", layout.name));
    }
    readers.log_misparses()
}

fn values(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    walk(case, &readers, Knobs::without_stamps())
}

fn stamps(case: &mut Case<'_>) -> Result<()> {
    let clock = NicClock::open()?;
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    readers.expect_from(clock.now()?)?;
    walk(case, &readers, Knobs::all().filter(|knobs| knobs.stamp))?;
    let (latest, now) = (readers.totals()?.latest, clock.now()?);
    case.ktap.check(
        "no packet arrived after now, by the NIC's clock",
        0 < latest && latest <= now,
        format_args!("{latest}, now {now}"),
    );
    Ok(())
}

fn unknown_at_load(case: &mut Case<'_>) -> Result<()> {
    // Loaded while another layout is in force than any that it will see.
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let mut announced = vec![case.in_force()?];
    let mut sent = Sent { first: 0, count: 0 };
    for knobs in Knobs::all().skip(1) {
        knobs.set()?;
        sent.count += case
            .burst(json!({"count": 50, "l4": "all", "vlan": "mix"}))?
            .count;
        readers.drain(sent)?;
    }
    announced.extend(monitor.settle()?);
    let scores = readers.scores(&announced, sent)?;
    readers.log_misparses()?;
    let late = scores[LATE_BOUND];
    case.ktap.check(
        "late-bound reads layouts that it met after its load",
        late.is_clean(),
        format_args!("{late:?}"),
    );
    case.ktap.equal("packets", late.packets, 31 * 50);
    Ok(())
}

fn frozen_on_its_own(case: &mut Case<'_>) -> Result<()> {
    // Otherwise its misparses under change would prove nothing.
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    let request = json!({"count": 500, "l4": "all", "vlan": "mix", "flows": 50, "seed": 7});
    let sent = case.burst(request)?;
    readers.drain(sent)?;
    readers.log_misparses()?;
    let totals = readers.totals()?;
    case.ktap.equal("packets", totals.packets, 500);
    for reader in [FROZEN, KFUNC, LATE_BOUND] {
        case.ktap.equal(
            &format!("{}: misparsed", NAMES[reader]),
            totals.misparsed[reader],
            0,
        );
    }
    Ok(())
}

/// Switches records off and on while frames come.
pub(super) fn off_and_on(case: &mut Case<'_>, readers: &Readers) -> Result<Sent> {
    let seed = 3;
    let request = json!({"background": true, "count": 0, "l4": "all", "vlan": "mix", "gap_us": 200, "seed": seed});
    case.burst(request)?;
    for word in ["off", "on"].into_iter().cycle().take(20) {
        tools::run(&["ethtool", "--set-priv-flags", NAME, "xdp-records", word])?;
    }
    let sent = case.stop()?;
    readers.drain(sent)?;
    Ok(sent)
}

fn switched_off(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let mut announced = vec![case.in_force()?];
    let mut sent = off_and_on(case, &readers)?;
    let before = readers.totals()?;
    tools::run(&["ethtool", "--set-priv-flags", NAME, "xdp-records", "off"])?;
    let off = case.burst(json!({"count": 300, "l4": "all", "vlan": "mix"}))?;
    sent.count += off.count;
    readers.drain(sent)?;
    announced.extend(monitor.settle()?);
    let (totals, scores) = (readers.totals()?, readers.scores(&announced, sent)?);
    let without = announced.iter().filter(|a| a.layout.id() == OFF).count();
    case.ktap.equal(
        "generations without records are announced as such",
        without,
        11,
    );
    case.ktap.equal(
        "packets without a record while off",
        totals.no_record - before.no_record,
        300,
    );
    case.ktap.check(
        "and before, now and then",
        before.no_record > 0,
        format_args!("{before:?}"),
    );
    let late = scores[LATE_BOUND];
    case.ktap.equal(
        "late-bound: misparsed, stale, missing while records were on, lost",
        (late.misparsed, late.stale, late.missing, late.lost),
        (0, 0, 0, 0),
    );
    case.ktap
        .equal("kfunc: misparsed", scores[KFUNC].misparsed, 0);
    Ok(())
}
