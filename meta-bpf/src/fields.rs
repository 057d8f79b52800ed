// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The fields that a program reads, declared once for it and for who fills its map.
//!
//! Both sides must have the same members in the same order; so they are one declaration, and its words are made from it.

/// Declares a struct of the fields that a program reads: for each a name, a type and an id.
///
/// Its members are [`Place`](crate::Place)s. The struct is the value of a map whose keys are layout ids. In user space `of`
/// finds the places in a layout and `words` gives them in the form in which they go into the map.
///
/// # Examples
///
/// ```
/// use meta_core::be::Be16;
/// use meta_core::binding::Binding;
/// use meta_core::hint;
/// use meta_bpf::{Bits, Place};
///
/// meta_bpf::fields! {
///     /// What the program reads.
///     pub struct Fields {
///         /// Ethertype of the tag.
///         pub proto: Be16 = hint::RX_VLAN_PROTO,
///         /// Six bits of a driver's own field.
///         pub queue: Bits<u16, 6> = 0x8003,
///     }
/// }
///
/// let proto = Binding { distance: 10, size: 2, present: 3, bit: 0, bits: 0 };
/// let fields = Fields::of(|id| (id == hint::RX_VLAN_PROTO).then_some(proto));
/// assert_eq!(fields.words(), [Place::<Be16>::of(Some(proto)).word(), 0]);
/// assert_eq!(Fields::LEN, 2);
/// ```
#[macro_export]
macro_rules! fields {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($(#[$member_meta:meta])* $member_vis:vis $member:ident: $ty:ty = $id:expr),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        #[repr(C)]
        $vis struct $name {
            $($(#[$member_meta])* $member_vis $member: $crate::Place<$ty>),+
        }

        #[allow(dead_code, reason = "a program has no use for what fills the map")]
        impl $name {
            /// How many fields there are: so many words has a value of the map.
            $vis const LEN: usize = [$($id),+].len();

            /// The places in a layout, by what it says of each id.
            $vis fn of(find: impl Fn(u16) -> Option<$crate::Binding>) -> Self {
                Self { $($member: $crate::Place::of(find($id))),+ }
            }

            /// The value of the map.
            $vis const fn words(&self) -> [u32; Self::LEN] {
                [$(self.$member.word()),+]
            }
        }
    };
}
