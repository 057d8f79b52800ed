// SPDX-License-Identifier: GPL-2.0

//! The module's BTF sections and the kfuncs with which programs find records and bind to fields late.
//!
//! The kernel relocates `.BTF` against `.BTF.base` when the module is loaded and serves the result as
//! `/sys/kernel/btf/rnic`; pahole has no part in it. The kfuncs are found there by name.

use super::{
    bindings,
    metadata_ops::Door,
    netdev::NetDevice,
    series::{this_module, EOPNOTSUPP},
    xdp_context,
};
use crate::layouts::MODULE_BTF;
use core::{mem::offset_of, ptr};
use kernel::{error::to_result, prelude::*};
use meta_core::btf;

const LEN: usize = MODULE_BTF.len();

#[used]
#[link_section = ".BTF"]
static BTF: [u8; LEN] = MODULE_BTF.bytes();

#[used]
#[link_section = ".BTF.base"]
static BTF_BASE: [u8; btf::BASE.len()] = btf::BASE;

/// Keeps the functions, which only BPF programs call.
#[used]
static KEEP: (
    extern "C" fn(*mut bindings::xdp_buff, u32, u32) -> i32,
    extern "C" fn(*mut bindings::xdp_buff, u32) -> *const u8,
) = (bpf_xdp_meta_field, bpf_xdp_meta_record);

/// Where a field stands in the records of a layout: a packed `meta_core::binding::Binding`.
///
/// `-EOPNOTSUPP` if the packet did not arrive on an interface of this module, `-ENOENT` for an unknown layout,
/// `-ENODATA` if the layout does not have the field.
#[no_mangle]
pub(crate) extern "C" fn bpf_xdp_meta_field(
    ctx: *mut bindings::xdp_buff,
    layout_id: u32,
    field_id: u32,
) -> i32 {
    // SAFETY: The verifier passes the context of a running program, whose queue and interface are live.
    let dev = unsafe { NetDevice::from_raw((*(*ctx).rxq).dev) };
    let answer = Door::of(dev)
        .ok_or(EOPNOTSUPP)
        .and_then(|door| crate::runtime::binding(door.layouts(), layout_id, field_id));
    match answer {
        Ok(binding) => binding,
        Err(error) => error.to_errno(),
    }
}

/// The record that the driver wrote for the packet: the `rdonly_buf_size` bytes, at most 216, that end where the packet
/// starts. The verifier lets the program read as many.
///
/// NULL: the program is not the one that an interface of this module runs on what it receives (another driver's, generic
/// XDP's, a cpumap's or a devmap's), or the packet has been moved or has metadata exposed in front of it.
#[no_mangle]
pub(crate) extern "C" fn bpf_xdp_meta_record(
    ctx: *mut bindings::xdp_buff,
    rdonly_buf_size: u32,
) -> *const u8 {
    // SAFETY: The verifier passes the context of a running program.
    match unsafe { xdp_context::record(ctx, rdonly_buf_size as usize) } {
        Some(record) => record.as_ptr(),
        None => ptr::null(),
    }
}

/// A kfunc's id and how the verifier is to treat it.
#[repr(C)]
struct Id {
    id: u32,
    flags: u32,
}

/// `struct btf_id_set8`.
#[repr(C)]
struct IdSet {
    cnt: u32,
    flags: u32,
    pairs: [Id; 2],
}

const _: () = assert!(offset_of!(IdSet, pairs) == offset_of!(bindings::btf_id_set8, pairs));

/// BTF_SET8_KFUNCS of include/linux/btf_ids.h.
const SET_OF_KFUNCS: u32 = 1;

/// KF_RET_NULL of include/linux/btf.h.
const RET_NULL: u32 = 1 << 2;

/// In the order of the ids, as the kernel wants it.
static IDS: IdSet = IdSet {
    cnt: 2,
    flags: SET_OF_KFUNCS,
    pairs: [
        Id {
            id: MODULE_BTF.kfunc_id("bpf_xdp_meta_field"),
            flags: 0,
        },
        Id {
            id: MODULE_BTF.kfunc_id("bpf_xdp_meta_record"),
            flags: RET_NULL,
        },
    ],
};

const _: () =
    assert!(MODULE_BTF.kfunc_id("bpf_xdp_meta_field") < MODULE_BTF.kfunc_id("bpf_xdp_meta_record"));

struct KfuncSet(bindings::btf_kfunc_id_set);

// SAFETY: Plain constant data; the kernel copies the ids and keeps the pointer for reading only.
unsafe impl Sync for KfuncSet {}

/// Makes the kfuncs known to the verifier, for as long as the module is loaded.
///
/// # Errors
///
/// Those of `register_btf_kfunc_id_set`, such as a kernel that could not relocate the module's BTF.
pub(crate) fn register() -> Result {
    static SET: KfuncSet = KfuncSet(bindings::btf_kfunc_id_set {
        owner: this_module(),
        set: ptr::from_ref(&IDS).cast_mut().cast(),
        filter: None,
    });
    // SAFETY: The set is static, and so are the ids that it points to.
    to_result(unsafe {
        bindings::register_btf_kfunc_id_set(bindings::bpf_prog_type_BPF_PROG_TYPE_XDP, &SET.0)
    })
}
