// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types as C that compiles, and that gives the same types again.
//!
//! BTF knows no order; C wants what is used by value before its user. So definitions are put in an order first, with
//! declarations where a pointer is all that is needed. BTF also forgets why members are where they are (`packed`, `aligned`);
//! what C's own rules do not give is given by an attribute or by bit-fields without a name, which are no members.

use std::cell::RefCell;
use std::io::Write;

use anyhow::{Context, Result};
use meta_core::btf::{Body, Kind, Reader};

mod declarator;
mod definition;
mod names;
mod order;
mod place;

use declarator::{Declarator, Inline};
use definition::Definition;
use names::Names;
use order::{Order, Step};
use place::Places;

/// Most bytes of one definition: more than a kernel has, less than a file made by malice may ask for.
const LONGEST: usize = 8 << 20;

/// Writes all types but those of the base, and of the base what these need.
pub(crate) fn write(out: &mut impl Write, btf: &Reader<'static>) -> Result<()> {
    let names = Names::of(btf);
    let places = Places::of(btf);
    let definition = Definition {
        btf,
        names: &names,
        places: &places,
        enums: &RefCell::default(),
    };
    out.write_all(b"/* Made from BTF. */\n\n")?;
    for (name, ty) in names.integers() {
        writeln!(out, "typedef {ty} {name};")?;
    }
    for step in Order::of(btf, &names)? {
        let text = match step {
            Step::Declare(id) => declaration(btf, &names, id)?,
            Step::Define(id) => definition
                .text(id)
                .with_context(|| format!("type {id}, {}", names.of_type(id)))?,
        };
        out.write_all(text.as_bytes())?;
    }
    kfuncs(out, btf, &names)
}

/// `struct name;`
fn declaration(btf: &Reader<'static>, names: &Names, id: u32) -> Result<String> {
    let keyword = match btf.get(id)?.body() {
        Body::Union(_) | Body::Fwd(meta_core::btf::read::Fwd::Union) => "union",
        _ => "struct",
    };
    Ok(format!("{keyword} {};\n\n", names.of_type(id)))
}

/// Functions that a module gives to BPF programs, as these declare them.
fn kfuncs(out: &mut impl Write, btf: &Reader<'static>, names: &Names) -> Result<()> {
    let mut any = false;
    for item in btf.types() {
        let Body::DeclTag(tag) = item.body() else {
            continue;
        };
        if item.name() != "bpf_kfunc" || tag.component.is_some() {
            continue;
        }
        let Body::Func(func) = btf.get(tag.target)?.body() else {
            continue;
        };
        if !any {
            out.write_all(b"#ifdef __bpf__\n")?;
            any = true;
        }
        let declarator = Declarator {
            btf,
            names: Some(names),
        };
        let name = names.of_type(tag.target);
        let text = declarator.declare(func.proto, name, &mut NoInline)?;
        writeln!(
            out,
            "extern {text} __attribute__((weak, section(\".ksyms\")));"
        )?;
    }
    if any {
        out.write_all(b"#endif\n")?;
    }
    Ok(())
}

/// A type without a name for a member, as C spells it: for people.
pub(crate) fn spelled(btf: &Reader<'static>, id: u32) -> String {
    let declarator = Declarator { btf, names: None };
    let text = declarator.declare(id, "", &mut NoInline);
    // What can not be spelled can be pointed at.
    text.unwrap_or_else(|_| format!("type {id}"))
}

/// What has no name is only hinted at.
struct NoInline;

impl Inline for NoInline {
    fn inline(&mut self, _: u32, kind: Kind) -> Result<String> {
        let keyword = match kind {
            Kind::Struct => "struct",
            Kind::Union => "union",
            _ => "enum",
        };
        Ok(format!("{keyword} {{…}}"))
    }
}
