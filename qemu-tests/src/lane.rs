// SPDX-License-Identifier: GPL-2.0

//! Lanes: which machines the tests run in.

use anyhow::{Context, Result};

use crate::build::module::Variant;

/// One kind of machine: a NIC, a number of processors, a build of the module.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    /// The name that cases and reports use.
    pub name: &'static str,
    /// QEMU's name of the NIC.
    pub nic: &'static str,
    /// Virtual processors.
    pub processors: u32,
    /// Which build of the module is loaded.
    pub variant: Variant,
}

/// All lanes; the first is the one of cases that name none.
pub const LANES: &[Lane] = &[
    Lane {
        name: "e1000e",
        nic: "e1000e",
        processors: 2,
        variant: Variant::Plain,
    },
    Lane {
        name: "no_fence",
        nic: "e1000e",
        processors: 2,
        variant: Variant::NoFence,
    },
    Lane {
        name: "late_announcement",
        nic: "e1000e",
        processors: 2,
        variant: Variant::LateAnnouncement,
    },
];

impl Lane {
    /// The lane that the demo and most cases use.
    pub fn first() -> Self {
        LANES[0]
    }

    /// Finds a lane by name.
    ///
    /// # Errors
    ///
    /// When there is no such lane.
    pub fn named(name: &str) -> Result<Self> {
        LANES
            .iter()
            .find(|lane| lane.name == name)
            .copied()
            .with_context(|| {
                let known: Vec<&str> = LANES.iter().map(|lane| lane.name).collect();
                format!("there is no lane `{name}` (known: {})", known.join(", "))
            })
    }
}
