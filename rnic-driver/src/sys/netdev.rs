// SPDX-License-Identifier: GPL-2.0

//! A network interface: what a driver implements, and the life cycle around it.
//!
//! [`Registration::new`] allocates, fills and registers a `net_device`; dropping it unregisters. In between, the kernel
//! calls the driver's [`Operations`] with a [`Port`]: the interface, its NAPI instance and its transmit state. What may
//! be touched where is in the signatures: `poll` alone gets the poll state, `start_xmit` alone the transmit state.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::{
    bindings,
    extack::ExtAck,
    metadata_ops::Door,
    napi::{Napi, NapiContext},
    pci_device,
    skb::SkBuff,
    vtable::Vtable,
    xdp::Prog,
};
use core::{
    cell::UnsafeCell,
    ops::{Deref, DerefMut},
    ptr::NonNull,
};
use kernel::{device::Bound, error::to_result, pci, prelude::*};

/// `netdev_features_t` bits that this driver knows.
pub(crate) mod feature {
    /// Receive hashing.
    pub(crate) const RXHASH: u64 = 1 << super::bindings::NETIF_F_RXHASH_BIT;
    /// Receive checksum offload.
    pub(crate) const RXCSUM: u64 = 1 << super::bindings::NETIF_F_RXCSUM_BIT;
    /// VLAN tags are taken out of received packets.
    pub(crate) const VLAN_RX: u64 = 1 << super::bindings::NETIF_F_HW_VLAN_CTAG_RX_BIT;
}

/// A `struct net_device`.
#[repr(transparent)]
pub(crate) struct NetDevice(UnsafeCell<bindings::net_device>);

// SAFETY: What is offered here may be called from any thread.
unsafe impl Sync for NetDevice {}

impl NetDevice {
    /// # Safety
    ///
    /// `dev` is live for `'a`.
    pub(super) unsafe fn from_raw<'a>(dev: *mut bindings::net_device) -> &'a Self {
        // SAFETY: `NetDevice` is a transparent wrapper.
        unsafe { &*dev.cast::<Self>() }
    }

    #[inline]
    pub(super) fn as_raw(&self) -> *mut bindings::net_device {
        core::ptr::from_ref(self).cast_mut().cast()
    }

    /// The interface's number in its network namespace.
    pub(crate) fn ifindex(&self) -> u32 {
        // SAFETY: Live.
        unsafe { bindings::rnic_netdev_ifindex(self.as_raw()) as u32 }
    }

    /// The link came up.
    pub(crate) fn carrier_on(&self) {
        // SAFETY: Live; any context.
        unsafe { bindings::netif_carrier_on(self.as_raw()) };
    }

    /// The link went down.
    pub(crate) fn carrier_off(&self) {
        // SAFETY: Live; any context.
        unsafe { bindings::netif_carrier_off(self.as_raw()) };
    }

    /// The stack may transmit.
    pub(crate) fn tx_start(&self) {
        // SAFETY: Live.
        unsafe { bindings::rnic_tx_start(self.as_raw()) };
    }

    /// The stack must not transmit: the ring is full, or the interface goes down.
    #[inline]
    pub(crate) fn tx_stop(&self) {
        // SAFETY: Live.
        unsafe { bindings::rnic_tx_stop(self.as_raw()) };
    }

    /// Whether the stack was told to stop transmitting.
    #[inline]
    pub(crate) fn tx_stopped(&self) -> bool {
        // SAFETY: Live.
        unsafe { bindings::rnic_tx_stopped(self.as_raw()) }
    }

    /// There is room again.
    #[inline]
    pub(crate) fn tx_wake(&self) {
        // SAFETY: Live.
        unsafe { bindings::rnic_tx_wake(self.as_raw()) };
    }

    /// Sets the interface's Ethernet address. Under rtnl, or before registration.
    pub(crate) fn set_address(&self, address: [u8; 6]) {
        // SAFETY: Live; six bytes.
        unsafe { bindings::rnic_netdev_set_addr(self.as_raw(), address.as_ptr()) };
    }
}

/// What became of a packet that was given to `start_xmit`.
pub(crate) enum Xmit {
    /// Taken (sent, or dropped for good).
    Taken,
    /// No room: the queue is stopped and the packet comes back.
    Busy(SkBuff),
}

/// Interface counters, as `ip -s link` shows them.
#[derive(Default)]
pub(crate) struct LinkStats {
    /// Packets and bytes received and given on.
    pub(crate) rx_packets: u64,
    /// Bytes received.
    pub(crate) rx_bytes: u64,
    /// Packets that a program or a lack of memory dropped.
    pub(crate) rx_dropped: u64,
    /// Frames longer than the buffer, or chained.
    pub(crate) rx_length_errors: u64,
    /// Frames with another error.
    pub(crate) rx_errors: u64,
    /// Packets sent.
    pub(crate) tx_packets: u64,
    /// Bytes sent.
    pub(crate) tx_bytes: u64,
    /// Packets dropped instead of sent.
    pub(crate) tx_dropped: u64,
}

/// A network driver.
pub(crate) trait Operations: Sized + Send + Sync {
    /// What the poll function works on.
    type Poll: Send;
    /// What `start_xmit` works on, under the transmit queue's lock.
    type Xmit: Send;
    /// The driver's name, as `ethtool -i` shows it.
    const NAME: &'static CStr;

    /// Names of the private flags (`ethtool --show-priv-flags`), at most 31 bytes each; the index is the bit.
    const PRIVATE_FLAGS: &'static [&'static CStr];

    /// The way from the interface to its metadata.
    fn door() -> &'static Door;

    /// `ip link set up`. Nothing is left behind on failure.
    fn open(&self, port: &Port<Self>) -> Result;
    /// `ip link set down`.
    fn stop(&self, port: &Port<Self>);
    /// Sends one packet.
    fn start_xmit(&self, tx: &mut Self::Xmit, dev: &NetDevice, skb: SkBuff) -> Xmit;
    /// Handles completions; returns how many packets were received, `budget` to be called again.
    fn poll(
        &self,
        state: &mut Self::Poll,
        dev: &NetDevice,
        context: &NapiContext<'_>,
        budget: usize,
    ) -> usize;
    /// An interrupt. It may have no cause.
    fn interrupt(&self, port: &Port<Self>);
    /// `ethtool -K`: `features` is the whole new set. On failure the old set stays in force.
    fn set_features(&self, port: &Port<Self>, features: u64) -> Result;
    /// Attaches, replaces or (with `None`) detaches the XDP program.
    fn set_xdp(&self, port: &Port<Self>, prog: Option<Prog>, extack: &mut ExtAck<'_>) -> Result;
    /// `ip link set address`.
    fn set_address(&self, dev: &NetDevice, address: [u8; 6]);
    /// Promiscuous mode and multicast.
    fn set_rx_mode(&self, promiscuous: bool, all_multicast: bool);
    /// Counters.
    fn stats(&self) -> LinkStats;
    /// The transmit queue has not moved for five seconds.
    fn tx_timeout(&self, port: &Port<Self>);
    /// The private flags that are on.
    fn private_flags(&self) -> u32;
    /// `ethtool --set-priv-flags`. On failure the old flags stay in force.
    fn set_private_flags(&self, port: &Port<Self>, flags: u32) -> Result;
    /// Ring sizes: receive, transmit.
    fn ring_sizes(&self) -> (u32, u32);
    /// The published layout of receive queue `queue`, for the per-queue files.
    fn layout(&self, queue: u32) -> Option<&crate::runtime::LayoutState>;
}

/// A registered interface, as its driver sees it.
///
/// # Invariants
///
/// `dev` is live for as long as the port is; `xmit` is touched under the transmit queue's lock only.
#[pin_data]
pub(crate) struct Port<T: Operations> {
    dev: NonNull<bindings::net_device>,
    #[pin]
    ops: T,
    #[pin]
    napi: Napi<T::Poll>,
    pub(super) xmit: UnsafeCell<T::Xmit>,
}

// SAFETY: By the invariants, and because its parts are.
unsafe impl<T: Operations> Sync for Port<T> {}
// SAFETY: As above.
unsafe impl<T: Operations> Send for Port<T> {}

impl<T: Operations> Port<T> {
    /// The interface.
    #[inline]
    pub(crate) fn dev(&self) -> &NetDevice {
        // SAFETY: Live by the invariant.
        unsafe { NetDevice::from_raw(self.dev.as_ptr()) }
    }

    /// Its NAPI instance.
    pub(crate) fn napi(&self) -> &Napi<T::Poll> {
        &self.napi
    }

    /// The driver.
    pub(crate) fn driver(&self) -> &T {
        &self.ops
    }

    /// The transmit state, with its queue locked. Bottom halves are off until the guard is dropped.
    pub(crate) fn lock_tx(&self) -> XmitGuard<'_, T> {
        // SAFETY: The device is live.
        unsafe { bindings::rnic_tx_lock(self.dev.as_ptr()) };
        XmitGuard { port: self }
    }
}

impl<T: Operations> pci_device::Handler for Port<T> {
    fn interrupt(&self) {
        self.ops.interrupt(self);
    }
}

/// The transmit state, locked.
pub(crate) struct XmitGuard<'a, T: Operations> {
    port: &'a Port<T>,
}

impl<T: Operations> Deref for XmitGuard<'_, T> {
    type Target = T::Xmit;
    fn deref(&self) -> &T::Xmit {
        // SAFETY: The transmit queue is locked.
        unsafe { &*self.port.xmit.get() }
    }
}

impl<T: Operations> DerefMut for XmitGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T::Xmit {
        // SAFETY: The transmit queue is locked.
        unsafe { &mut *self.port.xmit.get() }
    }
}

impl<T: Operations> Drop for XmitGuard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: Locked by `lock_tx`.
        unsafe { bindings::rnic_tx_unlock(self.port.dev.as_ptr()) };
    }
}

/// What is known of an interface before it exists.
pub(crate) struct Setup {
    /// Features that are on at start.
    pub(crate) features: u64,
    /// Features that the user may change.
    pub(crate) hw_features: u64,
    /// The largest MTU.
    pub(crate) max_mtu: u32,
    /// The permanent Ethernet address.
    pub(crate) address: [u8; 6],
}

/// A registered network interface. Dropping it closes and unregisters it.
///
/// # Invariants
///
/// `dev` is registered, its private area points to `port`, and `line` delivers to `port`.
pub(crate) struct Registration<'bound, T: Operations> {
    dev: NonNull<bindings::net_device>,
    line: Option<pci_device::Line<'bound, Port<T>>>,
    _port: Pin<KBox<Port<T>>>,
}

// SAFETY: May be dropped from any thread.
unsafe impl<T: Operations> Send for Registration<'_, T> {}
// SAFETY: Offers `&Port` only, which is `Sync`.
unsafe impl<T: Operations> Sync for Registration<'_, T> {}

impl<'bound, T: Operations> Registration<'bound, T> {
    /// Creates and registers an interface of one receive and one transmit queue.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or what the interrupt or the registration say. Nothing is left behind.
    pub(crate) fn new(
        pdev: &'bound pci::Device<Bound>,
        setup: &Setup,
        ops: impl PinInit<T, Error>,
        poll: T::Poll,
        xmit: T::Xmit,
    ) -> Result<Self> {
        // SAFETY: The private area is one pointer.
        let dev = unsafe {
            bindings::alloc_etherdev_mqs(core::mem::size_of::<*const Port<T>>() as c_int, 1, 1)
        };
        let dev = Allocated(NonNull::new(dev).ok_or(ENOMEM)?);
        let raw = dev.0.as_ptr();
        let port = KBox::pin_init(
            try_pin_init!(Port {
                // INVARIANT: The device is freed after the port, below and in `Drop`.
                dev: dev.0,
                ops <- ops,
                napi <- Napi::new(poll),
                xmit: UnsafeCell::new(xmit),
            }? Error),
            GFP_KERNEL,
        )?;
        // From here on the device goes before the port, whose NAPI instance it links to.
        let dev = dev;
        let this: NonNull<Port<T>> = NonNull::from(&*port);
        let setup = bindings::rnic_netdev_setup {
            // SAFETY: The device is bound.
            parent: unsafe { &raw mut (*pci_device::raw(pdev)).dev },
            netdev_ops: Vtable::<T>::NETDEV,
            ethtool_ops: Vtable::<T>::ETHTOOL,
            xdp_metadata_ops: T::door().as_raw(),
            rx_queue_group: Vtable::<T>::RX_QUEUE,
            features: setup.features,
            hw_features: setup.hw_features,
            max_mtu: setup.max_mtu,
            addr: setup.address,
        };
        // SAFETY: A fresh device; the tables are static; the private area holds a pointer; the port is pinned.
        unsafe {
            bindings::rnic_netdev_set_up(raw, &setup);
            bindings::rnic_netdev_priv(raw)
                .cast::<*const Port<T>>()
                .write(this.as_ptr());
            bindings::rnic_napi_add(raw, port.napi.napi.get(), Some(Vtable::<T>::poll));
            bindings::netif_carrier_off(raw);
        }
        // SAFETY: The line is dropped before the port, below and in `Drop`.
        let line = unsafe { pci_device::Line::new(pdev, T::NAME, this) }?;
        // SAFETY: The device is complete.
        to_result(unsafe { bindings::register_netdev(raw) })?;
        core::mem::forget(dev);
        // INVARIANT: Registered; everything was set above.
        Ok(Self {
            dev: port.dev,
            line: Some(line),
            _port: port,
        })
    }
}

impl<T: Operations> Drop for Registration<'_, T> {
    fn drop(&mut self) {
        // SAFETY: Registered by the invariant; closes the interface first.
        unsafe { bindings::unregister_netdev(self.dev.as_ptr()) };
        self.line = None;
        // SAFETY: Unregistered; removes the NAPI instance, whose memory is freed after this.
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

/// Whether the stack has another packet at hand, so that the tail register can wait. In `start_xmit` only.
#[inline]
pub(crate) fn xmit_more() -> bool {
    // SAFETY: Reads a per-processor flag.
    unsafe { bindings::rnic_xmit_more() }
}
