// SPDX-License-Identifier: GPL-2.0

//! What one `xdp-meta` message says about one queue.

use anyhow::{bail, Context, Result};
use meta_core::announce::{attr, field, Reason};
use serde_json::{json, Value};

use crate::netlink::{array, attributes, text, Attribute};

/// A queue's layout, as announced or as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announcement {
    /// Interface.
    pub(crate) ifindex: u32,
    /// Receive queue.
    pub(crate) queue: u32,
    /// Generation of the ring.
    pub(crate) generation: u32,
    /// Layout in force.
    pub(crate) layout_id: u32,
    /// Bytes of a record.
    pub(crate) size: u32,
    /// Name of the layout's BTF type.
    pub(crate) name: String,
    /// Why it was announced.
    pub(crate) reason: u32,
    /// When, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(crate) time: u64,
    /// The fields, in order of their present bits.
    pub(crate) fields: Vec<Field>,
    /// The layout's own BTF.
    pub(crate) btf: Vec<u8>,
}

/// One field of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// Field id.
    pub(crate) id: u32,
    /// Name.
    pub(crate) name: String,
    /// Bytes from the start of the record.
    pub(crate) offset: u32,
    /// Bytes.
    pub(crate) size: u32,
    /// Number of the present bit.
    pub(crate) present: u32,
}

impl Announcement {
    /// Reads a message.
    ///
    /// # Errors
    ///
    /// When an attribute is missing, unknown or of the wrong size.
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let find = |kind: u16| {
            let found = attributes.iter().find(|a| a.kind == kind);
            found
                .map(|a| &a.value[..])
                .with_context(|| format!("attribute {kind} is missing"))
        };
        let number = |kind: u16| Ok::<_, anyhow::Error>(u32::from_ne_bytes(array(find(kind)?)?));
        if let Some(a) = attributes
            .iter()
            .find(|a| a.kind == 0 || a.kind > attr::MAX)
        {
            bail!("unknown attribute {}", a.kind);
        }
        let fields = attributes.iter().filter(|a| a.kind == attr::FIELD);
        Ok(Self {
            ifindex: number(attr::IFINDEX)?,
            queue: number(attr::QUEUE)?,
            generation: number(attr::GENERATION)?,
            layout_id: number(attr::LAYOUT_ID)?,
            size: number(attr::SIZE)?,
            name: text(find(attr::NAME)?),
            reason: number(attr::REASON)?,
            time: u64::from_ne_bytes(array(find(attr::TIME)?)?),
            fields: fields
                .map(|a| Field::parse(&a.value))
                .collect::<Result<_>>()?,
            btf: find(attr::BTF)?.to_vec(),
        })
    }

    /// Whether the layout has the field of this name.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|f| f.name == field)
    }

    /// Name of the reason.
    pub(crate) fn reason_name(&self) -> String {
        match Reason::from_number(self.reason) {
            Some(reason) => reason.name().to_owned(),
            None => format!("unknown {}", self.reason),
        }
    }

    /// The shape that the demo's display reads.
    pub(crate) fn to_json(&self) -> Value {
        let fields = self.fields.iter().map(|f| {
            json!({ "id": f.id, "name": f.name, "offset": f.offset, "size": f.size, "present": f.present })
        });
        json!({
            "ifindex": self.ifindex,
            "queue": self.queue,
            "generation": self.generation,
            "layout_id": self.layout_id,
            "layout": self.name,
            "size": self.size,
            "reason": self.reason_name(),
            "time_ns": self.time,
            "fields": fields.collect::<Vec<_>>(),
        })
    }
}

impl Field {
    fn parse(nest: &[u8]) -> Result<Self> {
        let all = attributes(nest)?;
        let find = |kind: u16| {
            let found = all.iter().find(|a| a.kind == kind);
            found
                .map(|a| &a.value[..])
                .with_context(|| format!("field attribute {kind} is missing"))
        };
        let number = |kind: u16| Ok::<_, anyhow::Error>(u32::from_ne_bytes(array(find(kind)?)?));
        Ok(Self {
            id: number(field::ID)?,
            name: text(find(field::NAME)?),
            offset: number(field::OFFSET)?,
            size: number(field::SIZE)?,
            present: number(field::PRESENT)?,
        })
    }
}
