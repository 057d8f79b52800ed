// SPDX-License-Identifier: GPL-2.0

//! Whole frames to and from an interface: AF_PACKET sockets.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use rustix::net::{recv, send, sockopt, RecvFlags, SendFlags};

/// Takes every protocol (`ETH_P_ALL`).
pub(crate) const ALL: u16 = 3;

/// A socket bound to one interface.
#[derive(Debug)]
pub(crate) struct Packet {
    socket: OwnedFd,
}

/// A frame and what the kernel says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// Its bytes, from the destination address on, without a tag that the device took out.
    pub(crate) bytes: Vec<u8>,
}

impl Packet {
    /// Opens a socket for frames of `ethertype` ([`ALL`]: any) on interface `ifindex`.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub(crate) fn open(ifindex: u32, ethertype: u16) -> io::Result<Self> {
        let proto = i32::from(ethertype.to_be());
        // SAFETY: Takes three numbers.
        let fd =
            unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, proto) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: The kernel has just given this descriptor, to nobody else.
        let socket = unsafe { OwnedFd::from_raw_fd(fd) };
        let address = libc::sockaddr_ll {
            sll_family: libc::AF_PACKET as u16,
            sll_protocol: ethertype.to_be(),
            sll_ifindex: ifindex as i32,
            sll_hatype: 0,
            sll_pkttype: 0,
            sll_halen: 0,
            sll_addr: [0; 8],
        };
        let len = size_of_val(&address) as libc::socklen_t;
        // SAFETY: `address` is readable for `len` bytes and of the socket's family.
        if unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), len) } != 0 {
            return Err(io::Error::last_os_error());
        }
        sockopt::set_socket_recv_buffer_size_force(&socket, 16 << 20)?;
        sockopt::set_socket_timeout(
            &socket,
            sockopt::Timeout::Recv,
            Some(Duration::from_secs(2)),
        )?;
        Ok(Self { socket })
    }

    /// How long [`receive`](Self::receive) waits.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub(crate) fn set_timeout(&self, timeout: Duration) -> io::Result<()> {
        Ok(sockopt::set_socket_timeout(
            &self.socket,
            sockopt::Timeout::Recv,
            Some(timeout),
        )?)
    }

    /// The next frame, or `None` when none came in time.
    ///
    /// # Errors
    ///
    /// When the interface is gone or down.
    pub(crate) fn receive(&self) -> io::Result<Option<Received>> {
        let mut buffer = vec![0; 1 << 16];
        match recv(&self.socket, &mut buffer[..], RecvFlags::empty()) {
            Ok((len, _)) => Ok(Some(Received {
                bytes: buffer[..len].to_vec(),
            })),
            Err(rustix::io::Errno::AGAIN) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// Sends one frame, waiting for room.
    ///
    /// # Errors
    ///
    /// When the interface is gone or down.
    pub(crate) fn send(&self, frame: &[u8]) -> io::Result<()> {
        send(&self.socket, frame, SendFlags::empty())?;
        Ok(())
    }
}
