// SPDX-License-Identifier: GPL-2.0

//! Instructions of a record as compiled for the kernel, without SSE: read from the module with probes.
//!
//! Of code without a bend, what stands there is what runs; a bend is reported with it.

use anyhow::{Context, Result};
use serde_json::{json, Value};

use crate::boot::Workshop;
use crate::machine_code::straight_line;

/// Who writes, and parts of the functions' names.
const CONTENDERS: [(&str, &[&str]); 2] = [
    (
        "derived",
        &[
            "rnic::probes::probe::<",
            "::record::",
            "Descriptor",
            "hash_vlan",
        ],
    ),
    ("twin_selects", &["twin_selects"]),
];

/// Counts them.
///
/// # Errors
///
/// When the module cannot be built, or a function is not there or not straight.
pub fn count(workshop: &Workshop) -> Result<Value> {
    let functions = straight_line::functions(workshop)?;
    let rows = CONTENDERS.map(|(name, parts)| {
        let function = functions
            .iter()
            .find(|function| parts.iter().all(|part| function.name.contains(part)))
            .with_context(|| format!("the module has no {name}"))?;
        Ok(json!({
            "name": name,
            "instructions": function.len(),
            "bends": function.bends(),
        }))
    });
    rows.into_iter().collect()
}
