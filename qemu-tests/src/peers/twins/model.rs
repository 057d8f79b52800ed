// SPDX-License-Identifier: GPL-2.0

//! A type as an idea, before it is written in any language.
//!
//! Sizes and alignments are computed from C's rules here, and not taken from the code under test, so that padding is written
//! out where C would hide it.

/// An integer, with its names in both languages.
#[derive(Debug)]
pub struct Scalar {
    /// In Rust.
    pub rust: &'static str,
    /// In the kernel's headers.
    pub c: &'static str,
    /// Bytes.
    pub size: usize,
    /// Two's complement.
    pub signed: bool,
}

/// All integers; the first four are the unsigned ones of native byte order, the next four the signed ones.
pub static SCALARS: [Scalar; 14] = [
    scalar("u8", "__u8", 1, false),
    scalar("u16", "__u16", 2, false),
    scalar("u32", "__u32", 4, false),
    scalar("u64", "__u64", 8, false),
    scalar("i8", "__s8", 1, true),
    scalar("i16", "__s16", 2, true),
    scalar("i32", "__s32", 4, true),
    scalar("i64", "__s64", 8, true),
    scalar("Be16", "__be16", 2, false),
    scalar("Be32", "__be32", 4, false),
    scalar("Be64", "__be64", 8, false),
    scalar("Le16", "__le16", 2, false),
    scalar("Le32", "__le32", 4, false),
    scalar("Le64", "__le64", 8, false),
];

const fn scalar(rust: &'static str, c: &'static str, size: usize, signed: bool) -> Scalar {
    Scalar {
        rust,
        c,
        size,
        signed,
    }
}

/// How the names of members begin that only fill a gap.
const PADDING: &str = "pad_";

/// A type.
#[derive(Clone, Debug)]
pub enum Type {
    /// An integer.
    Int(&'static Scalar),
    /// So many of a type.
    Array(Box<Type>, usize),
    /// A C-like enum.
    Enum(Enum),
    /// A struct or union.
    Group(Group),
}

/// A name: the Rust identifier, and what C and BTF call it if that is something else.
#[derive(Clone, Debug)]
pub struct Name {
    /// In Rust.
    pub rust: String,
    /// In C, empty for none; `None` for the same.
    pub c: Option<String>,
}

/// A C-like enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// What it is stored as.
    pub scalar: &'static Scalar,
    /// Its values, in the order of declaration.
    pub values: Vec<(Name, i128)>,
}

/// A struct or union.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// Views of the same bytes.
    pub is_union: bool,
    /// Its members, in the order of declaration.
    pub members: Vec<Member>,
}

/// A member.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// The ranges that an integer is divided into, from the least significant bit up; none if it is whole.
    pub ranges: Vec<Range>,
}

/// Some bits of a word.
#[derive(Clone, Debug)]
pub struct Range {
    /// Its name.
    pub name: String,
    /// The bits mean nothing. They have a name in C all the same, but no tag.
    pub reserved: bool,
    /// Number of bits.
    pub width: u32,
}

/// Declared metadata.
#[derive(Clone, Debug)]
pub struct Meta {
    /// The Rust name of the struct.
    pub rust: String,
    /// The superset's name and the start of the layouts'.
    pub name: String,
    /// Its knobs.
    pub knobs: Vec<String>,
    /// Its fields, in the order of declaration.
    pub fields: Vec<Field>,
}

/// A field of metadata.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Width of a bit-field; 0 if it is none.
    pub bits: u32,
    /// Knobs that must be on, by number.
    pub on: Vec<usize>,
    /// Knobs that must be off.
    pub off: Vec<usize>,
}

/// One thing that is written twice.
#[derive(Clone, Debug)]
pub enum Twin {
    /// `#[derive(Value)]`.
    Value(Type),
    /// `#[derive(Descriptor)]`: ranges are tags, not bit-fields.
    Descriptor(Group),
    /// `#[derive(XdpMeta)]`.
    Meta(Meta),
}

impl Name {
    /// A name that is the same in both languages.
    pub fn same(name: impl Into<String>) -> Self {
        Self {
            rust: name.into(),
            c: None,
        }
    }

    /// The name in C and BTF.
    pub fn c(&self) -> &str {
        self.c
            .as_deref()
            .unwrap_or(self.rust.strip_prefix("r#").unwrap_or(&self.rust))
    }
}

impl Type {
    /// Bytes.
    pub fn size(&self) -> usize {
        match self {
            Self::Int(scalar) => scalar.size,
            Self::Array(of, len) => of.size() * len,
            Self::Enum(of) => of.scalar.size,
            Self::Group(of) => of.size(),
        }
    }

    /// Whether it is or contains a union, which has no value.
    pub fn has_union(&self) -> bool {
        match self {
            Self::Int(_) | Self::Enum(_) => false,
            Self::Array(of, _) => of.has_union(),
            Self::Group(of) => of.is_union || of.members.iter().any(|member| member.ty.has_union()),
        }
    }

    /// Alignment in bytes.
    pub fn align(&self) -> usize {
        match self {
            Self::Int(scalar) => scalar.size,
            Self::Array(of, _) => of.align(),
            Self::Enum(of) => of.scalar.size,
            Self::Group(of) => of.align(),
        }
    }
}

impl Group {
    /// Bytes, those behind the last member included.
    pub fn size(&self) -> usize {
        self.end().next_multiple_of(self.align())
    }

    /// Alignment in bytes.
    pub fn align(&self) -> usize {
        let aligns = self.members.iter().map(|member| member.ty.align());
        aligns.max().unwrap_or(1)
    }

    /// First byte behind the last member.
    pub fn end(&self) -> usize {
        let mut end = 0;
        for member in &self.members {
            let size = member.ty.size();
            end = match self.is_union {
                true => size.max(end),
                false => end.next_multiple_of(member.ty.align()) + size,
            };
        }
        end
    }
}

impl Group {
    /// Writes padding out, so that none is hidden, up to a multiple of `least` bytes; what was written before goes.
    pub fn pad(&mut self, least: usize) {
        if self.is_union {
            return;
        }
        let members = std::mem::take(&mut self.members);
        let mut end: usize = 0;
        for member in members.into_iter().filter(|member| !member.is_padding()) {
            self.fill(&mut end, member.ty.align());
            end += member.ty.size();
            self.members.push(member);
        }
        let align = self.align().max(least);
        self.fill(&mut end, align);
    }

    fn fill(&mut self, end: &mut usize, align: usize) {
        let gap = end.next_multiple_of(align) - *end;
        if gap > 0 {
            self.members.push(Member {
                name: Name::same(format!("{PADDING}{}", self.members.len())),
                ty: Type::Array(Box::new(Type::Int(&SCALARS[0])), gap),
                ranges: Vec::new(),
            });
            *end += gap;
        }
    }
}

impl Member {
    /// Whether it is there only to fill a gap.
    pub fn is_padding(&self) -> bool {
        self.name.rust.starts_with(PADDING)
    }
}

impl Field {
    /// Whether the field is in the layout of these knobs.
    pub fn is_in(&self, knobs: usize) -> bool {
        self.on.iter().all(|knob| knobs & (1 << knob) != 0)
            && self.off.iter().all(|knob| knobs & (1 << knob) == 0)
    }
}

impl Meta {
    /// What the layout of these knobs is called.
    pub fn layout(&self, knobs: usize) -> String {
        let on = self.knobs.iter().enumerate();
        let on: Vec<&str> = on
            .filter(|(knob, _)| knobs & (1 << knob) != 0)
            .map(|(_, name)| name.as_str())
            .collect();
        match on.is_empty() {
            true => format!("{}_none", self.name),
            false => format!("{}_{}", self.name, on.join("_")),
        }
    }
}

impl Twin {
    /// The C types that are compared: `struct`, `union` or `enum`, and the name.
    pub fn roots(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Value(Type::Enum(of)) => vec![("enum", of.name.c().to_owned())],
            Self::Value(Type::Group(of)) | Self::Descriptor(of) => {
                let keyword = if of.is_union { "union" } else { "struct" };
                vec![(keyword, of.name.c().to_owned())]
            }
            Self::Value(_) => Vec::new(),
            Self::Meta(of) => {
                let layouts = (0..1 << of.knobs.len()).map(|knobs| of.layout(knobs));
                let all = std::iter::once(of.name.clone()).chain(layouts);
                all.map(|name| ("struct", name)).collect()
            }
        }
    }
}
