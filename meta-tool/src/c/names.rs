// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Names that C can have, each for one thing only.
//!
//! BTF has different types of one name (from different files of a kernel), and names that are none in C. The second of a name
//! gets `___2` at its end, which CO-RE takes for the same.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use meta_core::btf::{Body, Name, Reader};

/// Words that can not be names.
const KEYWORDS: &[&str] = &[
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else",
    "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register",
    "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef",
    "typeof", "union", "unsigned", "void", "volatile", "while", "asm",
];

/// Words that the names of C's own numbers are made of.
const NUMBERS: &[&str] = &[
    "char",
    "short",
    "int",
    "long",
    "signed",
    "unsigned",
    "float",
    "double",
    "_Bool",
    "__int128",
    "_Complex",
    "_Float16",
    "_Float128",
    "__bf16",
];

/// C's own floating-point numbers.
const FLOATS: &[&str] = &["float", "double", "long double"];

/// Types that compilers have already.
const BUILT_IN: &[&str] = &["__builtin_va_list", "__int128_t", "__uint128_t"];

/// Names, by type.
#[derive(Debug)]
pub(crate) struct Names {
    by_id: HashMap<u32, String>,
    values: HashMap<(u32, u32), String>,
    others: RefCell<Used>,
    integers: BTreeMap<String, (u32, &'static str)>,
}

impl Names {
    /// Names of all types, those of the base included.
    pub(crate) fn of(btf: &Reader<'static>) -> Self {
        let mut this = Self {
            by_id: HashMap::new(),
            values: HashMap::new(),
            others: RefCell::default(),
            integers: BTreeMap::new(),
        };
        let (mut tags, mut others) = (Used::default(), Used::default());
        let mut bases = Vec::new();
        let mut base = btf.base();
        while let Some(reader) = base {
            bases.push(reader);
            base = reader.base();
        }
        for item in [btf].into_iter().chain(bases).flat_map(Reader::types) {
            let (id, name) = (item.id(), item.name());
            match item.body() {
                Body::Int(int) => this.number(id, name, int.size, int.is_signed(), &mut others),
                Body::Float(_) => {
                    let own = name.to_string();
                    let name = match FLOATS.contains(&own.as_str()) {
                        true => own,
                        false => ident(name).into_owned(),
                    };
                    this.by_id.insert(id, name);
                }
                Body::Struct(_) | Body::Union(_) if !name.is_empty() => {
                    this.by_id.insert(id, tags.unique(&ident(name)));
                }
                // It stands for whatever has the name.
                Body::Fwd(_) => {
                    this.by_id.insert(id, ident(name).into_owned());
                }
                Body::Enum(of) | Body::Enum64(of) => {
                    if !name.is_empty() {
                        this.by_id.insert(id, tags.unique(&ident(name)));
                    }
                    for (index, value) in (0..).zip(of.values) {
                        let name = others.unique(&ident(value.name()));
                        this.values.insert((id, index), name);
                    }
                }
                Body::Typedef(_) => {
                    let name = ident(name);
                    let unique = match BUILT_IN.contains(&&*name) {
                        true => name.into_owned(),
                        false => others.unique(&name),
                    };
                    this.by_id.insert(id, unique);
                }
                Body::Func(_) => {
                    this.by_id.insert(id, ident(name).into_owned());
                }
                _ => {}
            }
        }
        this.others = RefCell::new(others);
        this
    }

    /// C's own numbers keep their names; others become typedefs of numbers that are the same.
    fn number(&mut self, id: u32, name: Name<'_>, size: u32, signed: bool, others: &mut Used) {
        let text = name.to_string();
        if !text.is_empty() && text.split(' ').all(|word| NUMBERS.contains(&word)) {
            self.by_id.insert(id, text);
            return;
        }
        let name = others.unique(&ident(name));
        let ty = match (size, signed) {
            (1, true) => "signed char",
            (1, false) => "unsigned char",
            (2, true) => "short",
            (2, false) => "unsigned short",
            (4, true) => "int",
            (4, false) => "unsigned int",
            (16, true) => "__int128",
            (16, false) => "unsigned __int128",
            (_, true) => "long long",
            (_, false) => "unsigned long long",
        };
        self.integers.insert(name.clone(), (id, ty));
        self.by_id.insert(id, name);
    }

    /// The name of a type; nothing if it has none.
    pub(crate) fn of_type(&self, id: u32) -> &str {
        self.by_id.get(&id).map_or("", String::as_str)
    }

    /// The name of an enum's value.
    pub(crate) fn of_value(&self, id: u32, index: u32) -> &str {
        self.values.get(&(id, index)).map_or("", String::as_str)
    }

    /// The same for an enum without a name that is written again: C does not take the same names twice.
    pub(crate) fn of_value_again(&self, id: u32, index: u32) -> String {
        self.others.borrow_mut().unique(self.of_value(id, index))
    }

    /// Numbers that C does not have: name, id, and what they are.
    pub(crate) fn integers(&self) -> impl Iterator<Item = (&str, u32, &'static str)> {
        self.integers
            .iter()
            .map(|(name, (id, ty))| (&**name, *id, *ty))
    }

    /// Whether the compiler has the type already.
    pub(crate) fn is_built_in(&self, id: u32) -> bool {
        BUILT_IN.contains(&self.of_type(id))
    }
}

/// How often names were used.
#[derive(Debug, Default)]
struct Used(HashMap<String, u32>);

impl Used {
    fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        loop {
            let count = self.0.entry(unique.clone()).or_insert(0);
            *count += 1;
            if *count == 1 {
                return unique;
            }
            let number = *count;
            if unique != name {
                // Somebody is really called that.
                *self.0.entry(name.to_owned()).or_insert(0) += 1;
            }
            unique = format!("{name}___{number}");
        }
    }
}

/// A name as C takes it.
pub(crate) fn ident(name: Name<'_>) -> Cow<'_, str> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match name.to_str() {
        Some(text)
            if text.bytes().all(is_part)
                && !text.starts_with(|first: char| first.is_ascii_digit())
                && !KEYWORDS.contains(&text) =>
        {
            Cow::Borrowed(text)
        }
        _ => {
            let bytes = name.as_bytes().iter();
            let text: String = bytes
                .map(|byte| {
                    if is_part(*byte) {
                        char::from(*byte)
                    } else {
                        '_'
                    }
                })
                .collect();
            Cow::Owned(format!("_{text}"))
        }
    }
}
