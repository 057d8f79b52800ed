// SPDX-License-Identifier: GPL-2.0

//! Where the kernel has compiled a BPF program to: the address of each line that the program says something about.

use std::io;

use super::{bpf, Program};

const BPF_OBJ_GET_INFO_BY_FD: libc::c_int = 15;

/// `struct bpf_prog_info`, up to what is used here.
#[repr(C)]
#[derive(Default)]
struct Info {
    before: [u64; 19],
    line_info: u64,
    jited_line_info: u64,
    nr_jited_line_info: u32,
    line_info_rec_size: u32,
    jited_line_info_rec_size: u32,
    nr_prog_tags: u32,
}

/// `union bpf_attr` of `BPF_OBJ_GET_INFO_BY_FD`.
#[repr(C)]
struct Get {
    fd: u32,
    length: u32,
    info: u64,
}

/// The addresses, those of its functions included, in the order of its lines.
///
/// # Errors
///
/// When the kernel does not tell.
pub(crate) fn addresses(program: &Program) -> io::Result<Vec<u64>> {
    let mut info = Info::default();
    get(program, &mut info)?;
    let mut lines = vec![0_u64; info.nr_jited_line_info as usize];
    let mut info = Info {
        jited_line_info: lines.as_mut_ptr().addr() as u64,
        nr_jited_line_info: info.nr_jited_line_info,
        jited_line_info_rec_size: size_of::<u64>() as u32,
        ..Info::default()
    };
    get(program, &mut info)?;
    Ok(lines)
}

/// Has the kernel fill in the numbers, and the array that `info` names.
fn get(program: &Program, info: &mut Info) -> io::Result<()> {
    let attr = Get {
        fd: program.number(),
        length: size_of::<Info>() as u32,
        info: std::ptr::from_mut(info).addr() as u64,
    };
    // SAFETY: `attr` is what the command reads; it writes as much of `info` as there is, and of the array, which lives in the
    // caller, as many as are in it.
    unsafe { bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) }.map(|_| ())
}
