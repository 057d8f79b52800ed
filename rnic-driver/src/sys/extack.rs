// SPDX-License-Identifier: GPL-2.0

//! The message that goes back to the user with an error: `struct netlink_ext_ack`.
//!
//! C header: [`include/linux/netlink.h`](srctree/include/linux/netlink.h)

use super::bindings;
use core::marker::PhantomData;
use kernel::prelude::*;

/// Where a refused request says why, and what to do instead.
///
/// # Invariants
///
/// `ptr` is null or points to an extack that is valid for `'a`.
pub(crate) struct ExtAck<'a> {
    ptr: *mut bindings::netlink_ext_ack,
    _life: PhantomData<&'a mut bindings::netlink_ext_ack>,
}

impl ExtAck<'_> {
    /// # Safety
    ///
    /// `ptr` is null or valid for as long as the result is used.
    pub(super) unsafe fn from_raw(ptr: *mut bindings::netlink_ext_ack) -> Self {
        // INVARIANT: by the function's contract.
        Self {
            ptr,
            _life: PhantomData,
        }
    }

    /// Refuses with `error` and a message that says what to do.
    pub(crate) fn refuse<T>(&mut self, error: Error, message: &'static CStr) -> Result<T> {
        // SAFETY: `ptr` is null or valid by the type's invariant, and the message is static.
        unsafe { bindings::rnic_extack(self.ptr, message.as_ptr().cast()) };
        Err(error)
    }
}
