// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Descriptions of kfuncs: functions of the module that BPF programs call.
//!
//! The verifier knows a kfunc only by its BTF, so what is said here must be what the function takes and gives.

/// What a kfunc takes or gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `__u32`.
    U32,
    /// `__u64`.
    U64,
    /// `__s32`.
    S32,
    /// `struct xdp_md *`: the program's context, an `xdp_buff` for the function.
    XdpMd,
    /// `__u8 *`: bytes that the program may read, as many as its argument `rdonly_buf_size` says.
    Bytes,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Name; some suffixes mean something to the verifier.
    pub name: &'static str,
    /// Type.
    pub ty: Type,
}

/// A kfunc.
///
/// # Examples
///
/// ```
/// use meta_core::btf::{Kfunc, Param, Type};
///
/// const LENGTH: Kfunc = Kfunc {
///     name: "bpf_nic_length",
///     result: Type::S32,
///     params: &[Param { name: "ctx", ty: Type::XdpMd }],
/// };
/// assert_eq!(LENGTH.params.len(), 1);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Kfunc {
    /// Symbol.
    pub name: &'static str,
    /// What it returns.
    pub result: Type,
    /// What it takes.
    pub params: &'static [Param],
}

impl Kfunc {
    /// `bpf_xdp_meta_record`: a packet's record, where the driver wrote it. Every driver's module has this one. It may give
    /// NULL: registered with `KF_RET_NULL`.
    pub const META_RECORD: Self = Self {
        name: "bpf_xdp_meta_record",
        result: Type::Bytes,
        params: &[
            Param {
                name: "ctx",
                ty: Type::XdpMd,
            },
            Param {
                name: "rdonly_buf_size",
                ty: Type::U32,
            },
        ],
    };

    /// `bpf_xdp_meta_field`: where a field is in a layout. Every driver's module has this one.
    pub const META_FIELD: Self = Self {
        name: "bpf_xdp_meta_field",
        result: Type::S32,
        params: &[
            Param {
                name: "ctx",
                ty: Type::XdpMd,
            },
            Param {
                name: "layout_id",
                ty: Type::U32,
            },
            Param {
                name: "field_id",
                ty: Type::U32,
            },
        ],
    };
}
