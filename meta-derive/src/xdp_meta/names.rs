// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Names of BTF types, from which programs find them.

use crate::xdp_meta::model::Model;

impl Model {
    /// Name of the layout in which these knobs are on.
    pub(crate) fn layout_name(&self, mask: usize) -> String {
        let mut name = self.name.value();
        if mask == 0 {
            name.push_str("_none");
        }
        for (_, knob) in (self.knobs.iter().enumerate()).filter(|(bit, _)| mask & (1 << bit) != 0) {
            name.push('_');
            name.push_str(&knob.to_string());
        }
        name
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
