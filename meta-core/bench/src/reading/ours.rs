// SPDX-License-Identifier: GPL-2.0

//! The task, with our reader.

use meta_core::btf::{Kind, Reader};

use super::{Answer, WANTED};

pub(super) fn read(bytes: &[u8], with_index: bool) -> Option<Answer> {
    let mut btf = Reader::new(bytes).ok()?;
    let mut buffer = Vec::new();
    if with_index {
        buffer.resize(btf.len() as usize, 0);
        btf = btf.indexed(&mut buffer);
    }
    let mut answer = Answer::default();
    let mut names = 0;
    for item in btf.types() {
        *answer.kinds.get_mut(usize::from(item.kind().number()))? += 1;
        names += item.name().len();
        answer.elements += item.count();
        match item.kind() {
            Kind::Struct | Kind::Union => {
                names += item
                    .members()
                    .map(|member| member.name().len())
                    .sum::<usize>();
            }
            Kind::Enum | Kind::Enum64 => {
                names += item.values().map(|value| value.name().len()).sum::<usize>();
            }
            Kind::FuncProto => {
                names += item.params().map(|param| param.name().len()).sum::<usize>();
            }
            _ => {}
        }
    }
    answer.name_bytes = names as u64;
    let wanted = btf.find(Kind::Struct, WANTED.0)?;
    let member = wanted.members().find(|member| member.name() == WANTED.1)?;
    answer.size = btf.size_of(member.type_id).ok()?;
    Some(answer)
}
