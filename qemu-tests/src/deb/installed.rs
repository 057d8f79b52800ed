// SPDX-License-Identifier: GPL-2.0
//! stub
use anyhow::Result;
use crate::report::Verdict;
use crate::ui::Step;
pub fn check(ground: &super::Ground<'_>, _step: &Step) -> Result<(Verdict, String)> {
    let root = super::root::find_or_make(ground.paths)?;
    let base = super::base::find_or_make(ground.paths, &root)?;
    Ok((Verdict::Failed, format!("{base:?}")))
}
