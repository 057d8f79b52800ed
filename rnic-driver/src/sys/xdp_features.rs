// SPDX-License-Identifier: GPL-2.0

//! What an interface says it can do with XDP: `dev->xdp_features`, as `ynl --family netdev --dump dev-get` shows it.
//!
//! The core believes it: without [`Features::TRANSMIT`] nothing is redirected to the interface, without
//! [`Features::TRANSMIT_FRAGS`] no packet in several parts, and without [`Features::ZERO_COPY`] every AF_XDP socket
//! copies. So the features say what the driver does in its present configuration, never more.
//!
//! C header: [`include/net/xdp.h`](srctree/include/net/xdp.h)

use super::{bindings, netdev::NetDevice};

/// A set of XDP features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Features(u32);

impl Features {
    /// ABORTED, DROP, PASS and TX.
    pub(crate) const BASIC: Self = Self(bindings::netdev_xdp_act_NETDEV_XDP_ACT_BASIC);
    /// Received packets can be redirected.
    pub(crate) const REDIRECT: Self = Self(bindings::netdev_xdp_act_NETDEV_XDP_ACT_REDIRECT);
    /// Packets can be redirected to the interface.
    pub(crate) const TRANSMIT: Self = Self(bindings::netdev_xdp_act_NETDEV_XDP_ACT_NDO_XMIT);
    /// Also those in several parts.
    pub(crate) const TRANSMIT_FRAGS: Self =
        Self(bindings::netdev_xdp_act_NETDEV_XDP_ACT_NDO_XMIT_SG);
    /// AF_XDP sockets without copies. The core wants [`Features::BASIC`] and [`Features::REDIRECT`] with it.
    pub(crate) const ZERO_COPY: Self = Self(bindings::netdev_xdp_act_NETDEV_XDP_ACT_XSK_ZEROCOPY);
    /// Programs see packets in several parts.
    pub(crate) const RECEIVE_FRAGS: Self = Self(bindings::netdev_xdp_act_NETDEV_XDP_ACT_RX_SG);

    /// Both sets.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Says what `dev` can do, before it is registered.
pub(super) fn init(dev: &NetDevice, features: Features) {
    // SAFETY: Live. The function takes the instance lock, which nobody holds: nobody knows the device yet.
    unsafe { bindings::xdp_set_features_flag(dev.as_raw(), features.0) };
}
