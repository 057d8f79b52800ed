// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The module's own BTF: all its layouts, their ids, and its kfuncs.
//!
//! It is the contents of `.BTF`, split from [`BASE`](super::BASE). CO-RE takes names that differ only behind `___` for the
//! same, so no name here contains that.

use super::base;
use super::format::kind;
use super::kfunc::{Kfunc, Type};
use super::layout::structure;
use super::linkage::Linkage;
use super::write::{Builder, Id, Param};
use crate::descriptor::Ranges;
use crate::meta::XdpMeta;
use crate::text;
use crate::ty::{Described, Kind};

const MAX_KFUNCS: usize = 8;
/// As many as the verifier passes in registers.
const MAX_PARAMS: usize = 5;

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
    btf: Builder<CAP>,
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
            btf: base::split(),
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
        let btf = &mut self.btf;
        structure(btf, M::SUPERSET, M::KNOBS);

        let count = M::LAYOUTS.len();
        let mut size = 0;
        let mut i = 0;
        while i < count {
            let id = structure(btf, &M::LAYOUTS[i], &[]);
            btf.wait(id);
            if M::LAYOUTS[i].size as usize > size {
                size = M::LAYOUTS[i].size as usize;
            }
            i += 1;
        }

        btf.strings.push(M::NAME);
        btf.strings.push("_layouts");
        let name = btf.strings.finish();
        btf.begin_composite(kind::UNION, name, size, count, false);
        let mut i = 0;
        while i < count {
            let ty = btf.waiting(count, i);
            btf.member(M::LAYOUTS[i].name, ty, 0, 0, false);
            i += 1;
        }
        btf.release(count);
        btf.finish();

        field_enum::<M, CAP>(btf);
        layout_enum::<M, CAP>(btf);
        self
    }

    /// Adds a type that no layout has.
    ///
    /// # Panics
    ///
    /// If that does not fit into `CAP`, or is nothing that [`Builder::describe`] takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::btf::Module;
    /// use meta_core::ty::{Described, Type};
    ///
    /// struct Key;
    ///
    /// impl Described for Key {
    ///     const TYPE: Type = Type::Array(&Type::BE32, 10);
    /// }
    ///
    /// const BTF: Module<512> = Module::new().describing::<Key>();
    /// assert!(BTF.len() > Module::<512>::new().len());
    /// ```
    pub const fn describing<T: Described>(mut self) -> Self {
        self.btf.describe(&T::TYPE);
        self
    }

    /// Adds a descriptor: its type, and a tag for each range of bits on the word that it is in.
    ///
    /// # Panics
    ///
    /// If that does not fit into `CAP`.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::btf::Module;
    /// use meta_core::le::Le64;
    ///
    /// /// What the card writes back.
    /// #[derive(Clone, Copy, meta_derive::Descriptor)]
    /// #[descriptor(name = "nic_writeback")]
    /// #[repr(C)]
    /// pub struct Writeback {
    ///     #[desc(done: bool, bits = 0)]
    ///     #[desc(length: u16, bits = 31..=16)]
    ///     status: Le64,
    /// }
    ///
    /// const BTF: Module<512> = Module::new().descriptor::<Writeback>();
    /// static BYTES: [u8; BTF.len()] = BTF.bytes();
    /// assert!(BYTES.windows(18).any(|text| text == b"bits:length:31:16\0"));
    /// ```
    pub const fn descriptor<D: Ranges>(mut self) -> Self {
        let id = self.btf.describe(&D::TYPE);
        let mut i = 0;
        while i < D::RANGES.len() {
            let range = &D::RANGES[i];
            if !range.tag.is_empty() {
                self.btf.tag_member(id, range.word, range.tag);
            }
            i += 1;
        }
        self
    }

    /// Adds a kfunc.
    ///
    /// # Panics
    ///
    /// If it does not fit, or is the ninth.
    pub const fn kfunc(mut self, kfunc: &Kfunc) -> Self {
        let result = self.type_id(kfunc.result);
        let count = kfunc.params.len();
        assert!(count <= MAX_PARAMS, "BTF: a kfunc has at most 5 parameters");
        let mut params = [Param {
            name: "",
            ty: Id::VOID,
        }; MAX_PARAMS];
        let mut i = 0;
        while i < count {
            params[i].name = kfunc.params[i].name;
            params[i].ty = self.type_id(kfunc.params[i].ty);
            i += 1;
        }
        let proto = self.btf.prototype(result, params.split_at(count).0);
        let id = self.btf.function(kfunc.name, proto, Linkage::Static);
        // By this tag bpftool knows which functions to declare when it writes a header.
        self.btf.tag(id, "bpf_kfunc");

        assert!(
            self.kfunc_count < MAX_KFUNCS,
            "BTF: at most 8 kfuncs in one module"
        );
        self.kfuncs[self.kfunc_count] = (kfunc.name, id.get());
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
        panic!("BTF: no kfunc of this name: add it with `Module::kfunc`");
    }

    /// Number of bytes.
    #[expect(clippy::len_without_is_empty, reason = "there is always a header")]
    pub const fn len(&self) -> usize {
        self.btf.len()
    }

    /// The bytes of `.BTF`.
    ///
    /// # Panics
    ///
    /// If `N` is less than [`len`](Self::len).
    pub const fn bytes<const N: usize>(&self) -> [u8; N] {
        self.btf.bytes()
    }

    const fn type_id(&mut self, ty: Type) -> Id {
        match ty {
            Type::U32 => self.btf.scalar(Kind::U32),
            Type::U64 => self.btf.scalar(Kind::U64),
            Type::S32 => self.btf.scalar(Kind::S32),
            Type::XdpMd => base::xdp_md(&mut self.btf),
            Type::Bytes => {
                let byte = self.btf.scalar(Kind::U8);
                self.btf.pointer(byte)
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
const fn field_enum<M: XdpMeta, const CAP: usize>(btf: &mut Builder<CAP>) {
    let fields = M::SUPERSET.fields;
    btf.strings.push(M::NAME);
    btf.strings.push("_field");
    let name = btf.strings.finish();
    btf.begin_enumeration(name, Kind::U32, fields.len());
    let mut i = 0;
    while i < fields.len() {
        btf.strings.push_upper(M::NAME);
        btf.strings.push("_FIELD_");
        btf.strings.push_upper(fields[i].name);
        let name = btf.strings.finish();
        btf.value(name, fields[i].id as i64, Kind::U32);
        i += 1;
    }
    btf.finish();
}

/// `enum nic_rx_layout { NIC_RX_HASH = 0x…, … }`.
const fn layout_enum<M: XdpMeta, const CAP: usize>(btf: &mut Builder<CAP>) {
    btf.strings.push(M::NAME);
    btf.strings.push("_layout");
    let name = btf.strings.finish();
    btf.begin_enumeration(name, Kind::U32, M::LAYOUTS.len());
    let mut i = 0;
    while i < M::LAYOUTS.len() {
        btf.strings.push_upper(M::LAYOUTS[i].name);
        let name = btf.strings.finish();
        btf.value(name, M::LAYOUTS[i].id as i64, Kind::U32);
        i += 1;
    }
    btf.finish();
}
