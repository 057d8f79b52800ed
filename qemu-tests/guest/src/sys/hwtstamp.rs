// SPDX-License-Identifier: GPL-2.0

//! Which packets get a hardware time stamp: `SIOCSHWTSTAMP`.

use std::io;
use std::os::fd::AsRawFd;
use std::ptr;

use rustix::net::{socket, AddressFamily, SocketType};

const SIOCSHWTSTAMP: libc::Ioctl = 0x89b0;

/// `enum hwtstamp_rx_filters`.
pub(crate) mod filter {
    /// None.
    pub(crate) const NONE: u32 = 0;
    /// All packets.
    pub(crate) const ALL: u32 = 1;
    /// PTP version 2 in Ethernet, Sync.
    pub(crate) const PTP_V2_L2_SYNC: u32 = 10;
}

/// `struct hwtstamp_config`.
#[repr(C)]
struct Config {
    flags: u32,
    tx_type: u32,
    rx_filter: u32,
}

/// Asks for receive stamps of what `filter` says, and for no transmit stamps; gives the filter that was granted.
///
/// # Errors
///
/// What the driver says.
pub(crate) fn set(interface: &str, filter: u32) -> io::Result<u32> {
    set_both(interface, false, filter)
}

/// The same, with transmit stamps for packets that ask for them, or without.
///
/// # Errors
///
/// What the driver says.
pub(crate) fn set_both(interface: &str, tx: bool, filter: u32) -> io::Result<u32> {
    let mut name = [0; libc::IFNAMSIZ];
    if interface.len() >= name.len() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    for (to, from) in name.iter_mut().zip(interface.bytes()) {
        *to = from as libc::c_char;
    }
    let mut config = Config {
        flags: 0,
        tx_type: u32::from(tx),
        rx_filter: filter,
    };
    let mut request = libc::ifreq {
        ifr_name: name,
        ifr_ifru: libc::__c_anonymous_ifr_ifru {
            ifru_data: (&raw mut config).cast(),
        },
    };
    let socket = socket(AddressFamily::INET, SocketType::DGRAM, None)?;
    // SAFETY: The command takes a `struct ifreq` whose pointer leads to a `struct hwtstamp_config`; both are alive.
    match unsafe {
        libc::ioctl(
            socket.as_raw_fd(),
            SIOCSHWTSTAMP,
            ptr::from_mut(&mut request),
        )
    } {
        0 => Ok(config.rx_filter),
        _ => Err(io::Error::last_os_error()),
    }
}
