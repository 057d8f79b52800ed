// SPDX-License-Identifier: GPL-2.0

//! BTF as `bpftool -j btf dump file` prints it: a reader that is not ours.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

/// All types of one dump, by id.
#[derive(Debug, Default)]
pub struct Dump {
    types: BTreeMap<u32, Node>,
    /// By name: a dump of thousands is asked for each of them.
    names: BTreeMap<String, Vec<u32>>,
    tags: BTreeMap<(u32, i64), Vec<String>>,
}

/// A type. What a kind does not have is zero or empty.
#[derive(Debug, Deserialize)]
pub struct Node {
    id: u32,
    /// `STRUCT` and so on.
    pub kind: String,
    /// `(anon)` for none.
    pub name: String,
    /// Bytes.
    #[serde(default)]
    pub size: u64,
    /// The type that this one is made from.
    #[serde(default)]
    pub type_id: u32,
    /// Entries of an array.
    #[serde(default)]
    pub nr_elems: u64,
    /// `SIGNED` and so on.
    #[serde(default)]
    pub encoding: String,
    /// Which member a tag is for; -1 for all of the type.
    #[serde(default)]
    pub component_idx: i64,
    /// Members of a struct or union.
    #[serde(default)]
    pub members: Vec<Member>,
    /// Values of an enum.
    #[serde(default)]
    pub values: Vec<Value>,
}

/// A member.
#[derive(Debug, Deserialize)]
pub struct Member {
    /// `(anon)` for none.
    pub name: String,
    /// Its type.
    pub type_id: u32,
    /// From the start.
    pub bits_offset: u64,
    /// Width of a bit-field; 0 if it is none.
    #[serde(default)]
    pub bitfield_size: u64,
}

/// A value of an enum.
#[derive(Debug, Deserialize)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// The number; bpftool extends the sign of some that have none.
    pub val: i128,
}

#[derive(Deserialize)]
struct File {
    types: Vec<Node>,
}

impl Dump {
    /// Reads one dump.
    ///
    /// # Errors
    ///
    /// When it is not what bpftool prints.
    pub fn parse(json: &str) -> Result<Self> {
        let file: File = serde_json::from_str(json).with_context(|| {
            let start: String = json.chars().take(200).collect();
            format!("bpftool printed no types: {start}")
        })?;
        let mut dump = Self::default();
        for node in file.types {
            if node.kind == "DECL_TAG" {
                let of = (node.type_id, node.component_idx);
                dump.tags.entry(of).or_default().push(node.name.clone());
            }
            let ids = dump.names.entry(node.name.clone()).or_default();
            ids.push(node.id);
            dump.types.insert(node.id, node);
        }
        Ok(dump)
    }

    /// The type with an id; `None` for void and for what is not there.
    pub fn get(&self, id: u32) -> Option<&Node> {
        self.types.get(&id)
    }

    /// The first type of a kind with a name.
    pub fn find(&self, kind: &str, name: &str) -> Option<u32> {
        let mut ids = self.names.get(name)?.iter().copied();
        ids.find(|id| {
            self.get(*id)
                .is_some_and(|node| node.kind.starts_with(kind))
        })
    }

    /// The tags of a type, or of one of its members.
    pub fn tags(&self, id: u32, member: i64) -> &[String] {
        self.tags.get(&(id, member)).map_or(&[], Vec::as_slice)
    }

    /// The ids of all types.
    pub fn ids(&self) -> impl Iterator<Item = u32> + '_ {
        self.types.keys().copied()
    }
}
