// SPDX-License-Identifier: GPL-2.0

//! Options of sockets that no dependency offers.

use std::{io, ptr};

/// What an option may be.
///
/// # Safety
///
/// Zeros are a value of it, and so is whatever else the kernel may write.
pub(crate) unsafe trait Plain {}

// SAFETY: A number.
unsafe impl Plain for i32 {}
// SAFETY: A number.
unsafe impl Plain for u32 {}
// SAFETY: Numbers.
unsafe impl Plain for libc::xdp_umem_reg_v1 {}
// SAFETY: Numbers.
unsafe impl Plain for libc::xdp_options {}
// SAFETY: Numbers.
unsafe impl Plain for libc::xdp_mmap_offsets {}

/// Sets a socket's option.
///
/// # Errors
///
/// What the kernel says.
pub(crate) fn set<T: Plain>(fd: i32, level: i32, option: i32, value: &T) -> io::Result<()> {
    let len = size_of::<T>() as libc::socklen_t;
    // SAFETY: `value` is readable for `len` bytes.
    done(unsafe { libc::setsockopt(fd, level, option, ptr::from_ref(value).cast(), len) })
}

/// What a socket's option is.
///
/// # Errors
///
/// What the kernel says, or that it is of another size.
pub(crate) fn get<T: Plain>(fd: i32, level: i32, option: i32) -> io::Result<T> {
    // SAFETY: Zeros are a value, says the trait.
    let mut value: T = unsafe { std::mem::zeroed() };
    let mut len = size_of::<T>() as libc::socklen_t;
    let to = (&raw mut value).cast();
    // SAFETY: `value` is writable for `len` bytes, and a value whatever is written, says the trait.
    done(unsafe { libc::getsockopt(fd, level, option, to, &raw mut len) })?;
    if len as usize == size_of::<T>() {
        Ok(value)
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// Lets a socket poll its NIC for so many microseconds before it sleeps.
///
/// # Errors
///
/// When the system refuses.
pub(crate) fn busy_poll(fd: i32, usecs: i32) -> io::Result<()> {
    set(fd, libc::SOL_SOCKET, libc::SO_BUSY_POLL, &usecs)
}

/// The NAPI instance that the last packet came by.
///
/// # Errors
///
/// When the system refuses.
pub(crate) fn incoming_napi_id(fd: i32) -> io::Result<u32> {
    get(fd, libc::SOL_SOCKET, libc::SO_INCOMING_NAPI_ID)
}

fn done(result: libc::c_int) -> io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
