// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules between fields, one function each.
//!
//! What the compiler would only notice as a failed assertion in generated code is told here in words, at the token to change.

use crate::diag::Diag;
use crate::xdp_meta::model::Model;

mod identities;
mod knobs;
mod names;
mod sizes;

/// Checks all rules that can be checked without saying something untrue about fields which are not in the model.
pub(crate) fn check(model: &Model, diag: &mut Diag) {
    names::check(model, diag);
    identities::distinct(model, diag);
    if !model.complete {
        return;
    }
    identities::companions(model, diag);
    knobs::captures(model, diag);
    if knobs::check(model, diag) {
        names::layouts(model, diag);
        sizes::check(model, diag);
    }
}
