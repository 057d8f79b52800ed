// SPDX-License-Identifier: GPL-2.0

//! ethtool's table: who the driver is, its link, its ring sizes and its private flags.
//!
//! C header: [`include/linux/ethtool.h`](srctree/include/linux/ethtool.h)

use super::{bindings, extack::ExtAck, netdev::Operations, vtable::port};
use kernel::{error::from_result, prelude::*};

pub(super) const fn table<T: Operations>() -> bindings::ethtool_ops {
    bindings::ethtool_ops {
        get_drvinfo: Some(drvinfo::<T>),
        get_link: Some(bindings::ethtool_op_get_link),
        get_ringparam: Some(ringparam::<T>),
        set_ringparam: Some(set_ringparam),
        get_channels: Some(channels),
        set_channels: Some(set_channels),
        get_link_ksettings: Some(link_ksettings),
        get_sset_count: Some(sset_count::<T>),
        get_strings: Some(strings::<T>),
        get_priv_flags: Some(private_flags::<T>),
        set_priv_flags: Some(set_private_flags::<T>),
        ..pin_init::zeroed()
    }
}

/// The core fills the rest, such as the bus address.
unsafe extern "C" fn drvinfo<T: Operations>(
    _dev: *mut bindings::net_device,
    info: *mut bindings::ethtool_drvinfo,
) {
    // SAFETY: The kernel passes storage of its own.
    let info = unsafe { &mut *info };
    for (to, from) in info.driver.iter_mut().zip(T::NAME.to_bytes()) {
        *to = *from as c_char;
    }
}

unsafe extern "C" fn ringparam<T: Operations>(
    dev: *mut bindings::net_device,
    ring: *mut bindings::ethtool_ringparam,
    _kernel: *mut bindings::kernel_ethtool_ringparam,
    _extack: *mut bindings::netlink_ext_ack,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let (rx, tx) = unsafe { port::<T>(dev) }.driver().ring_sizes();
    // SAFETY: The kernel passes storage of its own.
    let ring = unsafe { &mut *ring };
    ring.rx_pending = rx;
    ring.rx_max_pending = rx;
    ring.tx_pending = tx;
    ring.tx_max_pending = tx;
}

/// The core has refused what is larger than the maximum, and does not call when nothing changes.
unsafe extern "C" fn set_ringparam(
    _dev: *mut bindings::net_device,
    _ring: *mut bindings::ethtool_ringparam,
    _kernel: *mut bindings::kernel_ethtool_ringparam,
    extack: *mut bindings::netlink_ext_ack,
) -> c_int {
    // SAFETY: The extack is valid for the request.
    let mut extack = unsafe { ExtAck::from_raw(extack) };
    from_result(|| {
        extack.refuse(
            EOPNOTSUPP,
            c"the ring sizes are fixed; ethtool -g shows them",
        )
    })
}

/// One receive and one transmit queue, which share an interrupt.
unsafe extern "C" fn channels(
    _dev: *mut bindings::net_device,
    channels: *mut bindings::ethtool_channels,
) {
    // SAFETY: The kernel passes storage of its own.
    let channels = unsafe { &mut *channels };
    channels.max_combined = 1;
    channels.combined_count = 1;
}

/// The core refuses, with a message, every number of channels but the one that there is.
unsafe extern "C" fn set_channels(
    _dev: *mut bindings::net_device,
    _channels: *mut bindings::ethtool_channels,
) -> c_int {
    EOPNOTSUPP.to_errno()
}

/// The emulated PHY always runs at 1000 Mb/s, full duplex.
unsafe extern "C" fn link_ksettings(
    dev: *mut bindings::net_device,
    settings: *mut bindings::ethtool_link_ksettings,
) -> c_int {
    // SAFETY: The kernel calls with a live interface.
    let up = unsafe { bindings::ethtool_op_get_link(dev) } != 0;
    // SAFETY: The kernel passes storage of its own.
    let base = unsafe { &mut (*settings).base };
    (base.speed, base.duplex) = if up {
        (bindings::SPEED_1000, bindings::DUPLEX_FULL as u8)
    } else {
        (
            bindings::SPEED_UNKNOWN as u32,
            bindings::DUPLEX_UNKNOWN as u8,
        )
    };
    base.autoneg = bindings::AUTONEG_ENABLE as u8;
    base.port = bindings::PORT_TP as u8;
    0
}

const PRIVATE_FLAGS: u32 = bindings::ethtool_stringset_ETH_SS_PRIV_FLAGS;

unsafe extern "C" fn sset_count<T: Operations>(
    _dev: *mut bindings::net_device,
    set: c_int,
) -> c_int {
    if set as u32 == PRIVATE_FLAGS {
        T::PRIVATE_FLAGS.len() as c_int
    } else {
        EOPNOTSUPP.to_errno()
    }
}

unsafe extern "C" fn strings<T: Operations>(
    _dev: *mut bindings::net_device,
    set: u32,
    to: *mut u8,
) {
    const LEN: usize = bindings::ETH_GSTRING_LEN as usize;
    if set != PRIVATE_FLAGS {
        return;
    }
    for (i, name) in T::PRIVATE_FLAGS.iter().enumerate() {
        let name = name.to_bytes();
        let len = name.len().min(LEN - 1);
        // SAFETY: The kernel passes zeroed room for as many names of 32 bytes as `sset_count` says.
        unsafe { to.add(i * LEN).copy_from_nonoverlapping(name.as_ptr(), len) };
    }
}

unsafe extern "C" fn private_flags<T: Operations>(dev: *mut bindings::net_device) -> u32 {
    // SAFETY: The kernel calls with an interface of this driver.
    unsafe { port::<T>(dev) }.driver().private_flags()
}

unsafe extern "C" fn set_private_flags<T: Operations>(
    dev: *mut bindings::net_device,
    flags: u32,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    from_result(|| port.driver().set_private_flags(port, flags).map(|()| 0))
}
