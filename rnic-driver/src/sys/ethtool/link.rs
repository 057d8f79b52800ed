// SPDX-License-Identifier: GPL-2.0

//! The link: gigabit copper that always negotiates.
//!
//! What it advertises cannot be changed: QEMU's PHY always ends at 1000 Mb/s, so that another setting would be a lie.

use super::super::{bindings, netdev::Operations, vtable::port};
use kernel::{error::from_result, prelude::*};

/// How fast a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Speed {
    /// Mb/s.
    pub(crate) mbps: u32,
    /// Both sides may send at once.
    pub(crate) full_duplex: bool,
}

/// A link mode of the kernel's list, by its bit.
const MODES: [u32; 7] = [
    bindings::ethtool_link_mode_bit_indices_ETHTOOL_LINK_MODE_10baseT_Half_BIT,
    bindings::ethtool_link_mode_bit_indices_ETHTOOL_LINK_MODE_10baseT_Full_BIT,
    bindings::ethtool_link_mode_bit_indices_ETHTOOL_LINK_MODE_100baseT_Half_BIT,
    bindings::ethtool_link_mode_bit_indices_ETHTOOL_LINK_MODE_100baseT_Full_BIT,
    bindings::ethtool_link_mode_bit_indices_ETHTOOL_LINK_MODE_1000baseT_Full_BIT,
    bindings::ethtool_link_mode_bit_indices_ETHTOOL_LINK_MODE_Autoneg_BIT,
    bindings::ethtool_link_mode_bit_indices_ETHTOOL_LINK_MODE_TP_BIT,
];

/// Supported and advertised modes.
const LINK_MODES: bindings::ethtool_link_ksettings__bindgen_ty_1 = {
    let mut modes: bindings::ethtool_link_ksettings__bindgen_ty_1 = pin_init::zeroed();
    let mut i = 0;
    while i < MODES.len() {
        modes.supported[(MODES[i] / c_ulong::BITS) as usize] |= 1 << (MODES[i] % c_ulong::BITS);
        i += 1;
    }
    modes.advertising = modes.supported;
    modes
};

pub(super) unsafe extern "C" fn get<T: Operations>(
    dev: *mut bindings::net_device,
    settings: *mut bindings::ethtool_link_ksettings,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes zeroed storage of its own.
    let settings = unsafe { &mut *settings };
    settings.link_modes = LINK_MODES;
    let base = &mut settings.base;
    (base.speed, base.duplex) = match port.driver().link_speed(port) {
        Some(Speed {
            mbps,
            full_duplex: true,
        }) => (mbps, bindings::DUPLEX_FULL as u8),
        Some(Speed { mbps, .. }) => (mbps, bindings::DUPLEX_HALF as u8),
        None => (
            bindings::SPEED_UNKNOWN as u32,
            bindings::DUPLEX_UNKNOWN as u8,
        ),
    };
    base.autoneg = bindings::AUTONEG_ENABLE as u8;
    base.port = bindings::PORT_TP as u8;
    0
}

/// Accepts what is in force anyway. Speed and duplex do not count while the link negotiates.
pub(super) unsafe extern "C" fn set(
    _dev: *mut bindings::net_device,
    settings: *const bindings::ethtool_link_ksettings,
) -> c_int {
    // SAFETY: The kernel passes a filled request.
    let settings = unsafe { &*settings };
    let base = &settings.base;
    let same = u32::from(base.autoneg) == bindings::AUTONEG_ENABLE
        && u32::from(base.port) == bindings::PORT_TP
        && u32::from(base.eth_tp_mdix_ctrl) == bindings::ETH_TP_MDI_INVALID
        && settings.link_modes.advertising == LINK_MODES.advertising;
    if same {
        0
    } else {
        EINVAL.to_errno()
    }
}

pub(super) unsafe extern "C" fn restart<T: Operations>(dev: *mut bindings::net_device) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    from_result(|| port.driver().restart_autoneg(port).map(|()| 0))
}
