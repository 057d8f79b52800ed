// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Collects errors, so that all of them are reported at once.
//!
//! A stage that finds an error goes on with what it can. The collection must be finished: one that is dropped would lose the
//! errors and let wrong code be generated.

use std::fmt::Display;

use quote::ToTokens;

/// The errors so far.
pub(crate) struct Diag(Option<syn::Error>);

impl Diag {
    pub(crate) fn new() -> Self {
        Self(None)
    }

    /// Adds an error at a token.
    pub(crate) fn error(&mut self, at: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(at, message));
    }

    /// Adds an error that two tokens have a part in: both are shown, the one to change first.
    pub(crate) fn pair(
        &mut self,
        at: impl ToTokens,
        message: impl Display,
        other: impl ToTokens,
        note: impl Display,
    ) {
        self.error(at, message);
        self.error(other, note);
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// All of them in one; `None` if there are none.
    pub(crate) fn finish(self) -> Option<syn::Error> {
        self.0
    }
}
