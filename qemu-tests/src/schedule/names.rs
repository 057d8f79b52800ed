// SPDX-License-Identifier: GPL-2.0

//! The guest's cases as its source has them: for tables that name some, so that no name in them goes stale.

use std::collections::BTreeSet;
use std::path::Path;

/// All names of cases, from the definitions in `guest/src/cases`.
pub fn of_guest_cases() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("guest/src/cases");
    read(&cases, &mut names);
    assert!(names.len() > 100, "only {} cases were found", names.len());
    names
}

fn read(dir: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, names);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let defined = text.split("Definition::").skip(1).filter_map(|rest| {
                let call = rest.split([';', ']']).next()?;
                call.split('"')
                    .skip(1)
                    .step_by(2)
                    .find(|word| word.contains("::"))
            });
            names.extend(defined.map(str::to_owned));
        }
    }
}
