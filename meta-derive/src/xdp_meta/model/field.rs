// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! One field: its type, where its value comes from, and when it is there.

use syn::{Attribute, Expr, Ident, LitInt, LitStr, Type};

use super::identity::{identity, Identity};
use super::knobs::{knobs, Knobs};
use crate::diag::Diag;
use crate::kind::{Hint, Shape};
use crate::xdp_meta::{attr, rule};

/// A field of the metadata.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) ty: Type,
    pub(crate) shape: Shape,
    /// Width of a bit-field, and where it is said.
    pub(crate) bits: Option<(LitInt, usize)>,
    pub(crate) identity: Identity,
    pub(crate) unit: Option<LitStr>,
    pub(crate) knobs: Knobs,
    pub(crate) origin: Origin,
    pub(crate) presence: Option<Presence>,
}

/// Where a value comes from.
pub(crate) enum Origin {
    /// An expression of the descriptor.
    Value(Box<Expr>),
    /// The descriptor's getter of this name.
    Getter(Ident),
    /// The receive loop.
    Capture,
}

/// When a packet has the field.
pub(crate) enum Presence {
    /// An expression of the descriptor.
    Present(Box<Expr>),
    /// The descriptor's getter of this name.
    Getter(Ident),
}

impl Field {
    pub(super) fn new(
        field: &syn::Field,
        known: &[Ident],
        can_capture: bool,
        diag: &mut Diag,
    ) -> Option<Self> {
        let ident = field.ident.clone()?;
        let mut attrs = attr::Field::parse(&field.attrs, diag);
        let shape = Shape::of(&field.ty, diag);
        let identity = identity(&ident, attrs.hint.take(), attrs.id.take(), diag);
        if let (Some(shape), Some(Identity::Hint(_, hint))) = (&shape, &identity) {
            hint_type(&field.ty, shape, attrs.bits.as_ref(), hint, diag);
        }
        let bits = match (attrs.bits.take(), &shape) {
            (Some(bits), Some(shape)) => width(bits, &field.ty, shape, diag).map(Some),
            _ => Some(None),
        };
        if let (Some(capture), false) = (&attrs.capture, can_capture) {
            diag.error(capture, rule::capture_undeclared());
        }
        let presence = presence(&mut attrs, diag);
        let knobs = knobs(&ident, &mut attrs, known, diag);
        let origin = origin(&ident, attrs.value, attrs.field, attrs.capture, diag);
        Some(Self {
            ident,
            docs: (field.attrs.iter())
                .filter(|attr| attr.path().is_ident("doc"))
                .cloned()
                .collect(),
            ty: field.ty.clone(),
            shape: shape?,
            bits: bits?,
            identity: identity?,
            unit: attrs.unit,
            knobs: knobs?,
            origin: origin?,
            presence,
        })
    }

    pub(crate) fn hint(&self) -> Option<&Hint> {
        match &self.identity {
            Identity::Hint(_, hint) => Some(hint),
            Identity::Own(..) => None,
        }
    }

    pub(crate) fn is_in(&self, mask: usize) -> bool {
        mask & self.knobs.on == self.knobs.on && mask & self.knobs.off == 0
    }

    pub(crate) fn is_captured(&self) -> bool {
        matches!(self.origin, Origin::Capture)
    }
}

/// Exactly one of the keys says where the value comes from.
fn origin(
    ident: &Ident,
    value: Option<(Ident, Expr)>,
    getter: Option<(Ident, Ident)>,
    capture: Option<Ident>,
    diag: &mut Diag,
) -> Option<Origin> {
    if let Some((_, expr)) = &value {
        one_parameter(expr, diag);
    }
    let value = value.map(|(key, expr)| (key, Origin::Value(Box::new(expr))));
    let getter = getter.map(|(key, name)| (key, Origin::Getter(name)));
    let capture = capture.map(|key| (key, Origin::Capture));
    let mut origins = [value, getter, capture].into_iter().flatten();
    let Some((first, origin)) = origins.next() else {
        diag.error(ident, rule::no_value(ident));
        return None;
    };
    for (key, _) in origins {
        diag.error(&key, rule::two_values(&key, &first));
    }
    Some(origin)
}

fn presence(attrs: &mut attr::Field, diag: &mut Diag) -> Option<Presence> {
    if let Some((_, expr)) = &attrs.present {
        one_parameter(expr, diag);
    }
    match (attrs.present.take(), attrs.valid.take()) {
        (Some(_), Some((key, _))) => {
            diag.error(key, rule::two_presences());
            None
        }
        (Some((_, expr)), None) => Some(Presence::Present(Box::new(expr))),
        (None, Some((_, getter))) => Some(Presence::Getter(getter)),
        (None, None) => None,
    }
}

/// A closure must take the source and nothing else. Other expressions are paths of functions; the compiler checks those.
fn one_parameter(expr: &Expr, diag: &mut Diag) {
    if let Expr::Closure(closure) = expr {
        if closure.inputs.len() != 1 {
            diag.error(closure, rule::one_parameter());
        }
    }
}

/// A standard hint has the same encoding in every driver. What a name stands for that is not known here is asserted.
fn hint_type(ty: &Type, shape: &Shape, bits: Option<&LitInt>, hint: &Hint, diag: &mut Diag) {
    let (name, right) = (hint.name, hint.ty);
    if let Some(bits) = bits {
        diag.error(bits, rule::hint_bits(name));
    }
    let message = match shape.kind() {
        None if *shape == Shape::Named => return,
        Some(kind) if kind.name == right => return,
        Some(kind) if kind.size == hint.size() && right.starts_with("Be") && !kind.is_signed() => {
            rule::hint_in_network_order(name, right, kind.name)
        }
        Some(kind) if kind.size == hint.size() && kind.is_ordered() => {
            rule::hint_in_host_order(name, right, kind.name)
        }
        _ => rule::hint_type(name, right),
    };
    diag.error(ty, message);
}

/// The width of a bit-field: less than that of its declared type, which must be known here.
fn width(bits: LitInt, ty: &Type, shape: &Shape, diag: &mut Diag) -> Option<(LitInt, usize)> {
    let Some(kind) = shape.kind().filter(|kind| kind.is_unsigned()) else {
        diag.error(ty, rule::bits_type(crate::kind::text(ty)));
        return None;
    };
    let most = kind.size * 8 - 1;
    match bits.base10_parse::<usize>() {
        Ok(width) if (1..=most).contains(&width) => Some((bits, width)),
        Ok(width) if width == most + 1 => {
            diag.error(bits, rule::bits_whole(width, kind.name));
            None
        }
        _ => {
            diag.error(&bits, rule::bits_range(&bits, kind.name, most));
            None
        }
    }
}
