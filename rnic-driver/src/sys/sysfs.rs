// SPDX-License-Identifier: GPL-2.0

//! The per-queue files: `/sys/class/net/<if>/queues/rx-<n>/xdp_meta/{btf,layout,layout_id,generation}`.
//!
//! They follow the interface through renames and network namespaces, and show one consistent state each.

use super::{
    bindings,
    netdev::{NetDevice, Operations},
    vtable::Vtable,
};
use crate::runtime::Published;
use core::fmt::{self, Write};
use kernel::{prelude::*, str::Formatter};

/// One file.
trait File {
    /// What `stat` says: the content's size, or 0 where readers ask for no size. libbpf and bpftool do, for BTF.
    const SIZE: usize = 0;
    const NAME: &'static CStr;
    /// The file's content for `state`; text is made in `scratch`.
    fn content<'a>(state: &Published, scratch: &'a mut [u8; 64]) -> &'a [u8];
}

macro_rules! text_file {
    ($file:ident, $name:literal, |$state:ident| $($arg:tt)*) => {
        struct $file;
        impl File for $file {
            const NAME: &'static CStr = $name;
            fn content<'a>($state: &Published, scratch: &'a mut [u8; 64]) -> &'a [u8] {
                let mut text = Formatter::new(scratch);
                // What does not fit is cut: none of the files comes near 64 bytes.
                let _: fmt::Result = writeln!(text, $($arg)*);
                let len = text.bytes_written();
                scratch.get(..len).unwrap_or(&[])
            }
        }
    };
}

text_file!(Layout, c"layout", |state| "{}", state.layout.name);
text_file!(LayoutId, c"layout_id", |state| "0x{:08x}", state.layout.id);
text_file!(
    Generation,
    c"generation",
    |state| "{}",
    state.generation.get()
);

/// The active layout's own BTF.
struct Btf;

impl File for Btf {
    const SIZE: usize = crate::layouts::BTF_SIZE;
    const NAME: &'static CStr = c"btf";
    fn content<'a>(state: &Published, _scratch: &'a mut [u8; 64]) -> &'a [u8] {
        state.btf
    }
}

struct Table<T>(core::marker::PhantomData<T>);

impl<T: Operations> Table<T> {
    #[allow(
        clippy::needless_update,
        reason = "lockdep gives an attribute more members"
    )]
    const fn file<F: File>(read: Read) -> bindings::bin_attribute {
        bindings::bin_attribute {
            attr: bindings::attribute {
                name: F::NAME.as_ptr().cast(),
                mode: 0o444,
                ..pin_init::zeroed()
            },
            size: F::SIZE,
            read: Some(read),
            ..pin_init::zeroed()
        }
    }
    const BTF: &'static bindings::bin_attribute = &Self::file::<Btf>(read::<T, Btf>);
    const LAYOUT: &'static bindings::bin_attribute = &Self::file::<Layout>(read::<T, Layout>);
    const LAYOUT_ID: &'static bindings::bin_attribute =
        &Self::file::<LayoutId>(read::<T, LayoutId>);
    const GENERATION: &'static bindings::bin_attribute =
        &Self::file::<Generation>(read::<T, Generation>);
    const FILES: &'static [*const bindings::bin_attribute; 5] = &[
        Self::BTF,
        Self::LAYOUT,
        Self::LAYOUT_ID,
        Self::GENERATION,
        core::ptr::null(),
    ];
}

type Read = unsafe extern "C" fn(
    *mut bindings::file,
    *mut bindings::kobject,
    *const bindings::bin_attribute,
    *mut c_char,
    bindings::loff_t,
    usize,
) -> isize;

pub(super) const fn group<T: Operations>() -> bindings::attribute_group {
    bindings::attribute_group {
        name: c"xdp_meta".as_ptr().cast(),
        bin_attrs: Table::<T>::FILES.as_ptr(),
        ..pin_init::zeroed()
    }
}

unsafe extern "C" fn read<T: Operations, F: File>(
    _file: *mut bindings::file,
    kobj: *mut bindings::kobject,
    _attr: *const bindings::bin_attribute,
    buf: *mut c_char,
    offset: bindings::loff_t,
    count: usize,
) -> isize {
    // SAFETY: The object is a receive queue of an interface of driver `T`; sysfs keeps both alive while a file is read.
    let (dev, queue) = unsafe {
        (
            NetDevice::from_raw(bindings::rnic_kobj_netdev(kobj)),
            bindings::rnic_kobj_queue(kobj),
        )
    };
    let Some(state) = Vtable::<T>::layout(dev, queue) else {
        return ENODEV.to_errno() as isize;
    };
    let state = state.published();
    let mut scratch = [0; 64];
    let content = F::content(&state, &mut scratch);
    let rest = content.get(offset.max(0) as usize..).unwrap_or(&[]);
    let n = rest.len().min(count);
    // SAFETY: sysfs passes a buffer of `count` bytes.
    unsafe { buf.cast::<u8>().copy_from_nonoverlapping(rest.as_ptr(), n) };
    n as isize
}
