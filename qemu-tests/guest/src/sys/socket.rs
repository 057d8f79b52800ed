// SPDX-License-Identifier: GPL-2.0

//! Options of sockets that no dependency offers.

use std::io;

fn done(result: libc::c_int) -> io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Lets a socket poll its NIC for so many microseconds before it sleeps.
///
/// # Errors
///
/// When the system refuses.
pub(crate) fn busy_poll(fd: i32, usecs: i32) -> io::Result<()> {
    let value = (&raw const usecs).cast();
    // SAFETY: `value` is readable for 4 bytes.
    done(unsafe { libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_BUSY_POLL, value, 4) })
}

/// The NAPI instance that the last packet came by.
///
/// # Errors
///
/// When the system refuses.
pub(crate) fn incoming_napi_id(fd: i32) -> io::Result<u32> {
    let (mut id, mut len) = (0_u32, 4);
    let value = (&raw mut id).cast();
    let option = libc::SO_INCOMING_NAPI_ID;
    // SAFETY: `value` is writable for 4 bytes.
    done(unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, option, value, &raw mut len) })?;
    Ok(id)
}
