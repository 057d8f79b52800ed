// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Names of BTF types, from which programs find them.

use crate::xdp_meta::model::Model;

impl Model {
    /// Name of the layout in which these knobs are on.
    pub(crate) fn layout_name(&self, mask: usize) -> String {
        format!("{}_{}", self.name.value(), self.knob_names(mask))
    }

    /// What the layout's name has behind the struct's: the knobs that are on, or `none`.
    pub(crate) fn knob_names(&self, mask: usize) -> String {
        let on: Vec<String> = (self.knobs.iter().enumerate())
            .filter(|(bit, _)| mask & (1 << bit) != 0)
            .map(|(_, knob)| knob.to_string())
            .collect();
        match on.is_empty() {
            true => "none".to_owned(),
            false => on.join("_"),
        }
    }

    /// Names of the module BTF's other types.
    pub(crate) fn other_names(&self) -> [String; 4] {
        let name = self.name.value();
        ["", "_layouts", "_layout", "_field"].map(|end| format!("{name}{end}"))
    }
}

/// Whether C and CO-RE take a name as it is.
pub(crate) fn is_btf_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.contains("___")
}
