// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The program `xdp-meta`; all of it is in the library.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    meta_tool::run(&meta_tool::cli::Cli::parse().verb)
}
