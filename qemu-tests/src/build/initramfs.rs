// SPDX-License-Identifier: GPL-2.0

//! The VM's whole file system: a `newc` archive, the same bytes for the same content.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cpio::newc::{trailer, Builder};

use super::elf;
use super::guest::Programs;
use super::module::Module;
use crate::setup::Ground;

const DIRECTORY: u32 = 0o040_755;
const EXECUTABLE: u32 = 0o100_755;
const REGULAR: u32 = 0o100_644;
const LINK: u32 = 0o120_777;

/// Programs of the root that tests and people use.
const TOOLS: &[&str] = &[
    "usr/sbin/ip",
    "usr/sbin/ethtool",
    "usr/sbin/bpftool",
    "usr/bin/tcpdump",
    "usr/bin/bash",
    "usr/bin/busybox",
];
/// Applets that get a link.
const APPLETS: &[&str] = &[
    "sh", "ash", "ls", "cat", "echo", "mount", "umount", "mkdir", "rm", "cp", "mv", "ln", "grep",
    "sed", "awk", "head", "tail", "sort", "uniq", "wc", "cut", "tr", "hexdump", "xxd", "od",
    "dmesg", "insmod", "rmmod", "lsmod", "ps", "top", "kill", "sleep", "date", "seq", "true",
    "false", "test", "find", "xargs", "less", "vi", "ping", "ifconfig", "arp", "nc", "free",
    "uptime", "poweroff", "reboot", "sysctl", "stty", "clear", "env", "printf", "tee", "watch",
    "which",
];
/// In-tree drivers that ours is compared with.
const DRIVERS: &[&str] = &[
    "drivers/net/ethernet/intel/e1000e/e1000e.ko",
    "drivers/net/ethernet/intel/igb/igb.ko",
];

/// Packs everything.
///
/// # Errors
///
/// When one of the files cannot be read.
pub fn pack(
    ground: &Ground,
    programs: &Programs,
    module: &Module,
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
    tree.put("usr/lib/modules/rnic.ko", REGULAR, read(&module.file)?);
    for driver in DRIVERS {
        let path = ground.kernel.module(driver);
        if path.exists() {
            tree.put(
                &format!("usr/lib/modules/{}", name(&path)),
                REGULAR,
                read(&path)?,
            );
        }
    }
    for object in bpf {
        tree.put(&format!("bpf/{}", name(object)), REGULAR, read(object)?);
    }
    for tool in TOOLS {
        tree.put(tool, EXECUTABLE, read(&root.join(tool))?);
    }
    for applet in APPLETS {
        tree.link(&format!("usr/bin/{applet}"), "busybox");
    }
    for library in elf::closure(root, TOOLS)? {
        tree.put(&library, EXECUTABLE, read(&root.join(&library))?);
    }
    tree.write()
}

/// Entries by path, parents first.
#[derive(Default)]
struct Tree(BTreeMap<String, (u32, Vec<u8>)>);

impl Tree {
    fn dir(&mut self, path: &str) {
        let mut end = 0;
        while let Some(next) = path[end..].find('/') {
            self.0
                .entry(path[..end + next].to_owned())
                .or_insert((DIRECTORY, Vec::new()));
            end += next + 1;
        }
        self.0
            .entry(path.to_owned())
            .or_insert((DIRECTORY, Vec::new()));
    }

    fn put(&mut self, path: &str, mode: u32, content: Vec<u8>) {
        if let Some((dir, _)) = path.rsplit_once('/') {
            self.dir(dir);
        }
        self.0.insert(path.to_owned(), (mode, content));
    }

    fn link(&mut self, path: &str, target: &str) {
        self.put(path, LINK, target.as_bytes().to_vec());
    }

    fn write(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        for (inode, (path, (mode, content))) in (1..).zip(&self.0) {
            let size =
                u32::try_from(content.len()).with_context(|| format!("{path} is too large"))?;
            let mut entry = Builder::new(path)
                .ino(inode)
                .mode(*mode)
                .nlink(1)
                .write(&mut out, size);
            std::io::Write::write_all(&mut entry, content)?;
            entry.finish()?;
        }
        trailer(&mut out)?;
        Ok(out)
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Tree, REGULAR};

    #[test]
    fn parents_come_first_and_bytes_are_reproducible() {
        let mut tree = Tree::default();
        tree.put("usr/lib/a", REGULAR, b"content".to_vec());
        tree.link("lib", "usr/lib");
        let order: Vec<&String> = tree.0.keys().collect();
        assert_eq!(order, ["lib", "usr", "usr/lib", "usr/lib/a"]);
        let bytes = tree.write().unwrap();
        assert_eq!(bytes, tree.write().unwrap());
        assert!(bytes.starts_with(b"070701"));
        assert_eq!(bytes.len() % 4, 0);
    }
}
