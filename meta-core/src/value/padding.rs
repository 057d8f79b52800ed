// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Bytes of a struct that belong to no member.
//!
//! The compiler leaves them where the next member must be aligned. Nobody says what is in them, so they would carry old
//! memory from the kernel to whoever reads. The derive finds most of them itself; these functions are for members of which
//! only the compiler knows the size. They run at compile time, and only there.

/// Asserts that a member starts where the one before it ends, and takes bytes.
///
/// # Panics
///
/// If not. The message names the member and says what to add.
///
/// # Examples
///
/// ```
/// use meta_core::value::padding;
///
/// const _: () = padding::none_before("time", 8, 8, 8, "_pad");
/// ```
///
/// ```compile_fail
/// # use meta_core::value::padding;
/// const _: () = padding::none_before("time", 8, 8, 5, "_pad");
/// ```
#[track_caller]
pub const fn none_before(member: &str, size: usize, offset: usize, end: usize, pad: &str) {
    if size == 0 {
        refuse(
            Text::new()
                .quoted(member)
                .text(" takes no bytes; remove it"),
        );
    }
    let bytes = offset.saturating_sub(end);
    if bytes != 0 {
        let text = hidden(bytes, " before ", member, pad);
        refuse(text.text(" in front of it"));
    }
}

/// Asserts that a struct ends where its last member does.
///
/// # Panics
///
/// If not. The message names the member and says what to add.
///
/// # Examples
///
/// ```
/// use meta_core::value::padding;
///
/// const _: () = padding::none_after("time", 16, 16, "_pad");
/// ```
///
/// ```compile_fail
/// # use meta_core::value::padding;
/// const _: () = padding::none_after("time", 24, 17, "_pad");
/// ```
#[track_caller]
pub const fn none_after(member: &str, size: usize, end: usize, pad: &str) {
    let bytes = size.saturating_sub(end);
    if bytes != 0 {
        let text = hidden(bytes, " after ", member, pad);
        refuse(text.text(" behind it"));
    }
}

const fn hidden(bytes: usize, place: &str, member: &str, pad: &str) -> Text {
    let unit = match bytes {
        1 => " byte of hidden padding",
        _ => " bytes of hidden padding",
    };
    Text::new()
        .number(bytes)
        .text(unit)
        .text(place)
        .quoted(member)
        .text("; add a field `")
        .text(pad)
        .text(": [u8; ")
        .number(bytes)
        .text("]`")
}

#[track_caller]
const fn refuse(text: Text) -> ! {
    panic!("{}", text.as_str())
}

/// A message, put together at compile time.
struct Text {
    bytes: [u8; 256],
    len: usize,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: [0; 256],
            len: 0,
        }
    }

    /// Adds as much of a text as there is space for.
    const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    const fn quoted(self, name: &str) -> Self {
        self.text("`").text(name).text("`")
    }

    const fn number(mut self, number: usize) -> Self {
        if number >= 10 {
            self = self.number(number / 10);
        }
        let digit = [b'0' + (number % 10).to_le_bytes()[0]];
        match core::str::from_utf8(&digit) {
            Ok(digit) => self.text(digit),
            Err(_) => self,
        }
    }

    const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.len);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "hidden padding",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_says_what_to_add() {
        assert_eq!(
            hidden(13, " before ", "time", "_pad2").as_str(),
            "13 bytes of hidden padding before `time`; add a field `_pad2: [u8; 13]`"
        );
        assert_eq!(
            hidden(1, " after ", "x", "_pad").as_str(),
            "1 byte of hidden padding after `x`; add a field `_pad: [u8; 1]`"
        );
    }

    #[test]
    fn a_long_name_is_cut() {
        let name = "x".repeat(400);
        assert_eq!(Text::new().text(&name).as_str().len(), 256);
    }
}
