// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! BTF as JSON, in the words of `bpftool --json btf dump`.
//!
//! For BTF that both know, it is the same byte for byte, so that each can stand in for the other and be compared with it.
//! Three things differ. What is not UTF-8 becomes replacement characters here, and control characters are escaped, since JSON
//! allows neither. And a value of an unsigned 32-bit enum is what it is: bpftool (7.5) extends its sign to 64 bits in JSON,
//! though not in its text.
//!
//! # Examples
//!
//! ```
//! use meta_core::btf::{json, Reader, BASE};
//!
//! let btf = Reader::new(&BASE)?;
//! assert_eq!(
//!     json::Dump(btf).to_string(),
//!     concat!(
//!         r#"{"types":[{"id":1,"kind":"INT","name":"unsigned int","#,
//!         r#""size":4,"bits_offset":0,"nr_bits":32,"encoding":"(none)"},"#,
//!         r#"{"id":2,"kind":"STRUCT","name":"xdp_md","size":24,"vlen":0,"members":[]}]}"#,
//!     )
//! );
//! # Ok::<(), meta_core::btf::Error>(())
//! ```

use core::fmt::{self, Display, Formatter, Write};

use super::body::{Body, DataSec, Enum, Fwd, Int};
use super::elements::{Members, Params};
use super::item::Item;
use super::kind::Kind;
use super::name::Name;
use super::Reader;
use crate::btf::format::{INT_BOOL, INT_CHAR, INT_SIGNED};

/// All types, without those of the base: `{"types":[…]}`.
#[derive(Clone, Copy, Debug)]
pub struct Dump<'a>(pub Reader<'a>);

/// One type: `{"id":1,"kind":…}`.
#[derive(Clone, Copy, Debug)]
pub struct Type<'a>(pub Item<'a>);

impl Display for Dump<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("{\"types\":")?;
        list(f, self.0.types(), |f, item| Type(item).fmt(f))?;
        f.write_str("}")
    }
}

impl Display for Type<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let item = &self.0;
        let kind = match item.kind() {
            Kind::Unknown(_) => "UNKN",
            kind => kind.as_str(),
        };
        let name = Text(item.name(), item.name_offset());
        write!(
            f,
            "{{\"id\":{},\"kind\":\"{kind}\",\"name\":{name}",
            item.id()
        )?;
        match item.body() {
            Body::Void | Body::Unknown(_) => Ok(()),
            Body::Int(int) => integer(f, int),
            Body::Ptr(id)
            | Body::Typedef(id)
            | Body::Volatile(id)
            | Body::Const(id)
            | Body::Restrict(id) => write!(f, ",\"type_id\":{id}"),
            Body::TypeTag(tag) => write!(f, ",\"type_id\":{}", tag.target),
            Body::Array(array) => write!(
                f,
                ",\"type_id\":{},\"index_type_id\":{},\"nr_elems\":{}",
                array.element, array.index, array.len
            ),
            Body::Struct(composite) | Body::Union(composite) => {
                sized(f, composite.size, item.count(), "members")?;
                members(f, composite.members)
            }
            Body::Enum(list) | Body::Enum64(list) => enumeration(f, list, item.count()),
            Body::Fwd(Fwd::Struct) => f.write_str(",\"fwd_kind\":\"struct\""),
            Body::Fwd(Fwd::Union) => f.write_str(",\"fwd_kind\":\"union\""),
            Body::Func(func) => write!(
                f,
                ",\"type_id\":{},\"linkage\":\"{}\"",
                func.proto,
                func.linkage.as_str()
            ),
            Body::FuncProto(proto) => {
                let count = item.count();
                let result = proto.result;
                write!(f, ",\"ret_type_id\":{result},\"vlen\":{count},\"params\":")?;
                params(f, proto.params)
            }
            Body::Var(var) => write!(
                f,
                ",\"type_id\":{},\"linkage\":\"{}\"",
                var.type_id,
                var.linkage.as_str()
            ),
            Body::DataSec(section) => variables(f, section, item.count()),
            Body::Float(size) => write!(f, ",\"size\":{size}"),
            Body::DeclTag(tag) => write!(
                f,
                ",\"type_id\":{},\"component_idx\":{}",
                tag.target,
                tag.component.map_or(-1, |index| index as i32)
            ),
        }?;
        f.write_str("}")
    }
}

fn integer(f: &mut Formatter<'_>, int: Int) -> fmt::Result {
    let encoding = match int.encoding {
        0 => "(none)",
        INT_SIGNED => "SIGNED",
        INT_CHAR => "CHAR",
        INT_BOOL => "BOOL",
        _ => "UNKN",
    };
    write!(
        f,
        ",\"size\":{},\"bits_offset\":{},\"nr_bits\":{},\"encoding\":\"{encoding}\"",
        int.size, int.offset, int.bits
    )
}

fn members(f: &mut Formatter<'_>, members: Members<'_>) -> fmt::Result {
    list(f, members, |f, member| {
        write!(
            f,
            "{{\"name\":{},\"type_id\":{},\"bits_offset\":{}",
            Text(member.name(), member.name_offset()),
            member.type_id,
            member.offset
        )?;
        if member.bits != 0 {
            write!(f, ",\"bitfield_size\":{}", member.bits)?;
        }
        f.write_str("}")
    })
}

fn enumeration(f: &mut Formatter<'_>, of: Enum<'_>, count: u32) -> fmt::Result {
    let encoding = if of.signed { "SIGNED" } else { "UNSIGNED" };
    write!(f, ",\"encoding\":\"{encoding}\"")?;
    sized(f, of.size, count, "values")?;
    list(f, of.values, |f, value| {
        write!(
            f,
            "{{\"name\":{},\"val\":{}}}",
            Text(value.name(), value.name_offset()),
            value.number
        )
    })
}

fn params(f: &mut Formatter<'_>, params: Params<'_>) -> fmt::Result {
    list(f, params, |f, param| {
        write!(
            f,
            "{{\"name\":{},\"type_id\":{}}}",
            Text(param.name(), param.name_offset()),
            param.type_id
        )
    })
}

fn variables(f: &mut Formatter<'_>, section: DataSec<'_>, count: u32) -> fmt::Result {
    sized(f, section.size, count, "vars")?;
    list(f, section.variables, |f, variable| {
        write!(
            f,
            "{{\"type_id\":{},\"offset\":{},\"size\":{}}}",
            variable.type_id, variable.offset, variable.size
        )
    })
}

fn sized(f: &mut Formatter<'_>, size: u32, count: u32, what: &str) -> fmt::Result {
    write!(f, ",\"size\":{size},\"vlen\":{count},\"{what}\":")
}

fn list<T>(
    f: &mut Formatter<'_>,
    of: impl Iterator<Item = T>,
    each: impl Fn(&mut Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    f.write_char('[')?;
    for (index, element) in of.enumerate() {
        if index > 0 {
            f.write_char(',')?;
        }
        each(f, element)?;
    }
    f.write_char(']')
}

/// A name as bpftool writes it, by the name and its offset.
struct Text<'a>(Name<'a>, u32);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.1 == 0 {
            return f.write_str("\"(anon)\"");
        }
        if !self.0.is_valid() {
            return f.write_str("\"(invalid)\"");
        }
        f.write_char('"')?;
        for chunk in self.0.as_bytes().utf8_chunks() {
            escaped(f, chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_char('\u{fffd}')?;
            }
        }
        f.write_char('"')
    }
}

fn escaped(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    let special = |c: char| c < ' ' || c == '"' || c == '\\';
    let mut rest = text;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| special(*c)) {
        let (before, after) = rest.split_at(at);
        f.write_str(before)?;
        match c {
            '\t' => f.write_str("\\t"),
            '\n' => f.write_str("\\n"),
            '\r' => f.write_str("\\r"),
            '\u{c}' => f.write_str("\\f"),
            '\u{8}' => f.write_str("\\b"),
            '"' => f.write_str("\\\""),
            '\\' => f.write_str("\\\\"),
            c => write!(f, "\\u{:04x}", u32::from(c)),
        }?;
        // What is special is one byte.
        rest = after.get(1..).unwrap_or("");
    }
    f.write_str(rest)
}
