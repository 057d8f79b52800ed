// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The BTF as libbpf sees it, by way of `bpftool`. Where there is no `bpftool` these tests pass without having tested.

use std::path::{Path, PathBuf};
use std::process::Command;

use meta_core::btf::{Kfunc, Module, BASE};
use meta_core::XdpMeta;

#[path = "support/card.rs"]
mod card;

use card::RxMeta;

const MODULE: Module<4096> = Module::new().with::<RxMeta>().kfunc(&Kfunc::META_FIELD);
static SPLIT: [u8; MODULE.len()] = MODULE.bytes();

fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// What `bpftool` prints; `None` if there is none.
fn dump(base: Option<&Path>, file: &Path, format: &str) -> Option<String> {
    // Debian installs it where only root's PATH leads to.
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let mut command = Command::new("bpftool");
    command.env("PATH", path);
    if let Some(base) = base {
        command.arg("-B").arg(base);
    }
    command.args(["btf", "dump", "file"]).arg(file);
    let output = match command.args(["format", format]).output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: bpftool: {error}");
            return None;
        }
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_blob_prints_the_layout_in_force() {
    let file = write("layout.btf", RxMeta::btf(0b11));
    let Some(c) = dump(None, &file, "c") else {
        return;
    };
    let start = c.find("struct nic_rx_hash_vlan {").expect(&c);
    let end = start + c[start..].find("\n}").unwrap();
    let members: Vec<_> = (c[start..end].lines().skip(1))
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("long"))
        .collect();
    assert_eq!(
        members,
        [
            "__u32 rx_hash;",
            "__u16 rx_hash_type;",
            "__u16 rx_vlan_tci;",
            "__be16 rx_vlan_proto;",
            "__u32 layout_id;",
            "__u16 generation;",
            "__u16 present;",
        ]
    );
}

#[test]
fn the_split_part_fits_on_its_base() {
    let base = write("base.btf", &BASE);
    let split = write("split.btf", &SPLIT);
    let Some(raw) = dump(Some(&base), &split, "raw") else {
        return;
    };
    let expected = [
        "STRUCT 'nic_rx' size=24 vlen=7".to_owned(),
        "UNION 'nic_rx_layouts' size=24 vlen=4".to_owned(),
        "PTR '(anon)' type_id=2".to_owned(),
        format!(
            "[{}] FUNC 'bpf_xdp_meta_field'",
            MODULE.kfunc_id("bpf_xdp_meta_field")
        ),
        format!("'NIC_RX_VLAN' val={}", RxMeta::LAYOUTS[2].id),
    ];
    for line in expected {
        assert!(raw.contains(&line), "{line:?} is not in\n{raw}");
    }
}
