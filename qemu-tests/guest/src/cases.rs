// SPDX-License-Identifier: GPL-2.0

//! The cases, one file for each topic.

mod alarms;
mod announce;
mod bench;
mod btf;
mod capture;
mod checksum;
mod claim;
mod clock;
mod demo;
mod ethtool;
mod failures;
mod features;
mod filters;
mod foreign;
mod hints;
mod hostile;
mod interrupts;
mod jumbo;
mod layouts;
mod leaks;
mod lifecycle;
mod machine;
mod metadata;
mod module;
mod monitor;
mod probe;
mod program_types;
mod queue_layouts;
mod queues;
mod reconfig;
mod records;
mod refusals;
mod rust_program;
mod settings;
mod sockets;
mod statistics;
mod storm;
mod streams;
mod teeth;
mod tool;
mod traffic;
mod transmit;
mod updown;
mod upstream;
mod user_space;
mod verdicts;
mod vlan;
mod xdp_actions;
mod ynl;

use crate::case::Definition;

pub(crate) use announce::late;
pub(crate) use queues::set_channels;
#[cfg(test)]
pub(crate) use reconfig::nth as nth_change;

/// All of them, in the order in which the host lists them.
pub(crate) fn all() -> impl Iterator<Item = &'static Definition> {
    const TOPICS: &[&[Definition]] = &[
        probe::CASES,
        traffic::CASES,
        checksum::CASES,
        vlan::CASES,
        updown::CASES,
        machine::CASES,
        module::CASES,
        statistics::CASES,
        queues::CASES,
        settings::CASES,
        xdp_actions::CASES,
        jumbo::CASES,
        sockets::CASES,
        user_space::CASES,
        clock::CASES,
        transmit::CASES,
        ethtool::CASES,
        interrupts::CASES,
        filters::CASES,
        lifecycle::CASES,
        leaks::CASES,
        verdicts::CASES,
        program_types::CASES,
        rust_program::CASES,
        features::CASES,
        layouts::CASES,
        queue_layouts::CASES,
        btf::CASES,
        announce::CASES,
        records::CASES,
        refusals::CASES,
        hints::CASES,
        metadata::CASES,
        capture::CASES,
        claim::CASES,
        reconfig::CASES,
        failures::CASES,
        hostile::CASES,
        foreign::CASES,
        teeth::CASES,
        tool::CASES,
        monitor::CASES,
        streams::CASES,
        storm::CASES,
        ynl::CASES,
    ];
    TOPICS.iter().copied().flatten()
}

/// The one of this name; what the host judges in a way of its own is not listed.
pub(crate) fn named(name: &str) -> Option<&'static Definition> {
    all()
        .chain(alarms::CASES)
        .chain(demo::CASES)
        .chain(storm::ASKED)
        .chain(bench::CASES)
        .chain(upstream::CASES)
        .find(|case| case.name == name)
}
