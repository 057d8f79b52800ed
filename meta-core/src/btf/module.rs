// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The module's own BTF: all its layouts, their ids, and its kfuncs.
//!
//! It is the contents of `.BTF`, split from [`BASE`](super::BASE). CO-RE takes names that differ only behind `___` for the
//! same, so no name here contains that.

use super::base;
use super::encode::{kind, Encoder};
use super::kfunc::{Kfunc, Type};
use super::layout::structure;
use super::scalars::Scalars;
use crate::meta::XdpMeta;
use crate::text;
use crate::ty::Kind;

const MAX_KFUNCS: usize = 8;
const MAX_LAYOUTS: usize = 64;

/// BTF of a module, at most `CAP` bytes of types and as many of strings.
///
/// # Examples
///
/// ```
/// use meta_core::btf::{Kfunc, Module, BASE};
/// # use meta_core::XdpMeta;
/// # pub struct Descriptor { hash: u32 }
/// # #[derive(meta_derive::XdpMeta)]
/// # #[xdp_meta(name = "nic_rx", source = Descriptor, knobs(hash))]
/// # pub struct RxMeta {
/// #     #[meta(knob = hash, hint = rx_hash, value = |d| d.hash)]
/// #     rx_hash: u32,
/// # }
///
/// const BTF: Module<4096> = Module::new().with::<RxMeta>().kfunc(&Kfunc::META_FIELD);
///
/// // With `#[link_section = ".BTF"]` and `#[link_section = ".BTF.base"]` in a module:
/// static SPLIT: [u8; BTF.len()] = BTF.bytes();
/// static DISTILLED: [u8; BASE.len()] = BASE;
///
/// // For the set of ids that is registered with the kernel.
/// const META_FIELD_ID: u32 = BTF.kfunc_id("bpf_xdp_meta_field");
/// ```
#[derive(Clone, Copy)]
pub struct Module<const CAP: usize> {
    encoder: Encoder<CAP>,
    scalars: Scalars,
    xdp_md_ptr: u32,
    kfuncs: [(&'static str, u32); MAX_KFUNCS],
    kfunc_count: usize,
}

impl<const CAP: usize> Module<CAP> {
    /// BTF that says nothing yet.
    #[expect(
        clippy::new_without_default,
        reason = "it is for constants, where a trait can not be called"
    )]
    pub const fn new() -> Self {
        Self {
            encoder: Encoder::split(base::FIRST_ID, base::STRINGS as u32),
            scalars: Scalars::with_unsigned_int(base::UNSIGNED_INT),
            xdp_md_ptr: 0,
            kfuncs: [("", 0); MAX_KFUNCS],
            kfunc_count: 0,
        }
    }

    /// Adds a driver's metadata: the superset struct, a struct for each layout, a union of those, an enum of field ids and
    /// one of layout ids.
    ///
    /// # Panics
    ///
    /// If that does not fit into `CAP`.
    pub const fn with<M: XdpMeta>(mut self) -> Self {
        let encoder = &mut self.encoder;
        structure(encoder, &mut self.scalars, M::SUPERSET, M::KNOBS);

        let mut ids = [0; MAX_LAYOUTS];
        let mut size = 0;
        let mut i = 0;
        while i < M::LAYOUTS.len() {
            ids[i] = structure(encoder, &mut self.scalars, &M::LAYOUTS[i], &[]);
            if M::LAYOUTS[i].size as usize > size {
                size = M::LAYOUTS[i].size as usize;
            }
            i += 1;
        }

        encoder.strings.push(M::NAME);
        encoder.strings.push("_layouts");
        let name = encoder.finish_name();
        encoder.composite(kind::UNION, name, M::LAYOUTS.len(), size);
        let mut i = 0;
        while i < M::LAYOUTS.len() {
            encoder.member(M::LAYOUTS[i].name, ids[i], 0);
            i += 1;
        }

        field_enum::<M, CAP>(encoder);
        layout_enum::<M, CAP>(encoder);
        self
    }

    /// Adds a kfunc.
    ///
    /// # Panics
    ///
    /// If it does not fit, or is the ninth.
    pub const fn kfunc(mut self, kfunc: &Kfunc) -> Self {
        let result = self.type_id(kfunc.result);
        let mut i = 0;
        while i < kfunc.params.len() {
            self.type_id(kfunc.params[i].ty);
            i += 1;
        }

        let proto = self.encoder.proto(result, kfunc.params.len());
        let mut i = 0;
        while i < kfunc.params.len() {
            let target = self.type_id(kfunc.params[i].ty);
            self.encoder.param(kfunc.params[i].name, target);
            i += 1;
        }
        let id = self.encoder.func(kfunc.name, proto);
        // By this tag bpftool knows which functions to declare when it writes a header.
        let text = self.encoder.name("bpf_kfunc");
        self.encoder.tag(text, id, None);

        assert!(self.kfunc_count < MAX_KFUNCS, "BTF: at most 8 kfuncs");
        self.kfuncs[self.kfunc_count] = (kfunc.name, id);
        self.kfunc_count += 1;
        self
    }

    /// The id of a kfunc's FUNC, as it is before the kernel relocates the module's BTF.
    ///
    /// # Panics
    ///
    /// If there is no such kfunc.
    pub const fn kfunc_id(&self, name: &str) -> u32 {
        let mut i = 0;
        while i < self.kfunc_count {
            if text::same(self.kfuncs[i].0, name) {
                return self.kfuncs[i].1;
            }
            i += 1;
        }
        panic!("BTF: no kfunc of this name");
    }

    /// Number of bytes.
    #[expect(clippy::len_without_is_empty, reason = "there is always a header")]
    pub const fn len(&self) -> usize {
        self.encoder.total()
    }

    /// The bytes of `.BTF`.
    ///
    /// # Panics
    ///
    /// If `N` is less than [`len`](Self::len).
    pub const fn bytes<const N: usize>(&self) -> [u8; N] {
        self.encoder.bytes()
    }

    const fn type_id(&mut self, ty: Type) -> u32 {
        match ty {
            Type::U32 => self.scalars.of(&mut self.encoder, Kind::U32),
            Type::U64 => self.scalars.of(&mut self.encoder, Kind::U64),
            Type::S32 => self.scalars.of(&mut self.encoder, Kind::S32),
            Type::XdpMd => {
                if self.xdp_md_ptr == 0 {
                    self.xdp_md_ptr = self.encoder.ptr(base::XDP_MD);
                }
                self.xdp_md_ptr
            }
        }
    }
}

impl<const CAP: usize> core::fmt::Debug for Module<CAP> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Module({} bytes)", self.len())
    }
}

/// `enum nic_rx_field { NIC_RX_FIELD_RX_HASH = 2, … }`.
const fn field_enum<M: XdpMeta, const CAP: usize>(encoder: &mut Encoder<CAP>) {
    let fields = M::SUPERSET.fields;
    let mut names = [0; crate::layout::MAX_FIELDS];
    let mut i = 0;
    while i < fields.len() {
        encoder.strings.push_upper(M::NAME);
        encoder.strings.push("_FIELD_");
        encoder.strings.push_upper(fields[i].name);
        names[i] = encoder.finish_name();
        i += 1;
    }
    encoder.strings.push(M::NAME);
    encoder.strings.push("_field");
    let name = encoder.finish_name();
    encoder.enumeration(name, fields.len());
    let mut i = 0;
    while i < fields.len() {
        encoder.value(names[i], fields[i].id as u32);
        i += 1;
    }
}

/// `enum nic_rx_layout { NIC_RX_HASH = 0x…, … }`.
const fn layout_enum<M: XdpMeta, const CAP: usize>(encoder: &mut Encoder<CAP>) {
    encoder.strings.push(M::NAME);
    encoder.strings.push("_layout");
    let name = encoder.finish_name();
    encoder.enumeration(name, M::LAYOUTS.len());
    let mut i = 0;
    while i < M::LAYOUTS.len() {
        encoder.strings.push_upper(M::LAYOUTS[i].name);
        let name = encoder.finish_name();
        encoder.value(name, M::LAYOUTS[i].id);
        i += 1;
    }
}
