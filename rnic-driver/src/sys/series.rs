// SPDX-License-Identifier: GPL-2.0

//! What the `kernel` crate has in another shape in another series of Linux. Kbuild names the series (`--cfg linux_7_2`); no
//! other file asks for it. A series goes from here when it goes from `rnic-driver/kernel-series`.

use super::bindings;
use kernel::{dma::Coherent, prelude::*, ptr::KnownSize, sync::barrier};

/// The type that a driver's table keeps for a device, where the entry is a `&'static T`: until 7.2 the entry, later what it points
/// to.
#[cfg(linux_7_2)]
pub(crate) type IdInfo<T> = &'static T;
#[cfg(not(linux_7_2))]
pub(crate) type IdInfo<T> = T;

/// What `probe` gets of its device's entry; since 7.3, nothing for an id that was added in sysfs without one.
#[cfg(linux_7_2)]
pub(crate) type Matched<'bound, T> = &'bound &'static T;
#[cfg(not(linux_7_2))]
pub(crate) type Matched<'bound, T> = Option<&'bound T>;

/// Returns the entry of the device.
///
/// # Errors
///
/// `ENODEV` if it has none.
#[cfg(linux_7_2)]
pub(crate) fn entry<'bound, T>(matched: Matched<'bound, T>) -> Result<&'bound T> {
    Ok(matched)
}
#[cfg(not(linux_7_2))]
pub(crate) fn entry<T>(matched: Matched<'_, T>) -> Result<&T> {
    matched.ok_or(ENODEV)
}

#[cfg(linux_7_2)]
pub(crate) use self::errors::{EADDRNOTAVAIL, ENETDOWN, ENODATA, EOPNOTSUPP};
/// Numbers of errors that 7.2's `kernel::error::code` lacks.
#[cfg(not(linux_7_2))]
pub(crate) use kernel::error::code::{EADDRNOTAVAIL, ENETDOWN, ENODATA, EOPNOTSUPP};

#[cfg(linux_7_2)]
mod errors {
    use super::bindings;
    use core::mem::transmute;
    use kernel::{error::Error, prelude::EINVAL};

    const fn error(number: u32) -> Error {
        // SAFETY: An error is a number of C's with a minus before it, and nothing else: see below.
        unsafe { transmute::<i32, Error>(-(number as i32)) }
    }

    // SAFETY: Every bit pattern is a number.
    const _: () = assert!(unsafe { transmute::<Error, i32>(EINVAL) } == -(bindings::EINVAL as i32));

    pub(crate) const EADDRNOTAVAIL: Error = error(bindings::EADDRNOTAVAIL);
    pub(crate) const ENETDOWN: Error = error(bindings::ENETDOWN);
    pub(crate) const ENODATA: Error = error(bindings::ENODATA);
    pub(crate) const EOPNOTSUPP: Error = error(bindings::EOPNOTSUPP);
}

/// `THIS_MODULE`, for C's tables.
#[cfg(linux_7_2)]
pub(super) const fn this_module() -> *mut bindings::module {
    crate::THIS_MODULE.as_ptr()
}
#[cfg(not(linux_7_2))]
pub(super) const fn this_module() -> *mut bindings::module {
    kernel::module::this_module::<crate::LocalModule>().as_ptr()
}

/// Answers of an interrupt handler.
#[cfg(linux_7_2)]
pub(super) use bindings::{irqreturn_IRQ_HANDLED as IRQ_HANDLED, irqreturn_IRQ_NONE as IRQ_NONE};
#[cfg(not(linux_7_2))]
pub(super) const IRQ_HANDLED: bindings::irqreturn_t = bindings::irqreturn::IRQ_HANDLED;
#[cfg(not(linux_7_2))]
pub(super) const IRQ_NONE: bindings::irqreturn_t = bindings::irqreturn::IRQ_NONE;

/// Orders reads.
#[inline]
pub(super) fn smp_rmb() {
    #[cfg(linux_7_2)]
    barrier::smp_rmb();
    #[cfg(not(linux_7_2))]
    barrier::smp_mb(barrier::Read);
}

/// Orders writes.
#[inline]
pub(super) fn smp_wmb() {
    #[cfg(linux_7_2)]
    barrier::smp_wmb();
    #[cfg(not(linux_7_2))]
    barrier::smp_mb(barrier::Write);
}

/// Where a device finds memory that it shares with the driver.
#[inline]
pub(crate) fn dma_address<T: KnownSize + ?Sized>(memory: &Coherent<T>) -> u64 {
    #[cfg(linux_7_2)]
    return memory.dma_handle();
    #[cfg(not(linux_7_2))]
    return memory.dma_address();
}
