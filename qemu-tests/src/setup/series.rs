// SPDX-License-Identifier: GPL-2.0

//! Kernel series that the driver is known to build and run on: one file says which, to this program and to Kbuild.

use anyhow::{bail, Result};

const FILE: &str = include_str!("../../../rnic-driver/kernel-series");

/// The series, newest first: `7.3`.
pub fn known() -> impl Iterator<Item = &'static str> {
    FILE.split_whitespace()
}

/// Refuses a kernel of another series.
///
/// # Errors
///
/// Says which series there are, and how to try it all the same.
pub fn check(release: &str) -> Result<()> {
    let is_of = |series: &str| {
        let rest = release.strip_prefix(series);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    if known().any(is_of) {
        return Ok(());
    }
    bail!(
        "the driver is known to build and run on linux {}, this kernel is {release}: --force tries it",
        known().collect::<Vec<_>>().join(", "),
    )
}

#[cfg(test)]
mod tests {
    use super::{check, known};

    #[test]
    fn a_release_is_of_its_series_and_of_no_longer_one() {
        let series = known().next().unwrap();
        for end in ["", ".4", ".4-1~bpo13+1", "-rc1"] {
            check(&format!("{series}{end}")).unwrap();
        }
        for release in [format!("{series}1.2"), "6.12.1".into(), String::new()] {
            let refusal = check(&release).unwrap_err().to_string();
            assert!(refusal.contains(series) && refusal.contains("--force"));
        }
    }
}
