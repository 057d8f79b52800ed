// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `xdp-meta`: BTF and the layouts in it, for people.
//!
//! It shows what a module declares and what a queue has in force, compares two of them, and writes the C header that the
//! driver's own build writes, from nothing but the module. It tells every change of a layout as the kernel announces it. Whatever a file holds, it is shown or refused with a reason; the
//! reader of `meta-core` sees to that.
//!
//! What is read stays in memory until the program ends: the model of `meta-core` is one of constants.

#![forbid(unsafe_code)]

use std::io::ErrorKind;
use std::process::ExitCode;

use anyhow::{Error, Result};

pub mod cli;

mod c;
mod diff;
mod dump;
mod family;
mod header;
mod interfaces;
mod layouts;
mod live;
mod model;
mod monitor;
mod show;
mod source;
mod text;

use cli::Verb;

/// Does what the command line says; problems go to the standard error.
///
/// The status is 0, 1 if a comparison found a difference, 2 if something went wrong. Nothing is wrong with a reader that
/// has read enough (`| head`).
pub fn run(verb: &Verb) -> ExitCode {
    match act(verb) {
        Ok(same) => ExitCode::from(u8::from(!same)),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("{}error:{:#} {error:#}", style::ERROR, style::ERROR);
            ExitCode::from(2)
        }
    }
}

/// Whether there was nothing to tell apart.
fn act(verb: &Verb) -> Result<bool> {
    match verb {
        Verb::Dump { source, format } => dump::run(source, *format)?,
        Verb::Layouts { source, json } => layouts::run(source, *json)?,
        Verb::Show { interface, json } => show::run(interface.as_deref(), *json)?,
        Verb::Monitor {
            interface,
            json,
            now,
            count,
        } => monitor::run(interface.as_deref(), *json, *now, *count)?,
        Verb::Header { source, name } => header::run(source, name.as_deref())?,
        Verb::Diff {
            old,
            new,
            base,
            json,
        } => return diff::run(old, new, base.as_deref(), *json),
    }
    Ok(true)
}

fn is_closed_pipe(error: &Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    })
}

/// Colours; on a terminal only.
mod style {
    use anstyle::{AnsiColor, Style};

    pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
    pub(crate) const HEAD: Style = Style::new().bold();
    pub(crate) const ADDED: Style = AnsiColor::Green.on_default();
    pub(crate) const REMOVED: Style = AnsiColor::Red.on_default();
    pub(crate) const CHANGED: Style = AnsiColor::Yellow.on_default();
}
