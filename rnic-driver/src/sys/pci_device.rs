// SPDX-License-Identifier: GPL-2.0

//! A PCI device: made ready for DMA, and its interrupts with their handlers.
//!
//! `kernel::irq::Registration` owns its handler and borrows the vectors; here the handler is the port that also
//! owns the lines, so a line holds a pointer to it and is freed first.

use super::{
    bindings,
    series::{IRQ_HANDLED, IRQ_NONE},
};
use core::ptr::NonNull;
use kernel::{
    device::{Bound, Core},
    dma::{Device, DmaMask},
    error::to_result,
    pci,
    prelude::*,
    str::CString,
};

/// What runs in hard interrupt context.
pub(crate) trait Handler: Sync {
    /// Handles one interrupt of `vector`. An interrupt without a cause is normal (QEMU sends them by design); `false` if
    /// it was not this device's, which matters on a shared line only.
    fn interrupt(&self, vector: usize) -> bool;
}

/// How a device interrupts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// MSI-X, a vector for each pair of queues and one more for everything else.
    PerQueue,
    /// One message for everything.
    Message,
    /// A line that other devices may share.
    Line,
}

/// The interrupt vectors of `pdev`, allocated.
///
/// # Invariants
///
/// `count` vectors are allocated, one if `signal` is not `PerQueue`.
pub(crate) struct Vectors<'bound> {
    pdev: &'bound pci::Device<Bound>,
    count: usize,
    signal: Signal,
}

// SAFETY: Vectors may be freed from any thread.
unsafe impl Send for Vectors<'_> {}
// SAFETY: Nothing can be changed through a shared reference.
unsafe impl Sync for Vectors<'_> {}

impl<'bound> Vectors<'bound> {
    /// Allocates up to `queues + 1` vectors for MSI-X, or fewer; or one, where there are no two.
    ///
    /// `best` is the best kind of signal to try.
    ///
    /// # Errors
    ///
    /// Those of `pci_alloc_irq_vectors`.
    pub(crate) fn new(
        pdev: &'bound pci::Device<Bound>,
        queues: usize,
        best: Signal,
    ) -> Result<Self> {
        let alloc = |least: u32, most: u32, flags: u32| {
            // SAFETY: `pdev` is a bound PCI device.
            let n = unsafe { bindings::pci_alloc_irq_vectors(raw(pdev), least, most, flags) };
            to_result(n.min(0)).map(|()| n as usize)
        };
        let msix = || alloc(2, queues as u32 + 1, bindings::PCI_IRQ_MSIX);
        let msi = || alloc(1, 1, bindings::PCI_IRQ_MSI);
        let (count, signal) = match best {
            Signal::PerQueue => msix().map(|count| (count, Signal::PerQueue)),
            Signal::Message | Signal::Line => Err(ENOSPC),
        }
        .or_else(|e| match best {
            Signal::Line => Err(e),
            _ => msi().map(|count| (count, Signal::Message)),
        })
        .or_else(|_| alloc(1, 1, bindings::PCI_IRQ_INTX).map(|count| (count, Signal::Line)))?;
        // INVARIANT: Just allocated.
        Ok(Self {
            pdev,
            count,
            signal,
        })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// How the device interrupts.
    pub(crate) fn signal(&self) -> Signal {
        self.signal
    }

    /// Registers `handler` for vector `index`.
    ///
    /// # Safety
    ///
    /// `handler` stays valid and pinned until the line is dropped, and the line is dropped before `self`.
    ///
    /// # Errors
    ///
    /// Those of `request_irq`.
    pub(super) unsafe fn request<H: Handler>(
        &self,
        index: usize,
        name: &CStr,
        handler: NonNull<H>,
    ) -> Result<Line<H>> {
        // SAFETY: The vector is allocated, or the C side says that it is not.
        let irq = unsafe { bindings::pci_irq_vector(raw(self.pdev), index as u32) };
        to_result(irq.min(0))?;
        let flags = match self.signal {
            Signal::Line => bindings::IRQF_SHARED,
            Signal::PerQueue | Signal::Message => 0,
        };
        let cookie = KBox::new(
            Cookie {
                handler,
                vector: index,
                name: CString::try_from(name)?,
            },
            GFP_KERNEL,
        )?;
        // SAFETY: The trampoline takes a pointer to a `Cookie<H>`, and the cookie is one until `free_irq`. Its name lives
        // as long.
        to_result(unsafe {
            bindings::request_threaded_irq(
                irq as u32,
                Some(trampoline::<H>),
                None,
                flags as usize,
                cookie.name.as_ptr().cast(),
                core::ptr::from_ref(&*cookie).cast_mut().cast(),
            )
        })?;
        // INVARIANT: Just registered.
        Ok(Line {
            irq: irq as u32,
            cookie,
        })
    }
}

impl Drop for Vectors<'_> {
    fn drop(&mut self) {
        // SAFETY: Allocated by the invariant; lines are dropped first.
        unsafe { bindings::pci_free_irq_vectors(raw(self.pdev)) };
    }
}

struct Cookie<H> {
    handler: NonNull<H>,
    vector: usize,
    name: CString,
}

/// A vector of a device with its handler.
///
/// # Invariants
///
/// The handler is registered with `cookie`.
pub(crate) struct Line<H: Handler> {
    irq: u32,
    cookie: KBox<Cookie<H>>,
}

// SAFETY: The line may be freed from any thread; the handler is `Sync`.
unsafe impl<H: Handler> Send for Line<H> {}
// SAFETY: A shared line offers nothing but its number.
unsafe impl<H: Handler> Sync for Line<H> {}

impl<H: Handler> Line<H> {
    /// The number of the interrupt.
    pub(super) fn irq(&self) -> u32 {
        self.irq
    }
}

impl<H: Handler> Drop for Line<H> {
    fn drop(&mut self) {
        // SAFETY: Registered with this cookie by the invariant; waits for running handlers.
        unsafe {
            bindings::free_irq(
                self.irq,
                core::ptr::from_ref(&*self.cookie).cast_mut().cast(),
            );
        }
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
#[inline]
pub(super) fn raw(pdev: &pci::Device<Bound>) -> *mut bindings::pci_dev {
    // `pci::Device` is a transparent wrapper of `struct pci_dev`.
    core::ptr::from_ref(pdev).cast_mut().cast()
}

/// Its `struct device`.
#[inline]
pub(super) fn device(pdev: &pci::Device<Bound>) -> NonNull<bindings::device> {
    // SAFETY: A member of a live struct, and so not null.
    unsafe { NonNull::new_unchecked(&raw mut (*raw(pdev)).dev) }
}

unsafe extern "C" fn trampoline<H: Handler>(
    _irq: c_int,
    cookie: *mut c_void,
) -> bindings::irqreturn_t {
    // SAFETY: The cookie is the one that was registered, valid until `free_irq`.
    let cookie = unsafe { &*cookie.cast::<Cookie<H>>() };
    // SAFETY: The handler outlives the line.
    if unsafe { cookie.handler.as_ref() }.interrupt(cookie.vector) {
        IRQ_HANDLED
    } else {
        IRQ_NONE
    }
}
