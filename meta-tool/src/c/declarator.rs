// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! C's declarators: from the type to `const char *(*name[4])(int)`.
//!
//! The type is gone through from the outside to the inside, which builds the declarator from its name outwards; what is left
//! in the end stands on the left of it.

use std::cell::Cell;

use anyhow::{bail, ensure, Context, Result};
use meta_core::btf::read::{FuncProto, Params};
use meta_core::btf::{Body, Kind, Reader};

use super::integer::standard;
use super::names::{ident, Names};
use super::LONGEST;

/// Most pointers, arrays and qualifiers of one declaration.
const STEPS: usize = 256;

/// Most functions that take functions that take functions.
const DEPTH: usize = 16;

/// Spells what has no name, in the place where it is used.
pub(super) trait Inline {
    /// A struct, union or enum without a name.
    fn inline(&mut self, id: u32, kind: Kind) -> Result<String>;
}

/// Writes declarations.
#[derive(Clone, Copy)]
pub(super) struct Declarator<'a> {
    pub(super) btf: &'a Reader<'static>,
    /// Names that are unique; else those of the BTF, integers as [`standard`] has them.
    pub(super) names: Option<&'a Names>,
    /// How many more there may be within this one.
    pub(super) left: &'a Cell<u32>,
}

/// Takes one from what may still be written.
pub(super) fn spend(left: &Cell<u32>) -> Result<()> {
    let rest = left
        .get()
        .checked_sub(1)
        .context("made of too many types")?;
    left.set(rest);
    Ok(())
}

/// Adds a qualifier, once. One of an array is one of its elements, and gcc's BTF has it at both.
fn qualify(before: &mut String, qualifier: &str) {
    let mut words = before.split_inclusive(' ');
    if !words.any(|word| word == qualifier) {
        before.push_str(qualifier);
    }
}

impl Declarator<'_> {
    /// A declaration without its semicolon; without a name, the type alone.
    pub(super) fn declare(&self, id: u32, name: &str, inline: &mut dyn Inline) -> Result<String> {
        self.at_depth(id, name, inline, 0)
    }

    fn at_depth(
        &self,
        mut id: u32,
        name: &str,
        inline: &mut dyn Inline,
        depth: usize,
    ) -> Result<String> {
        ensure!(depth < DEPTH, "functions of functions, too deep");
        spend(self.left)?;
        let mut text = name.to_owned();
        // Qualifiers that were met and whose pointer or name is still to come.
        let mut before = String::new();
        let mut is_pointer = false;
        for _ in 0..STEPS {
            ensure!(
                text.len() + before.len() < LONGEST,
                "the declaration is too long"
            );
            let item = self.btf.get(id)?;
            match item.body() {
                Body::Const(next) => {
                    qualify(&mut before, "const ");
                    id = next;
                }
                Body::Volatile(next) => {
                    qualify(&mut before, "volatile ");
                    id = next;
                }
                Body::Restrict(next) => {
                    qualify(&mut before, "restrict ");
                    id = next;
                }
                Body::TypeTag(tag) => {
                    before += &attribute(item.name().to_str(), tag.attribute);
                    id = tag.target;
                }
                Body::Ptr(next) => {
                    text = join(&format!("*{before}"), &text);
                    before.clear();
                    is_pointer = true;
                    id = next;
                }
                Body::Array(array) => {
                    if is_pointer {
                        text = format!("({text})");
                        is_pointer = false;
                    }
                    text += &format!("[{}]", array.len);
                    id = array.element;
                }
                Body::FuncProto(proto) => {
                    if is_pointer {
                        text = format!("({text})");
                        is_pointer = false;
                    }
                    text += &self.parameters(proto.params, inline, depth)?;
                    // A function has no qualifiers.
                    before.clear();
                    let FuncProto { result, .. } = proto;
                    id = result;
                }
                _ => {
                    let leaf = self.leaf(id, inline)?;
                    return Ok(join(&format!("{before}{leaf}"), &text));
                }
            }
        }
        bail!("type {id} goes in a circle, or too deep")
    }

    fn parameters(
        &self,
        params: Params<'static>,
        inline: &mut dyn Inline,
        depth: usize,
    ) -> Result<String> {
        let mut list = Vec::new();
        let mut length = 0;
        for param in params {
            let text = match param.is_variadic() {
                true => "...".to_owned(),
                false => {
                    let name = match param.name() {
                        name if name.is_empty() => "".into(),
                        name => ident(name),
                    };
                    self.at_depth(param.type_id, &name, inline, depth + 1)?
                }
            };
            length += text.len();
            ensure!(length < LONGEST, "the list of parameters is too long");
            list.push(text);
        }
        Ok(match &*list {
            [] => "(void)".to_owned(),
            // C wants one in front of it.
            [one] if one == "..." => "()".to_owned(),
            list => format!("({})", list.join(", ")),
        })
    }

    fn leaf(&self, id: u32, inline: &mut dyn Inline) -> Result<String> {
        let item = self.btf.get(id)?;
        let keyword = match item.body() {
            Body::Void => return Ok("void".to_owned()),
            Body::Int(_) | Body::Float(_) | Body::Typedef(_) => "",
            Body::Struct(_) | Body::Fwd(meta_core::btf::read::Fwd::Struct) => "struct ",
            Body::Union(_) | Body::Fwd(meta_core::btf::read::Fwd::Union) => "union ",
            Body::Enum(_) | Body::Enum64(_) => "enum ",
            _ => bail!("{} is no type of C's", item.kind().as_str()),
        };
        if item.name().is_empty() {
            return inline.inline(id, item.kind());
        }
        Ok(match self.names {
            Some(names) => format!("{keyword}{}", names.of_type(id)),
            None if matches!(item.body(), Body::Int(_)) => {
                standard(&item.name().to_string()).into_owned()
            }
            None => format!("{keyword}{}", item.name()),
        })
    }
}

/// `__attribute__((btf_type_tag("user")))`; a text that is no word is not for C.
fn attribute(text: Option<&str>, is_attribute: bool) -> String {
    let is_word = |text: &&str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    match (text.filter(is_word), is_attribute) {
        (None, _) => String::new(),
        (Some(text), true) => format!("__attribute__(({text})) "),
        (Some(text), false) => format!("__attribute__((btf_type_tag(\"{text}\"))) "),
    }
}

fn join(left: &str, right: &str) -> String {
    match (left.ends_with(['*', ' ']), right.is_empty()) {
        (_, true) => left.trim_end().to_owned(),
        (true, false) => format!("{left}{right}"),
        (false, false) => format!("{left} {right}"),
    }
}
