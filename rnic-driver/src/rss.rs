// SPDX-License-Identifier: GPL-2.0

//! Receive-side scaling: the hash key.
//!
//! The key is fixed and well known, so that anybody can compute the hash that a packet must have.

/// The key of the Toeplitz hash, in the order of its bytes: the one of Microsoft's RSS verification suite.
pub const KEY: [u8; 40] = [
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
    0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
    0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
];

/// The ten RSSRK registers: four key bytes each, the first in the lowest bits (82574 datasheet, 10.2.5.38).
pub const fn key_registers() -> [u32; 10] {
    let mut registers = [0; 10];
    let mut i = 0;
    while i < 10 {
        registers[i] =
            u32::from_le_bytes([KEY[4 * i], KEY[4 * i + 1], KEY[4 * i + 2], KEY[4 * i + 3]]);
        i += 1;
    }
    registers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_byte_is_the_lowest() {
        assert_eq!(key_registers()[0], 0xda56_5a6d);
        assert_eq!(key_registers()[9], 0xfa01_acbe);
    }
}
