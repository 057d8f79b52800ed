// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The C header with which BPF programs read records.
//!
//! It is written from the same declaration as the driver, so a program names fields and layouts as the kernel's BTF does.
//! What is the same for every driver is C text in files of its own; only enums, structs and the list of getters are generated.
//! Nothing more goes in than a module's BTF says too, so that a tool can write the same header from that.

use core::fmt::{self, Write};

use crate::field::Field;
use crate::hint;
use crate::layout::Layout;
use crate::meta::XdpMeta;

use self::declaration::Declaration;
use self::getter::{Getter, Wanted};

mod declaration;
mod definition;
mod getter;

const PROLOGUE: &str = include_str!("header/prologue.h");
const WANTED: &str = include_str!("header/wanted.h");
const BINDING: &str = include_str!("header/binding.h");
const GETTERS: &str = include_str!("header/getters.h");

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
    Family::of::<M>().write(out)
}

/// A driver's layouts: all that a header is written from, wherever they are known from.
///
/// # Examples
///
/// ```
/// use meta_core::field::Field;
/// use meta_core::header::Family;
/// use meta_core::layout::{pack, Layout};
/// use meta_core::ty::Type;
///
/// const FIELDS: [Field; 1] = pack([Field::new(0x8000, "source", Type::Array(&Type::U8, 6))]);
/// const ALL: Layout = Layout::new("nic_rx", 0, &FIELDS);
/// const SOURCE: Layout = Layout::new("nic_rx_source", 1, &FIELDS);
///
/// let family = Family { name: "nic_rx", superset: &ALL, layouts: &[SOURCE] };
/// let mut text = String::new();
/// family.write(&mut text)?;
/// assert!(text.contains("\t__u8 source[6];"));
/// # Ok::<(), core::fmt::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Family<'a> {
    /// Name of the superset struct, and the start of the names of the enums.
    pub name: &'a str,
    /// All the fields together.
    pub superset: &'a Layout,
    /// Every layout, in the order in which their ids are listed.
    pub layouts: &'a [Layout],
}

impl Family<'static> {
    /// What a driver declares.
    pub const fn of<M: XdpMeta>() -> Self {
        Self {
            name: M::NAME,
            superset: M::SUPERSET,
            layouts: M::LAYOUTS,
        }
    }
}

impl Family<'_> {
    /// Writes `xdp_meta.bpf.h`.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write) -> fmt::Result {
        out.write_str(PROLOGUE)?;
        self.ids(out)?;
        self.slots(out)?;
        self.layout_ids(out)?;
        definition::all(out, self.superset.fields)?;
        writeln!(
            out,
            "/* All fields together, then each layout; a record ends where the packet starts. */"
        )?;
        structure(out, self.superset)?;
        for layout in self.layouts {
            structure(out, layout)?;
        }
        out.write_str(WANTED)?;
        self.for_each(|field| writeln!(out, "\t{},", Wanted(Getter::of(self, field))))?;
        writeln!(out, "}};\n")?;
        out.write_str(BINDING)?;
        out.write_str(GETTERS)?;
        self.for_each(|field| writeln!(out, "{}", Getter::of(self, field)))?;
        writeln!(out, "\n#endif /* __XDP_META_BPF_H */")
    }

    /// Every field with a getter: the standard hints, then the driver's own.
    fn for_each(&self, mut write: impl FnMut(&Field) -> fmt::Result) -> fmt::Result {
        for hint in &hint::ALL {
            write(&Field::new(hint.id, hint.name, hint.ty))?;
        }
        self.own().try_for_each(write)
    }

    /// Fields that are no standard hint.
    fn own(&self) -> impl Iterator<Item = &'static Field> {
        let fields = self.superset.fields.iter();
        fields.filter(|field| hint::by_id(field.id).is_none())
    }

    fn ids(&self, out: &mut impl Write) -> fmt::Result {
        writeln!(
            out,
            "/* Field ids: standard hints, then the driver's own. */"
        )?;
        writeln!(out, "enum xdp_meta_field {{")?;
        for hint in &hint::ALL {
            writeln!(out, "\tXDP_META_{} = {},", Upper(hint.name), hint.id)?;
        }
        for field in self.own() {
            writeln!(out, "\tXDP_META_{} = {:#x},", Upper(field.name), field.id)?;
        }
        writeln!(out, "}};\n")
    }

    fn slots(&self, out: &mut impl Write) -> fmt::Result {
        writeln!(out, "/* Where lookups are cached. */")?;
        writeln!(out, "enum xdp_meta_slot {{")?;
        let own = self.own().map(|field| field.name);
        for name in hint::ALL.iter().map(|hint| hint.name).chain(own) {
            writeln!(out, "\tXDP_META_SLOT_{},", Upper(name))?;
        }
        writeln!(out, "\tXDP_META_SLOTS,\n}};\n")
    }

    fn layout_ids(&self, out: &mut impl Write) -> fmt::Result {
        writeln!(
            out,
            "/* Layout ids, for bpf_core_enum_value(): exact readers compare a trailer's with them. */"
        )?;
        writeln!(out, "enum {}_layout {{", self.name)?;
        for layout in self.layouts {
            writeln!(out, "\t{} = {:#010x},", Upper(layout.name), layout.id)?;
        }
        writeln!(out, "}};\n")?;
        writeln!(
            out,
            "/* Every layout, for exact readers: X(its struct, its id). */"
        )?;
        write!(out, "#define {}_LAYOUTS(X)", Upper(self.name))?;
        for layout in self.layouts {
            write!(out, " \\\n\tX({}, {})", layout.name, Upper(layout.name))?;
        }
        writeln!(out, "\n")
    }
}

fn structure(out: &mut impl Write, layout: &Layout) -> fmt::Result {
    writeln!(out, "struct {} {{", layout.name)?;
    for field in layout.fields {
        writeln!(out, "\t{};", Declaration::of_field(field))?;
    }
    // The trailer starts at the next multiple of 8.
    writeln!(out, "\t__u32 layout_id __attribute__((aligned(8)));")?;
    writeln!(out, "\t__u16 generation;\n\t__u16 present;")?;
    writeln!(out, "}} __attribute__((preserve_access_index));\n")
}

/// A name in capitals, as C's constants are spelled.
struct Upper<'a>(&'a str);

impl fmt::Display for Upper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars();
        chars.try_for_each(|c| f.write_char(c.to_ascii_uppercase()))
    }
}
