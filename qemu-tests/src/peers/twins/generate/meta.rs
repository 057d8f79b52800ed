// SPDX-License-Identifier: GPL-2.0

//! Metadata by chance: fields behind knobs, in records of at most 64 bytes.

use super::super::model::{Field, Meta, Type, SCALARS};
use super::{letters, Generator, Place, WORDS};

impl Generator {
    pub(super) fn meta(&mut self) -> Meta {
        // The superset and the layouts have the same fields.
        self.anonymous = false;
        let letters = letters(self.twin);
        let name = format!("nic{}", self.twin);
        let mut knobs: Vec<String> = (0..self.rng.usize(..=3))
            .map(|knob| format!("k{knob}"))
            .collect();
        let mut fields: Vec<Field> = Vec::new();
        let (mut room, mut bits_left) = (48, 40);
        let count = self.rng.usize(knobs.len().max(1)..=10);
        for index in 0..count {
            let mut field = self.field(index);
            let fits = match field.bits {
                0 => field.ty.size() <= room,
                // A field may leave the rest of its unit unused.
                _ => bits_left >= 2 * field.ty.size() * 8,
            };
            if !fits {
                field.ty = Type::Int(&SCALARS[0]);
                field.bits = 0;
                if room == 0 {
                    break;
                }
            }
            match field.bits {
                0 => room -= field.ty.size(),
                _ => bits_left -= field.ty.size() * 8,
            }
            if index < knobs.len() {
                // Each knob does something.
                field.on.push(index);
            } else if !knobs.is_empty() && self.rng.bool() {
                let knob = self.rng.usize(..knobs.len());
                match self.rng.bool() {
                    true => field.on.push(knob),
                    false => field.off.push(knob),
                }
            }
            if knobs.len() > 1 && self.rng.usize(..4) == 0 {
                let taken: Vec<usize> = field.on.iter().chain(&field.off).copied().collect();
                let knob = self.rng.usize(..knobs.len());
                if !taken.contains(&knob) {
                    field.on.push(knob);
                }
            }
            fields.push(field);
        }
        // When the room was used up early, the last knobs do nothing, and are left out.
        knobs.truncate(fields.len());
        for field in &mut fields {
            field.on.retain(|knob| *knob < knobs.len());
            field.off.retain(|knob| *knob < knobs.len());
        }
        Meta {
            rust: format!("Meta{letters}"),
            name,
            knobs,
            fields,
        }
    }

    fn field(&mut self, index: usize) -> Field {
        let word = self.rng.choice(WORDS).copied().unwrap_or("word");
        let word = word.strip_prefix("r#").unwrap_or(word);
        let (ty, bits) = match self.rng.usize(..10) {
            0..3 => {
                let scalar = &SCALARS[self.rng.usize(..4)];
                let most = u32::try_from(scalar.size * 8 - 1).unwrap_or(1);
                (Type::Int(scalar), self.rng.u32(1..=most))
            }
            3..5 => (self.value(), 0),
            _ => (Type::Int(self.scalar()), 0),
        };
        Field {
            name: format!("{word}{index}"),
            ty,
            bits,
            on: Vec::new(),
            off: Vec::new(),
        }
    }

    /// A small type that has values.
    fn value(&mut self) -> Type {
        match self.rng.usize(..3) {
            0 => Type::Enum(self.enumeration(false)),
            1 => Type::Group(self.structure(1, 24, Place::Value, false)),
            _ => Type::Array(Box::new(Type::Int(self.scalar())), self.rng.usize(1..=4)),
        }
    }
}
