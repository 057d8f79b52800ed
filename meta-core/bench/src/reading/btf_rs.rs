// SPDX-License-Identifier: GPL-2.0

//! The task, with the crate btf-rs.

use btf_rs::{Btf, BtfType, Result, Type};

use super::{Answer, WANTED};

pub(super) fn read(bytes: &[u8]) -> Result<Option<Answer>> {
    let btf = Btf::from_bytes(bytes)?;
    let mut answer = Answer::default();
    // What its iterator does; an id too far ends both. Were it another error, the answers would differ.
    for id in 1.. {
        let Ok(ty) = btf.resolve_type_by_id(id) else {
            break;
        };
        answer.kinds[kind(&ty)] += 1;
        if let Some(ty) = ty.as_btf_type().filter(|ty| ty.get_name_offset().is_some()) {
            answer.name_bytes += btf.resolve_name(ty)?.len() as u64;
        }
        match &ty {
            Type::Struct(of) | Type::Union(of) => add(&btf, &mut answer, &of.members)?,
            Type::Enum(of) => add(&btf, &mut answer, &of.members)?,
            Type::Enum64(of) => add(&btf, &mut answer, &of.members)?,
            Type::FuncProto(of) => add(&btf, &mut answer, &of.parameters)?,
            Type::Datasec(of) => answer.elements += of.variables.len() as u32,
            _ => {}
        }
    }
    for ty in btf.resolve_types_by_name(WANTED.0)? {
        let Type::Struct(of) = ty else { continue };
        for member in &of.members {
            if btf.resolve_name(member)? == WANTED.1 {
                answer.size = size(&btf, btf.resolve_chained_type(member)?)?;
                return Ok(Some(answer));
            }
        }
    }
    Ok(None)
}

fn add<T: BtfType>(btf: &Btf, answer: &mut Answer, elements: &[T]) -> Result<()> {
    answer.elements += elements.len() as u32;
    for element in elements {
        answer.name_bytes += btf.resolve_name(element)?.len() as u64;
    }
    Ok(())
}

fn size(btf: &Btf, ty: Type) -> Result<u32> {
    Ok(match ty {
        Type::Int(of) => of.size() as u32,
        Type::Struct(of) | Type::Union(of) => of.size() as u32,
        Type::Array(of) => of.len() as u32 * size(btf, btf.resolve_chained_type(&of)?)?,
        other => match other.as_btf_type() {
            Some(of) => size(btf, btf.resolve_chained_type(of)?)?,
            None => 0,
        },
    })
}

fn kind(ty: &Type) -> usize {
    match ty {
        Type::Int(_) => 1,
        Type::Ptr(_) => 2,
        Type::Array(_) => 3,
        Type::Struct(_) => 4,
        Type::Union(_) => 5,
        Type::Enum(_) => 6,
        Type::Fwd(_) => 7,
        Type::Typedef(_) => 8,
        Type::Volatile(_) => 9,
        Type::Const(_) => 10,
        Type::Restrict(_) => 11,
        Type::Func(_) => 12,
        Type::FuncProto(_) => 13,
        Type::Var(_) => 14,
        Type::Datasec(_) => 15,
        Type::Float(_) => 16,
        Type::DeclTag(_) => 17,
        Type::TypeTag(_) => 18,
        Type::Enum64(_) => 19,
        _ => 0,
    }
}
