// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `header`: the C header, as the driver's build writes it.

use std::io::Write as _;

use anyhow::{bail, ensure, Context, Result};
use meta_core::header;

use crate::cli::Source;
use crate::{family, source};

/// Prints the header of one declaration.
pub(crate) fn run(source: &Source, name: Option<&str>) -> Result<()> {
    let found = source::open_one(source)?;
    let families = family::all(&found.btf).with_context(|| found.name.to_owned())?;
    let whole: Vec<_> = families
        .iter()
        .filter_map(|family| Some((family, family.superset.as_ref()?)))
        .collect();
    let chosen = match (name, whole.as_slice()) {
        (None, [one]) => *one,
        (None, []) if families.is_empty() => {
            bail!("{} declares no layouts of XDP metadata", found.name)
        }
        (None, []) => bail!(
            "{} is one layout; a header is made of all that the module has: use its .ko or /sys/kernel/btf/MODULE",
            found.name
        ),
        (None, several) => bail!(
            "{} declares {}: choose with --name",
            found.name,
            list(several.iter().map(|(family, _)| family.name))
        ),
        (Some(name), all) => *all
            .iter()
            .find(|(family, _)| family.name == name)
            .with_context(|| {
                let names = list(all.iter().map(|(family, _)| family.name));
                format!("{} does not declare {name}, but {names}", found.name)
            })?,
    };
    let (family, superset) = chosen;
    for field in superset.fields {
        ensure!(
            field.id != 0,
            "{}: no id of {}: the enum {}_field has none",
            found.name,
            field.name,
            family.name
        );
    }
    let mut text = String::new();
    header::Family {
        name: family.name,
        superset,
        layouts: &family.layouts,
    }
    .write(&mut text)?;
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    }
}
