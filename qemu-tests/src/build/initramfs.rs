// SPDX-License-Identifier: GPL-2.0

//! The VM's whole file system, apart from the kernel's own modules (`modules`) and what its own tests need (`selftests`).

use std::path::PathBuf;

use anyhow::Result;

use super::archive::{name, read, Tree, EXECUTABLE, REGULAR};
use super::elf;
use super::guest::Programs;
use super::module::Module;
use crate::setup::Ground;

/// Programs of the root that tests and people use.
const TOOLS: &[&str] = &[
    "usr/sbin/ip",
    "usr/sbin/ethtool",
    "usr/sbin/bpftool",
    "usr/sbin/xdp-loader",
    "usr/bin/tcpdump",
    "usr/bin/bash",
    "usr/bin/busybox",
    // As modprobe, which the kernel calls too.
    "usr/bin/kmod",
];
/// The program that libxdp puts others behind, where it looks for it.
const DISPATCHER: &str = "usr/lib/x86_64-linux-gnu/bpf/xdp-dispatcher.o";
/// Applets that get a link.
const APPLETS: &[&str] = &[
    "ash", "ls", "cat", "echo", "mount", "umount", "mkdir", "rm", "cp", "mv", "ln", "grep", "sed",
    "awk", "head", "tail", "sort", "uniq", "wc", "cut", "tr", "hexdump", "xxd", "od", "dmesg",
    "insmod", "rmmod", "lsmod", "ps", "top", "kill", "sleep", "date", "seq", "true", "false",
    "test", "find", "xargs", "less", "vi", "ping", "ifconfig", "arp", "nc", "free", "uptime",
    "poweroff", "reboot", "sysctl", "stty", "clear", "env", "printf", "tee", "watch", "which",
    "timeout",
];
/// Packs everything.
///
/// # Errors
///
/// When one of the files cannot be read.
pub fn pack(
    ground: &Ground,
    programs: &Programs,
    modules: &[Module],
    bpf: &[PathBuf],
) -> Result<Vec<u8>> {
    let root = ground.root.dir();
    let mut tree = Tree::default();
    for dir in [
        "dev",
        "proc",
        "sys",
        "tmp",
        "run",
        "root",
        "etc",
        "bpf",
        "usr/lib/modules",
    ] {
        tree.dir(dir);
    }
    for (link, target) in [
        ("bin", "usr/bin"),
        ("sbin", "usr/sbin"),
        ("lib", "usr/lib"),
        ("lib64", "usr/lib64"),
    ] {
        tree.link(link, target);
    }
    tree.put("init", EXECUTABLE, read(&programs.init)?);
    tree.put("usr/bin/xdp-meta", EXECUTABLE, read(&programs.tool)?);
    tree.put(
        "etc/passwd",
        REGULAR,
        b"root:x:0:0:root:/root:/bin/sh\ntcpdump:x:0:0::/:/bin/sh\n".to_vec(),
    );
    tree.put("etc/group", REGULAR, b"root:x:0:\ntcpdump:x:0:\n".to_vec());
    for module in modules {
        let path = format!("usr/lib/modules/{}", name(&module.file));
        tree.put(&path, REGULAR, read(&module.file)?);
    }
    for object in bpf {
        tree.put(&format!("bpf/{}", name(object)), REGULAR, read(object)?);
    }
    for tool in TOOLS {
        tree.put(tool, EXECUTABLE, read(&root.join(tool))?);
    }
    tree.put(DISPATCHER, REGULAR, read(&root.join(DISPATCHER))?);
    for applet in APPLETS {
        tree.link(&format!("usr/bin/{applet}"), "busybox");
    }
    tree.link("usr/sbin/modprobe", "../bin/kmod");
    // Not busybox's: that one prefers its own ip and ping to the real ones.
    tree.link("usr/bin/sh", "bash");
    for library in elf::closure(root, TOOLS)? {
        tree.put(&library, EXECUTABLE, read(&root.join(&library))?);
    }
    tree.write()
}
