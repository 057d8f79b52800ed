// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Names of C's integers, whichever compiler wrote them.
//!
//! C lets `unsigned long` be spelled in twelve ways. gcc's BTF says `long unsigned int`, clang's `unsigned long`; a comparison
//! of kernels that different compilers built must not take them for different types.

use std::borrow::Cow;

/// The shortest way to spell the integer, specifiers first: `unsigned long`. Another name is returned as it is.
pub(crate) fn standard(name: &str) -> Cow<'_, str> {
    let (mut unsigned, mut signed, mut longs, mut base) = (false, false, 0, "int");
    for word in name.split(' ') {
        match word {
            "unsigned" => unsigned = true,
            "signed" => signed = true,
            "long" => longs += 1,
            "short" | "char" | "__int128" => base = word,
            "int" => {}
            _ => return Cow::Borrowed(name),
        }
    }
    let sign = match (unsigned, signed, base) {
        (true, _, _) => "unsigned ",
        // `char` alone is a third type.
        (_, true, "char") => "signed ",
        _ => "",
    };
    let base = match longs {
        0 => base,
        1 => "long",
        _ => "long long",
    };
    Cow::Owned(format!("{sign}{base}"))
}

#[cfg(test)]
mod tests {
    use super::standard;

    #[test]
    fn compilers_agree() {
        for (gcc, clang) in [
            ("long unsigned int", "unsigned long"),
            ("long long unsigned int", "unsigned long long"),
            ("long int", "long"),
            ("long long int", "long long"),
            ("short int", "short"),
            ("short unsigned int", "unsigned short"),
            ("__int128 unsigned", "unsigned __int128"),
            ("unsigned int", "unsigned int"),
            ("unsigned char", "unsigned char"),
        ] {
            assert_eq!(standard(gcc), clang);
            assert_eq!(standard(clang), clang);
        }
    }

    #[test]
    fn different_types_stay_different() {
        for name in ["char", "signed char", "_Bool", "u32", "long double", ""] {
            assert_eq!(standard(name), name);
        }
    }
}
