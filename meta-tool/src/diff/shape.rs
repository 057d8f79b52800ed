// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A type with a name, as far as others rely on it: size, and what has a place or a number in it.

use std::collections::BTreeMap;

use meta_core::btf::read::{Composite, Enum};
use meta_core::btf::{Body, Item, Reader};

use crate::c::{spelled, standard};

/// A type.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// `struct`, `enum` and so on.
    pub(super) kind: &'static str,
    /// Its name.
    pub(super) name: String,
    /// Size in bytes, if it has one.
    pub(super) size: Option<u32>,
    /// The id in its tag, if it is a layout.
    pub(super) layout_id: Option<u32>,
    /// What a typedef or function comes to.
    pub(super) meaning: String,
    /// Members, values.
    pub(super) elements: Vec<Element>,
}

/// A member or value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    /// Its name; members without one are numbered.
    pub(super) name: String,
    /// Where it is, or its number.
    pub(super) at: String,
    /// What it is.
    pub(super) ty: String,
}

impl Shape {
    /// By what it is found again.
    pub(super) fn key(&self) -> (&'static str, &str) {
        (self.kind, &self.name)
    }
}

/// All types with names, sorted by kind and name; those of the base are not among them.
pub(super) fn all(btf: &Reader<'static>) -> Vec<Shape> {
    let mut ids = BTreeMap::new();
    for item in btf.types() {
        if let (Body::DeclTag(tag), Some(text)) = (item.body(), item.name().to_str()) {
            let hex = text.strip_prefix("layout_id:0x");
            if let Some(id) = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
                ids.insert(tag.target, id);
            }
        }
    }
    let mut shapes: Vec<Shape> = btf
        .types()
        .filter(|item| !item.name().is_empty())
        .filter_map(|item| shape(btf, &item, ids.get(&item.id()).copied()))
        .collect();
    shapes.sort_by(|a, b| a.key().cmp(&b.key()));
    shapes
}

fn shape(btf: &Reader<'static>, item: &Item<'static>, layout_id: Option<u32>) -> Option<Shape> {
    let mut meaning = String::new();
    let (kind, elements) = match item.body() {
        Body::Struct(of) => ("struct", members(btf, of)),
        Body::Union(of) => ("union", members(btf, of)),
        Body::Enum(of) | Body::Enum64(of) => ("enum", values(of)),
        Body::Typedef(target) => {
            meaning = spelled(btf, target);
            ("typedef", Vec::new())
        }
        Body::Func(func) => {
            meaning = spelled(btf, func.proto);
            ("function", Vec::new())
        }
        Body::Var(var) => {
            meaning = spelled(btf, var.type_id);
            ("variable", Vec::new())
        }
        Body::Int(_) | Body::Float(_) => ("number", Vec::new()),
        // Tags and sections say something about others.
        _ => return None,
    };
    let name = item.name().to_string();
    let name = match item.body() {
        Body::Int(_) => standard(&name).into_owned(),
        _ => name,
    };
    Some(Shape {
        kind,
        name,
        size: item.size(),
        layout_id,
        meaning,
        elements,
    })
}

fn members(btf: &Reader<'static>, of: Composite<'static>) -> Vec<Element> {
    let members = of.members.enumerate().map(|(index, member)| {
        let at = match (member.offset % 8, member.bits) {
            (0, 0) => format!("at {}", member.offset / 8),
            (bit, bits) => format!(
                "at {}, bits {bit}..{}",
                member.offset / 8,
                bit + u32::from(bits)
            ),
        };
        let name = match member.name() {
            name if name.is_empty() => format!("(member {index})"),
            name => name.to_string(),
        };
        let ty = spelled(btf, member.type_id);
        let size = btf.size_of(member.type_id).ok();
        Element {
            name,
            at,
            ty: match size {
                Some(1) => format!("{ty}, 1 byte"),
                Some(size) => format!("{ty}, {size} bytes"),
                None => ty,
            },
        }
    });
    members.collect()
}

fn values(of: Enum<'static>) -> Vec<Element> {
    of.values
        .map(|value| Element {
            name: value.name().to_string(),
            at: format!("= {}", value.number),
            ty: String::new(),
        })
        .collect()
}
