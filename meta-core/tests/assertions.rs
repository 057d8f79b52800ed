// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What must hold of layouts and types before anything runs; the kernel build has the same as `const` assertions.

use meta_core::be::{Be16, Be32, Be64};
use meta_core::layout::{ids_are_distinct, Layout, MAX_SIZE};
use meta_core::trailer::Trailer;
use meta_core::XdpMeta;
use static_assertions::{
    assert_eq_align, assert_eq_size, assert_impl_all, assert_not_impl_any, const_assert,
    const_assert_eq, const_assert_ne,
};

#[path = "support/card.rs"]
mod card;

use card::RxMeta;

assert_eq_size!(Be16, u16);
assert_eq_size!(Be32, u32);
assert_eq_size!(Be64, u64);
assert_eq_align!(Be16, u16);
assert_eq_size!(Trailer, [u8; Trailer::SIZE]);
assert_impl_all!(Layout: Copy, Send, Sync);
// A number in network order is not to be calculated with.
assert_not_impl_any!(Be16: Into<u16>, Into<u64>);

#[allow(
    dead_code,
    reason = "rustc 1.85 does not count what stands in assertions"
)]
const LAYOUTS: &[Layout] = RxMeta::LAYOUTS;
const_assert_eq!(LAYOUTS.len(), 4);
const_assert!(ids_are_distinct(LAYOUTS));
const_assert_ne!(RxMeta::SUPERSET.id, LAYOUTS[3].id);

macro_rules! each_layout {
    ($($index:literal: $size:literal,)*) => {
        $(
            const_assert_eq!(LAYOUTS[$index].size, $size);
            const_assert_eq!(LAYOUTS[$index].size % 8, 0);
            const_assert!(LAYOUTS[$index].fits(MAX_SIZE));
            const_assert!(LAYOUTS[$index].is_aligned());
            const_assert!(LAYOUTS[$index].is_packed());
            const_assert!(LAYOUTS[$index].is_unambiguous());
        )*
    };
}

each_layout! {
    0: 8,
    1: 16,
    2: 16,
    3: 24,
}
