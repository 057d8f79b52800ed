// SPDX-License-Identifier: GPL-2.0

//! BTF given to the kernel, as libbpf does before it loads a program.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

use super::bpf;

const BPF_BTF_LOAD: libc::c_int = 18;

/// What the verifier may say; it stops there.
const LOG: usize = 64 * 1024;

/// `union bpf_attr` of `BPF_BTF_LOAD`.
#[repr(C)]
struct Load {
    btf: u64,
    log: u64,
    size: u32,
    log_size: u32,
    log_level: u32,
    log_true_size: u32,
    flags: u32,
    token: u32,
}

/// Loads BTF that stands alone; it is gone again when the descriptor is closed.
///
/// # Errors
///
/// When the kernel refuses it, with the last lines that the verifier says about it.
pub(crate) fn load(bytes: &[u8]) -> io::Result<OwnedFd> {
    attempt(bytes, &mut []).or_else(|error| {
        let mut log = vec![0; LOG];
        match attempt(bytes, &mut log) {
            Ok(fd) => Ok(fd),
            Err(_) => Err(io::Error::new(
                error.kind(),
                format!("{error}: {}", last(&log)),
            )),
        }
    })
}

fn attempt(bytes: &[u8], log: &mut [u8]) -> io::Result<OwnedFd> {
    let length = |bytes: usize| u32::try_from(bytes).map_err(|_| io::ErrorKind::InvalidInput);
    let attr = Load {
        btf: bytes.as_ptr().addr() as u64,
        log: if log.is_empty() {
            0
        } else {
            log.as_mut_ptr().addr() as u64
        },
        size: length(bytes.len())?,
        log_size: length(log.len())?,
        log_level: u32::from(!log.is_empty()),
        log_true_size: 0,
        flags: 0,
        token: 0,
    };
    // SAFETY: `attr` is what BPF_BTF_LOAD reads; the kernel reads as many bytes as there are and writes as many as `log` has.
    let fd = unsafe { bpf(BPF_BTF_LOAD, &attr)? };
    // SAFETY: The kernel has just given this descriptor, to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The end of the log, which says why.
fn last(log: &[u8]) -> String {
    let text = String::from_utf8_lossy(log);
    let lines: Vec<&str> = text.trim_end_matches('\0').lines().collect();
    lines[lines.len().saturating_sub(4)..].join(" | ")
}
