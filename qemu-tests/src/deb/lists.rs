// SPDX-License-Identifier: GPL-2.0

//! What the two Debian roots of this module are made of: tables only.
//!
//! They are lists of their own, so that a package for packaging does not make everybody's toolchain root anew.

/// Packages of the root in which packages are built and judged; they are unpacked, never configured.
pub const PACKAGING: &[&str] = &[
    "?essential",
    "base-files",
    "base-passwd",
    "build-essential",
    "cargo",
    "debhelper",
    "dh-dkms",
    "e2fsprogs",
    "lintian",
    "rsync",
    "rustc",
];

/// Links that maintainer scripts would make.
pub const LINKS: &[(&str, &str)] = &[
    ("usr/bin/awk", "mawk"),
    ("usr/bin/cc", "gcc"),
    ("usr/bin/c++", "g++"),
    ("etc/dpkg/origins/default", "debian"),
];

/// Packages of the machine that ours are installed on, beside its kernel: what somebody's Debian has, what ours depend on,
/// and what the check in it uses.
pub const MACHINE: &[&str] = &[
    "?essential",
    "apt",
    "debian-archive-keyring",
    "e2fsprogs",
    "initramfs-tools",
    "kmod",
    "netbase",
    "systemd-sysv",
    "udev",
    "zstd",
    // Depended on by rnic-dkms and libxdp-meta-dev.
    "bc",
    "bindgen",
    "bison",
    "dkms",
    "flex",
    "gcc",
    "libbpf-dev",
    "libc6-dev",
    "libelf-dev",
    "libssl-dev",
    "make",
    "openssl",
    "pahole",
    "rust-src",
    "rustfmt",
    "rustc",
    "xz-utils",
    // Recommended by rnic-dkms.
    "clang-19",
    "llvm-19",
    // For the check.
    "bpftool",
    "iproute2",
    "iputils-ping",
];
