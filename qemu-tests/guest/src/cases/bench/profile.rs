// SPDX-License-Identifier: GPL-2.0

//! One case for the profiler.

use anyhow::{bail, Result};

use crate::case::Case;

pub(in crate::cases) fn profile(_case: &mut Case<'_>) -> Result<()> {
    bail!("not yet")
}
