// SPDX-License-Identifier: GPL-2.0

//! Twins that are made from others: mistakes that must be noticed, and smaller ones that may still fail.

use super::generate::letters;
use super::model::{Enum, Group, Meta, Name, Twin, Type};
use super::rust::default_enumerator;

/// A mistake that somebody could make in one of the two texts; `None` if the twin has no place for it.
pub type Mistake = fn(&Twin) -> Option<Twin>;

/// The mistakes that the comparison is shown, with their names.
pub const MISTAKES: [(&str, Mistake); 4] = [
    ("swapped_members", swapped_members),
    ("a_bit_off", a_bit_off),
    ("a_wrong_value", a_wrong_value),
    ("another_sign", another_sign),
];

fn swapped_members(twin: &Twin) -> Option<Twin> {
    change_group(twin, &mut |group| {
        let long = group.members.len() >= 2 && !group.is_union;
        if long {
            group.members.swap(0, 1);
        }
        long
    })
}

/// The border between two bit-fields is one bit from where it should be.
fn a_bit_off(twin: &Twin) -> Option<Twin> {
    if let Twin::Meta(meta) = twin {
        let mut meta = meta.clone();
        let field = meta.fields.iter_mut().find(|field| field.bits > 1)?;
        field.bits -= 1;
        return Some(Twin::Meta(meta));
    }
    change_group(twin, &mut |group| {
        for member in &mut group.members {
            for at in 1..member.ranges.len() {
                let named = !(member.ranges[at - 1].reserved && member.ranges[at].reserved);
                if named && member.ranges[at].width > 1 {
                    member.ranges[at - 1].width += 1;
                    member.ranges[at].width -= 1;
                    return true;
                }
            }
        }
        false
    })
}

fn a_wrong_value(twin: &Twin) -> Option<Twin> {
    change_enum(twin, &mut |of| {
        let used: Vec<i128> = of.values.iter().map(|(_, value)| *value).collect();
        let Some((_, last)) = of.values.last_mut() else {
            return false;
        };
        let free = (1..100).find(|value| !used.contains(value));
        free.map(|value| *last = value).is_some()
    })
}

/// An integer of the same size, signed where it should not be or the other way round.
fn another_sign(twin: &Twin) -> Option<Twin> {
    change_group(twin, &mut |group| {
        for member in &mut group.members {
            if let (Type::Int(scalar), true) = (&mut member.ty, member.ranges.is_empty()) {
                let same = |other: &&super::model::Scalar| {
                    other.size == scalar.size && other.signed != scalar.signed
                };
                if let Some(other) = super::model::SCALARS.iter().find(same) {
                    *scalar = other;
                    return true;
                }
            }
        }
        false
    })
}

/// A copy with a change in the first group, from the outside in, that takes it.
fn change_group(twin: &Twin, change: &mut dyn FnMut(&mut Group) -> bool) -> Option<Twin> {
    let mut twin = twin.clone();
    let done = match &mut twin {
        Twin::Value(ty) => in_groups(ty, change),
        Twin::Descriptor(group) => change(group),
        Twin::Meta(meta) => {
            let types = meta.fields.iter_mut().map(|field| &mut field.ty);
            types.into_iter().any(|ty| in_groups(ty, change))
        }
    };
    done.then_some(twin)
}

fn in_groups(ty: &mut Type, change: &mut dyn FnMut(&mut Group) -> bool) -> bool {
    match ty {
        Type::Int(_) | Type::Enum(_) => false,
        Type::Array(of, _) => in_groups(of, change),
        Type::Group(group) => {
            change(group)
                || group
                    .members
                    .iter_mut()
                    .any(|member| in_groups(&mut member.ty, change))
        }
    }
}

fn change_enum(twin: &Twin, change: &mut dyn FnMut(&mut Enum) -> bool) -> Option<Twin> {
    let mut twin = twin.clone();
    types(&mut twin)
        .into_iter()
        .any(|ty| in_enums(ty, change))
        .then_some(twin)
}

fn in_enums(ty: &mut Type, change: &mut dyn FnMut(&mut Enum) -> bool) -> bool {
    match ty {
        Type::Int(_) => false,
        Type::Enum(of) => change(of),
        Type::Array(of, _) => in_enums(of, change),
        Type::Group(group) => {
            let types = group.members.iter_mut().map(|member| &mut member.ty);
            types.into_iter().any(|ty| in_enums(ty, change))
        }
    }
}

/// The outermost types.
fn types(twin: &mut Twin) -> Vec<&mut Type> {
    match twin {
        Twin::Value(ty) => vec![ty],
        Twin::Descriptor(group) => group.members.iter_mut().map(|m| &mut m.ty).collect(),
        Twin::Meta(meta) => meta.fields.iter_mut().map(|f| &mut f.ty).collect(),
    }
}

/// Every twin that is one step smaller, under names that do not clash.
pub fn smaller(twin: &Twin) -> Vec<Twin> {
    let mut found = match twin {
        Twin::Value(ty) => {
            let kept = smaller_types(ty).into_iter();
            // A twin is something with a name.
            let kept = kept.filter(|ty| matches!(ty, Type::Enum(_) | Type::Group(_)));
            kept.map(Twin::Value).collect()
        }
        Twin::Descriptor(group) => {
            let groups = smaller_groups(group, 8).into_iter();
            groups.map(Twin::Descriptor).collect()
        }
        Twin::Meta(meta) => smaller_meta(meta),
    };
    for (number, twin) in (1..).zip(&mut found) {
        rename(twin, number);
    }
    found
}

fn smaller_types(ty: &Type) -> Vec<Type> {
    match ty {
        Type::Int(_) => Vec::new(),
        Type::Array(of, len) => {
            let mut all = vec![(**of).clone()];
            if *len > 1 {
                all.push(Type::Array(of.clone(), 1));
            }
            let inner = smaller_types(of).into_iter();
            all.extend(inner.map(|of| Type::Array(Box::new(of), *len)));
            all
        }
        Type::Enum(of) => {
            let mut all = vec![Type::Int(of.scalar)];
            for index in 0..of.values.len() {
                let mut fewer = of.clone();
                fewer.values.remove(index);
                if !fewer.values.is_empty() {
                    all.push(Type::Enum(fewer));
                }
            }
            all
        }
        Type::Group(group) => {
            let groups = smaller_groups(group, 1).into_iter().map(Type::Group);
            let inner = group.members.iter().map(|member| member.ty.clone());
            let inner = inner.filter(|ty| matches!(ty, Type::Enum(_) | Type::Group(_)));
            inner.chain(groups).collect()
        }
    }
}

fn smaller_groups(group: &Group, least: usize) -> Vec<Group> {
    let mut all = Vec::new();
    for index in 0..group.members.len() {
        if group.members[index].is_padding() {
            continue;
        }
        let mut fewer = group.clone();
        fewer.members.remove(index);
        if fewer.members.iter().any(|member| !member.is_padding()) {
            all.push(fewer);
        }
        if !group.members[index].ranges.is_empty() {
            let mut whole = group.clone();
            whole.members[index].ranges.clear();
            all.push(whole);
        }
        for ty in smaller_types(&group.members[index].ty) {
            let mut simpler = group.clone();
            simpler.members[index].ty = ty;
            all.push(simpler);
        }
    }
    for group in &mut all {
        group.pad(least);
    }
    all
}

fn smaller_meta(meta: &Meta) -> Vec<Twin> {
    let mut all = Vec::new();
    for index in 0..meta.fields.len() {
        let mut fewer = meta.clone();
        fewer.fields.remove(index);
        all.push(fewer);
        for ty in smaller_types(&meta.fields[index].ty) {
            let mut simpler = meta.clone();
            simpler.fields[index].ty = ty;
            all.push(simpler);
        }
        if meta.fields[index].bits != 0 {
            let mut whole = meta.clone();
            whole.fields[index].bits = 0;
            all.push(whole);
        }
    }
    if !meta.knobs.is_empty() {
        let mut fewer = meta.clone();
        let last = meta.knobs.len() - 1;
        fewer.knobs.pop();
        for field in &mut fewer.fields {
            field.on.retain(|knob| *knob != last);
            field.off.retain(|knob| *knob != last);
        }
        all.push(fewer);
    }
    // A knob that does nothing is an error.
    all.retain(|meta| {
        let used = |knob| {
            meta.fields
                .iter()
                .any(|f| f.on.contains(&knob) || f.off.contains(&knob))
        };
        (0..meta.knobs.len()).all(used)
    });
    all.into_iter().map(Twin::Meta).collect()
}

/// Gives all types of a twin other names.
fn rename(twin: &mut Twin, number: usize) {
    match twin {
        Twin::Value(ty) => rename_type(ty, number),
        Twin::Descriptor(group) => rename_group(group, number),
        Twin::Meta(meta) => {
            meta.rust.push_str(&suffix(number));
            meta.name.push_str(&format!("_{number}"));
            for field in &mut meta.fields {
                rename_type(&mut field.ty, number);
            }
        }
    }
}

fn rename_type(ty: &mut Type, number: usize) {
    match ty {
        Type::Int(_) => {}
        Type::Array(of, _) => rename_type(of, number),
        Type::Group(group) => rename_group(group, number),
        Type::Enum(of) => {
            let before = of.name.rust.clone();
            rename_name(&mut of.name, number);
            for (name, _) in &mut of.values {
                name.c = match name.c() == default_enumerator(&before, &name.rust) {
                    true => Some(default_enumerator(&of.name.rust, &name.rust)),
                    false => Some(format!("{}_{number}", name.c())),
                };
            }
        }
    }
}

fn rename_group(group: &mut Group, number: usize) {
    rename_name(&mut group.name, number);
    for member in &mut group.members {
        rename_type(&mut member.ty, number);
    }
}

fn rename_name(name: &mut Name, number: usize) {
    name.rust.push_str(&suffix(number));
    if let Some(c) = name.c.as_mut().filter(|c| !c.is_empty()) {
        c.push_str(&format!("_{number}"));
    }
}

fn suffix(number: usize) -> String {
    format!("In{}", letters(number))
}
