// SPDX-License-Identifier: GPL-2.0

//! The function tables that the C side calls, made from a driver's [`Operations`].

use super::{
    bindings, ethtool, hwtstamp,
    napi::{Napi, NapiContext},
    netdev::{Filter, LinkStats, NetDevice, Operations, Polled, Port, Xmit},
    netdev_bpf, queue_stats,
    series::EADDRNOTAVAIL,
    skb::SkBuff,
    sysfs, xdp_frame,
};
use core::{
    marker::PhantomData,
    ptr::{self, NonNull},
};
use kernel::{error::from_result, prelude::*};

/// The tables of driver `T`.
pub(super) struct Vtable<T>(PhantomData<T>);

/// The port of an interface of driver `T`.
///
/// # Safety
///
/// `dev` is a registered interface of driver `T`, which stays alive for `'a`.
pub(super) unsafe fn port<'a, T: Operations>(dev: *mut bindings::net_device) -> &'a Port<T> {
    // SAFETY: The private area of such an interface holds a pointer to its port.
    unsafe { &**bindings::rnic_netdev_priv(dev).cast::<*const Port<T>>() }
}

impl<T: Operations> Vtable<T> {
    pub(super) const NETDEV: &'static bindings::net_device_ops = &bindings::net_device_ops {
        ndo_open: Some(Self::open),
        ndo_stop: Some(Self::stop),
        ndo_start_xmit: Some(Self::start_xmit),
        ndo_set_rx_mode_async: Some(Self::set_rx_mode),
        ndo_set_mac_address: Some(Self::set_mac_address),
        ndo_validate_addr: Some(bindings::eth_validate_addr),
        ndo_get_stats64: Some(Self::get_stats64),
        ndo_fix_features: Some(Self::fix_features),
        ndo_set_features: Some(Self::set_features),
        ndo_features_check: Some(bindings::rnic_features_check),
        ndo_change_mtu: Some(Self::change_mtu),
        ndo_vlan_rx_add_vid: Some(Self::vlan_rx_add_vid),
        ndo_vlan_rx_kill_vid: Some(Self::vlan_rx_kill_vid),
        ndo_bpf: Some(netdev_bpf::bpf::<T>),
        ndo_xdp_xmit: Some(xdp_frame::xdp_xmit::<T>),
        ndo_xsk_wakeup: Some(netdev_bpf::xsk_wakeup::<T>),
        ndo_hwtstamp_get: Some(hwtstamp::get::<T>),
        ndo_hwtstamp_set: Some(hwtstamp::set::<T>),
        ndo_tx_timeout: Some(Self::tx_timeout),
        ..pin_init::zeroed()
    };

    pub(super) const ETHTOOL: &'static bindings::ethtool_ops = &ethtool::table::<T>();

    pub(super) const QUEUE_STATS: &'static bindings::netdev_stat_ops = &queue_stats::table::<T>();

    pub(super) const RX_QUEUE: &'static bindings::attribute_group = &sysfs::group::<T>();

    unsafe extern "C" fn open(dev: *mut bindings::net_device) -> c_int {
        // SAFETY: The kernel calls with an interface of this driver.
        let port = unsafe { port::<T>(dev) };
        from_result(|| port.driver().open(port).map(|()| 0))
    }

    unsafe extern "C" fn stop(dev: *mut bindings::net_device) -> c_int {
        // SAFETY: As in `open`.
        let port = unsafe { port::<T>(dev) };
        port.driver().stop(port);
        0
    }

    unsafe extern "C" fn start_xmit(
        skb: *mut bindings::sk_buff,
        dev: *mut bindings::net_device,
    ) -> bindings::netdev_tx_t {
        // SAFETY: As in `open`.
        let port = unsafe { port::<T>(dev) };
        // SAFETY: The kernel passes a live skb, and its ownership.
        let skb = unsafe { SkBuff::from_raw(NonNull::new_unchecked(skb)) };
        // SAFETY: Live until it is given away below.
        let queue = unsafe { bindings::rnic_skb_queue(skb.as_raw()) } as usize;
        let Some(state) = port.xmit.get(queue) else {
            return bindings::netdev_tx_NETDEV_TX_OK;
        };
        // SAFETY: The kernel holds the transmit queue's lock, so that nobody else has the state.
        let state = unsafe { &mut *state.get() };
        match port
            .driver()
            .start_xmit(state, port, port.dev().tx_queue(queue), skb)
        {
            Xmit::Taken => bindings::netdev_tx_NETDEV_TX_OK,
            Xmit::Busy(skb) => {
                // The kernel keeps the packet.
                let _ = skb.into_raw();
                bindings::netdev_tx_NETDEV_TX_BUSY
            }
        }
    }

    pub(super) unsafe extern "C" fn poll(napi: *mut bindings::napi_struct, budget: c_int) -> c_int {
        // SAFETY: The instance belongs to an interface of this driver.
        let port = unsafe { &**bindings::rnic_napi_netdev_priv(napi).cast::<*const Port<T>>() };
        // SAFETY: The instance is the first member of one of the port's pollers.
        let poller = unsafe { &*napi.cast::<Napi<T::Poll>>() };
        // SAFETY: This is the poll function.
        let context = unsafe { NapiContext::polling(poller.napi.get()) };
        let budget = budget.max(0) as usize;
        let polled = {
            // SAFETY: NAPI runs one poll of an instance at a time and none while it is disabled.
            let state = unsafe { &mut *poller.state.get() };
            port.driver().poll(state, port, &context, budget)
        };
        let Some(Polled { work, pair }) = polled else {
            context.complete(0);
            return 0;
        };
        // From its end on the instance may be polled elsewhere, or be disabled and its rings be freed.
        if work < budget && context.complete(work) {
            port.driver().rearm(pair);
            if context.take() {
                let pending = {
                    // SAFETY: `take` has made this the only poll again, which disabling waits for.
                    let state = unsafe { &mut *poller.state.get() };
                    port.driver().is_pending(state)
                };
                if pending {
                    context.go_on();
                } else {
                    context.complete(0);
                }
            }
        }
        work as c_int
    }

    /// Unlike the older callback this one is called in process context, under rtnl.
    unsafe extern "C" fn set_rx_mode(
        dev: *mut bindings::net_device,
        unicast: *mut bindings::netdev_hw_addr_list,
        multicast: *mut bindings::netdev_hw_addr_list,
    ) -> c_int {
        // SAFETY: As in `open`.
        let port = unsafe { port::<T>(dev) };
        // SAFETY: The device is live; the kernel passes copies of its address lists.
        let filter = unsafe {
            Filter::new(
                bindings::rnic_netdev_promiscuous(dev),
                bindings::rnic_netdev_allmulti(dev),
                (*unicast).count > 0,
                &*multicast,
            )
        };
        port.driver().set_rx_mode(&filter);
        0
    }

    unsafe extern "C" fn set_mac_address(
        dev: *mut bindings::net_device,
        addr: *mut c_void,
    ) -> c_int {
        let mut address = [0; 6];
        // SAFETY: `addr` is a sockaddr with the new address.
        if unsafe { !bindings::rnic_sockaddr_ether(addr, address.as_mut_ptr()) } {
            return EADDRNOTAVAIL.to_errno();
        }
        // SAFETY: As in `open`.
        let port = unsafe { port::<T>(dev) };
        port.driver().set_address(port.dev(), address);
        port.dev().set_address(address);
        0
    }

    unsafe extern "C" fn get_stats64(
        dev: *mut bindings::net_device,
        to: *mut bindings::rtnl_link_stats64,
    ) {
        // SAFETY: As in `open`.
        let port = unsafe { port::<T>(dev) };
        let stats: LinkStats = port.driver().link_stats(port);
        // SAFETY: The kernel passes storage of its own.
        let to = unsafe { &mut *to };
        to.rx_packets = stats.rx_packets;
        to.rx_bytes = stats.rx_bytes;
        to.rx_dropped = stats.rx_dropped;
        to.rx_length_errors = stats.rx_length_errors;
        to.rx_errors = stats.rx_errors + stats.rx_length_errors;
        to.tx_packets = stats.tx_packets;
        to.tx_bytes = stats.tx_bytes;
        to.tx_dropped = stats.tx_dropped;
    }

    unsafe extern "C" fn set_features(dev: *mut bindings::net_device, features: u64) -> c_int {
        // SAFETY: As in `open`.
        let port = unsafe { port::<T>(dev) };
        from_result(|| port.driver().set_features(port, features).map(|()| 0))
    }

    unsafe extern "C" fn fix_features(dev: *mut bindings::net_device, features: u64) -> u64 {
        // SAFETY: As in `open`; also called while the interface is registered, when the port is complete.
        unsafe { port::<T>(dev) }.driver().fix_features(features)
    }

    unsafe extern "C" fn change_mtu(dev: *mut bindings::net_device, mtu: c_int) -> c_int {
        // SAFETY: As in `open`.
        let port = unsafe { port::<T>(dev) };
        from_result(|| port.driver().set_mtu(port, mtu.max(0) as usize).map(|()| 0))
    }

    unsafe extern "C" fn vlan_rx_add_vid(
        dev: *mut bindings::net_device,
        _proto: bindings::__be16,
        vid: u16,
    ) -> c_int {
        // SAFETY: As in `open`.
        unsafe { port::<T>(dev) }.driver().set_vlan(vid, true);
        0
    }

    unsafe extern "C" fn vlan_rx_kill_vid(
        dev: *mut bindings::net_device,
        _proto: bindings::__be16,
        vid: u16,
    ) -> c_int {
        // SAFETY: As in `open`.
        unsafe { port::<T>(dev) }.driver().set_vlan(vid, false);
        0
    }

    unsafe extern "C" fn tx_timeout(dev: *mut bindings::net_device, queue: c_uint) {
        // SAFETY: As in `open`.
        let port = unsafe { port::<T>(dev) };
        port.driver().tx_timeout(port, queue as usize);
    }

    /// The layout of a queue, for the door.
    pub(super) fn layout(dev: &NetDevice, queue: u32) -> Option<&crate::runtime::LayoutState> {
        // SAFETY: The door is of this driver's interfaces, and the interface is borrowed.
        let state = unsafe { port::<T>(dev.as_raw()) }
            .driver()
            .layout(queue)
            .map(ptr::from_ref)?;
        // SAFETY: The state is part of the interface's port, which lives as long as the interface.
        Some(unsafe { &*state })
    }
}
