// SPDX-License-Identifier: GPL-2.0

//! What this run has made already: nothing is built twice, and nobody asks the compilers again whether something has changed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

/// Things by name. Who asks for one that is being made waits for it.
#[derive(Debug)]
pub struct Once<T>(Mutex<BTreeMap<String, T>>);

impl<T: Clone> Once<T> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Finds it or makes it.
    ///
    /// # Errors
    ///
    /// Those of `make`; the next who asks tries again.
    pub fn get(&self, name: &str, make: impl FnOnce() -> Result<T>) -> Result<T> {
        // Only whole things are put in, whoever panicked.
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thing) = made.get(name) {
            return Ok(thing.clone());
        }
        let thing = make()?;
        made.insert(name.to_owned(), thing.clone());
        Ok(thing)
    }
}

#[cfg(test)]
mod tests {
    use super::Once;

    #[test]
    fn what_was_made_is_not_made_again_and_a_failure_is_not_kept() {
        let once = Once::new();
        let failed = once.get("a", || anyhow::bail!("no"));
        assert!(failed.is_err());
        assert_eq!(once.get("a", || Ok(1)).unwrap(), 1);
        assert_eq!(once.get("a", || Ok(2)).unwrap(), 1);
        assert_eq!(once.get("b", || Ok(3)).unwrap(), 3);
    }
}
