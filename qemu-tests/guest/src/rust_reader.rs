// SPDX-License-Identifier: GPL-2.0

//! The example of `meta-bpf`, loaded and attached by aya as its users do it; its reports, and the map of layouts that it
//! reads by.

use std::mem::{offset_of, size_of};

use anyhow::{ensure, Context, Result};
use aya::maps::{Array, HashMap, MapData, RingBuf};
use aya::programs::{Xdp, XdpFlags};
use aya::{Ebpf, EbpfLoader};
use meta_reader::{Absent, Layout};

use crate::eth::NAME;
use crate::oracle::{Parts, Reading};

use report::{outcome, state, Fields};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "the program's file, with what only the program needs"
)]
#[path = "../../../meta-bpf/example/src/report.rs"]
mod report;

/// The attached program.
pub(crate) struct RustReader {
    /// Detaches and unloads when it is dropped.
    _program: Ebpf,
    layouts: HashMap<MapData, u32, [u32; Fields::LEN]>,
    reports: RingBuf<MapData>,
    lost: Array<MapData, u64>,
}

/// What the program said of one packet.
#[derive(Debug)]
pub(crate) struct Report {
    /// The start of the packet.
    pub(crate) head: Vec<u8>,
    /// Layout of its record.
    pub(crate) layout_id: u32,
    /// What was read.
    pub(crate) got: Got,
}

/// What came of a packet.
#[derive(Debug)]
pub(crate) enum Got {
    /// There was no record.
    NoRecord,
    /// The map has no such layout.
    UnknownLayout,
    /// The fields.
    Read(Reading),
}

impl RustReader {
    /// Loads the program and attaches it.
    ///
    /// # Errors
    ///
    /// What the verifier or the driver says.
    pub(crate) fn attach() -> Result<Self> {
        // No type of the kernel's is looked up, so its BTF need not be read.
        let mut all = EbpfLoader::new()
            .btf(None)
            .load_file("/bpf/rust_reader.bpf.o")?;
        let program = all.program_mut("reader").context("no program `reader`")?;
        let program: &mut Xdp = program.try_into()?;
        program.load()?;
        program.attach(NAME, XdpFlags::DRV_MODE)?;
        let mut map = |name: &str| {
            let map = all.take_map(name);
            map.with_context(|| format!("no map {name}"))
        };
        Ok(Self {
            layouts: map("LAYOUTS")?.try_into()?,
            reports: map("REPORTS")?.try_into()?,
            lost: map("LOST")?.try_into()?,
            _program: all,
        })
    }

    /// Puts a layout into the map.
    ///
    /// # Errors
    ///
    /// When there is no room.
    pub(crate) fn learn(&mut self, layout: &Layout) -> Result<()> {
        self.pretend(layout.id(), layout)
    }

    /// Puts a layout into the map under the id of another: what nobody should do.
    ///
    /// # Errors
    ///
    /// When there is no room.
    pub(crate) fn pretend(&mut self, id: u32, layout: &Layout) -> Result<()> {
        let words = Fields::of(|id| layout.binding(id)).words();
        Ok(self.layouts.insert(id, words, 0)?)
    }

    /// The ids in the map.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) fn known(&self) -> Result<Vec<u32>> {
        Ok(self.layouts.keys().collect::<Result<_, _>>()?)
    }

    /// Packets that there was no room to report.
    ///
    /// # Errors
    ///
    /// When the map cannot be read.
    pub(crate) fn lost(&self) -> Result<u64> {
        Ok(self.lost.get(&0, 0)?)
    }

    /// The next report, if there is one.
    ///
    /// # Errors
    ///
    /// When it is not one of this program.
    pub(crate) fn next(&mut self) -> Result<Option<Report>> {
        self.reports.next().map(|item| parse(&item)).transpose()
    }
}

fn parse(bytes: &[u8]) -> Result<Report> {
    ensure!(bytes.len() >= size_of::<report::Report>(), "a short report");
    let word = |at: usize| -> Result<u32> { Ok(u32::from_ne_bytes(bytes[at..at + 4].try_into()?)) };
    let part = |field: usize| -> Result<Result<u64, Absent>> {
        let at = offset_of!(report::Report, values) + 8 * field;
        Ok(match bytes[offset_of!(report::Report, states) + field] {
            state::THERE => Ok(u64::from_ne_bytes(bytes[at..at + 8].try_into()?)),
            state::NOT_IN_LAYOUT => Err(Absent::NotInLayout),
            state::NOT_IN_PACKET => Err(Absent::NotInPacket),
            _ => Err(Absent::OtherType),
        })
    };
    let got = match word(offset_of!(report::Report, outcome))? {
        outcome::NO_RECORD => Got::NoRecord,
        outcome::UNKNOWN_LAYOUT => Got::UnknownLayout,
        outcome => {
            ensure!(outcome == outcome::READ, "outcome {outcome}");
            // In the order of `Fields`.
            Got::Read(Reading::of(Parts {
                stamp: part(0)?,
                hash: part(1)?,
                hash_type: part(2)?,
                tci: part(3)?,
                proto: part(4)?,
                csum: part(5)?,
                packet_type: part(6)?,
                ip_id: part(7)?,
                kind: part(8)?,
            }))
        }
    };
    let start = offset_of!(report::Report, head);
    let len = word(offset_of!(report::Report, len))? as usize;
    Ok(Report {
        head: bytes[start..start + len.min(report::HEAD)].to_vec(),
        layout_id: word(offset_of!(report::Report, layout_id))?,
        got,
    })
}
