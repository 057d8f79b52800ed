// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `layouts`: a table of each layout, or all of them as JSON.

use std::io::Write;

use anyhow::{ensure, Context, Result};
use comfy_table::{presets, Table};
use meta_core::field::Field;
use meta_core::layout::Layout;
use meta_core::ty::Type;
use serde::Serialize;

use crate::cli::Source;
use crate::family::{self, Family};
use crate::source;
use crate::style::HEAD;

/// Prints the layouts of a module, or those in force on an interface's queues.
pub(crate) fn run(source: &Source, json: bool) -> Result<()> {
    let mut declarations = Vec::new();
    for found in source::open(source)? {
        let families = family::all(&found.btf).with_context(|| found.name.to_owned())?;
        ensure!(
            !families.is_empty(),
            "{} has no layouts of XDP metadata: no struct has a tag `layout_id:…`",
            found.name
        );
        let of_this = families.into_iter().map(|family| (found.name, family));
        declarations.extend(of_this);
    }
    if json {
        let declarations: Vec<_> = declarations.iter().map(Declaration::of).collect();
        let text = serde_json::to_string_pretty(&All { declarations })?;
        writeln!(std::io::stdout().lock(), "{text}")?;
        return Ok(());
    }
    let mut out = anstream::stdout().lock();
    for (index, (name, family)) in declarations.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write(&mut out, name, family)?;
    }
    Ok(())
}

fn write(out: &mut impl Write, source: &str, family: &Family) -> Result<()> {
    match &family.superset {
        Some(superset) => {
            writeln!(
                out,
                "{HEAD}{}{HEAD:#}  {} fields, {} layouts by {}",
                family.name,
                superset.fields.len(),
                family.layouts.len(),
                match family.knobs.as_slice() {
                    [] => "no knobs".to_owned(),
                    knobs => format!("the knobs {}", knobs.join(", ")),
                }
            )?;
        }
        None => writeln!(out, "{source}")?,
    }
    for layout in &family.layouts {
        write!(
            out,
            "\n{HEAD}{}{HEAD:#}  {:#010x}  {} bytes",
            layout.name, layout.id, layout.size
        )?;
        match (
            family.superset.is_some(),
            names(layout.knobs, &family.knobs),
        ) {
            (false, _) => writeln!(out)?,
            (true, on) if on.is_empty() => writeln!(out, "  all knobs off")?,
            (true, on) => writeln!(out, "  {}", on.join(", "))?,
        }
        if !layout.fields.is_empty() {
            writeln!(out, "{}", table(layout, &family.knobs))?;
        }
    }
    Ok(())
}

/// Its head, and what it says of a field.
type Column = (&'static str, fn(&Field, &[&'static str]) -> String);

fn table(layout: &Layout, knobs: &[&'static str]) -> String {
    let mut columns: Vec<Column> = vec![
        ("field", |field, _| field.name.to_owned()),
        ("id", |field, _| id(field).unwrap_or_default()),
        ("type", |field, _| spelling(&field.ty)),
        ("offset", |field, _| field.offset.to_string()),
        ("size", |field, _| field.size().to_string()),
        ("bits", |field, _| bits(field)),
        ("present", |field, _| field.present.to_string()),
        ("hint", |field, _| field.hint.to_owned()),
        ("unit", |field, _| field.unit.to_owned()),
        ("knobs", |field, knobs| conditions(field, knobs).join(" ")),
    ];
    // A column that says nothing about any field is left out.
    columns.retain(|(name, text)| {
        *name == "field"
            || layout
                .fields
                .iter()
                .any(|field| !text(field, knobs).is_empty())
    });
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(columns.iter().map(|(name, _)| *name));
    for field in layout.fields {
        table.add_row(columns.iter().map(|(_, text)| text(field, knobs)));
    }
    table.trim_fmt()
}

/// `0x8000`, or a hint's number; nothing if it is not known.
fn id(field: &Field) -> Option<String> {
    match field.id {
        0 => None,
        id @ 0x8000.. => Some(format!("{id:#x}")),
        id => Some(id.to_string()),
    }
}

/// `3..6`: the first bit in the byte, and the first behind the field.
fn bits(field: &Field) -> String {
    match field.bits {
        0 => String::new(),
        bits => format!("{}..{}", field.bit, u16::from(field.bit) + u16::from(bits)),
    }
}

/// A type, as C has it.
pub(crate) fn spelling(ty: &Type) -> String {
    let named = |keyword: &str, name: &str| match name {
        "" => keyword.to_owned(),
        name => format!("{keyword} {name}"),
    };
    match ty {
        Type::Int(kind) => kind.c_name().to_owned(),
        Type::Array(of, len) => {
            let of = spelling(of);
            // The outer dimension comes first.
            match of.split_once('[') {
                Some((element, inner)) => format!("{element}[{len}][{inner}"),
                None => format!("{of}[{len}]"),
            }
        }
        Type::Enum(of) => named("enum", of.name),
        Type::Struct(of) => named("struct", of.name),
        Type::Union(of) => named("union", of.name),
    }
}

fn names(mask: u32, knobs: &[&'static str]) -> Vec<String> {
    (knobs.iter().enumerate())
        .filter(|(bit, _)| mask >> bit & 1 != 0)
        .map(|(_, name)| (*name).to_owned())
        .collect()
}

/// The knobs that must be on, and those that must be off with a `!`.
fn conditions(field: &Field, knobs: &[&'static str]) -> Vec<String> {
    let off = names(field.unless, knobs).into_iter();
    let mut all = names(field.knobs, knobs);
    all.extend(off.map(|name| format!("!{name}")));
    all
}

/// What machines get.
#[derive(Debug, Serialize)]
struct All<'a> {
    declarations: Vec<Declaration<'a>>,
}

#[derive(Debug, Serialize)]
struct Declaration<'a> {
    source: &'a str,
    name: &'a str,
    knobs: &'a [&'static str],
    superset: Option<Record>,
    layouts: Vec<Record>,
}

#[derive(Debug, Serialize)]
struct Record {
    name: &'static str,
    id: u32,
    size: u16,
    knobs: Vec<String>,
    fields: Vec<Place>,
}

#[derive(Debug, Serialize)]
struct Place {
    name: &'static str,
    id: Option<u16>,
    r#type: String,
    offset: u16,
    size: usize,
    bit: u8,
    bits: u8,
    present: u8,
    hint: &'static str,
    unit: &'static str,
    knobs: Vec<String>,
}

impl<'a> Declaration<'a> {
    fn of((source, family): &'a (&'static str, Family)) -> Self {
        let record = |layout| Record::of(layout, &family.knobs);
        Self {
            source,
            name: family.name,
            knobs: &family.knobs,
            superset: family.superset.as_ref().map(record),
            layouts: family.layouts.iter().map(record).collect(),
        }
    }
}

impl Record {
    fn of(layout: &Layout, knobs: &[&'static str]) -> Self {
        let place = |field: &Field| Place {
            name: field.name,
            id: Some(field.id).filter(|id| *id != 0),
            r#type: spelling(&field.ty),
            offset: field.offset,
            size: field.size(),
            bit: field.bit,
            bits: field.bits,
            present: field.present,
            hint: field.hint,
            unit: field.unit,
            knobs: conditions(field, knobs),
        };
        Self {
            name: layout.name,
            id: layout.id,
            size: layout.size,
            knobs: names(layout.knobs, knobs),
            fields: layout.fields.iter().map(place).collect(),
        }
    }
}
