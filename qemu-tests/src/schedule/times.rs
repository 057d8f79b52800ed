// SPDX-License-Identifier: GPL-2.0

//! How long each job took the last time, so that the longest is begun first.
//!
//! This tree's own runs know best; of what they have not run, the results that are kept with the project do. Only the order
//! depends on it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::load::Load;
use crate::lock::write_whole;
use crate::paths::Paths;

/// Recorded times.
#[derive(Debug, Default)]
pub struct Times {
    file: PathBuf,
    seconds: BTreeMap<String, f64>,
}

impl Times {
    /// Reads what there is.
    pub fn read(paths: &Paths) -> Self {
        let file = paths.runs().join("times.json");
        let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap_or_default();
        let mut seconds = kept(&read(&paths.results().join("tests.json")));
        let own: BTreeMap<String, f64> = serde_json::from_str(&read(&file)).unwrap_or_default();
        seconds.extend(own);
        Self { file, seconds }
    }

    /// How long a job will take; the heavier are taken to be longer if nobody knows.
    pub fn of(&self, name: &str, load: Load) -> Duration {
        let seconds = self.seconds.get(name).or_else(|| self.elsewhere(name));
        let seconds = seconds.copied();
        let seconds = seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
        seconds.map_or(load.usual(), |seconds| {
            Duration::from_millis((seconds * 1000.0) as u64)
        })
    }

    /// The same case on another lane.
    fn elsewhere(&self, name: &str) -> Option<&f64> {
        let (_, case) = name.split_once("::")?;
        let same = |known: &str| known.split_once("::").is_some_and(|(_, of)| of == case);
        let known = self.seconds.iter().find(|(known, _)| same(known));
        known.map(|(_, seconds)| seconds)
    }

    /// Keeps the times of a run of all tests: in a part of them, a job may have less to do.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn keep(
        &mut self,
        times: impl IntoIterator<Item = (String, Duration)>,
    ) -> anyhow::Result<()> {
        let times = times
            .into_iter()
            .map(|(name, time)| (name, time.as_secs_f64()));
        self.seconds.extend(times);
        if let Some(dir) = self.file.parent() {
            std::fs::create_dir_all(dir)?;
        }
        write_whole(&self.file, serde_json::to_string(&self.seconds)?)
    }
}

/// The jobs of a results file.
fn kept(text: &str) -> BTreeMap<String, f64> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let jobs = value["jobs"].as_array().into_iter().flatten();
    jobs.filter_map(|job| {
        let name = job["name"].as_str()?;
        Some((name.to_owned(), job["seconds"].as_f64()?))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{kept, Times};
    use crate::schedule::load::Load;
    use std::time::Duration;

    #[test]
    fn what_is_known_decides_and_nonsense_does_not() {
        let text = r#"{"jobs":[{"name":"a","seconds":12.5},{"name":"b","seconds":-1},{"name":3}]}"#;
        let times = Times {
            seconds: kept(text),
            ..Times::default()
        };
        assert_eq!(times.of("a", Load::Light), Duration::from_millis(12_500));
        let times = Times {
            seconds: kept(r#"{"jobs":[{"name":"igb::a::b","seconds":7}]}"#),
            ..times
        };
        assert_eq!(times.of("e1000e::a::b", Load::Light).as_secs(), 7);
        for name in ["b", "c", "e1000e::a::c"] {
            assert_eq!(times.of(name, Load::Light), Load::Light.usual());
        }
        assert!(kept("no json").is_empty());
    }
}
