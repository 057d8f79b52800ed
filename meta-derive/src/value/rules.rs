// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is said about declarations that are wrong.

use crate::rule::rules;

rules! {
    // Types as a whole.
    no_repr(kind) = "without `#[repr(C)]` the compiler may put the members of a {kind} in any order; add it";
    transparent() = "a transparent struct is its member, and C knows nothing of it; use `#[repr(C)]`";
    packed_to(align) = "C has no attribute for `packed({align})`, only a pragma that headers can not carry; use `packed`, or pad the members";
    generic() = "a description in C's terms is of one type, so it can not be generic; remove the parameters";
    tuple() = "members need names in C; use a struct with named fields";
    empty() = "a struct without members takes no bytes, and C gives it another size than Rust; remove it or add members";
    description_of(what) = "`description` is for structs, {what}; remove it";
    name(problem) = "{problem}; choose another with `#[value(name = \"...\")]`";

    // Members.
    padding_before(bytes, name, pad, size) = "{bytes} of hidden padding before `{name}`; add a field `{pad}: [u8; {size}]` in front of it";
    padding_after(bytes, name, pad, size) = "{bytes} of hidden padding after `{name}`; add a field `{pad}: [u8; {size}]` behind it";
    nameless() = "only a member that is a struct or a union can be without a name in C";
    name_twice(name) = "C has one member of a name, and `{name}` is another one already; rename it";
    name_first(name) = "`{name}` is here already";

    // Ranges of bits.
    no_ranges(name) = "no range of `{name}` is named; write `bits(low: u8 = 3..=0, high: u8 = 7..=4)`";
    word_order(ty, plain) = "C's bit-fields follow the machine's byte order, so none are the bits of a `{ty}` on every machine; use `{plain}`, or `#[derive(Descriptor)]`";
    word_sign(ty, plain) = "the word of bit-fields is unsigned; use `{plain}` in place of `{ty}`";
    word_type() = "only a word has bits to name; use `u8`, `u16`, `u32` or `u64`";
    word_in_union() = "all members of a union start at its first bit, bit-fields too; put the word into a struct of its own";
    range_half_open(high, low) = "both ends belong to a range of bits; write `{high}..={low}`";
    range_reversed(high, low) = "the range is reversed; write the high bit first: `{high}..={low}`";
    range_outside(bit, name, ty, last) = "there is no bit {bit} in `{name}`: the bits of a `{ty}` are {last} to 0";
    range_type() = "a range of bits is `bool`, `u8`, `u16`, `u32`, `u64` or an enum with `#[derive(Value)]`";
    range_wide(width, ty, holds) = "the range has {width} bits, and `{ty}` holds {holds}; use a wider type or a narrower range";
    range_name(problem) = "{problem}; rename the range";
    overlap(name, other, bits) = "`{name}` overlaps `{other}`, which has the bits {bits}";
    uncovered(bits, name) = "the bits {bits} of `{name}` have no name, and C would put the next member there; add `reserved = {bits}`";
    builder_name(name, range) = "`{name}` is the builder of `{range}` already; rename the range";

    // Enums.
    no_integer() = "without an integer the size of an enum is the compiler's choice; add `#[repr(u8)]`, `u16`, `u32` or `u64`";
    enum_align() = "an aligned enum has hidden padding; remove `align`";
    with_data(name) = "`{name}` holds data, whose place C does not know; use a struct with a field for the kind";
    no_fallback(name) = "hardware may write numbers that `{name}` does not name; mark the variant that they are taken for with `#[value(fallback)]`";
    two_fallbacks(name) = "numbers without a name are taken for one variant only, and `{name}` has `fallback` too";
    fallback_first() = "the first `fallback` is here";
    enumerator_twice(name, other) = "`{other}` is `{name}` in C too; add `#[value(name = \"...\")]`";
}
