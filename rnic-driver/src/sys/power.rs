// SPDX-License-Identifier: GPL-2.0

//! Sleep and resets: what is done to a device behind the driver's back, and that it is told of.
//!
//! `kernel::pci` has neither power management nor error handlers yet. So the tables are put into the `pci_driver` that it
//! registered, when the first device is probed, and the ports are found by their device.
//!
//! C headers: [`include/linux/pm.h`](srctree/include/linux/pm.h), [`include/linux/pci.h`](srctree/include/linux/pci.h)

use super::{
    bindings,
    netdev::{Operations, Port},
    pci_device,
};
use core::{marker::PhantomPinned, ptr::NonNull};
use kernel::{device::Bound, pci, prelude::*, types::Opaque};

/// A port that is told.
///
/// # Invariants
///
/// Between `add` and `remove` the port that this is a part of stays where it is.
#[pin_data]
pub(super) struct Power {
    #[pin]
    entry: Opaque<bindings::rnic_power>,
    #[pin]
    _pin: PhantomPinned,
}

// SAFETY: The C side guards its list.
unsafe impl Send for Power {}
// SAFETY: As above.
unsafe impl Sync for Power {}

impl Power {
    pub(super) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            entry: Opaque::new(bindings::rnic_power::default()),
            _pin: PhantomPinned,
        })
    }

    /// From now on `port` is told.
    ///
    /// # Safety
    ///
    /// `port` is what this is a part of, and of device `pdev`, which is being probed. It is removed before it goes.
    pub(super) unsafe fn add<T: Operations>(
        &self,
        pdev: &pci::Device<Bound>,
        port: NonNull<Port<T>>,
    ) {
        // SAFETY: The trampolines take a pointer to such a port.
        unsafe {
            bindings::rnic_power_add(
                self.entry.get(),
                pci_device::raw(pdev),
                Some(quiesce::<T>),
                Some(revive::<T>),
                port.as_ptr().cast(),
            );
        }
    }

    /// From now on it is not told any more. The device is locked, as in every callback.
    pub(super) fn remove(&self) {
        // SAFETY: Added before.
        unsafe { bindings::rnic_power_remove(self.entry.get()) };
    }
}

unsafe extern "C" fn quiesce<T: Operations>(port: *mut c_void) {
    // SAFETY: By `Power::add`.
    let port = unsafe { &*port.cast::<Port<T>>() };
    port.dev().detach();
    port.driver().quiesce(port);
}

unsafe extern "C" fn revive<T: Operations>(port: *mut c_void) {
    // SAFETY: By `Power::add`.
    let port = unsafe { &*port.cast::<Port<T>>() };
    port.driver().revive(port);
    port.dev().attach();
}
