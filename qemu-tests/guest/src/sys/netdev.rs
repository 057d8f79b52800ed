// SPDX-License-Identifier: GPL-2.0

//! Configuration of an interface by ioctl(2), in the calling thread.
//!
//! The tools do most of this better. These calls exist where the thread matters: the n-th allocation of
//! a system call can be made to fail only for the thread that makes it.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;

use rustix::net::{socket, AddressFamily, SocketType};

const SIOCETHTOOL: libc::Ioctl = 0x8946;
const ETHTOOL_GFLAGS: u32 = 0x25;
const ETHTOOL_SFLAGS: u32 = 0x26;

/// `ETH_FLAG_TXVLAN`.
pub(crate) const TXVLAN: u32 = 1 << 7;
/// `ETH_FLAG_RXVLAN`.
pub(crate) const RXVLAN: u32 = 1 << 8;
/// `ETH_FLAG_RXHASH`.
pub(crate) const RXHASH: u32 = 1 << 28;

/// One interface, by name.
#[derive(Debug)]
pub(crate) struct Netdev {
    socket: OwnedFd,
    name: [libc::c_char; libc::IFNAMSIZ],
}

/// `struct ethtool_value`.
#[repr(C)]
struct EthtoolValue {
    cmd: u32,
    data: u32,
}

impl Netdev {
    /// Names an interface; it need not exist yet.
    ///
    /// # Errors
    ///
    /// When the name is too long or there is no socket.
    pub(crate) fn new(name: &str) -> io::Result<Self> {
        let mut bytes = [0; libc::IFNAMSIZ];
        if name.len() >= bytes.len() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        for (to, from) in bytes.iter_mut().zip(name.bytes()) {
            *to = from as libc::c_char;
        }
        Ok(Self {
            socket: socket(AddressFamily::INET, SocketType::DGRAM, None)?,
            name: bytes,
        })
    }

    /// Sets the interface up or down.
    ///
    /// # Errors
    ///
    /// What the driver's open or stop says.
    pub(crate) fn set_up(&self, up: bool) -> io::Result<()> {
        let mut request = self.request(libc::__c_anonymous_ifr_ifru { ifru_flags: 0 });
        self.ioctl(libc::SIOCGIFFLAGS, &mut request)?;
        // SAFETY: SIOCGIFFLAGS has filled in this member.
        let flags = i32::from(unsafe { request.ifr_ifru.ifru_flags });
        let flags = if up {
            flags | libc::IFF_UP
        } else {
            flags & !libc::IFF_UP
        };
        // The interface has 16 of these bits.
        request.ifr_ifru.ifru_flags = flags as libc::c_short;
        self.ioctl(libc::SIOCSIFFLAGS, &mut request)
    }

    /// The legacy flags, of which [`RXVLAN`] and [`RXHASH`] are two.
    ///
    /// # Errors
    ///
    /// When there is no such interface.
    pub(crate) fn flags(&self) -> io::Result<u32> {
        let mut value = EthtoolValue {
            cmd: ETHTOOL_GFLAGS,
            data: 0,
        };
        self.ethtool(&mut value)?;
        Ok(value.data)
    }

    /// Sets the legacy flags, as `ethtool -K` does.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn set_flags(&self, flags: u32) -> io::Result<()> {
        self.ethtool(&mut EthtoolValue {
            cmd: ETHTOOL_SFLAGS,
            data: flags,
        })
    }

    fn ethtool(&self, value: &mut EthtoolValue) -> io::Result<()> {
        let ifru_data = ptr::from_mut(value).cast();
        let mut request = self.request(libc::__c_anonymous_ifr_ifru { ifru_data });
        self.ioctl(SIOCETHTOOL, &mut request)
    }

    fn request(&self, ifr_ifru: libc::__c_anonymous_ifr_ifru) -> libc::ifreq {
        libc::ifreq {
            ifr_name: self.name,
            ifr_ifru,
        }
    }

    fn ioctl(&self, command: libc::Ioctl, request: &mut libc::ifreq) -> io::Result<()> {
        // SAFETY: All commands here take a `struct ifreq`; what its pointer, if any, leads to is alive in
        // the caller and of the type that the command in it asks for.
        match unsafe { libc::ioctl(self.socket.as_raw_fd(), command, ptr::from_mut(request)) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}
