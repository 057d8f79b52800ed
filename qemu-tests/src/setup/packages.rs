// SPDX-License-Identifier: GPL-2.0

//! The packages of the toolchain roots, by purpose, and where kernels come from: tables only.

use super::archive::Snapshot;

/// The release that the main root is made from; its rustc and clang share one LLVM.
pub const RELEASE: &str = "trixie";

/// Newer packages for that release: QEMU.
pub const BACKPORTS: &str = "trixie-backports";

/// The release after it: libxdp. The kernel lets no program that moves metadata run behind the dispatcher of an older one.
pub const NEXT: &str = "forky";

/// A day on which the archive had all of it, and the series that are built with it.
pub const SNAPSHOT: Snapshot = Snapshot {
    date: "20261129T000000Z",
};

/// Debian's development suite, which gets new compilers and kernels first.
pub const UNSTABLE: &str = "sid";

/// A day on which it had these compilers and the kernel that they built.
pub const UNSTABLE_SNAPSHOT: Snapshot = Snapshot {
    date: "20261030T120000Z",
};

/// A system to run programs in.
pub const SYSTEM: &[&str] = &[
    "?essential",
    "base-files",
    "base-passwd",
    "bash",
    "coreutils",
    "util-linux",
    "mawk",
    "sed",
    "grep",
    "findutils",
    "diffutils",
    "tar",
    "gzip",
    "xz-utils",
    "zstd",
    "bzip2",
    "cpio",
    "rsync",
    "patch",
    "perl",
    "python3",
    "python3-yaml",
    "python3-jsonschema",
    "procps",
];

/// Rust, and a clang of the same LLVM.
pub const RUST: &[&str] = &[
    "rustc",
    "cargo",
    "rust-src",
    "rustfmt",
    "rust-clippy",
    "bindgen",
    "clang-19",
    "llvm-19",
    "lld-19",
    "libclang-19-dev",
];

/// Rust and gcc of sid, whose versions change from one week to the next: those that built its kernel.
pub const UNSTABLE_COMPILERS: &[&str] = &[
    "rustc=1.97.1*",
    "rust-src=1.97.1*",
    "rustfmt=1.97.1*",
    "bindgen=0.72.1*",
    "gcc-16",
];

/// What Kbuild needs besides.
pub const KBUILD: &[&str] = &[
    "dwarves",
    "gcc",
    "libc6-dev",
    "make",
    "flex",
    "bison",
    "bc",
    "libelf-dev",
    "libssl-dev",
    "libdw-dev",
    "zlib1g-dev",
    "kmod",
];

/// Tools for the host side and for the guest.
pub const TOOLS: &[&str] = &[
    "bpftool",
    "ethtool",
    "iproute2",
    "iputils-ping",
    "tcpdump",
    "iperf3",
    "socat",
    "linuxptp",
    "libbpf-dev",
    "valgrind",
    "busybox-static",
];

/// The machine: from backports, with a slirp library that has to come from the release itself.
pub const MACHINE: &[&str] = &[
    "qemu-system-x86/trixie-backports",
    "qemu-system-common/trixie-backports",
    "qemu-system-data/trixie-backports",
    "seabios/trixie-backports",
    "libslirp0/trixie",
];

/// The dispatcher, from the next release, on libraries that have to come from this one.
pub const DISPATCHER: &[&str] = &[
    "libxdp1/forky",
    "xdp-tools/forky",
    "libbpf1/trixie",
    "libc6/trixie",
    "libpcap0.8t64/trixie",
];

/// Links that maintainer scripts would make; packages are unpacked, never configured.
pub const LINKS: &[(&str, &str)] = &[("usr/bin/awk", "mawk"), ("usr/bin/cc", "gcc")];

/// Folders that nothing here looks at: 480 MB. A `*` is the name of one folder.
pub const LEFT_OUT: &[&str] = &[
    "usr/share/doc",
    "usr/share/locale",
    "usr/share/man",
    "usr/src/*/compiler",
    "usr/src/*/src",
];
