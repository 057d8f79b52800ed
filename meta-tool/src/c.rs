// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types as C that compiles, and that gives the same types again.
//!
//! BTF knows no order; C wants what is used by value before its user. So definitions are put in an order first, with
//! declarations where a pointer is all that is needed. BTF also forgets why members are where they are (`packed`, `aligned`);
//! what C's own rules do not give is given by an attribute or by bit-fields without a name, which are no members.

use std::cell::{Cell, RefCell};
use std::io::Write;

use anyhow::{Context, Result};
use meta_core::btf::{Body, Kind, Reader};

mod declarator;
mod definition;
mod integer;
mod names;
mod order;
mod place;

use declarator::{Declarator, Inline};
use definition::Definition;
pub(crate) use integer::standard;
use names::Names;
use order::{Order, Step};
use place::Places;

/// Most bytes of one definition: more than a kernel has, less than a file made by malice may ask for.
const LONGEST: usize = 8 << 20;

/// Most declarations within one definition.
const MOST: u32 = 1 << 18;

/// Most of a type that is spelled for people.
const MOST_SPELLED: u32 = 1 << 10;

/// Writes all types but those of the base, and of the base what these need.
pub(crate) fn write(out: &mut impl Write, btf: &Reader<'static>) -> Result<()> {
    let names = Names::of(btf);
    let places = Places::of(btf);
    let left = Cell::new(0);
    let definition = Definition {
        btf,
        names: &names,
        places: &places,
        enums: &RefCell::default(),
        left: &left,
    };
    out.write_all(b"/* Made from BTF. */\n\n")?;
    let used = order::used(btf);
    // Compilers write down numbers of their own that no type is made of.
    for (name, _, ty) in names.integers().filter(|(_, id, _)| used.contains(id)) {
        writeln!(out, "typedef {ty} {name};\n")?;
    }
    for step in Order::of(btf, &names, &used)? {
        let text = match step {
            Step::Declare(id) => declaration(btf, &names, id)?,
            Step::Define(id) => definition
                .text(id)
                .with_context(|| format!("type {id}, {}", names.of_type(id)))?,
        };
        out.write_all(text.as_bytes())?;
    }
    declare_kfuncs(out, btf, &names)
}

/// `struct name;`
fn declaration(btf: &Reader<'static>, names: &Names, id: u32) -> Result<String> {
    let keyword = match btf.get(id)?.body() {
        Body::Union(_) | Body::Fwd(meta_core::btf::read::Fwd::Union) => "union",
        _ => "struct",
    };
    Ok(format!("{keyword} {};\n\n", names.of_type(id)))
}

/// Functions that a module gives to BPF programs, as these declare them; behind the same condition as in bpftool's C.
fn declare_kfuncs(out: &mut impl Write, btf: &Reader<'static>, names: &Names) -> Result<()> {
    let kfuncs = kfuncs(btf);
    if kfuncs.is_empty() {
        return Ok(());
    }
    out.write_all(b"#if defined(__bpf__) && !defined(BPF_NO_KFUNC_PROTOTYPES)\n")?;
    for (id, proto) in kfuncs {
        let declarator = Declarator {
            btf,
            names: Some(names),
            left: &Cell::new(MOST),
        };
        let text = declarator.declare(proto, names.of_type(id), &mut NoInline)?;
        writeln!(
            out,
            "extern {text} __attribute__((weak, section(\".ksyms\")));"
        )?;
    }
    out.write_all(b"#endif\n")?;
    Ok(())
}

/// Kfuncs and their prototypes, by the tags that they have.
fn kfuncs(btf: &Reader<'static>) -> Vec<(u32, u32)> {
    let tagged = btf.types().filter_map(|item| match item.body() {
        Body::DeclTag(tag) if item.name() == "bpf_kfunc" && tag.component.is_none() => {
            Some(tag.target)
        }
        _ => None,
    });
    let kfunc = |id| match btf.get(id).ok()?.body() {
        Body::Func(func) => Some((id, func.proto)),
        _ => None,
    };
    tagged.filter_map(kfunc).collect()
}

/// A type without a name for a member, as C spells it: for people.
pub(crate) fn spelled(btf: &Reader<'static>, id: u32) -> String {
    let declarator = Declarator {
        btf,
        names: None,
        left: &Cell::new(MOST_SPELLED),
    };
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
