// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What the derive can only know after the compiler has laid the types out: its assertions, with the numbers in their messages.
//!
//! `inline` keeps what only runs at compile time out of the kernel module.

use crate::ty::Type;

/// A message of at most 256 bytes; what does not fit is cut off.
struct Message {
    bytes: [u8; 256],
    len: usize,
}

impl Message {
    #[inline]
    const fn new() -> Self {
        Self {
            bytes: [0; 256],
            len: 0,
        }
    }

    #[inline]
    const fn push(mut self, byte: u8) -> Self {
        if self.len < self.bytes.len() {
            self.bytes[self.len] = byte;
            self.len += 1;
        }
        self
    }

    #[inline]
    const fn text(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self = self.push(bytes[i]);
            i += 1;
        }
        self
    }

    #[inline]
    const fn number(self, number: usize) -> Self {
        let (rest, digit) = (number / 10, (number % 10).to_le_bytes()[0]);
        let more = match rest {
            0 => self,
            _ => self.number(rest),
        };
        more.push(b'0' + digit)
    }

    #[inline]
    const fn bytes(self, number: usize) -> Self {
        let this = self.number(number);
        match number {
            1 => this.text(" byte"),
            _ => this.text(" bytes"),
        }
    }

    #[inline]
    const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "the derive's message is not UTF-8",
        }
    }
}

/// No padding before the member `name`: it begins where the one before it ends.
///
/// # Panics
///
/// If it does not.
#[track_caller]
#[inline]
pub const fn no_padding_before(name: &str, offset: usize, end: usize) {
    if offset != end {
        let message = Message::new()
            .bytes(offset - end)
            .text(" of hidden padding before `")
            .text(name)
            .text("`; put a member `#[desc(reserved)] pad: [u8; ")
            .number(offset - end)
            .text("]` there");
        panic!("{}", message.as_str());
    }
}

/// No padding behind the last member.
///
/// # Panics
///
/// If there is some.
#[track_caller]
#[inline]
pub const fn no_padding_after(name: &str, size: usize, end: usize) {
    if size != end {
        let message = Message::new()
            .bytes(size - end)
            .text(" of hidden padding behind `")
            .text(name)
            .text("`; put a member `#[desc(reserved)] pad: [u8; ")
            .number(size - end)
            .text("]` there");
        panic!("{}", message.as_str());
    }
}

/// A whole descriptor is a multiple of 8 bytes.
///
/// # Panics
///
/// If it is not.
#[track_caller]
#[inline]
pub const fn whole_words(size: usize) {
    if size % 8 != 0 {
        let message = Message::new()
            .text("the descriptor has ")
            .bytes(size)
            .text(", which is no multiple of 8; add what is missing, or `#[descriptor(part)]` if it is part of a descriptor");
        panic!("{}", message.as_str());
    }
}

/// All views of a union are of one size.
///
/// # Panics
///
/// If they are not.
#[track_caller]
#[inline]
pub const fn same_size(first: &str, first_size: usize, name: &str, size: usize) {
    if first_size != size {
        let message = Message::new()
            .text("views of different sizes: `")
            .text(first)
            .text("` has ")
            .bytes(first_size)
            .text(", `")
            .text(name)
            .text("` has ")
            .bytes(size)
            .text("; fill the smaller one up with a member `#[desc(reserved)]`");
        panic!("{}", message.as_str());
    }
}

/// What a word is described as takes the word's place.
///
/// # Panics
///
/// If its size or alignment is another.
#[track_caller]
#[inline]
pub const fn same_place(name: &str, word: &Type, described: &Type) {
    let what = match () {
        () if word.size() != described.size() => " takes ",
        () if word.align() != described.align() => " is aligned to ",
        () => return,
    };
    let (word, described) = match word.size() == described.size() {
        true => (word.align(), described.align()),
        false => (word.size(), described.size()),
    };
    let message = Message::new()
        .text("`")
        .text(name)
        .text("`")
        .text(what)
        .bytes(word)
        .text(", and the type that `as` says it is in C")
        .text(what)
        .bytes(described)
        .text("; both must be the same");
    panic!("{}", message.as_str());
}

/// A range fits into the type that it is taken as.
///
/// # Panics
///
/// If it is wider.
#[track_caller]
#[inline]
pub const fn range_fits(name: &str, width: usize, most: u32) {
    if width > most as usize {
        let message = Message::new()
            .text("the range `")
            .text(name)
            .text("` has ")
            .number(width)
            .text(" bits, but its type holds only ")
            .number(most as usize)
            .text("; use a wider type or a narrower range");
        panic!("{}", message.as_str());
    }
}

/// All integers in a member have a byte order of their own.
///
/// # Panics
///
/// If one has the machine's.
#[track_caller]
#[inline]
pub const fn has_byte_order(name: &str, ty: &Type) {
    if !is_ordered(ty) {
        let message = Message::new()
            .text("wrong endianness: in `")
            .text(name)
            .text("` there are integers of more than one byte in the machine's order; use the types of `meta_core::le` or `meta_core::be`");
        panic!("{}", message.as_str());
    }
}

#[inline]
const fn is_ordered(ty: &Type) -> bool {
    match ty {
        Type::Int(kind) => kind.size() == 1 || kind.is_big_endian() || kind.is_little_endian(),
        Type::Array(of, _) => is_ordered(of),
        Type::Enum(of) => of.kind.size() == 1,
        Type::Struct(of) | Type::Union(of) => {
            let mut i = 0;
            while i < of.members.len() {
                if !is_ordered(&of.members[i].ty) {
                    return false;
                }
                i += 1;
            }
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_numbers() {
        let message = Message::new().text("a ").bytes(1).text(", ").bytes(120);
        assert_eq!(message.as_str(), "a 1 byte, 120 bytes");
    }

    #[test]
    fn a_message_is_cut_off() {
        let message = Message::new().text(core::str::from_utf8(&[b'x'; 300]).unwrap());
        assert_eq!(message.as_str().len(), 256);
    }

    #[test]
    fn byte_order_is_looked_for_inside() {
        assert!(is_ordered(&Type::Array(&Type::LE32, 2)));
        assert!(!is_ordered(&Type::Array(&Type::U32, 2)));
        assert!(is_ordered(&Type::U8));
    }
}
