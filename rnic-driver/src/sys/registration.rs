// SPDX-License-Identifier: GPL-2.0

//! The life cycle of a network interface: allocated, filled, registered; and all of it back, in the opposite order.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::{
    bindings,
    deferred::Deferred,
    napi::Pollers,
    netdev::{Operations, Port, MAX_QUEUES},
    pci_device::{self, Line, Vectors},
    power::Power,
    ptp::{self, PhcIndex},
    vtable::Vtable,
    xdp_features,
};
use core::{cell::UnsafeCell, ptr::NonNull};
use kernel::{device::Bound, error::to_result, pci, prelude::*, str::CString};
use pin_init::init_array_from_fn;

/// What is known of an interface before it exists.
pub(crate) struct Setup {
    /// Pairs of queues, at most.
    pub(crate) queues: usize,
    /// Pairs of queues that are used at first.
    pub(crate) queues_at_start: usize,
    /// Features that are on at start.
    pub(crate) features: u64,
    /// Features that the user may change.
    pub(crate) hw_features: u64,
    /// Features of VLAN interfaces on top.
    pub(crate) vlan_features: u64,
    /// The largest MTU.
    pub(crate) max_mtu: u32,
    /// The permanent Ethernet address.
    pub(crate) address: [u8; 6],
}

/// A registered network interface. Dropping it closes and unregisters it.
///
/// # Invariants
///
/// `dev` is registered, its private area points to `port`, and `lines` deliver to `port`.
pub(crate) struct Registration<'bound, T: Operations> {
    dev: NonNull<bindings::net_device>,
    // The order is that of dropping: lines, their vectors, the port they deliver to.
    lines: KVec<Line<Port<T>>>,
    _vectors: Vectors<'bound>,
    clock: Option<ptp::Registration<'bound, T>>,
    _port: Pin<KBox<Port<T>>>,
}

// SAFETY: May be dropped from any thread.
unsafe impl<T: Operations> Send for Registration<'_, T> {}
// SAFETY: Offers `&Port` only, which is `Sync`.
unsafe impl<T: Operations> Sync for Registration<'_, T> {}

impl<'bound, T: Operations> Registration<'bound, T> {
    /// Creates and registers an interface.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or what the interrupts or the registration say. Nothing is left behind.
    pub(crate) fn new(
        pdev: &'bound pci::Device<Bound>,
        setup: &Setup,
        vectors: Vectors<'bound>,
        ops: impl PinInit<T, Error>,
    ) -> Result<Self> {
        let queues = setup.queues.clamp(1, MAX_QUEUES) as u32;
        // SAFETY: The private area is one pointer.
        let dev = unsafe {
            bindings::alloc_etherdev_mqs(
                core::mem::size_of::<*const Port<T>>() as c_int,
                queues,
                queues,
            )
        };
        let dev = Allocated(NonNull::new(dev).ok_or(ENOMEM)?);
        let raw = dev.0.as_ptr();
        let port = KBox::pin_init(
            try_pin_init!(Port {
                // INVARIANT: The device is freed before the port, below and in `Drop`.
                dev: dev.0,
                ops <- ops,
                pollers <- Pollers::new(),
                xmit <- init_array_from_fn(|_| UnsafeCell::new(T::Xmit::default())),
                deferred <- Deferred::new(),
                power <- Power::new(),
                phc: PhcIndex::none(),
            }? Error),
            GFP_KERNEL,
        )?;
        // From here on the device goes before the port, whose NAPI instances it links to.
        let dev = dev;
        let this: NonNull<Port<T>> = NonNull::from(&*port);
        let at_start = setup.queues_at_start.clamp(1, queues as usize);
        let setup = bindings::rnic_netdev_setup {
            parent: pci_device::device(pdev).as_ptr(),
            netdev_ops: Vtable::<T>::NETDEV,
            ethtool_ops: Vtable::<T>::ETHTOOL,
            stat_ops: Vtable::<T>::QUEUE_STATS,
            xdp_metadata_ops: T::door().as_raw(),
            rx_queue_group: Vtable::<T>::RX_QUEUE,
            features: setup.features,
            hw_features: setup.hw_features,
            vlan_features: setup.vlan_features,
            max_mtu: setup.max_mtu,
            addr: setup.address,
        };
        // SAFETY: A fresh device; the tables are static; the private area holds a pointer; the port is pinned.
        unsafe {
            bindings::rnic_netdev_set_up(raw, &setup);
            bindings::rnic_netdev_priv(raw)
                .cast::<*const Port<T>>()
                .write(this.as_ptr());
            bindings::netif_carrier_off(raw);
            port.deferred.init(this);
        }
        xdp_features::init(port.dev(), T::XDP_FEATURES);
        port.dev().set_queues(at_start)?;
        for queue in 0..queues as usize {
            if let Some(napi) = port.pollers.get(queue) {
                // SAFETY: A fresh device and a fresh instance, which lives as long as the port.
                unsafe {
                    bindings::rnic_napi_add(
                        raw,
                        napi.napi.get(),
                        Some(Vtable::<T>::poll),
                        queue as u32,
                    )
                };
            }
        }
        let mut lines = KVec::with_capacity(vectors.count(), GFP_KERNEL)?;
        for index in 0..vectors.count() {
            let name = if index + 1 == vectors.count() {
                CString::try_from_fmt(fmt!("rnic"))?
            } else {
                CString::try_from_fmt(fmt!("rnic-TxRx-{index}"))?
            };
            // SAFETY: The lines are dropped before the port and the vectors, below and in `Drop`.
            let line = unsafe { vectors.request(index, &name, this) }?;
            if let Some(napi) = port.pollers.get(index).filter(|_| index < queues as usize) {
                // SAFETY: The instance was added to the device.
                unsafe { bindings::rnic_napi_set_irq(napi.napi.get(), line.irq()) };
            }
            lines.push(line, GFP_KERNEL)?;
        }
        // SAFETY: The driver is a part of the pinned port, which goes after the clock, below and in `Drop`.
        let clock = unsafe { ptp::Registration::new(pdev, NonNull::from(port.driver())) }.ok();
        port.phc.set(clock.as_ref().map(ptp::Registration::index));
        // SAFETY: The device is complete.
        to_result(unsafe { bindings::register_netdev(raw) })?;
        core::mem::forget(dev);
        // SAFETY: The port is pinned and of this device; it is removed in `Drop`.
        unsafe { port.power.add(pdev, this) };
        // INVARIANT: Registered; everything was set above.
        Ok(Self {
            dev: port.dev,
            lines,
            _vectors: vectors,
            clock,
            _port: port,
        })
    }
}

impl<T: Operations> Drop for Registration<'_, T> {
    fn drop(&mut self) {
        self._port.power.remove();
        // SAFETY: Registered by the invariant; closes the interface first.
        unsafe { bindings::unregister_netdev(self.dev.as_ptr()) };
        self._port.deferred.cancel();
        self.lines.clear();
        self.clock = None;
        // SAFETY: Unregistered; removes the NAPI instances, whose memory is freed after this.
        unsafe { bindings::free_netdev(self.dev.as_ptr()) };
    }
}

/// A net_device that is not registered yet.
struct Allocated(NonNull<bindings::net_device>);

impl Drop for Allocated {
    fn drop(&mut self) {
        // SAFETY: Allocated and not registered.
        unsafe { bindings::free_netdev(self.0.as_ptr()) };
    }
}
