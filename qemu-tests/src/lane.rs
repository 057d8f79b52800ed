// SPDX-License-Identifier: GPL-2.0

//! Lanes: which machines the tests run in.

use anyhow::{Context, Result};

use crate::build::module::Variant;
use crate::setup::Which;

/// What a lane is for; a guest case may ask for a kind, and then runs on every lane of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One NIC, whose wire ends at this host: for cases that ask for nothing.
    Plain,
    /// The same with a module that was built wrong on purpose.
    Teeth,
    /// Two NICs on one wire inside the machine, the second one in a network namespace with its in-tree driver.
    Pair,
    /// One NIC with a driver that is not ours.
    Foreign,
    /// A pair whose first NIC has its in-tree driver too: shows what a test says of a driver that is not ours.
    Control,
}

/// One kind of machine: a NIC, a number of processors, a build of the module.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    /// The name that cases and reports use.
    pub name: &'static str,
    /// What it is for.
    pub kind: Kind,
    /// QEMU's name of the NIC, which is that of its in-tree driver too; `virtio_net` is the driver's alone.
    pub nic: &'static str,
    /// Virtual processors.
    pub processors: u32,
    /// Which build of the module is loaded.
    pub variant: Variant,
    /// Which kernel it boots.
    pub kernel: Which,
    /// The topics of the cases that ask for nothing and run here all the same; all of them, if there are none.
    pub topics: &'static [&'static str],
}

/// The first is the one of the demo.
pub const LANES: &[Lane] = &[
    lane("e1000e", Kind::Plain, "e1000e", Variant::Plain),
    lane("igb", Kind::Plain, "igb", Variant::Plain),
    lane("no_fence", Kind::Teeth, "e1000e", Variant::NoFence),
    lane("no_fence-igb", Kind::Teeth, "igb", Variant::NoFence),
    lane(
        "late_announcement",
        Kind::Teeth,
        "e1000e",
        Variant::LateAnnouncement,
    ),
    lane(
        "late_announcement-igb",
        Kind::Teeth,
        "igb",
        Variant::LateAnnouncement,
    ),
    lane(
        "stale_trailer",
        Kind::Teeth,
        "e1000e",
        Variant::StaleTrailer,
    ),
    lane(
        "stale_trailer-igb",
        Kind::Teeth,
        "igb",
        Variant::StaleTrailer,
    ),
    lane("e1000e-pair", Kind::Pair, "e1000e", Variant::Plain),
    lane("igb-pair", Kind::Pair, "igb", Variant::Plain),
    lane("igb-foreign", Kind::Foreign, "igb", Variant::Plain),
    lane(
        "virtio-foreign",
        Kind::Foreign,
        "virtio_net",
        Variant::Plain,
    ),
    lane("e1000e-control", Kind::Control, "e1000e", Variant::Plain),
    lane("igb-control", Kind::Control, "igb", Variant::Plain),
    on(
        Which::Debug,
        WATCHED,
        lane("e1000e-debug", Kind::Plain, "e1000e", Variant::Plain),
    ),
    on(
        Which::Debug,
        WATCHED,
        lane("igb-debug", Kind::Plain, "igb", Variant::Plain),
    ),
    on(
        Which::Debug,
        &[],
        lane("igb-debug-pair", Kind::Pair, "igb", Variant::Plain),
    ),
    on(
        Which::Series("7.2"),
        SERIES,
        lane("e1000e-7.2", Kind::Plain, "e1000e", Variant::Plain),
    ),
    on(
        Which::Series("7.2"),
        SERIES,
        lane("igb-7.2", Kind::Plain, "igb", Variant::Plain),
    ),
    on(
        Which::Series("sid"),
        SERIES,
        lane("e1000e-sid", Kind::Plain, "e1000e", Variant::Plain),
    ),
    on(
        Which::Series("sid"),
        SERIES,
        lane("igb-sid", Kind::Plain, "igb", Variant::Plain),
    ),
];

/// What runs on each series: the module loads and probes, writes records, announces layouts, carries traffic.
const SERIES: &[&str] = &["probe", "records", "announce", "traffic"];

/// What runs on the kernel that watches, besides the cases that ask for it: everything that comes and goes.
const WATCHED: &[&str] = &["lifecycle", "reconfig", "updown", "features"];

/// All lanes have two processors.
const fn lane(name: &'static str, kind: Kind, nic: &'static str, variant: Variant) -> Lane {
    Lane {
        name,
        kind,
        nic,
        processors: 2,
        variant,
        kernel: Which::Stock,
        topics: &[],
    }
}

/// The same on another kernel, with only some topics of what asks for nothing.
const fn on(kernel: Which, topics: &'static [&'static str], lane: Lane) -> Lane {
    Lane {
        kernel,
        topics,
        ..lane
    }
}

impl Lane {
    /// The lane that the demo uses.
    pub fn first() -> Self {
        LANES[0]
    }

    /// Whether a guest case runs here that asks for `wanted`: a lane's name, a build of the module, `pair`, `foreign`, `debug`,
    /// `debug-pair`, or nothing.
    pub fn takes(&self, name: &str, wanted: Option<&str>) -> bool {
        if self.kernel != Which::Stock {
            let kind = match self.kind {
                Kind::Pair => "debug-pair",
                _ => "debug",
            };
            let topic = name.split("::").next().unwrap_or_default();
            return match wanted {
                Some(wanted) => {
                    let of_kernel = match self.kernel {
                        Which::Debug => wanted == kind,
                        Which::Series(_) => wanted == "series",
                        Which::Stock => false,
                    };
                    wanted == self.name || of_kernel
                }
                None => self.kind == Kind::Plain && self.topics.contains(&topic),
            };
        }
        match (self.kind, wanted) {
            (Kind::Plain, None) => true,
            (Kind::Teeth, Some(wanted)) => wanted == self.name || wanted == self.variant.name(),
            (Kind::Pair, Some(wanted)) => wanted == self.name || wanted == "pair",
            (Kind::Foreign, Some(wanted)) => wanted == self.name || wanted == "foreign",
            (Kind::Plain, Some(wanted)) => wanted == self.name,
            (Kind::Teeth | Kind::Pair | Kind::Foreign, None) | (Kind::Control, _) => false,
        }
    }

    /// The module that is loaded for the NIC under test.
    pub fn driver(&self) -> &'static str {
        match self.kind {
            Kind::Plain | Kind::Teeth | Kind::Pair => "rnic",
            Kind::Control | Kind::Foreign => self.nic,
        }
    }

    /// Whether its NIC's device is not QEMU's but in this process. Such a machine cannot be saved.
    pub fn is_virtio(&self) -> bool {
        self.nic == "virtio_net"
    }

    /// The second NIC and its driver: of the other type, so that neither driver can take both.
    pub fn peer(&self) -> Option<&'static str> {
        match (self.kind, self.nic) {
            (Kind::Plain | Kind::Teeth | Kind::Foreign, _) => None,
            (Kind::Pair | Kind::Control, "igb") => Some("e1000e"),
            (Kind::Pair | Kind::Control, _) => Some("igb"),
        }
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

#[cfg(test)]
mod tests {
    use super::LANES;

    fn takers(name: &str, wanted: Option<&str>) -> Vec<&'static str> {
        let takers = LANES.iter().filter(|lane| lane.takes(name, wanted));
        takers.map(|lane| lane.name).collect()
    }

    #[test]
    fn a_case_runs_where_it_asks_to() {
        let takers = |wanted| takers("vlan::strip", wanted);
        assert_eq!(takers(None), ["e1000e", "igb"]);
        assert_eq!(takers(Some("igb")), ["igb"]);
        assert_eq!(takers(Some("no_fence")), ["no_fence", "no_fence-igb"]);
        assert_eq!(takers(Some("pair")), ["e1000e-pair", "igb-pair"]);
        assert_eq!(takers(Some("igb-pair")), ["igb-pair"]);
        assert_eq!(takers(Some("foreign")), ["igb-foreign", "virtio-foreign"]);
        assert_eq!(takers(Some("debug")), ["e1000e-debug", "igb-debug"]);
        assert_eq!(takers(Some("debug-pair")), ["igb-debug-pair"]);
        let of_series = ["e1000e-7.2", "igb-7.2", "e1000e-sid", "igb-sid"];
        assert_eq!(takers(Some("series")), of_series);
        assert!(takers(Some("nonsense")).is_empty());
    }

    #[test]
    fn some_topics_run_on_other_kernels_too() {
        let lanes = ["e1000e", "igb", "e1000e-debug", "igb-debug"];
        assert_eq!(takers("reconfig::rings", None), lanes);
        let plain = ["e1000e", "igb"].into_iter();
        let lanes: Vec<_> = plain
            .chain(["e1000e-7.2", "igb-7.2", "e1000e-sid", "igb-sid"])
            .collect();
        assert_eq!(takers("probe::identity", None), lanes);
    }

    #[test]
    fn the_drivers_of_a_pair_differ() {
        for lane in LANES.iter().filter(|lane| lane.peer().is_some()) {
            assert_ne!(lane.peer(), Some(lane.nic), "{}", lane.name);
            assert_ne!(lane.peer(), Some(lane.driver()), "{}", lane.name);
        }
    }
}
