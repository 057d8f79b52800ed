// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! BTF put together by hand, so that it may be wrong.

/// Types as words, strings as bytes, in the native order or the other one.
#[derive(Clone, Default)]
pub(crate) struct Raw {
    pub(crate) types: Vec<u32>,
    pub(crate) strings: Vec<u8>,
    /// Entries of the layout section; with `None`, the header is the classic one.
    pub(crate) layouts: Option<Vec<[u8; 4]>>,
    pub(crate) foreign: bool,
}

impl Raw {
    /// These types, and no strings but the empty one.
    pub(crate) fn types(types: &[u32]) -> Self {
        Self {
            types: types.to_vec(),
            strings: vec![0],
            ..Self::default()
        }
    }

    pub(crate) fn strings(mut self, strings: &[u8]) -> Self {
        self.strings = strings.to_vec();
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let number = |number: usize| u32::try_from(number).unwrap();
        let types = number(self.types.len() * 4);
        let layouts = self.layouts.clone().unwrap_or_default();
        let layout = number(layouts.len() * 4);
        let strings = number(self.strings.len());
        let mut words = vec![24, 0, types, types + layout, strings];
        if self.layouts.is_some() {
            words[0] = 32;
            words.extend([types, layout]);
        }
        words.extend(&self.types);
        let magic = if self.foreign {
            0xeb9f_u16.swap_bytes()
        } else {
            0xeb9f
        };
        let mut bytes = magic.to_ne_bytes().to_vec();
        bytes.extend([1, 0]);
        for word in words {
            let word = if self.foreign {
                word.swap_bytes()
            } else {
                word
            };
            bytes.extend(word.to_ne_bytes());
        }
        bytes.extend(layouts.concat());
        bytes.extend(&self.strings);
        bytes
    }
}

/// `info` of a type.
pub(crate) const fn info(kind: u32, flag: bool, count: u32) -> u32 {
    (flag as u32) << 31 | kind << 24 | count
}

/// `struct btf_type` of an `int`.
pub(crate) const INT: [u32; 4] = [0, info(1, false, 0), 4, 32];
