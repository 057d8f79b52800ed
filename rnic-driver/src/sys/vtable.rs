// SPDX-License-Identifier: GPL-2.0

//! The function tables that the C side calls, made from a driver's [`Operations`].

use super::{
    bindings, ethtool,
    extack::ExtAck,
    napi::NapiContext,
    netdev::{LinkStats, NetDevice, Operations, Port, Xmit},
    skb::SkBuff,
    sysfs,
    xdp::Prog,
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
        ndo_set_features: Some(Self::set_features),
        ndo_bpf: Some(Self::bpf),
        ndo_tx_timeout: Some(Self::tx_timeout),
        ..pin_init::zeroed()
    };

    pub(super) const ETHTOOL: &'static bindings::ethtool_ops = &ethtool::table::<T>();

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
        // SAFETY: The kernel holds the transmit queue's lock, so that nobody else has the state.
        let tx = unsafe { &mut *port.xmit.get() };
        // SAFETY: The kernel passes a live skb, and its ownership.
        let skb = unsafe { SkBuff::from_raw(NonNull::new_unchecked(skb)) };
        match port.driver().start_xmit(tx, port.dev(), skb) {
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
        // SAFETY: NAPI runs one poll of an instance at a time and none while it is disabled.
        let state = unsafe { &mut *port.napi().state.get() };
        // SAFETY: This is the poll function.
        let context = unsafe { NapiContext::polling(port.napi().napi.get()) };
        port.driver()
            .poll(state, port.dev(), &context, budget.max(0) as usize) as c_int
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
        let (promiscuous, all_multicast) = unsafe {
            (
                bindings::rnic_netdev_promiscuous(dev) || (*unicast).count > 0,
                bindings::rnic_netdev_allmulti(dev) || (*multicast).count > 0,
            )
        };
        port.driver().set_rx_mode(promiscuous, all_multicast);
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
        let stats: LinkStats = unsafe { port::<T>(dev) }.driver().stats();
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

    unsafe extern "C" fn bpf(
        dev: *mut bindings::net_device,
        bpf: *mut bindings::netdev_bpf,
    ) -> c_int {
        // SAFETY: As in `open`.
        let port = unsafe { port::<T>(dev) };
        let (mut prog, mut extack) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: The kernel passes a filled request.
        if !unsafe { bindings::rnic_netdev_bpf_setup(bpf, &mut prog, &mut extack) } {
            return EINVAL.to_errno();
        }
        // SAFETY: The extack is valid for the request.
        let mut extack = unsafe { ExtAck::from_raw(extack) };
        // SAFETY: The kernel passes one reference along.
        let prog = NonNull::new(prog).map(|prog| unsafe { Prog::from_raw(prog) });
        let set = port.driver().set_xdp(port, prog.clone(), &mut extack);
        if set.is_err() {
            // The kernel takes its reference back.
            core::mem::forget(prog);
        }
        from_result(|| set.map(|()| 0))
    }

    unsafe extern "C" fn tx_timeout(dev: *mut bindings::net_device, _queue: c_uint) {
        // SAFETY: As in `open`.
        let port = unsafe { port::<T>(dev) };
        port.driver().tx_timeout(port);
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
