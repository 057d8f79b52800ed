// SPDX-License-Identifier: GPL-2.0

//! Work that has to be done in process context under rtnl, asked for where nobody may sleep.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use super::{
    bindings,
    netdev::{Operations, Port},
};
use core::{marker::PhantomPinned, ptr::NonNull};
use kernel::{prelude::*, types::Opaque};

/// A work item that calls [`Operations::deferred`].
///
/// # Invariants
///
/// `work` was initialised for a port that outlives it, before anybody schedules it.
#[pin_data]
pub(super) struct Deferred {
    #[pin]
    work: Opaque<bindings::rnic_work>,
    #[pin]
    _pin: PhantomPinned,
}

// SAFETY: The workqueue takes care of everything.
unsafe impl Send for Deferred {}
// SAFETY: As above.
unsafe impl Sync for Deferred {}

impl Deferred {
    pub(super) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            work: Opaque::new(bindings::rnic_work::default()),
            _pin: PhantomPinned,
        })
    }

    /// # Safety
    ///
    /// `port` is what this is a part of. Nobody has scheduled it yet.
    pub(super) unsafe fn init<T: Operations>(&self, port: NonNull<Port<T>>) {
        // SAFETY: The function takes a pointer to such a port, which lives as long as the work does.
        unsafe {
            bindings::rnic_work_init(self.work.get(), Some(run::<T>), port.as_ptr().cast());
        }
    }

    /// Schedules the work, if it is not scheduled yet. Any context.
    pub(super) fn schedule(&self) {
        // SAFETY: Initialised by the invariant.
        unsafe { bindings::rnic_work_schedule(self.work.get()) };
    }

    /// Waits for the work, if it runs, and forgets it otherwise. Not under rtnl.
    pub(super) fn cancel(&self) {
        // SAFETY: Initialised by the invariant.
        unsafe { bindings::rnic_work_cancel(self.work.get()) };
    }
}

unsafe extern "C" fn run<T: Operations>(port: *mut c_void) {
    // SAFETY: By `Deferred::init`.
    let port = unsafe { &*port.cast::<Port<T>>() };
    port.driver().deferred(port);
}
