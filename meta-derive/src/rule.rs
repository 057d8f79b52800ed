// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules and what is said when they are broken.
//!
//! A rule is a function from what the message names to the message. The macro keeps a list of them, by which a test sees that
//! none is without a case in `tests/ui`.

/// Declares rules: a function for each, and the list `ALL` of their names and texts.
macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident($($part:ident),*) = $text:literal;)*) => {
        $(
            $(#[$doc])*
            pub(crate) fn $name($($part: impl ::std::fmt::Display),*) -> String {
                format!($text)
            }
        )*

        /// Name and text of each rule.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $text)),*];
    };
}

pub(crate) use rules;
