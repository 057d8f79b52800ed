// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is generated for a small struct, printed as a person would write it: so that a change of the derive shows what it
//! changes, and that the code can be read at all.

use std::path::Path;

const DECLARATION: &str = "
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

/// `BLESS=1` in the environment writes the file anew.
#[test]
fn the_code_is_as_it_was() {
    let input = syn::parse_str(DECLARATION).unwrap();
    let file = syn::parse2(crate::xdp_meta::derive(&input)).unwrap();
    let code = prettyplease::unparse(&file);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/xdp_meta.rs");
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
