// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Reads the metadata of every packet and reports it through a ring buffer, whatever the layout is.
//!
//! ```sh
//! cargo +nightly rustc --release -- --emit=llvm-bc=reader.bc     # or RUSTC_BOOTSTRAP=1 with a stable rustc that has rust-src
//! llc -march=bpfel -mcpu=v3 -filetype=obj reader.bc -o reader.o
//! ```
//!
//! LLVM's `llc` must not be older than the LLVM of rustc. `bpf-linker` does as well, if the crate is made a binary.

#![no_std]

mod report;

use aya_ebpf::bindings::xdp_action;
use aya_ebpf::helpers::gen::{bpf_xdp_get_buff_len, bpf_xdp_load_bytes};
use aya_ebpf::macros::{map, xdp};
use aya_ebpf::maps::{Array, HashMap, RingBuf};
use aya_ebpf::programs::XdpContext;
use aya_ebpf::EbpfContext;
use meta_bpf::{Absent, Record};

use crate::report::{outcome, state, Fields, Report, HEAD};

/// Where the fields are, by layout; user space writes an entry when a layout is announced.
#[map]
static LAYOUTS: HashMap<u32, Fields> = HashMap::with_max_entries(256, 0);

/// What is reported.
#[map]
static REPORTS: RingBuf = RingBuf::with_byte_size(1 << 20, 0);

/// Packets that there was no room to report.
#[map]
static LOST: Array<u64> = Array::with_max_entries(1, 0);

/// Reports every packet and lets it pass.
#[xdp]
pub fn reader(ctx: XdpContext) -> u32 {
    let Some(mut entry) = REPORTS.reserve::<Report>(0) else {
        if let Some(lost) = LOST.get_ptr_mut(0) {
            // SAFETY: It points into the map.
            unsafe { *lost += 1 };
        }
        return xdp_action::XDP_PASS;
    };
    // SAFETY: The entry has room for a report.
    let report = unsafe { &mut *entry.as_mut_ptr() };
    read_head(&ctx, report);
    read_record(&ctx, report);
    entry.submit(0);
    xdp_action::XDP_PASS
}

/// The bytes by which a packet is known.
#[inline(always)]
fn read_head(ctx: &XdpContext, report: &mut Report) {
    // SAFETY: The context is that of the program.
    let len = unsafe { bpf_xdp_get_buff_len(ctx.ctx) }.clamp(1, HEAD as u64) as u32;
    // SAFETY: As many bytes are written as `head` has, at most.
    let failed = unsafe { bpf_xdp_load_bytes(ctx.ctx, 0, report.head.as_mut_ptr().cast(), len) };
    report.len = if failed == 0 { len } else { 0 };
}

/// What the card said.
#[inline(always)]
fn read_record(ctx: &XdpContext, report: &mut Report) {
    // SAFETY: The context is that of the program, and the packet has not been moved.
    let Some(record) = (unsafe { Record::claim(ctx.as_ptr()) }) else {
        report.outcome = outcome::NO_RECORD;
        return;
    };
    let trailer = record.trailer();
    report.layout_id = trailer.layout_id;
    report.generation = trailer.generation.into();
    // SAFETY: User space replaces whole entries, and deletes none.
    let Some(fields) = (unsafe { LAYOUTS.get(&trailer.layout_id) }) else {
        report.outcome = outcome::UNKNOWN_LAYOUT;
        record.release();
        return;
    };
    put(report, 0, record.get(fields.timestamp));
    put(report, 1, record.get(fields.hash));
    put(report, 2, record.get(fields.hash_type));
    put(report, 3, record.get(fields.vlan_tci));
    put(
        report,
        4,
        record.get(fields.vlan_proto).map(|proto| proto.get()),
    );
    put(report, 5, record.get(fields.csum));
    put(report, 6, record.get(fields.packet_type));
    put(report, 7, record.get(fields.ip_id));
    put(report, 8, record.get(fields.timestamp_kind));
    report.outcome = outcome::READ;
    record.release();
}

#[inline(always)]
fn put(report: &mut Report, field: usize, got: Result<impl Into<u64>, Absent>) {
    let (state, value) = match got {
        Ok(value) => (state::THERE, value.into()),
        Err(Absent::NotInLayout) => (state::NOT_IN_LAYOUT, 0),
        Err(Absent::NotInPacket) => (state::NOT_IN_PACKET, 0),
        Err(_) => (state::OTHER_TYPE, 0),
    };
    report.states[field] = state;
    report.values[field] = value;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

#[no_mangle]
#[link_section = "license"]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
