// SPDX-License-Identifier: GPL-2.0

//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Builds the rnic driver, boots it in a virtual machine, and shows or tests it.
///
/// What is needed is set up on the first run (a Debian toolchain, Debian's own kernel, and what its packages lack for a Rust module:
/// some minutes, less than 4 GB; all tests need three more kernels, about 15 GB in all) and kept in $XDG_CACHE_HOME/rnic. No privileges are needed.
#[derive(Debug, Parser)]
#[command(name = "cargo qemu", bin_name = "cargo qemu", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,

    /// Options of all verbs.
    #[command(flatten)]
    pub common: Common,
}

/// Options of all verbs.
#[derive(Args, Debug)]
pub struct Common {
    /// Use your own kernel build (an O= folder or a source tree that was built in place) instead of Debian's kernel.
    #[arg(long, global = true, value_name = "PATH", env = "KDIR")]
    pub kernel: Option<PathBuf>,

    /// Use Debian's kernel of this series, such as 7.2 or sid, instead of the newest that is known.
    #[arg(long, global = true, value_name = "SERIES")]
    pub series: Option<String>,

    /// Try a kernel of another series than those that the driver is known to build and run on.
    #[arg(long, global = true)]
    pub force: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make what `demo` needs, and stop; `test` adds other kernels.
    ///
    /// A toolchain root (Debian packages, unpacked), Debian's newest supported kernel and its source, and the metadata of the
    /// kernel's Rust crates, built from that. What an earlier run has finished is used again; what it left unfinished is finished or redone.
    Setup,

    /// Show the whole idea at work: layouts that change under live traffic, and who reads them right.
    ///
    /// One machine with an 82574L, traffic from this host, and 100 changes of configuration. Three XDP programs read
    /// every packet's metadata: one with offsets frozen at load, one by the kernel's standard functions, one that
    /// binds late. On a terminal it is drawn as it happens (q ends it), elsewhere it is told line by line. Ends with a
    /// table (misparsed, stale, missing and lost packets for each) and a page with charts, whose path is the last line.
    Demo(Demo),

    /// Change everything at random under live traffic, and have every reader look at every packet.
    ///
    /// Features, time stamps, flags, rings, channels, the RSS table, coalescing, the MTU, the program, the link: changed by
    /// several workers at once, while records are read late-bound, exactly, by kfuncs, in TC, behind a cpumap, a devmap and a
    /// veth, and by AF_XDP sockets with copies and without. Ends with a table for the readers, one for the kinds of changes.
    Storm {
        /// Only on this NIC.
        #[arg(long, value_parser = ["e1000e", "igb"])]
        nic: Option<String>,
        /// Changes, at least.
        #[arg(long, default_value_t = 2000)]
        changes: u32,
        /// Packets, at least.
        #[arg(long, default_value_t = 200_000)]
        packets: u64,
        /// End after so many seconds of the machine's time, whatever was reached.
        #[arg(long, value_name = "S", default_value_t = 3600)]
        seconds: u64,
        /// Only changes whose kind has this in its name (`rings`, `rx`, …; the table lists them).
        #[arg(long, value_name = "KIND", default_value = "")]
        only: String,
        /// For hours: QEMU runs one processor at a time. With a thread for each it misses one in a thousand of the kernel's patches of
        /// its own code, and the kernel ends in `Oops: int3`.
        #[arg(long)]
        soak: bool,
        /// Microseconds between frames.
        #[arg(long, value_name = "US", default_value_t = 60)]
        gap: u32,
        /// Frames of up to 8300 bytes and more, which take several descriptors; no AF_XDP socket without copies then.
        #[arg(long)]
        jumbo: bool,
        /// Where the pseudo-random choices start: the same seed makes the same frames and the same changes.
        #[arg(long, value_name = "K", default_value_t = 1)]
        seed: u64,
        /// Write the results to a file for machines.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },

    /// Run every test: the workspace's own, then each guest case in a fresh machine.
    ///
    /// As many at once as this machine has room for, the longest first. Exits with 1 when a test failed, 3 when the kernel's log has something unexpected, 4 when the machinery failed.
    Test(Test),

    /// Count instructions: of the driver in a machine, or of the derive and the BTF reader.
    ///
    /// In the machine, packets come from a second NIC, and its clock counts instructions, so that two runs give the
    /// same figures. Prints tables in Markdown. Times, of machines and of macros, are this host's.
    Bench {
        /// What is measured.
        #[arg(value_enum, default_value_t = Bench::Packet)]
        what: Bench,
        /// Write the figures to a file for machines.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Draw the figures of packets.
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
        /// Only on this NIC.
        #[arg(long, value_parser = ["e1000e", "igb"])]
        nic: Option<String>,
        /// Only this driver, ours or the kernel's own; `c` needs no module.
        #[arg(long, value_parser = ["rnic", "c"])]
        driver: Option<String>,
        /// Only cases whose name contains this, e.g. `xdp_`; the profile's case.
        #[arg(long)]
        case: Option<String>,
        /// Length of the profile's frames.
        #[arg(long, default_value_t = 64)]
        size: u32,
        /// What the profiled driver writes in front of packets: `off` or `hash_vlan`.
        #[arg(long, default_value = "off")]
        records: String,
    },

    /// Build Debian packages: the driver for DKMS, the tool, the header for BPF programs.
    ///
    /// In a Debian root with Debian's packaging tools, which is made on the first run (1 GB). The last lines of its output
    /// say where they are; `packaging/README.md` says how they are installed and used.
    Deb,

    /// Show BTF and the layouts in it, compare them, write the C header: the same as the program `xdp-meta`.
    #[command(subcommand)]
    Btf(meta_tool::cli::Verb),

    /// Boot a machine with the driver loaded and get a shell in it, with ip, ethtool, bpftool, tcpdump and xdp-meta.
    Shell {
        /// Which NIC the machine has.
        #[arg(long, default_value = "e1000e")]
        nic: String,
        /// Send oracle traffic to it all the time.
        #[arg(long)]
        traffic: bool,
    },
}

/// Which tests are run, and what is kept of them.
#[derive(Args, Debug, Default)]
pub struct Test {
    /// Run only tests whose name contains this, e.g. `rx_basic`, `no_fence::`, `host::meta_core`.
    pub filter: Option<String>,
    /// A fair cross-section in a few minutes: what to run before each commit.
    #[arg(long)]
    pub quick: bool,
    /// Run each test so many times, and say how often it failed.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "filter", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub repeat: u32,
    /// One at a time, each with the whole machine: slow, and tells what fails by itself from what fails in a crowd.
    #[arg(long)]
    pub alone: bool,
    /// Write the results to a file for machines.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Keep where the time went in qemu-tests/results: tests.json and tests.md.
    #[arg(long)]
    pub record: bool,
}

/// What a demo is to be.
#[derive(Args, Debug)]
pub struct Demo {
    /// How often the configuration is changed.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub changes: u32,
    /// Milliseconds of traffic between two changes; 100 where it is drawn, else as fast as it goes.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(..=60_000))]
    pub pause: Option<u64>,
    /// Where the pseudo-random choices start: the same seed makes the same frames.
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub seed: u64,
    /// Tell it line by line on a terminal too.
    #[arg(long)]
    pub plain: bool,
    /// Where the page goes, instead of target/qemu/demo.html.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the result to a file for machines.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Bench {
    /// The driver, for a packet, for a reader and for a change of layout, and the machine's start.
    Packet,
    /// What a program pays for reading metadata: late-bound, exactly, by the kernel's functions.
    Readers,
    /// Each kind of change: what it takes, and how soon a record of the new layout comes.
    Fence,
    /// A derived writer beside C, the BTF reader beside libbpf and btf-rs, the macros' time.
    Core,
    /// Where the instructions of one case go: by function, source line and instruction.
    Profile,
    /// Nothing: writes `results/README.md`, and the figures in the project's README, from the JSON files that are there.
    Tables,
}
