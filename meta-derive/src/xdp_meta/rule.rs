// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What declarations of metadata must keep to, and what is said of those that do not.
//!
//! Each rule has a case of its name in `tests/ui/xdp_meta`.

crate::rule::rules! {
    not_a_struct() = "metadata is declared by a struct with named fields";
    generic() = "metadata has one layout for each configuration, so the struct can not be generic; remove the parameters";
    no_name() = "the layouts need a name for BTF; add `#[xdp_meta(name = \"...\")]`";
    no_source() = "it is not said what a record is made from; add `#[xdp_meta(source = Type)]`";

    bad_name() = "names go to BTF: ASCII letters, digits and `_`, no digit first, no `___`";
    bad_unit() = "units go to BTF as they are: printable ASCII, not empty";
    trailer_name(name) = "`{name}` is a member of every record's trailer; rename the field";
    duplicate_field(name) = "there is already a field `{name}`; rename one of them";
    duplicate_field_first(name) = "`{name}` is declared here first";
    capitals(name, other) = "C constants are in capitals, where `{name}` and `{other}` are the same; rename one of them";
    capitals_first(name) = "`{name}` is here";

    no_identity(field) = "`{field}` has no identity; add `hint = ...` if it is a standard hint, or `id = 0x8000` or above";
    hint_and_id() = "a standard hint has an id already; remove `id`";
    unknown_hint(hint, suggestion) = "unknown hint `{hint}` ({suggestion}); a field of the driver's own has `id = 0x8000` or above instead";
    id_range() = "ids of a driver's own fields are from 0x8000 to 0xffff; below are the standard hints, given by `hint = ...`";
    duplicate_hint(hint, field) = "the hint `{hint}` is already `{field}`; remove one, or give it an `id` of the driver's own";
    duplicate_hint_first(field, hint) = "`{field}` is the hint `{hint}` here";
    duplicate_id(id, field, free) = "the id {id} is already that of `{field}`; the next free one is {free}";
    duplicate_id_first(field, id) = "`{field}` has the id {id} here";

    hint_type(hint, ty) = "the hint `{hint}` is a `{ty}`; change the field's type";
    hint_in_network_order(hint, ty, given) = "the hint `{hint}` is in network byte order: `{ty}`, not `{given}`; change the field's type and make its value by `{ty}::new`";
    hint_in_host_order(hint, ty, given) = "the hint `{hint}` is in the machine's byte order: `{ty}`, not `{given}`; change the field's type and take `.get()` of its value";
    hint_bits(hint) = "the hint `{hint}` is a whole integer in every driver; remove `bits`";
    hint_companion(hint, other) = "`{hint}` needs `{other}`; add a field with `hint = {other}`";
    hint_companion_knobs(hint, other) = "`{hint}` and `{other}` belong together; put both behind the same knobs";
    hint_companion_knobs_first(other) = "`{other}` is here";

    no_value(field) = "it is not said where `{field}` comes from; add `value = |source| ...`, `field = getter` or `capture`";
    two_values(key, first) = "the field comes from `{first}` already; remove `{key}` or that";
    two_presences() = "`present` and `valid` both say when the field is there; remove one of them";
    one_parameter() = "the closure gets a reference to the source; write it with one parameter, `|source| ...`";
    capture_undeclared() = "a captured value needs a place; add `captures = Name` to `#[xdp_meta(...)]`, the name of a struct to declare";
    captures_idle(name) = "no field is captured, so `{name}` would be empty; add `capture` to one or remove `captures`";

    bits_type(ty) = "a bit-field is declared as `u8`, `u16`, `u32` or `u64`, not `{ty}`";
    bits_range(bits, ty, most) = "a bit-field in a `{ty}` has 1 to {most} bits, not {bits}";
    bits_whole(bits, ty) = "{bits} bits are all of a `{ty}`, which needs no bit-field; remove `bits`";
    bits_together(layout, bits) = "the bit-fields of `{layout}` take {bits} bits, but a record has at most 64; make some of them whole integers";

    unknown_knob(knob, suggestion) = "unknown knob `{knob}` ({suggestion}); knobs are declared by `#[xdp_meta(knobs(...))]`";
    duplicate_knob(knob) = "the knob `{knob}` is declared twice; remove one of them";
    duplicate_knob_first(knob) = "`{knob}` is declared here first";
    idle_knob(knob) = "no field is behind the knob `{knob}`, so it leads to no layout of its own; add `knob = {knob}` to a field or remove the knob";
    knob_named_twice(knob) = "`{knob}` is named already; remove one of them";
    knob_and_knobs() = "`knob` and `knobs` are both given; put all knobs into `knobs(...)`";
    unreachable_field(field, knob) = "no layout has `{knob}` both on and off, so `{field}` is in none; remove one of them";
    too_many_layouts(knobs, layouts) = "{knobs} knobs make {layouts} layouts, but there can be at most 64, which are 6 knobs; let one knob turn on several fields";
    layout_name_taken(name) = "two BTF types would be called `{name}`; rename a knob";

    too_many_declared() = "a struct has at most 64 fields; split it into one for each of the source's kinds";
    too_many_fields(layout, count) = "the layout `{layout}` has {count} fields, but at most 16 have a bit in the trailer's `present`; put some behind knobs, or together into a struct with `#[derive(Value)]`";
    record_too_large(layout, size, largest) = "a record of `{layout}` takes {size} bytes of at most 64, 8 of them for the trailer; remove or narrow fields: the largest are {largest}";
}

/// What only the compiler can see, because it depends on the size of a type that is declared elsewhere.
pub(crate) mod asserted {
    crate::rule::rules! {
        named_too_large(field) = "with `{field}`, a record takes more than 64 bytes, 8 of them for the trailer; narrow the type of `{field}` or put fields behind knobs";
        named_zero_sized(field) = "the type of `{field}` has no bytes, so there is nothing to write; remove the field";
        named_bits_together(field) = "with `{field}`, the bit-fields of a record take more than 64 bits, or cross a unit of their type; make some of them whole integers";
        named_hint_type(field, hint, ty) = "`{field}` is the hint `{hint}`, so its type must be `{ty}`";
    }
}
