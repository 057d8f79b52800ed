// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Who sees a function or variable: `BTF_FUNC_*` and `BTF_VAR_*`.

/// Linkage of a function or variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// Seen in its own file only.
    Static,
    /// Defined here and seen everywhere.
    Global,
    /// Defined elsewhere.
    Extern,
    /// Another, by its number.
    Unknown(u32),
}

impl Linkage {
    /// The linkage with a number.
    #[cfg(not(MODULE))]
    #[inline]
    pub(super) const fn of(number: u32) -> Self {
        match number {
            0 => Self::Static,
            1 => Self::Global,
            2 => Self::Extern,
            other => Self::Unknown(other),
        }
    }

    /// Its name, as bpftool prints it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Global => "global",
            Self::Extern => "extern",
            Self::Unknown(_) => "(unknown)",
        }
    }

    /// The number of a linkage.
    pub(super) const fn number(self) -> u32 {
        match self {
            Self::Static => 0,
            Self::Global => 1,
            Self::Extern => 2,
            Self::Unknown(number) => number,
        }
    }
}
