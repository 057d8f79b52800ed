// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types as text, in the words of `bpftool btf dump`: byte for byte the same.

use std::io::{Result, Write};

use meta_core::btf::format::{INT_BOOL, INT_CHAR, INT_SIGNED};
use meta_core::btf::read::{DataSec, Enum, Fwd, Int, Members, Number, Params};
use meta_core::btf::{Body, Item, Kind, Name, Reader};

/// Writes all types but those of the base.
pub(crate) fn write(out: &mut impl Write, btf: &Reader<'_>) -> Result<()> {
    btf.types().try_for_each(|item| one(out, btf, &item))
}

fn one(out: &mut impl Write, btf: &Reader<'_>, item: &Item<'_>) -> Result<()> {
    write!(out, "[{}] {} '", item.id(), kind(item))?;
    name(out, item.name(), item.name_offset())?;
    out.write_all(b"'")?;
    let count = item.count();
    match item.body() {
        Body::Void | Body::Unknown(_) => {}
        Body::Int(int) => integer(out, int)?,
        Body::Ptr(id)
        | Body::Typedef(id)
        | Body::Volatile(id)
        | Body::Const(id)
        | Body::Restrict(id) => write!(out, " type_id={id}")?,
        Body::TypeTag(tag) => write!(out, " type_id={}", tag.target)?,
        Body::Array(array) => write!(
            out,
            " type_id={} index_type_id={} nr_elems={}",
            array.element, array.index, array.len
        )?,
        Body::Struct(composite) | Body::Union(composite) => {
            write!(out, " size={} vlen={count}", composite.size)?;
            members(out, composite.members)?;
        }
        Body::Enum(list) | Body::Enum64(list) => {
            enumeration(out, list, count, item.kind() == Kind::Enum64)?;
        }
        Body::Fwd(Fwd::Struct) => out.write_all(b" fwd_kind=struct")?,
        Body::Fwd(Fwd::Union) => out.write_all(b" fwd_kind=union")?,
        Body::Func(func) => write!(
            out,
            " type_id={} linkage={}",
            func.proto,
            func.linkage.as_str()
        )?,
        Body::FuncProto(proto) => {
            write!(out, " ret_type_id={} vlen={count}", proto.result)?;
            params(out, proto.params)?;
        }
        Body::Var(var) => write!(
            out,
            " type_id={}, linkage={}",
            var.type_id,
            var.linkage.as_str()
        )?,
        Body::DataSec(section) => variables(out, btf, section, count)?,
        Body::Float(size) => write!(out, " size={size}")?,
        Body::DeclTag(tag) => {
            write!(out, " type_id={} component_idx=", tag.target)?;
            match tag.component {
                Some(index) => write!(out, "{index}")?,
                None => out.write_all(b"-1")?,
            }
        }
        // Whatever the reader may learn.
        _ => {}
    }
    out.write_all(b"\n")
}

fn kind(item: &Item<'_>) -> &'static str {
    match item.kind() {
        Kind::Unknown(_) => "UNKN",
        kind => kind.as_str(),
    }
}

/// Bytes as they are, whatever they are.
fn name(out: &mut impl Write, name: Name<'_>, offset: u32) -> Result<()> {
    out.write_all(match (offset, name.is_valid()) {
        (0, _) => b"(anon)",
        (_, false) => b"(invalid)",
        (_, true) => name.as_bytes(),
    })
}

fn integer(out: &mut impl Write, int: Int) -> Result<()> {
    let encoding = match int.encoding {
        0 => "(none)",
        INT_SIGNED => "SIGNED",
        INT_CHAR => "CHAR",
        INT_BOOL => "BOOL",
        _ => "UNKN",
    };
    write!(
        out,
        " size={} bits_offset={} nr_bits={} encoding={encoding}",
        int.size, int.offset, int.bits
    )
}

fn members(out: &mut impl Write, mut members: Members<'_>) -> Result<()> {
    members.try_for_each(|member| {
        out.write_all(b"\n\t'")?;
        name(out, member.name(), member.name_offset())?;
        write!(
            out,
            "' type_id={} bits_offset={}",
            member.type_id, member.offset
        )?;
        match member.bits {
            0 => Ok(()),
            bits => write!(out, " bitfield_size={bits}"),
        }
    })
}

fn enumeration(out: &mut impl Write, mut of: Enum<'_>, count: u32, wide: bool) -> Result<()> {
    let encoding = if of.signed { "SIGNED" } else { "UNSIGNED" };
    write!(out, " encoding={encoding} size={} vlen={count}", of.size)?;
    of.values.try_for_each(|value| {
        out.write_all(b"\n\t'")?;
        name(out, value.name(), value.name_offset())?;
        write!(out, "' val={}", value.number)?;
        match (wide, value.number) {
            (false, _) => Ok(()),
            (true, Number::Signed(_)) => out.write_all(b"LL"),
            (true, Number::Unsigned(_)) => out.write_all(b"ULL"),
        }
    })
}

fn params(out: &mut impl Write, mut params: Params<'_>) -> Result<()> {
    params.try_for_each(|param| {
        out.write_all(b"\n\t'")?;
        name(out, param.name(), param.name_offset())?;
        write!(out, "' type_id={}", param.type_id)
    })
}

fn variables(
    out: &mut impl Write,
    btf: &Reader<'_>,
    mut section: DataSec<'_>,
    count: u32,
) -> Result<()> {
    write!(out, " size={} vlen={count}", section.size)?;
    section.variables.try_for_each(|variable| {
        write!(
            out,
            "\n\ttype_id={} offset={} size={}",
            variable.type_id, variable.offset, variable.size
        )?;
        let Ok(item) = btf.get(variable.type_id) else {
            return Ok(());
        };
        write!(out, " ({} '", kind(&item))?;
        name(out, item.name(), item.name_offset())?;
        out.write_all(b"')")
    })
}
