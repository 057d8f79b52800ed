// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The C header with which BPF programs read records.
//!
//! It is written from the same declaration as the driver, so a program names fields and layouts as the kernel's BTF does.
//! What is the same for every driver is C text in files of its own; only enums, structs and the list of getters are generated.

use core::fmt::{self, Write};

use crate::hint;
use crate::layout::Layout;
use crate::meta::XdpMeta;
use crate::ty::Type;

const PROLOGUE: &str = include_str!("header/prologue.h");
const BINDING: &str = include_str!("header/binding.h");

/// Writes `xdp_meta.bpf.h` for a driver's metadata.
///
/// # Errors
///
/// Those of `out`.
///
/// # Examples
///
/// ```
/// # use meta_core::XdpMeta;
/// # pub struct Descriptor { hash: u32 }
/// # #[derive(meta_derive::XdpMeta)]
/// # #[xdp_meta(name = "nic_rx", source = Descriptor, knobs(hash))]
/// # pub struct RxMeta {
/// #     #[meta(knob = hash, hint = rx_hash, value = |d| d.hash)]
/// #     rx_hash: u32,
/// # }
/// let mut text = String::new();
/// meta_core::header::write::<RxMeta>(&mut text)?;
/// assert!(text.contains("struct nic_rx_hash {"));
/// # Ok::<(), core::fmt::Error>(())
/// ```
pub fn write<M: XdpMeta>(out: &mut impl Write) -> fmt::Result {
    out.write_str(PROLOGUE)?;
    ids::<M>(out)?;
    slots::<M>(out)?;
    layouts::<M>(out)?;
    out.write_str(BINDING)?;
    for (name, ty) in known::<M>() {
        let upper = Upper(name);
        let c = c_name(&ty);
        writeln!(out, "XDP_META_GETTER({name}, {c}, {upper})")?;
    }
    writeln!(out, "\n#endif /* __XDP_META_BPF_H */")
}

/// Fields that a program can ask for: the standard hints, by id, and then the driver's own.
fn known<M: XdpMeta>() -> impl Iterator<Item = (&'static str, Type)> {
    let standard = hint::ALL.iter().map(|hint| (hint.name, hint.ty));
    standard.chain(own::<M>().map(|field| (field.name, field.ty)))
}

/// Fields that are no standard hint.
fn own<M: XdpMeta>() -> impl Iterator<Item = &'static crate::field::Field> {
    let fields = M::SUPERSET.fields.iter();
    fields.filter(|field| hint::by_id(field.id).is_none())
}

fn ids<M: XdpMeta>(out: &mut impl Write) -> fmt::Result {
    writeln!(
        out,
        "/* Field ids: standard hints, then the driver's own. */"
    )?;
    writeln!(out, "enum xdp_meta_field {{")?;
    for hint in &hint::ALL {
        writeln!(out, "\tXDP_META_{} = {},", Upper(hint.name), hint.id)?;
    }
    for field in own::<M>() {
        writeln!(out, "\tXDP_META_{} = {:#x},", Upper(field.name), field.id)?;
    }
    writeln!(out, "}};\n")
}

fn slots<M: XdpMeta>(out: &mut impl Write) -> fmt::Result {
    writeln!(out, "/* Where lookups are cached. */")?;
    writeln!(out, "enum xdp_meta_slot {{")?;
    for (name, _) in known::<M>() {
        writeln!(out, "\tXDP_META_SLOT_{},", Upper(name))?;
    }
    writeln!(out, "\tXDP_META_SLOTS,\n}};\n")
}

fn layouts<M: XdpMeta>(out: &mut impl Write) -> fmt::Result {
    writeln!(
        out,
        "/* Layout ids, for bpf_core_enum_value(): exact readers compare a trailer's with them. */"
    )?;
    writeln!(out, "enum {}_layout {{", M::NAME)?;
    for layout in M::LAYOUTS {
        writeln!(out, "\t{} = {:#010x},", Upper(layout.name), layout.id)?;
    }
    writeln!(out, "}};\n")?;
    writeln!(
        out,
        "/* All fields together, then each layout; a record ends where the packet starts. */"
    )?;
    structure(out, M::SUPERSET)?;
    M::LAYOUTS
        .iter()
        .try_for_each(|layout| structure(out, layout))
}

fn structure(out: &mut impl Write, layout: &Layout) -> fmt::Result {
    writeln!(out, "struct {} {{", layout.name)?;
    for field in layout.fields {
        writeln!(out, "\t{} {};", c_name(&field.ty), field.name)?;
    }
    // The trailer starts at the next multiple of 8.
    writeln!(out, "\t__u32 layout_id __attribute__((aligned(8)));")?;
    writeln!(out, "\t__u16 generation;\n\t__u16 present;")?;
    writeln!(out, "}} __attribute__((preserve_access_index));\n")
}

fn c_name(ty: &Type) -> &'static str {
    ty.kind().map_or("", |kind| kind.c_name())
}

/// A name in capitals, as C's constants are spelled.
struct Upper(&'static str);

impl fmt::Display for Upper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars();
        chars.try_for_each(|c| f.write_char(c.to_ascii_uppercase()))
    }
}
