// SPDX-License-Identifier: GPL-2.0

//! The module's BTF, as the kernel serves it.

use anyhow::Result;
use meta_core::hint;
use meta_core::meta::XdpMeta as _;
use rnic_driver::layouts::RxMeta;

use crate::case::{Case, Definition};
use crate::tools;

pub(super) const CASES: &[Definition] = &[Definition::new("btf::module", module)];

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
    let ids = [hint::RX_HASH, hint::RX_VLAN_TCI].map(|id| has(&format!("val={id}\n")));
    case.ktap
        .equal("enumerators for field ids", ids, [true, true]);
    for tag in ["hint:rx_hash", "hint:rx_vlan_tci", "present:0"] {
        case.ktap.check(
            &format!("decl tag {tag}"),
            has(&format!("DECL_TAG '{tag}'")),
            "not there",
        );
    }
    let c = tools::line("bpftool btf dump file /sys/kernel/btf/rnic format c")?;
    case.ktap
        .check("as C", c.contains("struct rnic_rx_hash_vlan {"), &c);
    Ok(())
}
