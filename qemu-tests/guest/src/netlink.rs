// SPDX-License-Identifier: GPL-2.0

//! A synchronous client of generic netlink.
//!
//! Messages are put together and taken apart attribute by attribute, so that what the kernel sent is seen
//! as it was sent. Every request asks for the kernel's explanation of an error, because the tests check
//! that there is one.

mod message;

use std::fmt;
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::time::Duration;

use anyhow::{Context, Result};
use netlink_packet_core::DefaultNla;
use netlink_sys::{protocols::NETLINK_GENERIC, Socket, SocketAddr};
use rustix::net::sockopt;

pub(crate) use self::message::{array, attributes, text, Attribute};
use self::message::{
    request, split, verdict, GENL_HDRLEN, NLMSG_DONE, NLMSG_ERROR, NLMSG_HDRLEN, NLM_F_ACK,
    NLM_F_DUMP, NLM_F_REQUEST,
};

const GENL_ID_CTRL: u16 = 0x10;
const CTRL_CMD_GETFAMILY: u8 = 3;
const CTRL_ATTR_FAMILY_ID: u16 = 1;
const CTRL_ATTR_FAMILY_NAME: u16 = 2;
const CTRL_ATTR_VERSION: u16 = 3;
const CTRL_ATTR_MCAST_GROUPS: u16 = 7;
const CTRL_ATTR_MCAST_GRP_NAME: u16 = 1;
const CTRL_ATTR_MCAST_GRP_ID: u16 = 2;

/// What the kernel answers when it refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Error number, positive.
    pub(crate) errno: i32,
    /// The explanation, if there is one.
    pub(crate) message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({})",
            std::io::Error::from_raw_os_error(self.errno),
            self.message
        )
    }
}

impl std::error::Error for Refusal {}

/// A resolved family and a socket to ask it.
#[derive(Debug)]
pub(crate) struct Family {
    socket: Socket,
    id: u16,
    /// Version that the kernel reports.
    pub(crate) version: u32,
    groups: Vec<(String, u32)>,
}

impl Family {
    /// Finds the family of this name.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] with `ENOENT` when there is none.
    pub(crate) fn open(name: &str) -> Result<Self> {
        let mut socket = Socket::new(NETLINK_GENERIC).context("netlink socket")?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        socket.set_ext_ack(true)?;
        let mut this = Self {
            socket,
            id: GENL_ID_CTRL,
            version: 2,
            groups: Vec::new(),
        };
        this.set_patience(Duration::from_secs(5))?;
        let attrs = [(CTRL_ATTR_FAMILY_NAME, [name.as_bytes(), &[0]].concat())];
        let answer = this.ask(CTRL_CMD_GETFAMILY, false, &attrs)?;
        for a in answer.first().context("no answer about the family")? {
            match a.kind {
                CTRL_ATTR_FAMILY_ID => this.id = u16::from_ne_bytes(array(&a.value)?),
                CTRL_ATTR_VERSION => this.version = u32::from_ne_bytes(array(&a.value)?),
                CTRL_ATTR_MCAST_GROUPS => this.groups = groups(&a.value)?,
                _ => {}
            }
        }
        Ok(this)
    }

    /// Number of one of its multicast groups.
    ///
    /// # Errors
    ///
    /// When it has no such group.
    pub(crate) fn group(&self, name: &str) -> Result<u32> {
        let found = self.groups.iter().find(|(n, _)| n == name);
        found
            .map(|(_, id)| *id)
            .with_context(|| format!("the family has no group {name}"))
    }

    /// Joins a group; from then on [`next`](Self::next) gives its messages.
    ///
    /// # Errors
    ///
    /// When there is no group of this name.
    pub(crate) fn join(&mut self, group: &str) -> Result<()> {
        let group = self.group(group)?;
        self.socket.add_membership(group)?;
        Ok(sockopt::set_socket_recv_buffer_size_force(
            self.socket.as_fd(),
            8 << 20,
        )?)
    }

    /// How long to wait for a message.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub(crate) fn set_patience(&self, patience: Duration) -> Result<()> {
        let which = sockopt::Timeout::Recv;
        Ok(sockopt::set_socket_timeout(
            self.socket.as_fd(),
            which,
            Some(patience),
        )?)
    }

    /// The next message of a group, as command and attributes, or `None` when none came in time.
    ///
    /// # Errors
    ///
    /// When messages were lost or one cannot be read.
    pub(crate) fn next(&self) -> Result<Option<(u8, Vec<Attribute>)>> {
        let buffer = match self.receive() {
            Ok(buffer) => buffer,
            Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(e) => return Err(e).context("messages were lost"),
        };
        let (header, body) = split(&buffer)?;
        anyhow::ensure!(
            header.kind == self.id,
            "a message of another family, {}",
            header.kind
        );
        let (genl, attrs) = body
            .split_at_checked(GENL_HDRLEN)
            .context("short message")?;
        Ok(Some((genl[0], attributes(attrs)?)))
    }

    /// Sends one request and collects the attributes of all its answers.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when the kernel refuses.
    pub(crate) fn ask(
        &self,
        cmd: u8,
        dump: bool,
        attrs: &[(u16, Vec<u8>)],
    ) -> Result<Vec<Vec<Attribute>>> {
        let flags = NLM_F_REQUEST | NLM_F_ACK | if dump { NLM_F_DUMP } else { 0 };
        let attrs: Vec<_> = attrs
            .iter()
            .map(|(kind, v)| DefaultNla::new(*kind, v.clone()))
            .collect();
        let version = u8::try_from(self.version)?;
        self.socket
            .send(&request(self.id, flags, cmd, version, &attrs), 0)?;
        let mut answers = Vec::new();
        loop {
            let buffer = self.receive().context("no answer from the kernel")?;
            let mut rest = &buffer[..];
            while !rest.is_empty() {
                let (header, body) = split(rest)?;
                match header.kind {
                    NLMSG_ERROR | NLMSG_DONE => return verdict(header, body).map(|()| answers),
                    _ => answers.push(attributes(
                        body.get(GENL_HDRLEN..).context("short answer")?,
                    )?),
                }
                let taken = (NLMSG_HDRLEN + body.len())
                    .next_multiple_of(4)
                    .min(rest.len());
                rest = &rest[taken..];
            }
        }
    }

    fn receive(&self) -> io::Result<Vec<u8>> {
        loop {
            match self.socket.recv_from_full() {
                Ok((buffer, _)) => return Ok(buffer),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }
}

fn groups(list: &[u8]) -> Result<Vec<(String, u32)>> {
    let mut all = Vec::new();
    for entry in attributes(list)? {
        let (mut name, mut id) = (String::new(), 0);
        for a in attributes(&entry.value)? {
            match a.kind {
                CTRL_ATTR_MCAST_GRP_NAME => name = text(&a.value),
                CTRL_ATTR_MCAST_GRP_ID => id = u32::from_ne_bytes(array(&a.value)?),
                _ => {}
            }
        }
        all.push((name, id));
    }
    Ok(all)
}
