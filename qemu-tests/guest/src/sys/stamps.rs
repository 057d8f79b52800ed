// SPDX-License-Identifier: GPL-2.0

//! Time stamps of packets, as a socket gets them: `SO_TIMESTAMPING`.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

const TX_HARDWARE: u32 = 1 << 0;
const RX_HARDWARE: u32 = 1 << 2;
const RAW_HARDWARE: u32 = 1 << 6;

/// A packet with what the hardware said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamped {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// The NIC's clock when it came or went, in nanoseconds.
    pub(crate) time: Option<u64>,
}

/// Asks for the hardware's stamps of what a socket receives and sends.
///
/// # Errors
///
/// When the system refuses.
pub(crate) fn ask(socket: impl AsFd) -> io::Result<()> {
    let flags = TX_HARDWARE | RX_HARDWARE | RAW_HARDWARE;
    let fd = socket.as_fd().as_raw_fd();
    super::socket::set(fd, libc::SOL_SOCKET, libc::SO_TIMESTAMPING, &flags)
}

/// The next packet; `None`: none came in time.
///
/// # Errors
///
/// When the socket is of no use any more.
pub(crate) fn receive(socket: impl AsFd) -> io::Result<Option<Stamped>> {
    message(socket, 0)
}

/// The next packet that was sent with a stamp; `None`: there is none yet.
///
/// # Errors
///
/// When the socket is of no use any more.
pub(crate) fn sent(socket: impl AsFd) -> io::Result<Option<Stamped>> {
    message(socket, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT)
}

fn message(socket: impl AsFd, flags: libc::c_int) -> io::Result<Option<Stamped>> {
    let mut bytes = vec![0_u8; 1 << 16];
    // Words, as what is written there has to be aligned.
    let mut control = [0_u64; 64];
    let mut part = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: bytes.len(),
    };
    // SAFETY: All members are numbers and pointers.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    header.msg_control = control.as_mut_ptr().cast();
    header.msg_controllen = size_of_val(&control);
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: `header` leads to memory that is alive and as large as it says.
    let len = unsafe { libc::recvmsg(fd, &raw mut header, flags) };
    if len < 0 {
        let error = io::Error::last_os_error();
        return match error.raw_os_error() {
            Some(libc::EAGAIN) => Ok(None),
            _ => Err(error),
        };
    }
    bytes.truncate(len as usize);
    let mut time = None;
    // SAFETY: The kernel has filled in `header`.
    let mut at = unsafe { libc::CMSG_FIRSTHDR(&raw const header) };
    while !at.is_null() {
        // SAFETY: It lies in `control`.
        let kind = unsafe { ((*at).cmsg_level, (*at).cmsg_type) };
        if kind == (libc::SOL_SOCKET, libc::SCM_TIMESTAMPING) {
            // SAFETY: The message has three of these, of which the third is the hardware's.
            let stamp = unsafe {
                libc::CMSG_DATA(at)
                    .cast::<libc::timespec>()
                    .add(2)
                    .read_unaligned()
            };
            let ns = stamp.tv_sec as u64 * 1_000_000_000 + stamp.tv_nsec as u64;
            time = (ns != 0).then_some(ns);
        }
        // SAFETY: As above.
        at = unsafe { libc::CMSG_NXTHDR(&raw const header, at) };
    }
    Ok(Some(Stamped { bytes, time }))
}
