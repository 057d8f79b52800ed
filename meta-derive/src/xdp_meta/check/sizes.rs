// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules about what one record can hold, as far as the sizes of types are known here.

use core::cmp::Reverse;

use crate::diag::Diag;
use crate::kind::{MAX_BITS, MAX_DECLARED, MAX_FIELDS, MAX_SIZE};
use crate::xdp_meta::model::Model;
use crate::xdp_meta::rule;

/// How many of the largest fields are named.
const NAMED: usize = 3;

/// Of several layouts that break the same rule, the worst is told.
pub(super) fn check(model: &Model, diag: &mut Diag) {
    if let Some(field) = model.fields.get(MAX_DECLARED) {
        diag.error(&field.ident, rule::too_many_declared());
    }
    fields(model, diag);
    record(model, diag);
    bits(model, diag);
}

/// Each field of a layout has a present bit.
fn fields(model: &Model, diag: &mut Diag) {
    let count = |mask: &usize| model.members(*mask).count();
    // The first of the worst, in which fewest knobs are on.
    let Some(worst) = (0..model.layouts()).min_by_key(|mask| Reverse(count(mask))) else {
        return;
    };
    if let Some(field) = model.members(worst).nth(MAX_FIELDS) {
        let message = rule::too_many_fields(model.layout_name(worst), count(&worst));
        diag.error(&field.ident, message);
    }
}

/// A record fits into what programs claim.
fn record(model: &Model, diag: &mut Diag) {
    let sizes =
        (0..model.layouts()).filter_map(|mask| Some((model.placed(mask).record_size()?, mask)));
    let Some((size, worst)) = sizes.min_by_key(|(size, _)| Reverse(*size)) else {
        return;
    };
    if size <= MAX_SIZE {
        return;
    }
    let mut fields: Vec<_> = (model.members(worst))
        .filter(|field| field.bits.is_none())
        .collect();
    fields.sort_by_key(|field| Reverse(field.shape.size()));
    let largest: Vec<String> = (fields.iter().take(NAMED))
        .filter_map(|field| Some(format!("`{}` ({} bytes)", field.ident, field.shape.size()?)))
        .collect();
    let name = model.layout_name(worst);
    diag.error(
        &model.ident,
        rule::record_too_large(name, size, largest.join(", ")),
    );
}

/// The bit-fields of a record are put together in one integer.
fn bits(model: &Model, diag: &mut Diag) {
    let taken = (0..model.layouts()).filter_map(|mask| Some((model.placed(mask).bits()?, mask)));
    let Some((bits, worst)) = taken.min_by_key(|(bits, _)| Reverse(*bits)) else {
        return;
    };
    if bits > MAX_BITS {
        let last = (model.members(worst))
            .filter_map(|field| field.bits.as_ref())
            .last();
        if let Some((last, _)) = last {
            diag.error(last, rule::bits_together(model.layout_name(worst), bits));
        }
    }
}
