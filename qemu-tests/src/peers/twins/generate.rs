// SPDX-License-Identifier: GPL-2.0

//! Types by chance, from a seed.
//!
//! They stay within what the derives accept: no hidden padding, records of 64 bytes, bit-fields of 64 bits.

use fastrand::Rng;

use super::model::{Enum, Group, Member, Name, Range, Scalar, Twin, Type, SCALARS};
use super::rust::default_enumerator;

mod meta;

/// Makes twins; the names of one never clash with those of another.
#[derive(Debug)]
pub struct Generator {
    rng: Rng,
    twin: usize,
    part: usize,
    /// Types may have no name. What is written more than once must have one.
    anonymous: bool,
}

/// Where a type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In something that has values.
    Value,
    /// In something that is described only.
    Description,
    /// In a descriptor: what has more than one byte has its order.
    Device,
}

/// Words for names. Some mean something in Rust, none in C.
const WORDS: &[&str] = &[
    "len",
    "hash",
    "vlan",
    "stamp",
    "queue",
    "status",
    "error",
    "flow",
    "mark",
    "tag",
    "x",
    "y2",
    "_z",
    "seq_no",
    "csum",
    "lo",
    "hi",
    "ptype",
    "r#type",
    "r#match",
    "r#fn",
    "r#use",
    "r#loop",
    "a_name_that_is_rather_long_for_a_member",
];

impl Generator {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            twin: 0,
            part: 0,
            anonymous: true,
        }
    }

    /// So many twins, of all kinds.
    pub fn twins(&mut self, count: usize) -> Vec<Twin> {
        (0..count).map(|_| self.twin()).collect()
    }

    fn twin(&mut self) -> Twin {
        self.twin += 1;
        self.part = 0;
        self.anonymous = true;
        match self.rng.usize(..100) {
            0..10 => Twin::Value(Type::Enum(self.enumeration(true))),
            10..45 => Twin::Value(Type::Group(self.structure(2, 400, Place::Value, true))),
            45..50 => Twin::Value(Type::Group(self.structure(
                2,
                400,
                Place::Description,
                true,
            ))),
            50..65 => Twin::Value(Type::Group(self.union(2))),
            65..85 => Twin::Descriptor(self.descriptor()),
            _ => Twin::Meta(self.meta()),
        }
    }

    /// A name for a type: a Rust identifier in camel case, and mostly another one for C.
    fn type_name(&mut self, what: &str, top: bool) -> Name {
        let letters = letters(self.twin);
        let rust = format!("{what}{letters}{}", letters_of_part(self.part));
        let c = format!("{}_{}_{}", what.to_lowercase(), self.twin, self.part);
        self.part += 1;
        let anonymous = !top && self.anonymous && self.rng.usize(..4) == 0;
        let c = match self.rng.usize(..4) {
            _ if anonymous => Some(String::new()),
            0 => None,
            _ => Some(c),
        };
        Name { rust, c }
    }

    fn member_name(&mut self, index: usize) -> String {
        let word = self.rng.choice(WORDS).copied().unwrap_or("word");
        match word.starts_with("r#") && !self.rng.bool() {
            true => word.to_owned() + &index.to_string(),
            false if word.starts_with("r#") => format!("m{index}"),
            false => format!("{word}{index}"),
        }
    }

    fn scalar(&mut self) -> &'static Scalar {
        &SCALARS[self.rng.usize(..SCALARS.len())]
    }

    /// An integer in the order of a device, whatever the machine's is.
    fn word(&mut self) -> &'static Scalar {
        match self.rng.usize(..7) {
            0 => &SCALARS[0],
            other => &SCALARS[7 + other],
        }
    }

    fn enumeration(&mut self, top: bool) -> Enum {
        let name = self.type_name("Mode", top);
        let scalar = &SCALARS[self.rng.usize(..8)];
        let mut values: Vec<(Name, i128)> = Vec::new();
        for index in 0..self.rng.usize(1..=6) {
            let value = self.enum_value(scalar);
            if values.iter().any(|(_, other)| *other == value) {
                continue;
            }
            let rust = format!("Kind{}", letters(index + 1));
            let c = match self.rng.bool() {
                true => Some(default_enumerator(&name.rust, &rust)),
                false => Some(format!("{}_v{index}", name.rust)),
            };
            values.push((Name { rust, c }, value));
        }
        Enum {
            name,
            scalar,
            values,
        }
    }

    /// A value in the range, often at one of its ends.
    fn enum_value(&mut self, scalar: &Scalar) -> i128 {
        let bits = scalar.size * 8;
        let (min, max) = match scalar.signed {
            true => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
            false => (0, (1i128 << bits) - 1),
        };
        match self.rng.usize(..6) {
            0 => min,
            1 => max,
            2 if scalar.signed => -1,
            3 => i128::from(self.rng.u64(..)) % (max + 1),
            _ => i128::from(self.rng.u8(..100)),
        }
    }

    /// A struct of at most about so many bytes.
    fn structure(&mut self, depth: usize, room: usize, place: Place, top: bool) -> Group {
        let name = self.type_name("Part", top);
        let mut group = Group {
            name,
            is_union: false,
            members: Vec::new(),
        };
        for index in 0..self.rng.usize(1..=8) {
            let ty = self.ty(depth, place);
            if group.end() + ty.size() + 16 > room && index > 0 {
                break;
            }
            let member = self.member(index, ty);
            group.members.push(member);
        }
        group.pad(1);
        group
    }

    fn member(&mut self, index: usize, ty: Type) -> Member {
        let rust = self.member_name(index);
        let mut ranges = Vec::new();
        let mut name = Name::same(rust);
        if let Type::Int(scalar) = &ty {
            let native = SCALARS[..4].iter().any(|other| other.c == scalar.c);
            if native && self.rng.usize(..4) == 0 {
                ranges = self.ranges(scalar.size * 8, index);
            }
        }
        if ranges.is_empty() && self.rng.usize(..6) == 0 {
            name.c = Some(format!("renamed_{index}"));
        }
        Member { name, ty, ranges }
    }

    /// Divides a word into ranges, from the least significant bit up.
    fn ranges(&mut self, bits: usize, index: usize) -> Vec<Range> {
        let mut left = u32::try_from(bits).unwrap_or_default();
        let mut ranges: Vec<Range> = Vec::new();
        while left > 0 && ranges.len() < 6 {
            let width = match self.rng.usize(..3) {
                0 => 1,
                1 => self.rng.u32(1..=left.min(8)),
                _ => self.rng.u32(1..=left),
            };
            left -= width;
            let number = ranges.len();
            ranges.push(Range {
                name: format!("bit{index}_{number}"),
                reserved: self.rng.usize(..5) == 0,
                width,
            });
        }
        if left > 0 {
            ranges.push(Range {
                name: format!("rest{index}"),
                reserved: true,
                width: left,
            });
        }
        if ranges.iter().all(|range| range.reserved) {
            return Vec::new();
        }
        ranges
    }

    fn ty(&mut self, depth: usize, place: Place) -> Type {
        let depth_left = depth.saturating_sub(1);
        match self.rng.usize(..20) {
            0..3 => {
                let of = self.ty(depth_left, place);
                Type::Array(Box::new(of), self.rng.usize(1..=5))
            }
            3..5 if place != Place::Device => Type::Enum(self.enumeration(false)),
            5..8 if depth > 0 => Type::Group(self.structure(depth_left, 60, place, false)),
            8..10 if depth > 0 && place == Place::Description => {
                Type::Group(self.union_in(depth_left))
            }
            _ if place == Place::Device => Type::Int(self.word()),
            _ => Type::Int(self.scalar()),
        }
    }

    fn union(&mut self, depth: usize) -> Group {
        let name = self.type_name("View", true);
        self.views(name, depth)
    }

    fn union_in(&mut self, depth: usize) -> Group {
        let name = self.type_name("View", false);
        self.views(name, depth)
    }

    fn views(&mut self, name: Name, depth: usize) -> Group {
        let mut members = Vec::new();
        for index in 0..self.rng.usize(1..=4) {
            let ty = match self.rng.bool() {
                true => {
                    Type::Group(self.structure(depth.saturating_sub(1), 60, Place::Value, false))
                }
                false => self.ty(depth, Place::Description),
            };
            members.push(Member {
                name: Name::same(self.member_name(index)),
                ty,
                ranges: Vec::new(),
            });
        }
        Group {
            name,
            is_union: true,
            members,
        }
    }

    fn descriptor(&mut self) -> Group {
        let name = self.type_name("Desc", true);
        let mut members = Vec::new();
        for index in 0..self.rng.usize(1..=6) {
            let scalar = self.word();
            let ty = match self.rng.usize(..8) {
                0 => Type::Array(Box::new(Type::Int(scalar)), self.rng.usize(1..=4)),
                1 => Type::Group(self.structure(0, 24, Place::Device, false)),
                _ => Type::Int(scalar),
            };
            let ranges = match &ty {
                Type::Int(scalar) if self.rng.bool() => self.ranges(scalar.size * 8, index),
                _ => Vec::new(),
            };
            members.push(Member {
                name: Name::same(self.member_name(index)),
                ty,
                ranges,
            });
        }
        let mut group = Group {
            name,
            is_union: false,
            members,
        };
        group.pad(8);
        group
    }
}

/// A number in letters, the first one large: `Aq`.
pub fn letters(mut number: usize) -> String {
    let mut out = String::new();
    while number > 0 {
        let digit = u8::try_from(number % 26).unwrap_or_default();
        out.push(char::from(b'a' + digit));
        number /= 26;
    }
    let mut chars = out.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// The number of a part, in letters of its own.
fn letters_of_part(part: usize) -> String {
    format!("Of{}", letters(part + 1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::rust;
    use super::Generator;

    #[test]
    fn a_seed_gives_the_same_types_again() {
        let texts = |seed| -> Vec<String> {
            let twins = Generator::new(seed).twins(50);
            twins.iter().map(rust::module).collect()
        };
        assert_eq!(texts(5), texts(5));
        assert_ne!(texts(5), texts(6));
    }

    #[test]
    fn no_two_types_have_one_name() {
        let mut names = BTreeSet::new();
        for twin in Generator::new(5).twins(300) {
            for root in twin.roots() {
                assert!(names.insert(root.clone()), "{root:?}");
            }
        }
    }
}
