// SPDX-License-Identifier: GPL-2.0

//! A network interface: what a driver implements, and the life cycle around it.
//!
//! A [`Registration`](super::registration::Registration) is the life cycle; while it lives, the kernel calls the driver's
//! [`Operations`] with a [`Port`]: the interface, its NAPI instances and its transmit states. What may be touched where is in
//! the signatures: `poll` alone gets a poll state, `start_xmit` alone a transmit state.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::{
    bindings,
    deferred::Deferred,
    ethtool::Ethtool,
    extack::ExtAck,
    hwtstamp::Timestamping,
    metadata_ops::Door,
    napi::{NapiContext, Pollers},
    pci_device,
    power::Power,
    ptp::{PhcIndex, PtpClock},
    queue_stats::QueueStatistics,
    skb::SkBuff,
    tx_queue::{TxQueue, XmitGuard},
    xdp::Prog,
    xdp_features::Features,
    xdp_frame::Frames,
    xsk::XskPool,
};
use core::{cell::UnsafeCell, ptr::NonNull};
use kernel::{error::to_result, prelude::*};

/// Pairs of queues that an interface may have.
pub(crate) const MAX_QUEUES: usize = 8;

/// `netdev_features_t` bits that this driver knows.
pub(crate) mod feature {
    use super::bindings;

    /// Receive hashing.
    pub(crate) const RXHASH: u64 = 1 << bindings::NETIF_F_RXHASH_BIT;
    /// Receive checksum offload.
    pub(crate) const RXCSUM: u64 = 1 << bindings::NETIF_F_RXCSUM_BIT;
    /// VLAN tags are taken out of received packets.
    pub(crate) const VLAN_RX: u64 = 1 << bindings::NETIF_F_HW_VLAN_CTAG_RX_BIT;
    /// VLAN tags are put into sent packets.
    pub(crate) const VLAN_TX: u64 = 1 << bindings::NETIF_F_HW_VLAN_CTAG_TX_BIT;
    /// Packets of VLANs that nobody asked for are dropped.
    pub(crate) const VLAN_FILTER: u64 = 1 << bindings::NETIF_F_HW_VLAN_CTAG_FILTER_BIT;
    /// Packets may be in fragments.
    pub(crate) const SG: u64 = 1 << bindings::NETIF_F_SG_BIT;
    /// TCP and UDP checksums over IPv4 and IPv6.
    pub(crate) const HW_CSUM: u64 =
        1 << bindings::NETIF_F_IP_CSUM_BIT | 1 << bindings::NETIF_F_IPV6_CSUM_BIT;
    /// TCP segmentation over IPv4.
    pub(crate) const TSO: u64 = 1 << bindings::NETIF_F_TSO_BIT;
    /// TCP segmentation over IPv6.
    pub(crate) const TSO6: u64 = 1 << bindings::NETIF_F_TSO6_BIT;
    /// Memory above 4 GiB is reached.
    pub(crate) const HIGHDMA: u64 = 1 << bindings::NETIF_F_HIGHDMA_BIT;
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
    #[inline]
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

    /// The MTU from now on. Under rtnl.
    pub(crate) fn set_mtu(&self, mtu: usize) {
        // SAFETY: Live.
        unsafe { bindings::rnic_netdev_set_mtu(self.as_raw(), mtu as u32) };
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

    /// The device does not answer for a while. Under rtnl.
    pub(super) fn detach(&self) {
        // SAFETY: Live.
        unsafe { bindings::rnic_netdev_detach(self.as_raw()) };
    }

    /// It does again. Under rtnl.
    pub(super) fn attach(&self) {
        // SAFETY: Live.
        unsafe { bindings::rnic_netdev_attach(self.as_raw()) };
    }

    /// Whether the link is up, as the stack sees it.
    pub(crate) fn carrier_ok(&self) -> bool {
        // SAFETY: Live.
        unsafe { bindings::rnic_netdev_carrier_ok(self.as_raw()) }
    }

    /// Whether the user has set the RSS table, so that it is not the driver's to spread anew.
    pub(crate) fn is_rxfh_configured(&self) -> bool {
        // SAFETY: Live.
        unsafe { bindings::rnic_netdev_rxfh_configured(self.as_raw()) }
    }

    /// The interface's Ethernet address.
    pub(crate) fn address(&self) -> [u8; 6] {
        let mut address = [0; 6];
        // SAFETY: Live; room for six bytes.
        unsafe { bindings::rnic_netdev_addr(self.as_raw(), address.as_mut_ptr()) };
        address
    }

    /// Sets the interface's Ethernet address. Under rtnl, or before registration.
    pub(crate) fn set_address(&self, address: [u8; 6]) {
        // SAFETY: Live; six bytes.
        unsafe { bindings::rnic_netdev_set_addr(self.as_raw(), address.as_ptr()) };
    }

    /// Says how many pairs of queues are in use. Under rtnl.
    ///
    /// # Errors
    ///
    /// Those of `netif_set_real_num_queues`; nothing changed then.
    pub(crate) fn set_queues(&self, count: usize) -> Result {
        // SAFETY: Live.
        to_result(unsafe {
            bindings::netif_set_real_num_queues(self.as_raw(), count as u32, count as u32)
        })
    }

    /// A transmit queue.
    #[inline]
    pub(crate) fn tx_queue(&self, index: usize) -> TxQueue<'_> {
        TxQueue::new(self, index)
    }

    /// Keeps the stack from transmitting on any queue, and waits for those who do. Process context.
    pub(crate) fn tx_disable(&self) {
        // SAFETY: Live.
        unsafe { bindings::rnic_tx_disable(self.as_raw()) };
    }

    /// The stack may transmit, and what waits is sent.
    pub(crate) fn tx_wake_all(&self) {
        // SAFETY: Live.
        unsafe { bindings::rnic_tx_wake_all(self.as_raw()) };
    }
}

/// What a poll came to.
#[derive(Clone, Copy)]
pub(crate) struct Polled {
    /// How many packets were received; as many as the budget allows, if it is to go on.
    pub(crate) work: usize,
    /// Which pair of queues was polled.
    pub(crate) pair: usize,
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
    /// Packets received.
    pub(crate) rx_packets: u64,
    /// Bytes received.
    pub(crate) rx_bytes: u64,
    /// Packets that a lack of memory dropped.
    pub(crate) rx_dropped: u64,
    /// Frames of a length that cannot be.
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

/// Which addresses are received besides the own one and broadcasts.
pub(crate) struct Filter<'a> {
    /// All.
    pub(crate) promiscuous: bool,
    /// All multicast.
    pub(crate) all_multicast: bool,
    /// Other unicast addresses are wanted.
    pub(crate) more_unicast: bool,
    multicast: &'a bindings::netdev_hw_addr_list,
}

impl<'a> Filter<'a> {
    pub(super) fn new(
        promiscuous: bool,
        all_multicast: bool,
        more_unicast: bool,
        multicast: &'a bindings::netdev_hw_addr_list,
    ) -> Self {
        Self {
            promiscuous,
            all_multicast,
            more_unicast,
            multicast,
        }
    }

    /// Calls `each` with every multicast address that is wanted.
    pub(crate) fn multicast<F: FnMut([u8; 6])>(&self, mut each: F) {
        unsafe extern "C" fn call<F: FnMut([u8; 6])>(arg: *mut c_void, address: *const u8) {
            // SAFETY: Both are valid for the call: `arg` is the closure, an address has six bytes.
            unsafe { (*arg.cast::<F>())(address.cast::<[u8; 6]>().read_unaligned()) };
        }
        // SAFETY: The list is live; the closure outlives the call.
        unsafe {
            bindings::rnic_hw_addr_for_each(
                self.multicast,
                Some(call::<F>),
                core::ptr::from_mut(&mut each).cast(),
            );
        }
    }
}

/// A network driver.
pub(crate) trait Operations:
    Ethtool + Timestamping + PtpClock + QueueStatistics + Sized + Send + Sync
{
    /// What a poll function works on, for each pair of queues.
    type Poll: Default + Send;
    /// What `start_xmit` works on, for each queue, under its lock.
    type Xmit: Default + Send;
    /// What the driver does for XDP, in every configuration.
    const XDP_FEATURES: Features;

    /// The way from the interface to its metadata.
    fn door() -> &'static Door;

    /// `ip link set up`. Nothing is left behind on failure.
    fn open(&self, port: &Port<Self>) -> Result;
    /// `ip link set down`.
    fn stop(&self, port: &Port<Self>);
    /// Sends one packet on transmit queue `queue`.
    fn start_xmit(
        &self,
        tx: &mut Self::Xmit,
        port: &Port<Self>,
        queue: TxQueue<'_>,
        skb: SkBuff,
    ) -> Xmit;
    /// Handles completions; `None` if the instance has no queues at present.
    fn poll(
        &self,
        state: &mut Self::Poll,
        port: &Port<Self>,
        context: &NapiContext<'_>,
        budget: usize,
    ) -> Option<Polled>;
    /// Enables a pair's interrupt again, once its poll has ended. Its state may be anybody's by then, so it is not at hand.
    fn rearm(&self, pair: usize);
    /// Whether the device has completed something: what came before its interrupt was enabled may raise none.
    fn is_pending(&self, state: &mut Self::Poll) -> bool;
    /// An interrupt of `vector`. It may have no cause; `false` if it was certainly not this device's.
    fn interrupt(&self, port: &Port<Self>, vector: usize) -> bool;
    /// Makes a feature set one that the hardware can do.
    fn fix_features(&self, features: u64) -> u64;
    /// `ethtool -K`: `features` is the whole new set. On failure the old set stays in force.
    fn set_features(&self, port: &Port<Self>, features: u64) -> Result;
    /// Attaches, replaces or (with `None`) detaches the XDP program.
    fn set_xdp(&self, port: &Port<Self>, prog: Option<Prog>, extack: &mut ExtAck<'_>) -> Result;
    /// Gives queue `queue` an AF_XDP socket's memory to receive into and send from, or takes it away.
    fn set_xsk_pool(&self, port: &Port<Self>, queue: u32, pool: Option<XskPool>) -> Result;
    /// An AF_XDP socket wants queue `queue` to be looked at, to receive or to send: the poll does both. Must not sleep.
    fn xsk_wakeup(&self, port: &Port<Self>, queue: u32) -> Result;
    /// Sends frames that came from another interface. Those that are not taken stay the caller's. Softirq context.
    fn xdp_xmit(&self, port: &Port<Self>, frames: &mut Frames<'_>, flush: bool) -> Result;
    /// `ip link set mtu`.
    fn set_mtu(&self, port: &Port<Self>, mtu: usize) -> Result;
    /// `ip link set address`.
    fn set_address(&self, dev: &NetDevice, address: [u8; 6]);
    /// Promiscuous mode and multicast.
    fn set_rx_mode(&self, filter: &Filter<'_>);
    /// Packets of VLAN `vid` are wanted, or not.
    fn set_vlan(&self, vid: u16, wanted: bool);
    /// Counters. Any context.
    fn link_stats(&self, port: &Port<Self>) -> LinkStats;
    /// A transmit queue has not moved for five seconds. Must not sleep.
    fn tx_timeout(&self, port: &Port<Self>, queue: usize);
    /// The device is about to sleep or to be reset by somebody else. Under rtnl.
    fn quiesce(&self, port: &Port<Self>);
    /// It is back, and knows nothing any more. Under rtnl.
    fn revive(&self, port: &Port<Self>);
    /// What [`Port::defer`] asked for: in process context, under rtnl.
    fn deferred(&self, port: &Port<Self>);
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
    pub(super) dev: NonNull<bindings::net_device>,
    #[pin]
    pub(super) ops: T,
    #[pin]
    pub(super) pollers: Pollers<T::Poll>,
    pub(super) xmit: [UnsafeCell<T::Xmit>; MAX_QUEUES],
    #[pin]
    pub(super) deferred: Deferred,
    #[pin]
    pub(super) power: Power,
    pub(super) phc: PhcIndex,
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

    /// Its NAPI instances.
    #[inline]
    pub(crate) fn pollers(&self) -> &Pollers<T::Poll> {
        &self.pollers
    }

    /// The driver.
    #[inline]
    pub(crate) fn driver(&self) -> &T {
        &self.ops
    }

    /// Has [`Operations::deferred`] called soon. Any context.
    pub(crate) fn defer(&self) {
        self.deferred.schedule();
    }

    /// The number of the interface's clock, if it is registered.
    pub(crate) fn phc_index(&self) -> Option<u32> {
        self.phc.get()
    }

    /// The transmit state of a queue, with the queue locked. Bottom halves are off until the guard is dropped. Process
    /// context.
    pub(crate) fn lock_tx(&self, queue: usize) -> Option<XmitGuard<'_, T::Xmit>> {
        let state = self.xmit.get(queue)?;
        // SAFETY: The state is that of the queue.
        Some(unsafe { XmitGuard::lock_bh(self.dev().tx_queue(queue), state) })
    }

    /// The same in softirq context.
    #[inline]
    pub(crate) fn lock_tx_softirq(
        &self,
        queue: usize,
        _context: &impl Softirq,
    ) -> Option<XmitGuard<'_, T::Xmit>> {
        let state = self.xmit.get(queue)?;
        // SAFETY: The state is that of the queue, and bottom halves are off.
        Some(unsafe { XmitGuard::lock(self.dev().tx_queue(queue), state) })
    }

    /// Tells user space which NAPI instance serves which queue: the first `count` do. Under rtnl.
    pub(crate) fn link_napis(&self, count: usize) {
        for queue in 0..MAX_QUEUES {
            let Some(napi) = self.pollers.get(queue) else {
                continue;
            };
            // SAFETY: Live; both queues of the pair exist, or the C side looks no further.
            unsafe {
                bindings::rnic_link_napi(
                    self.dev.as_ptr(),
                    queue as u32,
                    napi.napi.get(),
                    queue < count,
                );
            }
        }
    }
}

impl<T: Operations> pci_device::Handler for Port<T> {
    #[inline]
    fn interrupt(&self, vector: usize) -> bool {
        self.ops.interrupt(self, vector)
    }
}

/// Proof that bottom halves are off.
pub(crate) trait Softirq {}

impl Softirq for NapiContext<'_> {}

impl Softirq for Frames<'_> {}

/// Whether the stack has another packet at hand, so that the tail register can wait. In `start_xmit` only.
#[inline]
pub(crate) fn xmit_more() -> bool {
    // SAFETY: Reads a per-processor flag.
    unsafe { bindings::rnic_xmit_more() }
}
