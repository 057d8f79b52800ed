// SPDX-License-Identifier: GPL-2.0

//! Whole frames to and from an interface: AF_PACKET sockets.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

use rustix::net::{recv, send, sockopt, RecvFlags, SendFlags};

/// Takes every protocol (`ETH_P_ALL`).
pub(crate) const ALL: u16 = 3;

/// A socket bound to one interface.
#[derive(Debug)]
pub(crate) struct Packet {
    socket: OwnedFd,
}

/// What is left to the interface when a frame is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offload {
    /// Bytes of all headers; the rest goes into pages of its own.
    pub(crate) headers: u16,
    /// Where the checksum begins.
    pub(crate) checksum_start: u16,
    /// Where it belongs, from there.
    pub(crate) checksum_offset: u16,
    /// Bytes of payload in each segment of TCP, and whether it is over IPv6.
    pub(crate) segment: Option<(u16, bool)>,
}

impl Offload {
    /// `struct virtio_net_hdr`.
    fn header(self) -> Vec<u8> {
        const NEEDS_CSUM: u8 = 1;
        let (kind, size) = match self.segment {
            None => (0, 0),
            Some((size, v6)) => (if v6 { 4 } else { 1 }, size),
        };
        let halves = [
            self.headers,
            size,
            self.checksum_start,
            self.checksum_offset,
        ];
        let mut header = vec![NEEDS_CSUM, kind];
        header.extend(halves.iter().flat_map(|half| half.to_ne_bytes()));
        header
    }
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
        sockopt::set_socket_recv_buffer_size_force(&socket, 128 << 20)?;
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

    /// From now on frames are sent by [`send_offloaded`](Self::send_offloaded) alone.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub(crate) fn offload(&self) -> io::Result<()> {
        let fd = self.socket.as_raw_fd();
        super::socket::set(fd, libc::SOL_PACKET, libc::PACKET_VNET_HDR, &1)
    }

    /// Sends a frame that is not finished.
    ///
    /// # Errors
    ///
    /// When the interface is gone or down, or cannot be asked for this.
    pub(crate) fn send_offloaded(&self, frame: &[u8], offload: Offload) -> io::Result<()> {
        self.send(&[&offload.header()[..], frame].concat())
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

impl AsFd for Packet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
