// SPDX-License-Identifier: GPL-2.0

//! Thirty-two layouts, reached by five knobs, and published in three ways that agree.

use std::collections::BTreeSet;

use anyhow::Result;
use meta_core::layout::Layout;
use meta_reader::Announcement;

use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::NAME;
use crate::knobs::Knobs;
use crate::programs::Programs;
use crate::score::FIELD_NAMES;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("layouts::every_setting", every_setting),
    Definition::new("layouts::files", files),
    Definition::new("layouts::own_btf", own_btf),
];

/// Runs a check with each layout in force and a program attached.
fn with_each(
    case: &mut Case<'_>,
    mut check: impl FnMut(&mut Case<'_>, &Layout, &Announcement) -> Result<()>,
) -> Result<()> {
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("pass")?;
    for knobs in Knobs::all() {
        knobs.set()?;
        let in_force = case.in_force()?;
        let layout = knobs.layout();
        check(case, layout, &in_force)?;
        ctl::log(&format!("{} done", layout.name));
    }
    Ok(())
}

fn every_setting(case: &mut Case<'_>) -> Result<()> {
    let mut ids = BTreeSet::new();
    with_each(case, |case, want, got| {
        let name = want.name;
        case.ktap
            .equal(&format!("{name}: in force"), got.layout.name(), name);
        case.ktap.equal(
            &format!("{name}: id is the definition's"),
            got.layout.id(),
            want.id,
        );
        case.ktap
            .equal(&format!("{name}: size"), got.layout.size(), want.size);
        let fields = |f: &meta_reader::Field| (f.id, f.name.clone(), f.offset, f.size, f.present);
        let got: Vec<_> = got.layout.fields().iter().map(fields).collect();
        let want_fields = want.fields.iter().map(|f| {
            let size = u16::try_from(f.size()).expect("at most 8");
            (f.id, f.name.to_owned(), f.offset, size, f.present)
        });
        case.ktap.equal(
            &format!("{name}: fields"),
            got,
            want_fields.collect::<Vec<_>>(),
        );
        ids.insert(want.id);
        Ok(())
    })?;
    case.ktap.equal("different ids", ids.len(), 32);
    case.ktap
        .check("none is 0", !ids.contains(&0), "0 means no record");
    Ok(())
}

fn files(case: &mut Case<'_>) -> Result<()> {
    with_each(case, |case, want, got| {
        let name = want.name;
        let file = |what: &str| case.eth.file(&format!("queues/rx-0/xdp_meta/{what}"));
        let (layout, id, generation) = (file("layout")?, file("layout_id")?, file("generation")?);
        case.ktap.equal(&format!("{name}: layout"), layout, name);
        case.ktap.equal(
            &format!("{name}: layout_id"),
            id,
            format!("{:#010x}", want.id),
        );
        case.ktap.equal(
            &format!("{name}: generation"),
            generation,
            got.generation.to_string(),
        );
        let btf = std::fs::read(format!("/sys/class/net/{NAME}/queues/rx-0/xdp_meta/btf"))?;
        case.ktap.check(
            &format!("{name}: btf is what netlink carries"),
            btf == got.layout.btf(),
            format_args!("{} and {} bytes", btf.len(), got.layout.btf().len()),
        );
        Ok(())
    })
}

fn own_btf(case: &mut Case<'_>) -> Result<()> {
    with_each(case, |case, want, _| {
        let name = want.name;
        let dump = tools::line(&format!(
            "bpftool btf dump file /sys/class/net/{NAME}/queues/rx-0/xdp_meta/btf"
        ))?;
        let structs: Vec<&str> = dump
            .lines()
            .filter(|line| line.contains("] STRUCT "))
            .collect();
        case.ktap
            .equal(&format!("{name}: one struct"), structs.len(), 1);
        let head = format!("STRUCT '{name}' size={} ", want.size);
        case.ktap.check(
            &format!("{name}: its name and size"),
            dump.contains(&head),
            &dump,
        );
        for field in want.fields {
            let member = |line: &str| {
                let line = line.trim();
                line.starts_with(&format!("'{}' ", field.name))
                    && line.ends_with(&format!("bits_offset={}", 8 * field.offset))
            };
            case.ktap.check(
                &format!("{name}: {}", field.name),
                dump.lines().any(member),
                &dump,
            );
        }
        for other in FIELD_NAMES {
            let has = dump.contains(&format!("'{other}' "));
            let wanted = want.fields.iter().any(|f| f.name == other);
            case.ktap
                .equal(&format!("{name}: has {other} or not"), has, wanted);
        }
        let c = tools::line(&format!(
            "bpftool btf dump file /sys/class/net/{NAME}/queues/rx-0/xdp_meta/btf format c"
        ))?;
        case.ktap.check(
            &format!("{name}: as C"),
            c.contains(&format!("struct {name} {{")),
            &c,
        );
        Ok(())
    })
}
