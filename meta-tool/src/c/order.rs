// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The order in which C can take types.
//!
//! Depth first: what a type needs, then the type. By value a type is needed whole; behind a pointer, or as a function's
//! parameter, its name is enough, and a struct's name can be declared. A typedef's name can not: it must be there, but not what
//! it stands for.

use std::collections::{HashMap, HashSet};

use anyhow::{ensure, Result};
use meta_core::btf::{Body, Item, Kind, Reader};

use super::names::Names;

/// Most types that need each other in a row.
const DEPTH: usize = 1024;

/// Something to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// That there is such a struct or union.
    Declare(u32),
    /// All of it.
    Define(u32),
}

/// How much of a type is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    Name,
    Whole,
}

/// How far a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Declared,
    /// What it needs is being written.
    Begun,
    /// A typedef that can be named, of something that is not there yet.
    Named,
    Defined,
}

/// Finds the order.
pub(super) struct Order<'a> {
    btf: &'a Reader<'static>,
    names: &'a Names,
    states: HashMap<u32, State>,
    /// By name: C has one declaration for all of a name.
    declared: HashSet<&'a str>,
    steps: Vec<Step>,
}

impl<'a> Order<'a> {
    /// The steps for all types with a name, and all enums.
    pub(super) fn of(
        btf: &'a Reader<'static>,
        names: &'a Names,
        used: &HashSet<u32>,
    ) -> Result<Vec<Step>> {
        let mut this = Self {
            btf,
            names,
            states: HashMap::new(),
            declared: HashSet::new(),
            steps: Vec::new(),
        };
        // Enums need nothing; those without a name that something is made of are written there.
        for item in btf.types() {
            let is_inline = item.name().is_empty() && used.contains(&item.id());
            if matches!(item.kind(), Kind::Enum | Kind::Enum64) && !is_inline {
                this.define(item.id());
            }
        }
        for item in btf.types() {
            let named = !item.name().is_empty();
            match item.kind() {
                Kind::Struct | Kind::Union | Kind::Typedef | Kind::Fwd if named => {
                    let need = match item.kind() {
                        Kind::Fwd => Need::Name,
                        _ => Need::Whole,
                    };
                    this.visit(item.id(), need, 0)?;
                }
                _ => {}
            }
        }
        // What a kfunc takes.
        for (_, proto) in super::kfuncs(btf) {
            this.visit(proto, Need::Name, 0)?;
        }
        Ok(this.steps)
    }

    fn define(&mut self, id: u32) {
        if self.states.insert(id, State::Defined) != Some(State::Defined) {
            self.steps.push(Step::Define(id));
        }
    }

    fn declare(&mut self, id: u32) {
        let name = self.names.of_type(id);
        if self.declared.insert(name) {
            self.steps.push(Step::Declare(id));
        }
        self.states.entry(id).or_insert(State::Declared);
    }

    fn visit(&mut self, id: u32, need: Need, depth: usize) -> Result<()> {
        ensure!(depth < DEPTH, "type {id} needs itself, or too many others");
        let item = self.btf.get(id)?;
        let next = |this: &mut Self, id, need| this.visit(id, need, depth + 1);
        match item.body() {
            Body::Struct(_) | Body::Union(_) => self.composite(&item, need, depth),
            Body::Fwd(_) => {
                self.declare(id);
                Ok(())
            }
            Body::Enum(_) | Body::Enum64(_) => {
                if !item.name().is_empty() {
                    self.define(id);
                }
                Ok(())
            }
            Body::Typedef(target) => self.typedef(id, target, need, depth),
            Body::Const(target) | Body::Volatile(target) | Body::Restrict(target) => {
                next(self, target, need)
            }
            Body::TypeTag(tag) => next(self, tag.target, need),
            Body::Ptr(target) => next(self, target, Need::Name),
            // C wants whole elements even behind a pointer.
            Body::Array(array) => next(self, array.element, Need::Whole),
            Body::FuncProto(proto) => {
                // What it needs was seen to; once is enough.
                if self.states.insert(id, State::Defined).is_some() {
                    return Ok(());
                }
                next(self, proto.result, Need::Name)?;
                for param in proto.params {
                    next(self, param.type_id, Need::Name)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn composite(&mut self, item: &Item<'static>, need: Need, depth: usize) -> Result<()> {
        let id = item.id();
        let named = !item.name().is_empty();
        let state = self.states.get(&id).copied();
        if matches!(state, Some(State::Begun | State::Defined)) {
            if named && state == Some(State::Begun) {
                self.declare_begun(id);
            }
            return Ok(());
        }
        if named && need == Need::Name {
            self.declare(id);
            return Ok(());
        }
        self.states.insert(id, State::Begun);
        for member in item.members() {
            self.visit(member.type_id, Need::Whole, depth + 1)?;
        }
        if named {
            self.declared.insert(self.names.of_type(id));
            self.define(id);
        } else {
            // It is written where it is used.
            self.states.insert(id, State::Defined);
        }
        Ok(())
    }

    /// A struct that points to itself, through something that is written before it.
    fn declare_begun(&mut self, id: u32) {
        if self.declared.insert(self.names.of_type(id)) {
            self.steps.push(Step::Declare(id));
        }
    }

    fn typedef(&mut self, id: u32, target: u32, need: Need, depth: usize) -> Result<()> {
        let state = self.states.get(&id).copied();
        match (state, need) {
            (Some(State::Defined | State::Begun), _) | (Some(State::Named), Need::Name) => {
                return Ok(());
            }
            (Some(State::Named), Need::Whole) => {
                self.states.insert(id, State::Defined);
                return self.visit(target, Need::Whole, depth + 1);
            }
            _ => {}
        }
        self.states.insert(id, State::Begun);
        self.visit(target, need, depth + 1)?;
        if !self.names.is_built_in(id) {
            self.steps.push(Step::Define(id));
        }
        let state = match need {
            Need::Name => State::Named,
            Need::Whole => State::Defined,
        };
        self.states.insert(id, state);
        Ok(())
    }
}

/// Types that others are made of.
pub(super) fn used(btf: &Reader<'static>) -> HashSet<u32> {
    let mut used = HashSet::new();
    let mut reader = Some(btf);
    while let Some(btf) = reader {
        for item in btf.types() {
            // A tag is on a type, and not made of it.
            if item.kind() != Kind::DeclTag {
                used.extend(item.target());
            }
            used.extend(item.members().map(|member| member.type_id));
            used.extend(item.params().map(|param| param.type_id));
        }
        reader = btf.base();
    }
    used
}
