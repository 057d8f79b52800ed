// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Names that go to BTF, and from there into C headers.

/// What C and CO-RE do not take as a name; `None` if they take it.
pub(crate) fn problem(name: &str) -> Option<String> {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let starts = name.bytes().next().is_some_and(is_letter);
    if !starts
        || !name
            .bytes()
            .all(|byte| is_letter(byte) || byte.is_ascii_digit())
    {
        return Some("names go to BTF: ASCII letters, digits and `_`, no digit first".to_owned());
    }
    if name.contains("___") {
        return Some("BPF loaders cut names at `___`; use fewer underscores".to_owned());
    }
    KEYWORDS
        .contains(&name)
        .then(|| format!("`{name}` is a keyword of C, and headers are made from the names"))
}

/// Keywords of C11 that can be Rust names.
const KEYWORDS: [&str; 30] = [
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else",
    "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register",
    "restrict", "return", "short", "signed", "sizeof", "struct", "switch", "typedef", "union",
    "unsigned",
];

/// A Rust name of a type or variant in the capitals of C's constants: `TcpIpv4` is `TCP_IPV4`.
pub(crate) fn capitals(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut text = String::new();
    for (i, letter) in letters.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| letters.get(i));
        let after = letters.get(i + 1);
        let is_start = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
            });
        if is_start {
            text.push('_');
        }
        text.extend(letter.to_uppercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_c_takes() {
        for name in ["rx_hash", "_pad", "A1", "int32"] {
            assert_eq!(problem(name), None);
        }
        for name in ["", "1a", "a-b", "\u{e9}", "a___b", "int"] {
            assert!(problem(name).is_some(), "{name}");
        }
    }

    #[test]
    fn capitals_keep_words_apart() {
        for (name, expected) in [
            ("RssType", "RSS_TYPE"),
            ("TcpIpv4", "TCP_IPV4"),
            ("L4", "L4"),
            ("IPv4Tcp", "I_PV4_TCP"),
            ("UDPPort", "UDP_PORT"),
            ("Already_So", "ALREADY_SO"),
        ] {
            assert_eq!(capitals(name), expected);
        }
    }
}
