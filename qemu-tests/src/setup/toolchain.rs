// SPDX-License-Identifier: GPL-2.0

//! Toolchains: what each root is made of, and where its packages are.
//!
//! A Rust module takes the compiler that its kernel was built with, so every series names its toolchain; the main one has all
//! other tools too. What must never happen: a list changes, and an old root is taken for the new one.

use super::archive::Snapshot;
use super::estimate::Part;
use super::packages;
use crate::hash::Key;

/// What a root is made of.
#[derive(Clone, Copy, Debug)]
pub struct Toolchain {
    /// What its folder of package lists and its log are called.
    pub name: &'static str,
    /// What to call it.
    pub title: &'static str,
    /// Where its packages are, what is preferred first.
    pub suites: &'static [&'static str],
    /// When they were there: where to find them once they have left.
    pub snapshot: Snapshot,
    /// Its packages, by purpose.
    pub packages: &'static [&'static [&'static str]],
    /// Programs whose presence shows that the root is usable.
    pub programs: &'static [&'static str],
    /// Those whose versions decide what is built.
    pub deciding: &'static [&'static str],
    /// What it takes to make the root.
    pub cost: Part,
}

/// The main one: QEMU and all other tools, and the compilers of the release.
pub static MAIN: Toolchain = Toolchain {
    name: "root",
    title: "the toolchain",
    suites: &[packages::RELEASE, packages::BACKPORTS, packages::NEXT],
    snapshot: packages::SNAPSHOT,
    packages: &[
        packages::SYSTEM,
        packages::RUST,
        packages::KBUILD,
        packages::TOOLS,
        packages::MACHINE,
        packages::DISPATCHER,
    ],
    programs: &[
        "rustc",
        "cargo",
        "bindgen",
        "clang-19",
        "llc-19",
        "ld.lld-19",
        "pahole",
        "gcc",
        "valgrind",
        "make",
        "flex",
        "bison",
        "bpftool",
        "ethtool",
        "ip",
        "tcpdump",
        "iperf3",
        "socat",
        "ptp4l",
        "xdp-loader",
        "busybox",
        "qemu-system-x86_64",
    ],
    deciding: &[
        "rustc",
        "bindgen",
        "clang-19",
        "ld.lld-19",
        "pahole",
        "qemu-system-x86_64",
    ],
    cost: Part {
        seconds: 55,
        megabytes: 425,
        room: 2600,
    },
};

/// The compilers that a kernel of sid was built with, and what Kbuild needs besides.
pub static SID: Toolchain = Toolchain {
    name: "root-sid",
    title: "the toolchain of sid",
    suites: &[packages::UNSTABLE],
    snapshot: packages::UNSTABLE_SNAPSHOT,
    packages: &[
        packages::SYSTEM,
        packages::UNSTABLE_COMPILERS,
        packages::KBUILD,
    ],
    programs: &[
        "rustc",
        "rustfmt",
        "bindgen",
        "x86_64-linux-gnu-gcc-16",
        "pahole",
        "make",
        "flex",
        "bison",
    ],
    deciding: &["rustc", "bindgen", "x86_64-linux-gnu-gcc-16", "pahole"],
    cost: Part {
        seconds: 45,
        megabytes: 355,
        room: 2300,
    },
};

impl Toolchain {
    /// Changes whenever the lists do.
    pub fn key(&self) -> String {
        let mut key = Key::default();
        let words = self
            .suites
            .iter()
            .chain(self.packages.iter().copied().flatten());
        for word in words.chain(packages::LEFT_OUT) {
            key = key.with(word);
        }
        for (link, target) in packages::LINKS {
            key = key.with(link).with(target);
        }
        key.short()
    }
}

#[cfg(test)]
mod tests {
    use super::{Toolchain, MAIN, SID};
    use crate::setup::packages;

    #[test]
    fn a_root_is_another_one_with_other_packages_or_from_elsewhere() {
        let other = |suites, packages| Toolchain {
            suites,
            packages,
            ..MAIN
        };
        let same = other(MAIN.suites, MAIN.packages);
        assert_eq!(same.key(), MAIN.key());
        assert_ne!(other(&["sid"], MAIN.packages).key(), MAIN.key());
        assert_ne!(other(MAIN.suites, &[packages::SYSTEM]).key(), MAIN.key());
        assert_ne!(SID.key(), MAIN.key());
        assert_ne!(SID.name, MAIN.name);
    }

    #[test]
    fn a_suite_that_moves_serves_compilers_of_one_version_only() {
        for tool in ["rustc", "rust-src", "rustfmt", "bindgen"] {
            let of_tool = |package: &&&str| package.split('=').next() == Some(tool);
            let package = SID.packages.concat().into_iter().find(|one| of_tool(&one));
            assert!(package.is_some_and(|one| one.contains('=')), "{tool}");
        }
    }
}
