// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The layouts that BTF describes, found by the tags that `meta-core` writes.
//!
//! A struct with a tag `layout_id:…` is a layout. A module has a union of a declaration's layouts, in the order of their
//! knobs' masks, the superset under the declaration's name, and an enum of field ids; a queue's blob has one layout alone.

use std::collections::BTreeMap;

use anyhow::{bail, ensure, Context, Result};
use meta_core::btf::{Body, Item, Kind, Reader};
use meta_core::field::Field;
use meta_core::hint;
use meta_core::layout::Layout;

use crate::model::{text, Translator};

/// The members of a trailer, which every layout's struct ends with.
const TRAILER: [&str; 3] = ["layout_id", "generation", "present"];

/// One declaration's layouts.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    /// Name of the superset; of a layout alone, its own.
    pub(crate) name: &'static str,
    /// Names of the knobs, by bit.
    pub(crate) knobs: Vec<&'static str>,
    /// All the fields together; a queue's blob does not have it.
    pub(crate) superset: Option<Layout>,
    /// The layouts, by the mask of their knobs.
    pub(crate) layouts: Vec<Layout>,
}

/// All that there are, in the order of the BTF.
pub(crate) fn all(btf: &Reader<'static>) -> Result<Vec<Family>> {
    let tags = Tags::collect(btf);
    let mut alone: BTreeMap<u32, Item<'static>> = btf
        .types()
        .filter(|item| item.kind() == Kind::Struct && tags.layout_id(item.id()).is_some())
        .map(|item| (item.id(), item))
        .collect();
    let mut families = Vec::new();
    for union in btf.types().filter(|item| item.kind() == Kind::Union) {
        let Some(name) = union
            .name()
            .to_str()
            .and_then(|n| n.strip_suffix("_layouts"))
        else {
            continue;
        };
        let ids: Vec<u32> = union.members().map(|member| member.type_id).collect();
        let items: Option<Vec<_>> = ids.iter().map(|id| alone.get(id).copied()).collect();
        let superset = alone.values().find(|item| item.name() == name).copied();
        let (Some(items), Some(superset), false) = (items, superset, ids.is_empty()) else {
            continue;
        };
        for id in ids.iter().chain([&superset.id()]) {
            alone.remove(id);
        }
        families.push(family(btf, &tags, name, superset, &items)?);
    }
    // What is in no union: layouts of queues.
    for item in alone.values() {
        let reading = Reading {
            btf,
            tags: &tags,
            knobs: &[],
            ids: &BTreeMap::new(),
        };
        let layout = reading.layout(item, 0)?;
        families.push(Family {
            name: layout.name,
            knobs: Vec::new(),
            superset: None,
            layouts: vec![layout],
        });
    }
    Ok(families)
}

fn family(
    btf: &Reader<'static>,
    tags: &Tags,
    name: &'static str,
    superset: Item<'static>,
    items: &[Item<'static>],
) -> Result<Family> {
    // The layout in which one knob is on has that knob's name.
    let mut knobs = Vec::new();
    for bit in 0..items.len().ilog2() {
        let item = items.get(1 << bit).context("a union without members")?;
        let named = item.name().to_str().and_then(|layout| {
            let knob = layout.strip_prefix(name)?.strip_prefix('_')?;
            Some(knob).filter(|knob| !knob.is_empty())
        });
        knobs.push(named.with_context(|| format!("{:?} is named for no knob", item.name()))?);
    }
    let prefix = format!("{}_FIELD_", name.to_ascii_uppercase());
    let mut ids = BTreeMap::new();
    if let Some(list) = btf.find(Kind::Enum, &format!("{name}_field")) {
        for value in list.values() {
            let field = value.name().to_str().and_then(|n| n.strip_prefix(&*prefix));
            let id = value.number.to_u64().and_then(|id| u16::try_from(id).ok());
            ids.extend(field.zip(id));
        }
    }
    let reading = Reading {
        btf,
        tags,
        knobs: &knobs,
        ids: &ids,
    };
    let of_all = reading.layout(&superset, 0)?;
    let mut layouts = Vec::new();
    for (mask, item) in (0..).zip(items) {
        let layout = reading.layout(item, mask)?;
        layouts.push(with_knobs(layout, &of_all));
    }
    Ok(Family {
        name,
        knobs,
        superset: Some(of_all),
        layouts,
    })
}

/// Only the superset's members are tagged with knobs.
fn with_knobs(mut layout: Layout, superset: &Layout) -> Layout {
    let mut fields = layout.fields.to_vec();
    for field in &mut fields {
        if let Some(of) = superset.fields.iter().find(|of| of.name == field.name) {
            field.knobs = of.knobs;
            field.unless = of.unless;
        }
    }
    layout.fields = fields.leak();
    layout
}

/// What is needed to read a layout's struct.
struct Reading<'r> {
    btf: &'r Reader<'static>,
    tags: &'r Tags,
    knobs: &'r [&'static str],
    ids: &'r BTreeMap<&'static str, u16>,
}

impl Reading<'_> {
    fn layout(&self, item: &Item<'static>, knobs: u32) -> Result<Layout> {
        let layout = self.content(item, knobs);
        layout.with_context(|| format!("the layout {:?}", item.name()))
    }

    fn content(&self, item: &Item<'static>, knobs: u32) -> Result<Layout> {
        let Body::Struct(composite) = item.body() else {
            bail!("it is no struct")
        };
        let members: Vec<_> = composite.members.collect();
        let (own, trailer) = members
            .split_at_checked(members.len().wrapping_sub(TRAILER.len()))
            .context("it has no trailer")?;
        let named = trailer.iter().zip(TRAILER);
        ensure!(
            named
                .into_iter()
                .all(|(member, name)| member.name() == name),
            "its last members are not those of a trailer"
        );
        let mut translator = Translator::new(self.btf);
        let mut fields = Vec::new();
        for (index, member) in (0..).zip(own) {
            let name = text(member.name())?;
            let ty = translator.ty(member.type_id);
            let ty = ty.with_context(|| format!("its field `{name}`"))?;
            let mut field = Field::new(0, name, ty);
            field.offset = u16::try_from(member.offset / 8).context("a record of such a size")?;
            field.bit = (member.offset % 8) as u8;
            field.bits = member.bits;
            field.present = index as u8;
            for tag in self.tags.of(item.id(), Some(index)) {
                self.tag(&mut field, tag);
            }
            field.id = self.id(&field);
            fields.push(field);
        }
        Ok(Layout {
            name: text(item.name())?,
            id: self.tags.layout_id(item.id()).unwrap_or(0),
            size: u16::try_from(composite.size).context("a record of such a size")?,
            knobs,
            fields: fields.leak(),
        })
    }

    fn tag(&self, field: &mut Field, tag: &'static str) {
        let bit = |knob: &str| {
            let bit = self.knobs.iter().position(|of| *of == knob);
            bit.and_then(|bit| 1_u32.checked_shl(bit as u32))
                .unwrap_or(0)
        };
        match tag.split_once(':') {
            Some(("present", number)) => field.present = number.parse().unwrap_or(field.present),
            Some(("hint", name)) => field.hint = name,
            Some(("unit", name)) => field.unit = name,
            Some(("knob", name)) => match name.strip_prefix('!') {
                Some(name) => field.unless |= bit(name),
                None => field.knobs |= bit(name),
            },
            // Tags that later versions may have.
            _ => {}
        }
    }

    /// 0 if nothing says it: a queue's blob has no ids of the driver's own fields.
    fn id(&self, field: &Field) -> u16 {
        let own = self.ids.get(&*field.name.to_ascii_uppercase()).copied();
        let hint = || hint::ALL.iter().find(|hint| hint.name == field.hint);
        own.or_else(|| hint().map(|hint| hint.id)).unwrap_or(0)
    }
}

/// Tags, by what they are on.
struct Tags(BTreeMap<(u32, Option<u32>), Vec<&'static str>>);

impl Tags {
    fn collect(btf: &Reader<'static>) -> Self {
        let mut tags = BTreeMap::<_, Vec<_>>::new();
        for item in btf.types() {
            if let (Body::DeclTag(tag), Some(text)) = (item.body(), item.name().to_str()) {
                tags.entry((tag.target, tag.component))
                    .or_default()
                    .push(text);
            }
        }
        Self(tags)
    }

    fn of(&self, id: u32, member: Option<u32>) -> &[&'static str] {
        self.0.get(&(id, member)).map_or(&[], Vec::as_slice)
    }

    fn layout_id(&self, id: u32) -> Option<u32> {
        let mut tags = self.of(id, None).iter();
        tags.find_map(|tag| {
            let id = tag.strip_prefix("layout_id:")?;
            u32::from_str_radix(id.strip_prefix("0x").unwrap_or(id), 16).ok()
        })
    }
}
