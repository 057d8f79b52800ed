// SPDX-License-Identifier: GPL-2.0

//! BTF in the kernel: the module's as it is served, and every blob as the verifier takes it.

use anyhow::Result;
use meta_core::btf::BASE;
use meta_core::meta::XdpMeta as _;
use rnic_driver::layouts::RxMeta;

use crate::case::{Case, Definition};
use crate::sys::bpf::btf::load;
use crate::tools;

#[path = "../../../../meta-core/tests/support/blobs.rs"]
mod blobs;

pub(super) const CASES: &[Definition] = &[
    Definition::new("btf::module", module),
    Definition::new("btf::kernel_accepts", kernel_accepts),
];

/// Only BTF that stands alone can be given to the kernel: what is split from a base comes with a module.
fn kernel_accepts(case: &mut Case<'_>) -> Result<()> {
    let kinds = blobs::all()
        .into_iter()
        .filter(|blob| blob.base.is_none())
        .map(|blob| (blob.name, blob.bytes));
    let layouts = RxMeta::LAYOUTS
        .iter()
        .zip(RxMeta::BTF)
        .map(|(layout, bytes)| (layout.name.to_owned(), bytes.to_vec()));
    let base = ("the module's base".to_owned(), BASE.to_vec());
    for (name, bytes) in kinds.chain(layouts).chain([base]) {
        let loaded = load(&bytes);
        let why = loaded.as_ref().err().map(ToString::to_string);
        let why = why.unwrap_or_default();
        case.ktap
            .check(&format!("takes {name}"), loaded.is_ok(), &why);
    }
    for (what, bytes) in blobs::broken::all() {
        case.ktap.check(
            &format!("refuses a blob with a mistake: {what}"),
            load(&bytes).is_err(),
            "it was taken",
        );
    }
    Ok(())
}

fn module(case: &mut Case<'_>) -> Result<()> {
    let list = tools::line("bpftool btf list")?;
    case.ktap
        .check("the kernel lists it", list.contains("[rnic]"), &list);
    let dump = tools::line("bpftool btf dump file /sys/kernel/btf/rnic")?;
    let mut check = |name: &str, text: &str| {
        case.ktap.check(
            name,
            dump.contains(text),
            format_args!("no {text:?} in\n{dump}"),
        );
    };
    for layout in RxMeta::LAYOUTS.iter().chain([RxMeta::SUPERSET]) {
        check(layout.name, &format!("STRUCT '{}' size=", layout.name));
    }
    check("a union of the layouts", "] UNION '");
    check("the kfunc", "FUNC 'bpf_xdp_meta_field' type_id=");
    check("the other kfunc", "FUNC 'bpf_xdp_meta_record' type_id=");
    check("its prototype", "FUNC_PROTO '(anon)' ret_type_id=");
    for layout in RxMeta::LAYOUTS {
        // bpftool prints enumerators as signed or unsigned numbers by the enum's flag.
        let (unsigned, signed) = (layout.id, layout.id as i32);
        let has = [format!("val={unsigned}\n"), format!("val={signed}\n")]
            .iter()
            .any(|text| dump.contains(text));
        case.ktap.check(
            &format!("an enumerator for the id of {}", layout.name),
            has,
            format_args!("{unsigned}"),
        );
    }
    let has = |text: &str| dump.contains(text);
    let fields = RxMeta::SUPERSET.fields;
    let missing: Vec<&str> = (fields.iter())
        .filter(|field| !has(&format!("val={}\n", field.id)))
        .map(|field| field.name)
        .collect();
    case.ktap.equal(
        "fields without an enumerator for their id",
        missing,
        [""; 0],
    );
    case.ktap.check(
        "a driver's own id",
        fields
            .iter()
            .any(|field| field.name == "rx_ip_id" && field.id == 0x8000),
        format_args!("{fields:?}"),
    );
    for tag in [
        "hint:rx_timestamp",
        "unit:ns",
        "hint:rx_hash",
        "hint:rx_vlan_tci",
        "hint:rx_csum",
        "hint:rx_packet_type",
        "present:0",
    ] {
        case.ktap.check(
            &format!("decl tag {tag}"),
            has(&format!("DECL_TAG '{tag}'")),
            "not there",
        );
    }
    let c = tools::line("bpftool btf dump file /sys/kernel/btf/rnic format c")?;
    case.ktap.check(
        "as C",
        c.contains("struct rnic_rx_hash_vlan_csum_tstamp_ptype {"),
        &c,
    );
    Ok(())
}
