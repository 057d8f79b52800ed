// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The numbers of the `xdp-meta` generic netlink family, for both of its ends.
//!
//! The kernel announces a layout before the first packet that uses it. These values are user-visible interface: they may be
//! added to, and never change.
//!
//! # Examples
//!
//! ```
//! use meta_core::announce::{attr, Reason};
//!
//! assert_eq!(attr::LAYOUT_ID, 5);
//! assert_eq!(Reason::from_number(3), Some(Reason::Features));
//! assert_eq!(Reason::Features.name(), "features");
//! ```

/// Name of the family.
pub const FAMILY: &str = "xdp-meta";
/// Version of the family.
pub const VERSION: u8 = 1;
/// Name of the multicast group on which changes are announced.
pub const GROUP: &str = "layouts";

/// Commands.
pub mod command {
    /// Asks for a queue's layout (do) or for all of them (dump).
    pub const LAYOUT_GET: u8 = 1;
    /// Tells of a queue's new layout.
    pub const LAYOUT_NTF: u8 = 2;
}

/// Attributes of a message.
pub mod attr {
    /// Padding before 64-bit values.
    pub const PAD: u16 = 1;
    /// Interface index, u32.
    pub const IFINDEX: u16 = 2;
    /// Receive queue, u32.
    pub const QUEUE: u16 = 3;
    /// Generation, u32.
    pub const GENERATION: u16 = 4;
    /// Layout id, u32.
    pub const LAYOUT_ID: u16 = 5;
    /// Size of a record in bytes, u32.
    pub const SIZE: u16 = 6;
    /// Name of the layout's BTF type, string.
    pub const NAME: u16 = 7;
    /// Why, u32: a [`Reason`](super::Reason).
    pub const REASON: u16 = 8;
    /// When the layout was announced, u64 nanoseconds of `CLOCK_MONOTONIC`.
    pub const TIME: u16 = 9;
    /// One field, a nest of [`field`](super::field) attributes; repeated.
    pub const FIELD: u16 = 10;
    /// The layout's own BTF, binary.
    pub const BTF: u16 = 11;
    /// The greatest of them.
    pub const MAX: u16 = BTF;
}

/// Attributes inside the nest of one field.
pub mod field {
    /// Field id, u32.
    pub const ID: u16 = 1;
    /// Name, string.
    pub const NAME: u16 = 2;
    /// Bytes from the start of the record, u32.
    pub const OFFSET: u16 = 3;
    /// Bytes, u32; of a bit-field, those of its declared type.
    pub const SIZE: u16 = 4;
    /// Number of the present bit, u32.
    pub const PRESENT: u16 = 5;
    /// First bit of a bit-field in the byte at the offset, u32; only there for bit-fields.
    pub const BIT: u16 = 6;
    /// Width of a bit-field in bits, u32; only there for bit-fields.
    pub const BITS: u16 = 7;
    /// The greatest of them.
    pub const MAX: u16 = BITS;
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)*) => {
        /// Why a queue has a new generation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Reason {
            $($(#[$doc])* $name = $number,)*
        }

        impl Reason {
            /// The value on the wire.
            pub const fn number(self) -> u32 {
                match self {
                    $(Self::$name => $number,)*
                }
            }

            /// The reason with this value on the wire.
            pub const fn from_number(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name that the family's specification gives it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

reasons! {
    /// The interface was brought up.
    Open = 1, "open";
    /// The interface was taken down.
    Stop = 2, "stop";
    /// `ethtool -K`.
    Features = 3, "features";
    /// `ethtool -G`.
    Rings = 4, "rings";
    /// `ethtool -L`.
    Channels = 5, "channels";
    /// `ethtool -X`.
    Rss = 6, "rss";
    /// Hardware timestamping was set up.
    Hwtstamp = 7, "hwtstamp";
    /// An XDP program was attached or detached.
    Attach = 8, "attach";
    /// `ethtool --set-priv-flags`.
    Flags = 9, "flags";
    /// `ip link set mtu`.
    Mtu = 10, "mtu";
    /// `ethtool -C`.
    Coalesce = 11, "coalesce";
    /// An AF_XDP socket came or went.
    Socket = 12, "socket";
}
