// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The program, run on the BTF of a declaration with a field of every form, and on files that nobody should have made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use meta_core::btf::{json, Kfunc, Module, Reader, BASE};
use meta_core::le::Le32;
use meta_core::meta::XdpMeta as _;
use meta_derive::{Value, XdpMeta};
use serde_json::{json, Value as Json};

#[derive(Clone, Copy, Debug, Value)]
#[repr(u8)]
#[value(name = "tool_packet")]
enum Packet {
    #[value(fallback)]
    Other = 0,
    Tcp = 1,
}

#[derive(Clone, Copy, Debug, Value)]
#[repr(C)]
#[value(name = "tool_flow")]
struct Flow {
    index: Le32,
    queues: [u16; 2],
}

/// One packet.
struct Source;

#[derive(Debug, XdpMeta)]
#[xdp_meta(name = "tool_rx", source = Source, knobs(hash, wide))]
struct Meta {
    #[meta(knob = hash, hint = rx_hash, value = |_| 7)]
    rx_hash: u32,
    #[meta(knob = wide, hint = rx_timestamp, unit = "ns", value = |_| 1)]
    stamp: u64,
    #[meta(knob = wide, id = 0x8000, value = |_| Flow { index: Le32::new(1), queues: [1, 2] })]
    flow: Flow,
    #[meta(knob = !wide, id = 0x8001, value = |_| [1; 6])]
    mac: [u8; 6],
    #[meta(id = 0x8002, value = |_| Packet::Tcp)]
    packet: Packet,
    #[meta(knob = hash, id = 0x8003, bits = 3, value = |_| 5)]
    l4: u8,
}

const MODULE: Module<16384> = Module::new().with::<Meta>().kfunc(&Kfunc::META_FIELD);
static BTF: [u8; MODULE.len()] = MODULE.bytes();

/// A folder with the module's BTF and its base.
fn files(test: &str) -> (PathBuf, PathBuf) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&dir).unwrap();
    let (btf, base) = (dir.join("module.btf"), dir.join("base.btf"));
    fs::write(&btf, BTF).unwrap();
    fs::write(&base, BASE).unwrap();
    (btf, base)
}

fn run(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xdp-meta"))
        .args(words)
        .output()
        .unwrap()
}

fn out(words: &[&str]) -> String {
    let output = run(words);
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// With the files of a test in place of `BTF` and `BASE`.
fn with(test: &str, words: &[&str]) -> Output {
    let (btf, base) = files(test);
    let words: Vec<String> = words
        .iter()
        .map(|word| {
            word.replace("BTF", btf.to_str().unwrap())
                .replace("BASE", base.to_str().unwrap())
        })
        .collect();
    run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn the_header_is_the_one_that_the_declaration_gives() {
    let mut declared = String::new();
    meta_core::header::write::<Meta>(&mut declared).unwrap();
    let output = with("header", &["header", "BTF", "--base", "BASE"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), declared);
}

#[test]
fn the_layouts_are_the_declarations() {
    let output = with("layouts", &["layouts", "BTF", "--base", "BASE", "--json"]);
    let all: Json = serde_json::from_slice(&output.stdout).unwrap();
    let shown = &all["declarations"][0];
    assert_eq!(shown["knobs"], json!(Meta::KNOBS));
    for (mask, layout) in Meta::LAYOUTS.iter().enumerate() {
        let shown = &shown["layouts"][mask];
        let head = [&shown["name"], &shown["id"], &shown["size"]].map(Json::clone);
        assert_eq!(
            head,
            [json!(layout.name), json!(layout.id), json!(layout.size)]
        );
        assert_eq!(
            shown["fields"].as_array().unwrap().len(),
            layout.fields.len()
        );
        for (field, shown) in layout
            .fields
            .iter()
            .zip(shown["fields"].as_array().unwrap())
        {
            let knobs = |mask: u32, mark: &str| -> Vec<String> {
                let on = |(bit, name): (usize, &&str)| {
                    (mask >> bit & 1 != 0).then(|| format!("{mark}{name}"))
                };
                Meta::KNOBS.iter().enumerate().filter_map(on).collect()
            };
            let expected = json!({
                "name": field.name, "id": field.id, "offset": field.offset, "size": field.size(),
                "bit": field.bit, "bits": field.bits, "present": field.present,
                "hint": field.hint, "unit": field.unit,
                "knobs": ([knobs(field.knobs, ""), knobs(field.unless, "!")].concat()),
                "type": shown["type"],
            });
            assert_eq!(*shown, expected);
        }
    }
    let table = with("layouts", &["layouts", "BTF", "--base", "BASE"]);
    let table = String::from_utf8(table.stdout).unwrap();
    for text in [
        "tool_rx_hash_wide",
        "struct tool_flow",
        "__u8[6]",
        "!wide",
        "0x8000",
        "ns",
    ] {
        assert!(table.contains(text), "no {text} in\n{table}");
    }
    assert!(!table.contains('\u{1b}'), "colours, and no terminal");
}

#[test]
fn a_blob_alone_is_a_layout() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("blob.btf");
    fs::write(&path, Meta::BTF[3]).unwrap();
    let path = path.to_str().unwrap();
    let all: Json = serde_json::from_str(&out(&["layouts", path, "--json"])).unwrap();
    let layout = &all["declarations"][0]["layouts"][0];
    assert_eq!(layout["name"], Meta::LAYOUTS[3].name);
    // Own ids are the module's to say.
    let ids: Vec<_> = layout["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["id"])
        .collect();
    assert_eq!(ids.iter().filter(|id| id.is_null()).count(), 3, "{ids:?}");
    let refusal = run(&["header", path]);
    assert_eq!(refusal.status.code(), Some(2));
    let json = out(&["dump", "--format", "json", path]);
    let expected = json::Dump(Reader::new(Meta::BTF[3]).unwrap());
    assert_eq!(json, format!("{expected}\n"));
}

#[test]
fn a_difference_is_the_status() {
    let code = |words: &[&str]| with("diff", words).status.code();
    assert_eq!(code(&["diff", "BTF", "BTF", "--base", "BASE"]), Some(0));
    let layouts = [
        "diff",
        "BTF:tool_rx_hash",
        ":tool_rx_hash_wide",
        "--base",
        "BASE",
    ];
    assert_eq!(code(&layouts), Some(1));
    let text = String::from_utf8(with("diff", &layouts).stdout).unwrap();
    for line in [
        "  ~ rx_hash at 0 -> at ",
        "  + stamp at 0 ",
        "  - mac at ",
        "~ struct tool_rx_hash -> tool_rx_hash_wide, id ",
    ] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    assert!(!text.contains("generation"), "{text}");
    assert_eq!(
        code(&["diff", "BTF", "BTF:nonsense", "--base", "BASE"]),
        Some(2)
    );
    assert_eq!(code(&["diff", "BTF", "nonsense"]), Some(2));
}

#[test]
fn refusals_say_what_to_do() {
    for (words, says) in [
        (&["dump", "BTF"][..], "--base"),
        (&["dump", "nonsense"], "no interface of this name"),
        (&["layouts", "BASE"], "no layouts"),
        (
            &["header", "BTF", "--base", "BASE", "--name", "other"],
            "tool_rx",
        ),
        (&["dump", "BTF", "--base", "BTF"], "base"),
        (&["dump", "/etc/passwd"], "not BTF"),
        (&["dump", "BTF", "--queue", "0"], "is for interfaces"),
        (&["show", "nonsense"], "no interface nonsense"),
        (&["monitor", "nonsense"], "no interface nonsense"),
    ] {
        let output = with("refusals", words);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {error}");
        assert!(
            error.contains(says) && output.stdout.is_empty(),
            "{words:?}: {error}"
        );
    }
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let (btf, base) = files("pipe");
    let mut child = Command::new(env!("CARGO_BIN_EXE_xdp-meta"))
        .arg("dump")
        .arg(btf)
        .arg("--base")
        .arg(base)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
}

/// BTF of types that are given as words; every name is `x`.
fn btf(types: &[u32]) -> Vec<u8> {
    let length = u32::try_from(types.len() * 4).unwrap();
    let mut bytes = vec![0x9f, 0xeb, 1, 0];
    for word in [24, 0, length, length, 3].iter().chain(types) {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(b"\0x\0");
    bytes
}

fn info(kind: u32, count: u32) -> u32 {
    kind << 24 | count
}

const PTR: u32 = 2;
const STRUCT: u32 = 4;
const TYPEDEF: u32 = 8;
const PROTO: u32 = 13;

#[test]
fn types_made_by_malice_come_to_an_end() {
    // Pointers to pointers, and a name for the last.
    let mut pointers: Vec<u32> = (1..=100_000)
        .flat_map(|id| [0, info(PTR, 0), id + 1])
        .collect();
    pointers.extend([1, info(TYPEDEF, 0), 1]);
    // Structs without a name, each with two of the next.
    let mut doubled: Vec<u32> = vec![1, info(STRUCT, 2), 0, 1, 2, 0, 1, 2, 0];
    for id in 3..64 {
        doubled.extend([0, info(STRUCT, 2), 0, 1, id, 0, 1, id, 0]);
    }
    doubled.extend([0, info(STRUCT, 0), 0]);
    // Functions of functions of functions.
    let mut functions = vec![1, info(TYPEDEF, 0), 2];
    for id in 3..64 {
        functions.extend([0, info(PROTO, 3), id, 0, id, 0, id, 0, id]);
    }
    functions.extend([0, info(PTR, 0), 0]);
    let files: [(&str, Vec<u32>); 6] = [
        ("pointers", pointers),
        ("doubled", doubled),
        ("functions", functions),
        ("itself", vec![1, info(STRUCT, 1), 8, 1, 1, 0]),
        (
            "circle",
            vec![1, info(TYPEDEF, 0), 2, 1, info(TYPEDEF, 0), 1],
        ),
        ("huge", vec![1, info(STRUCT, 0), u32::MAX]),
    ];
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("malice");
    fs::create_dir_all(&dir).unwrap();
    for (name, types) in files {
        let path = dir.join(name);
        fs::write(&path, btf(&types)).unwrap();
        let path = path.to_str().unwrap();
        for words in [
            &["dump", path][..],
            &["dump", path, "--format", "c"],
            &["dump", path, "--format", "json"],
            &["layouts", path],
            &["header", path],
            &["diff", path, path],
        ] {
            let output = run(words);
            assert!(
                matches!(output.status.code(), Some(0 | 2)),
                "{words:?}: {:?} {}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

/// In gcc's BTF a constant array has constant elements.
#[test]
fn a_qualifier_is_written_once() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/const_array.btf");
    let text = out(&["dump", file.to_str().unwrap(), "--format", "c"]);
    assert!(text.contains("const char name[16];"), "{text}");
    assert!(!text.contains("const const"), "{text}");
}

#[test]
fn changed_bytes_are_shown_or_refused() {
    let (btf, base) = files("changed");
    let (btf, base) = (btf.to_str().unwrap(), base.to_str().unwrap());
    let mut seed = 1_u64;
    for round in 0..60 {
        let mut bytes = BTF.to_vec();
        for _ in 0..3 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = (seed >> 33) as usize % bytes.len();
            bytes[at] = (seed >> 24) as u8;
        }
        fs::write(btf, &bytes).unwrap();
        for words in [
            &["dump", btf, "--base", base, "--format", "c"][..],
            &["layouts", btf, "--base", base],
            &["header", btf, "--base", base],
        ] {
            let output = run(words);
            assert!(
                matches!(output.status.code(), Some(0 | 2)),
                "round {round}, {words:?}: {output:?}"
            );
        }
    }
}
