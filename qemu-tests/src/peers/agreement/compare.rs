// SPDX-License-Identifier: GPL-2.0

//! Two dumps of one BTF, type by type.
//!
//! bpftool's dump is cut into its types, and each is compared with ours as text; only where the texts differ are they
//! parsed, and what is known to be wrong in bpftool is put right.

use std::fmt::Write;

use anyhow::{Context, Result};
use meta_core::btf::{json, Reader};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::Value;

#[derive(Deserialize)]
struct Dump<'a> {
    #[serde(borrow)]
    types: Vec<&'a RawValue>,
}

/// The first difference between what our reader sees and bpftool's dump.
///
/// # Errors
///
/// When the dump is not what bpftool writes.
pub fn dumps(ours: Reader<'_>, theirs: &str) -> Result<Option<String>> {
    let dump: Dump<'_> = serde_json::from_str(theirs).context("bpftool's dump")?;
    if dump.types.len() != ours.len() as usize {
        return Ok(Some(format!(
            "bpftool sees {} types, our reader {}",
            dump.types.len(),
            ours.len()
        )));
    }
    let mut text = String::new();
    for (item, theirs) in ours.types().zip(dump.types) {
        text.clear();
        write!(text, "{}", json::Type(item))?;
        if text == theirs.get() {
            continue;
        }
        let ours: Value = serde_json::from_str(&text).context("our own dump")?;
        let mut theirs: Value = serde_json::from_str(theirs.get()).context("bpftool's dump")?;
        put_right(&mut theirs);
        if let Some(place) = difference(&ours, &theirs) {
            return Ok(Some(format!("type {}: {place}", item.id())));
        }
    }
    Ok(None)
}

/// bpftool (7.5, and the one in the tree of 7.3) extends the sign of an unsigned enum's values of 32 bits in JSON, though not in its text.
fn put_right(theirs: &mut Value) {
    if theirs["kind"] != "ENUM" || theirs["encoding"] != "UNSIGNED" {
        return;
    }
    for value in theirs["values"].as_array_mut().into_iter().flatten() {
        if let Some(number) = value["val"].as_u64() {
            value["val"] = Value::from(number & 0xffff_ffff);
        }
    }
}

/// Where two values differ first.
fn difference(ours: &Value, theirs: &Value) -> Option<String> {
    let (place, ours, theirs) = match (ours, theirs) {
        (Value::Object(our), Value::Object(their)) if our.keys().eq(their.keys()) => {
            return our.iter().find_map(|(key, our)| {
                let deeper = difference(our, &their[key])?;
                Some(format!("{key} {deeper}"))
            });
        }
        (Value::Array(our), Value::Array(their)) if our.len() == their.len() => {
            return our
                .iter()
                .zip(their)
                .enumerate()
                .find_map(|(at, (our, their))| {
                    let deeper = difference(our, their)?;
                    Some(format!("[{at}] {deeper}"))
                });
        }
        _ if ours == theirs => return None,
        _ => ("is", ours, theirs),
    };
    Some(format!("{place} {ours} to us and {theirs} to bpftool"))
}

#[cfg(test)]
mod tests {
    use super::dumps;
    use meta_core::btf::{json, Reader, BASE};

    fn base() -> Reader<'static> {
        static BYTES: [u8; BASE.len()] = BASE;
        Reader::new(&BYTES).unwrap()
    }

    #[test]
    fn the_same_is_the_same() {
        let dump = json::Dump(base()).to_string();
        assert_eq!(dumps(base(), &dump).unwrap(), None);
        let spaced = dump.replace(',', " , ");
        assert_eq!(dumps(base(), &spaced).unwrap(), None);
    }

    #[test]
    fn a_difference_has_a_place() {
        let dump = json::Dump(base()).to_string();
        let other = dump.replace("\"nr_bits\":32", "\"nr_bits\":31");
        assert_eq!(
            dumps(base(), &other).unwrap().unwrap(),
            "type 1: nr_bits is 32 to us and 31 to bpftool"
        );
        let other = dump.replace("\"members\":[]", "\"members\":[{}]");
        assert_eq!(
            dumps(base(), &other).unwrap().unwrap(),
            "type 2: members is [] to us and [{}] to bpftool"
        );
        let other = dump.replace("\"vlen\":0", "\"len\":0");
        assert!(dumps(base(), &other).unwrap().is_some());
        assert!(dumps(base(), "{\"types\":[]}").unwrap().is_some());
        assert!(dumps(base(), "Error: no BTF").is_err());
    }
}
