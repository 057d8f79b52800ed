// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A synchronous client of generic netlink, for any family.
//!
//! Messages are put together and taken apart attribute by attribute, so that what the kernel sent is seen as it was sent.
//! Every request asks for the kernel's explanation of an error.

mod message;

use std::cell::Cell;
use std::io::ErrorKind;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use netlink_packet_core::DefaultNla;
use netlink_sys::{protocols::NETLINK_GENERIC, Socket, SocketAddr};
use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::net::sockopt;

use crate::error::{Error, Malformed};

pub use self::message::{array, attributes, text, Attribute};
use self::message::{
    request, split, verdict, GENL_HDRLEN, NLMSG_DONE, NLMSG_ERROR, NLM_F_ACK, NLM_F_DUMP,
    NLM_F_REQUEST,
};

const GENL_ID_CTRL: u16 = 0x10;
const CTRL_CMD_GETFAMILY: u8 = 3;
const CTRL_ATTR_FAMILY_ID: u16 = 1;
const CTRL_ATTR_FAMILY_NAME: u16 = 2;
const CTRL_ATTR_VERSION: u16 = 3;
const CTRL_ATTR_MCAST_GROUPS: u16 = 7;
const CTRL_ATTR_MCAST_GRP_NAME: u16 = 1;
const CTRL_ATTR_MCAST_GRP_ID: u16 = 2;

/// Longest that the kernel may take for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Room for messages of a group that were not read yet, if the system grants it: some thousands.
const ROOM: usize = 8 << 20;

/// A resolved family and a socket to ask it.
#[derive(Debug)]
pub struct Family {
    socket: Socket,
    id: u16,
    version: u32,
    groups: Vec<(String, u32)>,
    sequence: Cell<u32>,
}

impl Family {
    /// Finds the family of this name.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with `ENOENT` when there is none.
    pub fn open(name: &str) -> Result<Self, Error> {
        let socket = || -> std::io::Result<Socket> {
            let mut socket = Socket::new(NETLINK_GENERIC)?;
            socket.bind_auto()?;
            // From now on nobody but the kernel can send to it.
            socket.connect(&SocketAddr::new(0, 0))?;
            socket.set_ext_ack(true)?;
            Ok(socket)
        };
        let mut this = Self {
            socket: socket().map_err(|e| Error::System("a netlink socket", e))?,
            id: GENL_ID_CTRL,
            version: 2,
            groups: Vec::new(),
            sequence: Cell::new(0),
        };
        let attrs = [(CTRL_ATTR_FAMILY_NAME, [name.as_bytes(), &[0]].concat())];
        let answer = this.ask(CTRL_CMD_GETFAMILY, false, &attrs)?;
        for a in answer.first().ok_or(Malformed::Answers(0))? {
            match a.kind {
                CTRL_ATTR_FAMILY_ID => this.id = u16::from_ne_bytes(array(&a.value)?),
                CTRL_ATTR_VERSION => this.version = u32::from_ne_bytes(array(&a.value)?),
                CTRL_ATTR_MCAST_GROUPS => this.groups = groups(&a.value)?,
                _ => {}
            }
        }
        Ok(this)
    }

    /// Version that the kernel reports.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Number of one of its multicast groups.
    ///
    /// # Errors
    ///
    /// When it has no such group.
    pub fn group(&self, name: &str) -> Result<u32, Error> {
        let found = self.groups.iter().find(|(n, _)| n == name);
        found
            .map(|(_, id)| *id)
            .ok_or_else(|| Error::NoGroup(name.to_owned()))
    }

    /// Joins a group; from then on [`next`](Self::next) gives its messages. A socket that has joined should not be asked any
    /// more: what is announced meanwhile is passed over.
    ///
    /// # Errors
    ///
    /// When there is no group of this name.
    pub fn join(&self, group: &str) -> Result<(), Error> {
        let group = self.group(group)?;
        let joined = self.socket.add_membership(group);
        joined.map_err(|e| Error::System("join a multicast group", e))?;
        let fd = self.socket.as_fd();
        // Without the privilege there is less room: then messages are lost sooner, and that is said.
        if sockopt::set_socket_recv_buffer_size_force(fd, ROOM).is_err() {
            let _ = sockopt::set_socket_recv_buffer_size(fd, ROOM);
        }
        Ok(())
    }

    /// The next message of a group, as command and attributes, or `None` when none came in time.
    ///
    /// # Errors
    ///
    /// [`Error::Lost`] when messages were lost; or one cannot be read.
    pub fn next(&self, patience: Duration) -> Result<Option<(u8, Vec<Attribute>)>, Error> {
        let Some(buffer) = self.receive(patience)? else {
            return Ok(None);
        };
        let (message, rest) = split(&buffer)?;
        if message.kind != self.id {
            return Err(Malformed::Family(message.kind).into());
        }
        if !rest.is_empty() {
            return Err(Malformed::Trailing(rest.len()).into());
        }
        match message.body.split_at_checked(GENL_HDRLEN) {
            Some(([command, ..], attrs)) => Ok(Some((*command, attributes(attrs)?))),
            _ => Err(Malformed::Cut("the header").into()),
        }
    }

    /// Sends one request and collects the attributes of all its answers.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when the kernel refuses.
    pub fn ask(
        &self,
        cmd: u8,
        dump: bool,
        attrs: &[(u16, Vec<u8>)],
    ) -> Result<Vec<Vec<Attribute>>, Error> {
        let flags = NLM_F_REQUEST | NLM_F_ACK | if dump { NLM_F_DUMP } else { 0 };
        let attrs: Vec<_> = attrs
            .iter()
            .map(|(kind, v)| DefaultNla::new(*kind, v.clone()))
            .collect();
        let [version, ..] = self.version.to_le_bytes();
        let sequence = self.sequence.get().wrapping_add(1).max(1);
        self.sequence.set(sequence);
        let request = request(self.id, flags, sequence, [cmd, version], &attrs);
        let sent = self.socket.send(&request, 0);
        sent.map_err(|e| Error::System("ask the kernel", e))?;
        let mut answers = Vec::new();
        loop {
            let buffer = self.receive(PATIENCE)?.ok_or(Error::Silent)?;
            let mut rest = &buffer[..];
            while !rest.is_empty() {
                let (message, others) = split(rest)?;
                rest = others;
                if message.sequence != sequence {
                    // An answer that an earlier request did not wait for, or an announcement.
                    continue;
                }
                match message.kind {
                    NLMSG_ERROR | NLMSG_DONE => return verdict(&message).map(|()| answers),
                    _ => {
                        let attrs = message.body.get(GENL_HDRLEN..);
                        let attrs = attrs.ok_or(Malformed::Cut("an answer"))?;
                        answers.push(attributes(attrs)?);
                    }
                }
            }
        }
    }

    /// The next datagram, if one comes in time.
    fn receive(&self, patience: Duration) -> Result<Option<Vec<u8>>, Error> {
        // What is too long for a clock is forever.
        let until = Instant::now().checked_add(patience);
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            let mut this = [PollFd::new(&self.socket, PollFlags::IN)];
            match poll(&mut this, left.as_ref()) {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(e) => return Err(Error::System("wait for the kernel", e.into())),
            }
            match self.socket.recv_from_full() {
                Ok((buffer, _)) => return Ok(Some(buffer)),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.raw_os_error() == Some(Errno::NOBUFS.raw_os_error()) => {
                    return Err(Error::Lost)
                }
                Err(e) => return Err(Error::System("receive from the kernel", e)),
            }
        }
    }
}

impl AsFd for Family {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn groups(list: &[u8]) -> Result<Vec<(String, u32)>, Malformed> {
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
