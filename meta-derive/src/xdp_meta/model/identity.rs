// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Who a field is: a standard hint, or one of the driver's own.

use syn::{Ident, LitInt};

use crate::diag::Diag;
use crate::kind::{Hint, DRIVER_FIRST, HINTS};
use crate::suggest::suggest;
use crate::xdp_meta::rule;

/// Who the field is, and where that is said.
pub(crate) enum Identity {
    Hint(Ident, Hint),
    Own(LitInt, u16),
}

/// A field is either a standard hint or has an id of its own.
pub(super) fn identity(
    field: &Ident,
    hint: Option<Ident>,
    id: Option<LitInt>,
    diag: &mut Diag,
) -> Option<Identity> {
    match (hint, id) {
        (Some(hint), None) => {
            let known = HINTS.into_iter().find(|known| hint == known.name);
            if known.is_none() {
                let names = HINTS.iter().map(|known| known.name);
                let suggestion = suggest(&hint.to_string(), names);
                diag.error(&hint, rule::unknown_hint(&hint, suggestion));
            }
            known.map(|known| Identity::Hint(hint, known))
        }
        (None, Some(id)) => match id.base10_parse::<u16>() {
            Ok(number) if number >= DRIVER_FIRST => Some(Identity::Own(id, number)),
            _ => {
                diag.error(&id, rule::id_range());
                None
            }
        },
        (Some(_), Some(id)) => {
            diag.error(&id, rule::hint_and_id());
            None
        }
        (None, None) => {
            diag.error(field, rule::no_identity(field));
            None
        }
    }
}
