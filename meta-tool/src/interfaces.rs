// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Interfaces by number and by name, in the network namespace that the program is in.

use anyhow::{Context, Result};
use rustix::fd::OwnedFd;
use rustix::net::netdevice::{index_to_name, name_to_index};
use rustix::net::{socket, AddressFamily, SocketType};

/// Someone to ask for names.
#[derive(Debug)]
pub(crate) struct Interfaces(OwnedFd);

impl Interfaces {
    /// Opens the socket that questions about interfaces go through.
    pub(crate) fn open() -> Result<Self> {
        let any = socket(AddressFamily::UNIX, SocketType::DGRAM, None);
        Ok(Self(any.context("a socket to ask for interfaces")?))
    }

    /// The name of an interface, fit for a terminal; `if7` if there is none any more.
    pub(crate) fn name(&self, index: u32) -> String {
        match index_to_name(&self.0, index) {
            Ok(name) => name.escape_debug().to_string(),
            Err(_) => format!("if{index}"),
        }
    }

    /// The number of the interface with a name.
    pub(crate) fn index(&self, name: &str) -> Result<u32> {
        let index = name_to_index(&self.0, name);
        index.with_context(|| format!("there is no interface {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_the_systems() {
        let interfaces = Interfaces::open().unwrap();
        let index = interfaces.index("lo").unwrap();
        assert_eq!(interfaces.name(index), "lo");
        assert_eq!(interfaces.name(0x7fff_0000), "if2147418112");
        let refusal = interfaces.index("no-such").unwrap_err().to_string();
        assert_eq!(refusal, "there is no interface no-such");
    }
}
