// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The constants: ids, fields, a layout for each mask of knobs, the superset, and the BTF of each layout.

use proc_macro2::TokenStream;
use quote::quote;

use super::{id, item, numbered};
use crate::xdp_meta::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let fields = model.fields.iter().enumerate().map(|(index, field)| {
        let (id_name, name) = (numbered(item::ID, index), numbered(item::FIELD, index));
        let (id, ty) = (id(&field.identity), &field.ty);
        let member = field.ident.to_string();
        let hint = field.hint().map_or("", |hint| hint.name);
        let unit = &field.unit;
        let knobs = field.knob.map_or(0u32, |knob| 1 << knob);
        quote! {
            const #id_name: u16 = #id;
            const #name: ::meta_core::field::Field =
                ::meta_core::field::Field::new(#id_name, #member, <#ty as ::meta_core::ty::Described>::TYPE)
                    .knobs(#knobs)
                    .hint(#hint)
                    .unit(#unit);
        }
    });
    let layouts = (0..model.layouts()).map(|mask| layout(model, mask));
    let count = model.layouts();
    let blobs = (0..count).map(|mask| numbered(item::BLOB, mask));
    let all = (0..count).map(|mask| numbered(item::LAYOUT, mask));
    let superset_fields = numbered(item::FIELDS, count - 1);
    let name = &model.name;
    let knobs = knob_mask(count - 1);
    quote! {
        #(#fields)*
        #(#layouts)*
        const __XDP_META_BTF_LEN: usize = ::meta_core::btf::longest(&[#(#blobs.len()),*]);
        static __XDP_META_LAYOUTS: [::meta_core::layout::Layout; #count] = [#(#all),*];
        const __XDP_META_SUPERSET: ::meta_core::layout::Layout =
            ::meta_core::layout::Layout::new(#name, #knobs, &#superset_fields);
        static __XDP_META_SUPERSET_LAYOUT: ::meta_core::layout::Layout = __XDP_META_SUPERSET;
    }
}

fn layout(model: &Model, mask: usize) -> TokenStream {
    let fields = numbered(item::FIELDS, mask);
    let layout = numbered(item::LAYOUT, mask);
    let blob = numbered(item::BLOB, mask);
    let btf = numbered(item::BTF, mask);
    let members: Vec<_> = (model.fields.iter().enumerate())
        .filter(|(_, field)| field.is_in(mask))
        .map(|(index, _)| numbered(item::FIELD, index))
        .collect();
    let count = members.len();
    let name = model.layout_name(mask);
    let knobs = knob_mask(mask);
    quote! {
        const #fields: [::meta_core::field::Field; #count] = ::meta_core::layout::pack([#(#members),*]);
        const #layout: ::meta_core::layout::Layout =
            ::meta_core::layout::Layout::new(#name, #knobs, &#fields);
        const #blob: ::meta_core::btf::Blob = ::meta_core::btf::layout_blob(&#layout);
        static #btf: [u8; __XDP_META_BTF_LEN] = #blob.bytes();
    }
}

/// There are at most six knobs.
fn knob_mask(mask: usize) -> u32 {
    u32::try_from(mask).unwrap_or(u32::MAX)
}
