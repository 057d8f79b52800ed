// SPDX-License-Identifier: GPL-2.0

//! Writers on their own, for a test that reads their machine code: `cfg(rnic_probes)`, never in a module for users.
//!
//! In the receive loop a writer is inlined and can't be told from what is around it. A probe does nothing but make a
//! record, so that each branch in it is the writer's. The controls have what a writer must not have, and show that the
//! test would see it.

mod kinds;
#[allow(unreachable_pub, reason = "it is public in the bench")]
#[path = "../../meta-core/bench/src/record.rs"]
mod record;

use self::{
    kinds::{Grouped, Narrow, Native, Ordered},
    record::Meta,
};
use crate::{
    desc::rx_extended::RxWriteBack as RxDescriptor,
    layouts::{advanced, RxMeta},
};
use meta_core::meta::{Visitor, Writer, XdpMeta};

/// As many bytes as there must be probes; the test reads the symbol's size.
#[used]
static EXPECTED: [u8; COUNT] = [0; COUNT];

const COUNT: usize = RxMeta::LAYOUTS.len()
    + advanced::RxMeta::LAYOUTS.len()
    + Meta::LAYOUTS.len()
    + Native::LAYOUTS.len()
    + Ordered::LAYOUTS.len()
    + Grouped::LAYOUTS.len()
    + Narrow::LAYOUTS.len();

/// Nothing calls what is in here; a static that counts as used keeps it.
#[used]
static DRIVER: fn(u32) -> usize = |knobs| RxMeta::select(knobs, Address::<0>);

#[used]
static ADVANCED: fn(u32) -> usize = |knobs| advanced::RxMeta::select(knobs, Address::<1>);

/// The record that is measured beside a C twin.
#[used]
static MEASURED: fn(u32) -> usize = |knobs| Meta::select(knobs, Address::<0>);

#[used]
static NATIVE: fn(u32) -> usize = |knobs| Native::select(knobs, Address::<0>);

#[used]
static ORDERED: fn(u32) -> usize = |knobs| Ordered::select(knobs, Address::<0>);

#[used]
static GROUPED: fn(u32) -> usize = |knobs| Grouped::select(knobs, Address::<0>);

#[used]
static NARROW: fn(u32) -> usize = |knobs| Narrow::select(knobs, Address::<0>);

#[used]
static BRANCH: fn(&RxDescriptor, &mut u32) = control_branch;

#[used]
static LOOP: fn(&RxDescriptor, &mut [u16; 64]) = control_loop;

#[used]
static PANIC: fn(&RxDescriptor, &mut [u16; 12]) = control_panic;

/// Makes a record of one layout, and nothing else. Formats have layouts in common, and may have a writer's code in common too:
/// the mark keeps them apart.
#[inline(never)]
fn probe<S, W: Writer<S>, const FORMAT: u8>(
    source: &S,
    generation: u16,
    record: &mut W::Record,
    mark: &mut u8,
) {
    *record = W::record(source, generation);
    *mark = FORMAT;
}

/// Takes the address of a layout's probe, without which there would be none.
struct Address<const FORMAT: u8 = 0>;

impl<M: XdpMeta, const FORMAT: u8> Visitor<M> for Address<FORMAT> {
    type Output = usize;

    fn visit<W: Writer<M::Source>>(self) -> usize {
        let probe: fn(&M::Source, u16, &mut W::Record, &mut u8) = probe::<M::Source, W, FORMAT>;
        probe as usize
    }
}

/// A field that is written behind a branch.
fn control_branch(source: &RxDescriptor, record: &mut u32) {
    if source.has_rss_hash() {
        *record = source.rss_hash();
    }
}

/// Bytes that are written in a loop.
fn control_loop(source: &RxDescriptor, record: &mut [u16; 64]) {
    for word in record.iter_mut().take(source.length()) {
        *word = word.rotate_left(3) ^ source.vlan_tci();
    }
}

/// A place that is not known to be in the record.
fn control_panic(source: &RxDescriptor, record: &mut [u16; 12]) {
    record[source.length()] = source.vlan_tci();
}
