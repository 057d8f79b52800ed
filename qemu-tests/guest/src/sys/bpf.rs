// SPDX-License-Identifier: GPL-2.0

//! Maps of loaded BPF programs, and BTF, through bpf(2).
//!
//! Only pinned maps with fixed key and value sizes: the programs themselves are loaded by bpftool.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::Path;
use std::ptr;

pub(crate) mod btf;
pub(crate) mod lines;

const BPF_MAP_LOOKUP_ELEM: libc::c_int = 1;
const BPF_MAP_UPDATE_ELEM: libc::c_int = 2;
const BPF_OBJ_GET: libc::c_int = 7;
const BPF_LINK_CREATE: libc::c_int = 28;
const BPF_LINK_UPDATE: libc::c_int = 29;
const BPF_XDP: u32 = 37;
const XDP_FLAGS_DRV_MODE: u32 = 1 << 2;

/// A pinned array map.
///
/// # Invariants
///
/// `fd` is a map whose keys have 4 bytes and whose values have `value_size` bytes.
#[derive(Debug)]
pub(crate) struct Map {
    fd: OwnedFd,
    value_size: usize,
}

/// `union bpf_attr` of `BPF_MAP_*_ELEM`.
#[repr(C)]
struct Element {
    map_fd: u32,
    pad: u32,
    key: u64,
    value: u64,
    flags: u64,
}

/// `union bpf_attr` of `BPF_OBJ_*`.
#[repr(C)]
struct Object {
    pathname: u64,
    bpf_fd: u32,
    file_flags: u32,
}

/// A pinned program.
#[derive(Debug)]
pub(crate) struct Program(OwnedFd);

impl Program {
    /// Its descriptor, for a map.
    pub(crate) fn number(&self) -> u32 {
        self.0.as_raw_fd().unsigned_abs()
    }
}

/// Opens the program that is pinned at `path`.
///
/// # Errors
///
/// When there is no such object.
pub(crate) fn program(path: &Path) -> io::Result<Program> {
    object(path).map(Program)
}

/// `union bpf_attr` of `BPF_LINK_CREATE`.
#[repr(C)]
struct NewLink {
    prog_fd: u32,
    ifindex: u32,
    attach_type: u32,
    flags: u32,
}

/// Attaches a program of XDP in the driver, until the result is dropped.
///
/// # Errors
///
/// What the driver says.
pub(crate) fn attach(program: &Program, ifindex: u32) -> io::Result<OwnedFd> {
    let attr = NewLink {
        prog_fd: program.number(),
        ifindex,
        attach_type: BPF_XDP,
        flags: XDP_FLAGS_DRV_MODE,
    };
    // SAFETY: `attr` is what BPF_LINK_CREATE reads.
    let fd = unsafe { bpf(BPF_LINK_CREATE, &attr)? };
    // SAFETY: The kernel has just given this descriptor, to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// `union bpf_attr` of `BPF_LINK_UPDATE`.
#[repr(C)]
struct NewProgram {
    link_fd: u32,
    new_prog_fd: u32,
    flags: u32,
    old_prog_fd: u32,
}

/// Puts a program in the place of the attached one.
///
/// # Errors
///
/// What the driver says.
pub(crate) fn replace(link: &OwnedFd, program: &Program) -> io::Result<()> {
    let attr = NewProgram {
        link_fd: link.as_raw_fd().unsigned_abs(),
        new_prog_fd: program.number(),
        flags: 0,
        old_prog_fd: 0,
    };
    // SAFETY: `attr` is what BPF_LINK_UPDATE reads.
    unsafe { bpf(BPF_LINK_UPDATE, &attr) }.map(|_| ())
}

/// Opens what is pinned at `path`.
fn object(path: &Path) -> io::Result<OwnedFd> {
    let name = CString::new(path.to_string_lossy().as_bytes())?;
    let attr = Object {
        pathname: name.as_ptr().addr() as u64,
        bpf_fd: 0,
        file_flags: 0,
    };
    // SAFETY: `attr` is what BPF_OBJ_GET reads, and `name` outlives the call.
    let fd = unsafe { bpf(BPF_OBJ_GET, &attr)? };
    // SAFETY: The kernel has just given this descriptor, to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

impl Map {
    /// Opens a map with 4-byte keys pinned at `path`.
    ///
    /// # Errors
    ///
    /// When there is no such object, or its sizes are others.
    pub(crate) fn open(path: &Path, value_size: usize) -> io::Result<Self> {
        let fd = object(path)?;
        let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", fd.as_raw_fd()))?;
        let number = |name: &str| {
            let line = info.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.trim().parse::<usize>().ok())
        };
        if number("key_size:") != Some(4) || number("value_size:") != Some(value_size) {
            let why = format!(
                "{}: not a map of 4-byte keys and {value_size}-byte values",
                path.display()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        // INVARIANT: The sizes were just compared.
        Ok(Self { fd, value_size })
    }

    /// The value at `key`.
    ///
    /// # Errors
    ///
    /// When the map has no such key.
    pub(crate) fn get(&self, key: u32) -> io::Result<Vec<u8>> {
        let mut value = vec![0_u8; self.value_size];
        let attr = self.element(&key, value.as_mut_ptr().addr());
        // SAFETY: By the invariant the kernel reads 4 bytes at `key` and writes as many as `value` has.
        unsafe { bpf(BPF_MAP_LOOKUP_ELEM, &attr)? };
        Ok(value)
    }

    /// Stores `value` at `key`.
    ///
    /// # Errors
    ///
    /// When `value` has another size or the map no such key.
    pub(crate) fn set(&self, key: u32, value: &[u8]) -> io::Result<()> {
        if value.len() != self.value_size {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let attr = self.element(&key, value.as_ptr().addr());
        // SAFETY: By the invariant the kernel reads 4 bytes at `key` and as many as `value` has.
        unsafe { bpf(BPF_MAP_UPDATE_ELEM, &attr)? };
        Ok(())
    }

    fn element(&self, key: &u32, value: usize) -> Element {
        let map_fd = self.fd.as_raw_fd().unsigned_abs();
        Element {
            map_fd,
            pad: 0,
            key: ptr::from_ref(key).addr() as u64,
            value: value as u64,
            flags: 0,
        }
    }
}

/// The system call.
///
/// # Safety
///
/// `attr` must be what `command` reads, and its addresses must be good for what `command` does there.
unsafe fn bpf<T>(command: libc::c_int, attr: &T) -> io::Result<i32> {
    // SAFETY: The caller's promise; `attr` is readable for its size.
    let result =
        unsafe { libc::syscall(libc::SYS_bpf, command, ptr::from_ref(attr), size_of::<T>()) };
    match i32::try_from(result) {
        Ok(value) if value >= 0 => Ok(value),
        _ => Err(io::Error::last_os_error()),
    }
}
