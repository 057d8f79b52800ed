// SPDX-License-Identifier: GPL-2.0

//! A PCI device: made ready for DMA, and its interrupt line with the handler.
//!
//! `kernel::irq::Registration` owns its handler and borrows the vectors; here the handler is the port that also
//! owns the line, so the line holds a pointer to it and is freed first.

use super::bindings;
use core::{marker::PhantomData, ptr::NonNull};
use kernel::{
    device::{Bound, Core},
    dma::{Device, DmaMask},
    error::to_result,
    pci,
    prelude::*,
};

/// What runs in hard interrupt context.
pub(crate) trait Handler: Sync {
    /// Handles one interrupt. An interrupt without a cause is normal (QEMU sends them by design).
    fn interrupt(&self);
}

/// A message-signalled interrupt of `pdev`, delivered to an `H`.
///
/// # Invariants
///
/// One vector is allocated, and the handler is registered with `cookie`, which outlives `self`.
pub(crate) struct Line<'bound, H: Handler> {
    pdev: &'bound pci::Device<Bound>,
    irq: u32,
    cookie: NonNull<H>,
    _handler: PhantomData<&'bound H>,
}

// SAFETY: The line may be freed from any thread; the handler is `Sync`.
unsafe impl<H: Handler> Send for Line<'_, H> {}
// SAFETY: A shared line offers nothing but its number.
unsafe impl<H: Handler> Sync for Line<'_, H> {}

impl<'bound, H: Handler> Line<'bound, H> {
    /// Allocates one MSI vector and registers `handler` for it.
    ///
    /// # Safety
    ///
    /// `handler` stays valid and pinned until the line is dropped.
    ///
    /// # Errors
    ///
    /// Those of `pci_alloc_irq_vectors` and `request_irq`.
    pub(super) unsafe fn new(
        pdev: &'bound pci::Device<Bound>,
        name: &'static CStr,
        handler: NonNull<H>,
    ) -> Result<Self> {
        let raw = raw(pdev);
        // SAFETY: `raw` is a bound PCI device.
        let n = unsafe { bindings::pci_alloc_irq_vectors(raw, 1, 1, bindings::PCI_IRQ_MSI) };
        to_result(n.min(0))?;
        // SAFETY: One vector was just allocated.
        let irq = unsafe { bindings::pci_irq_vector(raw, 0) };
        // SAFETY: The trampoline takes a pointer to `H`, and the cookie is one until `free_irq`.
        let registered = unsafe {
            bindings::request_threaded_irq(
                irq as u32,
                Some(trampoline::<H>),
                None,
                0,
                name.as_ptr().cast(),
                handler.as_ptr().cast(),
            )
        };
        if let Err(e) = to_result(registered) {
            // SAFETY: The vector was allocated above and has no handler.
            unsafe { bindings::pci_free_irq_vectors(raw) };
            return Err(e);
        }
        // INVARIANT: Both steps were done; the cookie outlives the line by the function's contract.
        Ok(Self {
            pdev,
            irq: irq as u32,
            cookie: handler,
            _handler: PhantomData,
        })
    }
}

impl<H: Handler> Drop for Line<'_, H> {
    fn drop(&mut self) {
        // SAFETY: Registered with this cookie by the invariant; waits for running handlers.
        unsafe { bindings::free_irq(self.irq, self.cookie.as_ptr().cast()) };
        // SAFETY: The vector has no handler any more.
        unsafe { bindings::pci_free_irq_vectors(raw(self.pdev)) };
    }
}

/// Lets `pdev` decode memory accesses and be a bus master that reaches all memory.
///
/// # Errors
///
/// Those of `pci_enable_device_mem` and `dma_set_mask_and_coherent`.
pub(crate) fn enable(pdev: &pci::Device<Core<'_>>) -> Result {
    pdev.enable_device_mem()?;
    pdev.set_master();
    // SAFETY: Called from probe, before anything is allocated or mapped for the device.
    unsafe { pdev.dma_set_mask_and_coherent(DmaMask::new::<64>()) }
}

/// The C device behind the abstraction.
pub(super) fn raw(pdev: &pci::Device<Bound>) -> *mut bindings::pci_dev {
    // `pci::Device` is a transparent wrapper of `struct pci_dev`.
    core::ptr::from_ref(pdev).cast_mut().cast()
}

unsafe extern "C" fn trampoline<H: Handler>(
    _irq: c_int,
    cookie: *mut c_void,
) -> bindings::irqreturn_t {
    // SAFETY: The cookie is the handler that was registered, valid until `free_irq`.
    unsafe { &*cookie.cast::<H>() }.interrupt();
    bindings::irqreturn::IRQ_HANDLED
}
