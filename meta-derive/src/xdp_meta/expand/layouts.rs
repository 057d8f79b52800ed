// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The constants: ids, fields, a layout for each mask of knobs, the superset, and the BTF of each layout.

use proc_macro2::TokenStream;
use quote::quote;

use super::{as_value, id, narrow, FieldItems, LayoutItems};
use crate::xdp_meta::model::{Field, Model};

pub(super) fn expand(model: &Model) -> TokenStream {
    let fields = model.fields.iter().map(field);
    let layouts = (0..model.layouts()).map(|mask| layout(model, mask));
    let count = model.layouts();
    let blobs = LayoutItems::all(model).map(|items| items.blob);
    let all = LayoutItems::all(model).map(|items| items.layout);
    let (name, knobs) = (&model.name, narrow(count - 1));
    let declared = model.fields.len();
    let members = (model.fields.iter()).map(|field| FieldItems::of(field).field);
    quote! {
        #(#fields)*
        #(#layouts)*
        const __XDP_META_BTF_LEN: usize = ::meta_core::btf::longest(&[#(#blobs.len()),*]);
        static __XDP_META_LAYOUTS: [::meta_core::layout::Layout; #count] = [#(#all),*];
        const __XDP_META_SUPERSET_FIELDS: [::meta_core::field::Field; #declared] =
            ::meta_core::layout::pack([#(#members),*]);
        static __XDP_META_SUPERSET: ::meta_core::layout::Layout =
            ::meta_core::layout::Layout::new(#name, #knobs, &__XDP_META_SUPERSET_FIELDS);
    }
}

fn field(field: &Field) -> TokenStream {
    let FieldItems {
        id: id_name,
        field: name,
        ..
    } = FieldItems::of(field);
    let (id, described) = (id(&field.identity), as_value(field, "DESCRIPTION"));
    let member = field.ident.to_string();
    let bits = field.bits.as_ref().map(|(_, width)| {
        let width = u8::try_from(*width).unwrap_or(u8::MAX);
        quote!(.bits(#width))
    });
    let on = (field.knobs.on != 0).then(|| {
        let on = narrow(field.knobs.on);
        quote!(.knobs(#on))
    });
    let off = (field.knobs.off != 0).then(|| {
        let off = narrow(field.knobs.off);
        quote!(.unless(#off))
    });
    let hint = field.hint().map(|hint| {
        let hint = hint.name;
        quote!(.hint(#hint))
    });
    let unit = field.unit.as_ref().map(|unit| quote!(.unit(#unit)));
    quote! {
        const #id_name: u16 = #id;
        const #name: ::meta_core::field::Field =
            ::meta_core::field::Field::new(#id_name, #member, #described) #bits #on #off #hint #unit;
    }
}

fn layout(model: &Model, mask: usize) -> TokenStream {
    let LayoutItems {
        fields,
        layout,
        blob,
        btf,
        ..
    } = LayoutItems::of(model, mask);
    let members: Vec<_> = (model.members(mask))
        .map(|field| FieldItems::of(field).field)
        .collect();
    let count = members.len();
    let name = model.layout_name(mask);
    let knobs = narrow(mask);
    quote! {
        const #fields: [::meta_core::field::Field; #count] = ::meta_core::layout::pack([#(#members),*]);
        const #layout: ::meta_core::layout::Layout =
            ::meta_core::layout::Layout::new(#name, #knobs, &#fields);
        const #blob: ::meta_core::btf::Blob = ::meta_core::btf::layout_blob(&#layout);
        static #btf: [u8; __XDP_META_BTF_LEN] = #blob.bytes();
    }
}
