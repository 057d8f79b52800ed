// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! All errors of a struct are told at once, and uses of it give none.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(nme = "status")]
struct Status<> {
    #[desc(queue: u8, bits = 11..=0)]
    #[desc(done: bool, bits = 33)]
    status: Le32,
    length: u16,
    #[desc(kind: u8, bits = 0..=3)]
    #[desc(kind: u8, bits = 7..=4, overlaps)]
    kind: u8,
}

fn queue() -> u8 {
    Status::zeroed().with_queue(3).queue()
}

fn words(status: Status) -> u8 {
    let _ = meta_core::descriptor::Descriptor::to_words(status);
    status.kind()
}

fn main() {}
