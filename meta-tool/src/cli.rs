// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The command line.
//!
//! [`Verb`] is all of it but the program's name, so that `cargo qemu btf …` takes the same words as `xdp-meta …`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Shows the BTF of kernels, modules and receive queues, the layouts of XDP metadata that it describes, and their changes.
///
/// SOURCE is a file (a module, an ELF vmlinux, raw BTF, anything of /sys/kernel/btf, a queue's
/// /sys/class/net/IF/queues/rx-N/xdp_meta/btf), or the name of an interface, which stands for the layouts in force on its
/// queues.
#[derive(Debug, Parser)]
#[command(name = "xdp-meta", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Print types: as bpftool lists them, as C, or as JSON.
    Dump {
        /// What to read.
        #[command(flatten)]
        source: Source,
        /// How to print.
        #[arg(long, short, value_enum, default_value_t)]
        format: Format,
    },

    /// Print the layouts: id, size, knobs, and where each field is.
    Layouts {
        /// What to read.
        #[command(flatten)]
        source: Source,
        /// Print for machines.
        #[arg(long)]
        json: bool,
    },

    /// Print what moved between two BTFs, or between two layouts.
    ///
    /// Types are compared by name, layouts by their fields. Exits with 0 when nothing differs, 1 when something does, 2 when
    /// one of them cannot be read.
    Diff {
        /// The old source, or `SOURCE:LAYOUT` for one of its layouts.
        old: String,
        /// The new one; `:LAYOUT` is another layout of the old source.
        new: String,
        /// The BTF that they are split from, if it is none of the places that are looked at anyway.
        #[arg(long, value_name = "FILE")]
        base: Option<PathBuf>,
        /// Print for machines.
        #[arg(long)]
        json: bool,
    },

    /// Print what is in force on every receive queue: generation, layout, and where each field is.
    Show {
        /// Only this interface.
        #[arg(value_name = "IF")]
        interface: Option<String>,
        /// Print for machines: one object on one line for each queue.
        #[arg(long)]
        json: bool,
    },

    /// Print every change of a layout as the kernel announces it, on a line of its own.
    ///
    /// The time is CLOCK_MONOTONIC's, as in the kernel's log. When announcements come faster than they are printed, some are
    /// lost: that is said on the standard error, and what is in force then is printed as `state`.
    Monitor {
        /// Only this interface.
        #[arg(value_name = "IF")]
        interface: Option<String>,
        /// Print for machines: one object on one line for each.
        #[arg(long)]
        json: bool,
        /// Begin with what is in force, as `state`.
        #[arg(long)]
        now: bool,
        /// End after so many changes.
        #[arg(long, value_name = "N")]
        count: Option<u64>,
    },

    /// Write the C header with which BPF programs read a module's records.
    Header {
        /// What to read.
        #[command(flatten)]
        source: Source,
        /// Which declaration, if a module has more than one: the name of its superset struct.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
}

/// What to read.
#[derive(Args, Debug)]
pub struct Source {
    /// A file with BTF, or the name of an interface.
    #[arg(value_name = "SOURCE")]
    pub path: String,
    /// The BTF that it is split from: vmlinux, or raw BTF. Left out: a module's own .BTF.base, or /sys/kernel/btf/vmlinux.
    #[arg(long, value_name = "FILE")]
    pub base: Option<PathBuf>,
    /// Of an interface, only this receive queue.
    #[arg(long, value_name = "N")]
    pub queue: Option<u32>,
}

/// How to print types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One line for each type and for each of its members, as `bpftool btf dump` prints them.
    #[default]
    Text,
    /// C, in an order in which it compiles.
    C,
    /// JSON, as `bpftool --json btf dump` prints it.
    Json,
}
