// SPDX-License-Identifier: GPL-2.0

//! RSS: the hash key, the table from hashes to queues, and the fields that are hashed.
//!
//! The C side changes one or two of them; the driver gets a whole [`crate::rss::Config`] with the rest as it was. The core
//! remembers whether the table is a user's (`NetDevice::is_rxfh_configured`): only then does it keep `ethtool -L` from
//! taking away a queue that the table names, and only then may the driver not spread it anew. `ethtool -X default` makes
//! it the driver's again.

use super::super::{
    bindings, extack::ExtAck, netdev::Operations, series::EOPNOTSUPP, vtable::port,
};
use crate::rss::{Fields, Flow, Table, KEY_LEN, TABLE_LEN};
use core::{ptr::NonNull, slice};
use kernel::{error::from_result, prelude::*};

/// The hash function.
const TOEPLITZ: u32 = 1 << bindings::ETH_RSS_HASH_TOP_BIT;

const ADDRESSES: u32 = bindings::RXH_IP_SRC | bindings::RXH_IP_DST;
const PORTS: u32 = bindings::RXH_L4_B_0_1 | bindings::RXH_L4_B_2_3;

/// The flow of a flow type, if it is hashed at all.
const fn flow(flow_type: u32) -> Option<Flow> {
    Some(match flow_type {
        bindings::TCP_V4_FLOW => Flow::TcpIpv4,
        bindings::UDP_V4_FLOW => Flow::UdpIpv4,
        bindings::TCP_V6_FLOW => Flow::TcpIpv6,
        bindings::UDP_V6_FLOW => Flow::UdpIpv6,
        bindings::SCTP_V4_FLOW
        | bindings::AH_ESP_V4_FLOW
        | bindings::AH_V4_FLOW
        | bindings::ESP_V4_FLOW
        | bindings::IPV4_FLOW => Flow::Ipv4,
        bindings::SCTP_V6_FLOW
        | bindings::AH_ESP_V6_FLOW
        | bindings::AH_V6_FLOW
        | bindings::ESP_V6_FLOW
        | bindings::IPV6_FLOW => Flow::Ipv6,
        _ => return None,
    })
}

pub(super) unsafe extern "C" fn queue_count<T: Operations>(dev: *mut bindings::net_device) -> u32 {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    port.driver().channels(port).now as u32
}

pub(super) unsafe extern "C" fn key_size(_dev: *mut bindings::net_device) -> u32 {
    KEY_LEN as u32
}

pub(super) unsafe extern "C" fn table_size(_dev: *mut bindings::net_device) -> u32 {
    TABLE_LEN as u32
}

pub(super) unsafe extern "C" fn get<T: Operations>(
    dev: *mut bindings::net_device,
    param: *mut bindings::ethtool_rxfh_param,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    let config = port.driver().rss(port);
    // SAFETY: The kernel passes a filled request.
    let param = unsafe { &mut *param };
    param.hfunc = TOEPLITZ as u8;
    if let Some(indir) = NonNull::new(param.indir) {
        // SAFETY: Where the kernel wants the table, it has zeroed room for as many entries as `table_size` says. What the
        // request says of their number does not count: `ethtool_get_max_rxfh_channel` leaves it 0.
        let entries = unsafe { slice::from_raw_parts_mut(indir.as_ptr(), TABLE_LEN) };
        for (to, &queue) in entries.iter_mut().zip(config.table.queues()) {
            *to = queue.into();
        }
    }
    if let Some(key) = NonNull::new(param.key) {
        // SAFETY: As above, with as many bytes as `key_size` says.
        unsafe { key.cast::<[u8; KEY_LEN]>().write(config.key) };
    }
    0
}

/// The core has refused a key or a table of another size, and all contexts but the first.
pub(super) unsafe extern "C" fn set<T: Operations>(
    dev: *mut bindings::net_device,
    param: *mut bindings::ethtool_rxfh_param,
    extack: *mut bindings::netlink_ext_ack,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes a filled request.
    let param = unsafe { &*param };
    // SAFETY: The extack is valid for the request.
    let mut extack = unsafe { ExtAck::from_raw(extack) };
    from_result(|| {
        if !matches!(
            param.hfunc.into(),
            bindings::ETH_RSS_HASH_NO_CHANGE | TOEPLITZ
        ) {
            return extack.refuse(EOPNOTSUPP, c"the hash function is Toeplitz");
        }
        if !matches!(param.input_xfrm.into(), 0 | bindings::RXH_XFRM_NO_CHANGE) {
            return extack.refuse(EOPNOTSUPP, c"the hash input cannot be made symmetric");
        }
        let mut config = port.driver().rss(port);
        if let Some(indir) = NonNull::new(param.indir) {
            // SAFETY: Where the kernel passes a table, it has as many entries as `table_size` says.
            let entries = unsafe { slice::from_raw_parts(indir.as_ptr(), TABLE_LEN) };
            config.table = match Table::new(entries, port.driver().channels(port).now) {
                Some(table) => table,
                None => {
                    return extack.refuse(EINVAL, c"the table names a queue that does not exist")
                }
            };
        }
        if let Some(key) = NonNull::new(param.key) {
            // SAFETY: Where the kernel passes a key, it has as many bytes as `key_size` says.
            config.key = unsafe { key.cast::<[u8; KEY_LEN]>().read() };
        }
        port.driver().set_rss(port, config, &mut extack).map(|()| 0)
    })
}

pub(super) unsafe extern "C" fn fields<T: Operations>(
    dev: *mut bindings::net_device,
    fields: *mut bindings::ethtool_rxfh_fields,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes a filled request.
    let fields = unsafe { &mut *fields };
    // Refused, a flow is not shown.
    let Some(flow) = flow(fields.flow_type) else {
        return EINVAL.to_errno();
    };
    fields.data = match port.driver().rss(port).ports.fields(flow) {
        Fields::Addresses => ADDRESSES,
        Fields::Ports => ADDRESSES | PORTS,
    };
    0
}

pub(super) unsafe extern "C" fn set_fields<T: Operations>(
    dev: *mut bindings::net_device,
    fields: *const bindings::ethtool_rxfh_fields,
    extack: *mut bindings::netlink_ext_ack,
) -> c_int {
    const ALL: u32 = ADDRESSES | PORTS;
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes a filled request.
    let request = unsafe { &*fields };
    // SAFETY: The extack is valid for the request.
    let mut extack = unsafe { ExtAck::from_raw(extack) };
    from_result(|| {
        let Some(flow) = flow(request.flow_type) else {
            return extack.refuse(EINVAL, c"packets of this type are not hashed");
        };
        let fields =
            match request.data {
                ADDRESSES => Fields::Addresses,
                ALL => Fields::Ports,
                _ => return extack.refuse(
                    EINVAL,
                    c"a hash covers both addresses (sd), or both addresses and both ports (sdfn)",
                ),
            };
        let mut config = port.driver().rss(port);
        let capable = port.driver().hashable_ports();
        config.ports = match config.ports.changed(flow, fields, capable) {
            Some(ports) => ports,
            None => {
                return extack.refuse(EINVAL, c"the hardware cannot hash the ports of this type")
            }
        };
        port.driver().set_rss(port, config, &mut extack).map(|()| 0)
    })
}
