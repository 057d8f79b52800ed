// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is generated for small declarations, printed as a person would write it: so that a change of a derive shows what it
//! changes, and that the code can be read at all.

use std::path::Path;

use proc_macro2::TokenStream;
use syn::DeriveInput;

const XDP_META: &str = "
    /// What the card says about a packet.
    #[derive(XdpMeta)]
    #[xdp_meta(name = \"nic_rx\", source = Descriptor, knobs(hash), captures = RxCaptures)]
    pub struct RxMeta {
        /// When it came.
        #[meta(hint = rx_timestamp, unit = \"ns\", capture)]
        pub rx_timestamp: u64,
        /// RSS hash.
        #[meta(knob = hash, hint = rx_hash, value = |d| d.hash, present = |d| d.status & 1 != 0)]
        pub rx_hash: u32,
        /// Receive queue.
        #[meta(id = 0x8000, bits = 4, field = queue)]
        pub queue: u8,
    }
";

const VALUE: &str = "
    /// How sure the card is of a checksum.
    #[derive(Clone, Copy, Value)]
    #[repr(C)]
    pub struct Checksum {
        /// The sum.
        pub sum: Be16,
        /// What was looked at.
        #[value(bits(ip: bool = 0, l4: u8 = 2..=1, reserved = 7..=3))]
        pub seen: u8,
        _pad: u8,
    }
";

const ENUM: &str = "
    /// What the hash covers.
    #[derive(Clone, Copy, Value)]
    #[repr(u8)]
    pub enum RssType {
        #[value(fallback)]
        None = 0,
        Tcp4 = 1,
        Ip4 = 2,
    }
";

const DESCRIPTOR: &str = "
    /// What the card writes back.
    #[derive(Clone, Copy, Descriptor)]
    #[repr(C)]
    pub struct WriteBack {
        #[desc(rss_type: RssType, bits = 3..=0, doc = \"What the hash covers.\")]
        #[desc(reserved, bits = 31..=4)]
        pub mrq: Le32,
        /// RSS hash.
        pub hash: Le32,
    }
";

/// `BLESS=1` in the environment writes the file anew.
fn compare(name: &str, declaration: &str, derive: fn(&DeriveInput) -> TokenStream) {
    let input = syn::parse_str(declaration).unwrap();
    let file = syn::parse2(derive(&input)).unwrap();
    let code = prettyplease::unparse(&file);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.rs"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&golden, &code).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(
        code == expected,
        "{} differs; look at it, then run with BLESS=1",
        golden.display()
    );
}

#[test]
fn metadata_is_as_it_was() {
    compare("xdp_meta", XDP_META, crate::xdp_meta::derive);
}

#[test]
fn a_value_is_as_it_was() {
    compare("value", VALUE, crate::value::derive);
    compare("enum", ENUM, crate::value::derive);
}

#[test]
fn a_descriptor_is_as_it_was() {
    compare("descriptor", DESCRIPTOR, crate::descriptor::derive);
}
