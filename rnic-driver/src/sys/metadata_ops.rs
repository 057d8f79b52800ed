// SPDX-License-Identifier: GPL-2.0

//! `xdp_metadata_ops`: the standard metadata kfuncs, and the door from an interface to its layouts.
//!
//! The kernel knows the table's first members only. Behind them stand the callback that finds a queue's published
//! layout and the table of all layouts, so that `netdev->xdp_metadata_ops` leads to both. A table is known by its
//! address: what lies behind a foreign driver's table is never read.
//!
//! C header: [`include/net/xdp.h`](srctree/include/net/xdp.h)

use super::{
    bindings,
    netdev::{NetDevice, Operations},
    series::ENODATA,
    vtable::Vtable,
    xdp_context::Context,
};
use crate::runtime::LayoutState;
use kernel::prelude::*;
use meta_core::layout::Layout;

/// What the metadata kfuncs answer from.
pub(crate) trait Stash {
    /// When the packet arrived, in nanoseconds of the NIC's clock.
    fn rx_timestamp(&self) -> Option<u64>;
    /// Hash and `enum xdp_rss_hash_type`, if the packet has one.
    fn rx_hash(&self) -> Option<(u32, u32)>;
    /// Protocol (network byte order) and TCI of a tag that was taken out of the packet.
    fn rx_vlan_tag(&self) -> Option<(u16, u16)>;
}

/// The table of one driver. Its first member is what the kernel sees.
#[repr(C)]
pub(crate) struct Door {
    ops: bindings::xdp_metadata_ops,
    magic: u32,
    version: u32,
    layout: fn(&NetDevice, u32) -> Option<&LayoutState>,
    layouts: &'static [Layout],
}

// SAFETY: Plain constant data.
unsafe impl Sync for Door {}

impl Door {
    /// "XMDR", for a debugger's eyes.
    const MAGIC: u32 = 0x584d_4452;

    /// The table of driver `T` with the layouts `layouts`.
    pub(crate) const fn new<T: Operations, S: Stash>(layouts: &'static [Layout]) -> Self {
        Self {
            ops: bindings::xdp_metadata_ops {
                xmo_rx_hash: Some(rx_hash::<S>),
                xmo_rx_vlan_tag: Some(rx_vlan_tag::<S>),
                xmo_rx_timestamp: Some(rx_timestamp::<S>),
            },
            magic: Self::MAGIC,
            version: 1,
            layout: Vtable::<T>::layout,
            layouts,
        }
    }

    /// The door of `dev`, if it belongs to this module.
    pub(crate) fn of(dev: &NetDevice) -> Option<&'static Self> {
        // SAFETY: Live.
        let ops = unsafe { bindings::rnic_netdev_xdp_metadata_ops(dev.as_raw()) };
        // A table that lies among ours is one of them.
        let doors = &crate::hal::DOORS;
        let at = ops.addr().wrapping_sub(doors.as_ptr().addr());
        doors.get(at / size_of::<Self>())
    }

    pub(super) fn as_raw(&self) -> *const bindings::xdp_metadata_ops {
        &self.ops
    }

    /// The published layout of receive queue `queue`. `dev` is behind this door.
    pub(crate) fn layout<'a>(&self, dev: &'a NetDevice, queue: u32) -> Option<&'a LayoutState> {
        (self.layout)(dev, queue)
    }

    /// Every layout that the driver may use.
    pub(crate) fn layouts(&self) -> &'static [Layout] {
        self.layouts
    }
}

unsafe extern "C" fn rx_timestamp<S: Stash>(
    ctx: *const bindings::xdp_md,
    timestamp: *mut u64,
) -> c_int {
    // SAFETY: The kfunc passes the context of a program that runs on this driver's packet.
    match unsafe { Context::stash_of::<S>(ctx) }.rx_timestamp() {
        Some(value) => {
            // SAFETY: The verifier checked the pointer.
            unsafe { *timestamp = value };
            0
        }
        None => ENODATA.to_errno(),
    }
}

unsafe extern "C" fn rx_hash<S: Stash>(
    ctx: *const bindings::xdp_md,
    hash: *mut u32,
    rss_type: *mut bindings::xdp_rss_hash_type,
) -> c_int {
    // SAFETY: The kfunc passes the context of a program that runs on this driver's packet.
    match unsafe { Context::stash_of::<S>(ctx) }.rx_hash() {
        Some((value, kind)) => {
            // SAFETY: The verifier checked both pointers.
            unsafe {
                *hash = value;
                *rss_type = kind;
            }
            0
        }
        None => ENODATA.to_errno(),
    }
}

unsafe extern "C" fn rx_vlan_tag<S: Stash>(
    ctx: *const bindings::xdp_md,
    vlan_proto: *mut bindings::__be16,
    vlan_tci: *mut u16,
) -> c_int {
    // SAFETY: As in `rx_hash`.
    match unsafe { Context::stash_of::<S>(ctx) }.rx_vlan_tag() {
        Some((proto, tci)) => {
            // SAFETY: The verifier checked both pointers.
            unsafe {
                *vlan_proto = proto;
                *vlan_tci = tci;
            }
            0
        }
        None => ENODATA.to_errno(),
    }
}
