// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `dump`: every type.

use std::io::{self, BufWriter, Write};

use anyhow::{ensure, Result};
use meta_core::btf::json;

use crate::cli::{Format, Source};
use crate::{c, source, text};

/// Prints types; of an interface, those of each queue with a line that says whose they are.
pub(crate) fn run(source: &Source, format: Format) -> Result<()> {
    let found = source::open(source)?;
    ensure!(
        found.len() == 1 || format == Format::Text,
        "{} has {} queues; choose one with --queue",
        source.path,
        found.len()
    );
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    for one in &found {
        if found.len() > 1 {
            writeln!(out, "# {}", one.name)?;
        }
        match format {
            Format::Text => text::write(&mut out, &one.btf)?,
            Format::C => c::write(&mut out, &one.btf)?,
            Format::Json => writeln!(out, "{}", json::Dump(one.btf))?,
        }
    }
    out.flush()?;
    Ok(())
}
