// SPDX-License-Identifier: GPL-2.0

//! `ethtool -t`: the driver's tests of its hardware.

use super::{
    super::{bindings, netdev::Operations, vtable::port},
    Names,
};
use core::slice;
use kernel::prelude::*;

/// The tests' results. A test without one has passed: online, those that disturb traffic are not run.
pub(crate) struct Results<'a> {
    results: &'a mut [u64],
    failed: bool,
}

impl Results<'_> {
    /// Remembers how test `test` ended, by its index in [`Names::Tests`]. A failure stays one.
    pub(crate) fn record(&mut self, test: usize, outcome: Result) {
        if outcome.is_ok() {
            return;
        }
        self.failed = true;
        if let Some(result) = self.results.get_mut(test) {
            *result = 1;
        }
    }
}

pub(super) unsafe extern "C" fn run<T: Operations>(
    dev: *mut bindings::net_device,
    test: *mut bindings::ethtool_test,
    to: *mut u64,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes a filled request.
    let test = unsafe { &mut *test };
    let tests = port.driver().names(Names::Tests).len();
    let mut results = Results {
        // SAFETY: The kernel passes zeroed room for as many results as there are tests.
        results: unsafe { slice::from_raw_parts_mut(to, tests) },
        failed: false,
    };
    let offline = test.flags & bindings::ethtool_test_flags_ETH_TEST_FL_OFFLINE != 0;
    port.driver().self_test(port, offline, &mut results);
    if results.failed {
        test.flags |= bindings::ethtool_test_flags_ETH_TEST_FL_FAILED;
    }
}
