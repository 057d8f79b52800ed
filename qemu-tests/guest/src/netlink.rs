// SPDX-License-Identifier: GPL-2.0

//! A synchronous client of the `xdp-meta` generic netlink family.
//!
//! Messages are put together and taken apart here, attribute by attribute, so that what the kernel sent
//! is seen as it was sent; only the attribute framing is a library's. Every request asks for the
//! kernel's explanation of an error, because the tests check that there is one.

use std::fmt;
use std::io::ErrorKind;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use anyhow::{bail, Context, Result};
use meta_core::announce::{attr, command, FAMILY, GROUP, VERSION};
use netlink_packet_core::{DefaultNla, Nla, NlaBuffer, NlasIterator};
use netlink_sys::{protocols::NETLINK_GENERIC, Socket, SocketAddr};
use rustix::net::sockopt;

use crate::announcement::Announcement;

const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const NLM_F_DUMP: u16 = 0x300;
/// The error message does not repeat the request.
const NLM_F_CAPPED: u16 = 0x100;
/// Attributes with an explanation follow.
const NLM_F_ACK_TLVS: u16 = 0x200;
const NLMSGERR_ATTR_MSG: u16 = 1;
const NLA_F_NESTED: u16 = 1 << 15;

const GENL_ID_CTRL: u16 = 0x10;
const CTRL_CMD_GETFAMILY: u8 = 3;
const CTRL_ATTR_FAMILY_ID: u16 = 1;
const CTRL_ATTR_FAMILY_NAME: u16 = 2;
const CTRL_ATTR_VERSION: u16 = 3;
const CTRL_ATTR_MCAST_GROUPS: u16 = 7;
const CTRL_ATTR_MCAST_GRP_NAME: u16 = 1;
const CTRL_ATTR_MCAST_GRP_ID: u16 = 2;

/// `struct nlmsghdr` and `struct genlmsghdr`.
const NLMSG_HDRLEN: usize = 16;
const GENL_HDRLEN: usize = 4;

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
pub(crate) struct XdpMeta {
    socket: Socket,
    family: u16,
    /// Version that the kernel reports.
    pub(crate) version: u32,
    group: Option<u32>,
}

/// One attribute of a message.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    /// Its number, without flags.
    pub(crate) kind: u16,
    /// Its bytes.
    pub(crate) value: Vec<u8>,
}

impl XdpMeta {
    /// Finds the family.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] with `ENOENT` when there is none.
    pub(crate) fn open() -> Result<Self> {
        let mut socket = Socket::new(NETLINK_GENERIC).context("netlink socket")?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        socket.set_ext_ack(true)?;
        let borrowed = borrow(&socket);
        sockopt::set_socket_timeout(
            borrowed,
            sockopt::Timeout::Recv,
            Some(Duration::from_secs(5)),
        )?;
        let mut this = Self {
            socket,
            family: GENL_ID_CTRL,
            version: 0,
            group: None,
        };
        let name = DefaultNla::new(CTRL_ATTR_FAMILY_NAME, [FAMILY.as_bytes(), &[0]].concat());
        let answer = this.ask(CTRL_CMD_GETFAMILY, 0, 2, &[name])?;
        let answer = answer.first().context("no answer about the family")?;
        for a in answer {
            match a.kind {
                CTRL_ATTR_FAMILY_ID => this.family = u16::from_ne_bytes(array(&a.value)?),
                CTRL_ATTR_VERSION => this.version = u32::from_ne_bytes(array(&a.value)?),
                CTRL_ATTR_MCAST_GROUPS => this.group = group(&a.value)?,
                _ => {}
            }
        }
        Ok(this)
    }

    /// Whether the family has its multicast group.
    pub(crate) fn has_group(&self) -> bool {
        self.group.is_some()
    }

    /// The layout in force on one queue.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when the kernel refuses.
    pub(crate) fn get(&self, ifindex: u32, queue: u32) -> Result<Announcement> {
        let attrs = [
            u32_attr(attr::IFINDEX, ifindex),
            u32_attr(attr::QUEUE, queue),
        ];
        let answers = self.ask(command::LAYOUT_GET, 0, VERSION, &attrs)?;
        let [answer] = answers.as_slice() else {
            bail!("{} answers to a do", answers.len())
        };
        Announcement::parse(answer)
    }

    /// Sends a `layout-get` with any attributes, for requests that are wrong.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when the kernel refuses.
    pub(crate) fn get_with(&self, attrs: &[(u16, Vec<u8>)]) -> Result<()> {
        let attrs: Vec<_> = attrs
            .iter()
            .map(|(kind, v)| DefaultNla::new(*kind, v.clone()))
            .collect();
        self.ask(command::LAYOUT_GET, 0, VERSION, &attrs)
            .map(|_| ())
    }

    /// The layouts in force on every queue of every interface that has them.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when the kernel refuses.
    pub(crate) fn dump(&self) -> Result<Vec<Announcement>> {
        let answers = self.ask(command::LAYOUT_GET, NLM_F_DUMP, VERSION, &[])?;
        answers
            .iter()
            .map(|answer| Announcement::parse(answer))
            .collect()
    }

    /// Joins the multicast group; from then on [`next`](Self::next) gives announcements.
    ///
    /// # Errors
    ///
    /// When there is no group.
    pub(crate) fn join(&mut self, patience: Duration) -> Result<()> {
        let group = self
            .group
            .with_context(|| format!("the family has no group {GROUP}"))?;
        self.socket.add_membership(group)?;
        let borrowed = borrow(&self.socket);
        sockopt::set_socket_recv_buffer_size_force(borrowed, 8 << 20)?;
        sockopt::set_socket_timeout(borrowed, sockopt::Timeout::Recv, Some(patience))?;
        Ok(())
    }

    /// The next announcement, or `None` when none came in time.
    ///
    /// # Errors
    ///
    /// When announcements were lost or one cannot be read.
    pub(crate) fn next(&self) -> Result<Option<Announcement>> {
        let (buffer, _) = match self.socket.recv_from_full() {
            Ok(message) => message,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                return Ok(None);
            }
            Err(e) => return Err(e).context("announcements were lost"),
        };
        let (header, body) = split(&buffer)?;
        if header.kind != self.family || body.first() != Some(&command::LAYOUT_NTF) {
            bail!(
                "not an announcement: type {} command {:?}",
                header.kind,
                body.first()
            );
        }
        Announcement::parse(&attributes(&body[GENL_HDRLEN..])?).map(Some)
    }

    /// Sends one request and collects the attributes of all its answers.
    fn ask(
        &self,
        cmd: u8,
        flags: u16,
        version: u8,
        attrs: &[DefaultNla],
    ) -> Result<Vec<Vec<Attribute>>> {
        let flags = flags | NLM_F_REQUEST | NLM_F_ACK;
        self.socket
            .send(&request(self.family, flags, cmd, version, attrs), 0)?;
        let mut answers = Vec::new();
        loop {
            let (buffer, _) = self
                .socket
                .recv_from_full()
                .context("no answer from the kernel")?;
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
}

#[derive(Debug, Clone, Copy)]
struct Header {
    kind: u16,
    flags: u16,
}

/// One message's header and body.
fn split(buffer: &[u8]) -> Result<(Header, &[u8])> {
    let half = |at: usize| {
        buffer
            .get(at..at + 2)
            .map(|b| u16::from_ne_bytes([b[0], b[1]]))
    };
    let len = u32::from_ne_bytes(array(buffer.get(..4).context("short message")?)?) as usize;
    let body = buffer
        .get(NLMSG_HDRLEN..len)
        .context("a message longer than its datagram")?;
    let (Some(kind), Some(flags)) = (half(4), half(6)) else {
        bail!("short message")
    };
    Ok((Header { kind, flags }, body))
}

/// What an acknowledgement says.
fn verdict(header: Header, body: &[u8]) -> Result<()> {
    let code = i32::from_ne_bytes(array(body.get(..4).context("short acknowledgement")?)?);
    if code == 0 {
        return Ok(());
    }
    let mut message = String::new();
    if header.flags & NLM_F_ACK_TLVS != 0 {
        // After the error number: the header of the request, and with it the request unless it was cut off.
        let repeated = match (header.kind, header.flags & NLM_F_CAPPED) {
            (NLMSG_DONE, _) => 0,
            (_, 0) => u32::from_ne_bytes(array(body.get(4..8).context("short error")?)?) as usize,
            _ => NLMSG_HDRLEN,
        };
        for a in attributes(
            body.get(4 + repeated.next_multiple_of(4)..)
                .unwrap_or_default(),
        )? {
            if a.kind == NLMSGERR_ATTR_MSG {
                message = text(&a.value);
            }
        }
    }
    Err(Refusal {
        errno: -code,
        message,
    }
    .into())
}

fn request(family: u16, flags: u16, cmd: u8, version: u8, attrs: &[DefaultNla]) -> Vec<u8> {
    let len = NLMSG_HDRLEN + GENL_HDRLEN + attrs.iter().map(nla_len).sum::<usize>();
    let mut bytes = u32::try_from(len)
        .expect("a small message")
        .to_ne_bytes()
        .to_vec();
    bytes.extend(family.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend([0; 8]);
    bytes.extend([cmd, version, 0, 0]);
    for attr in attrs {
        let start = bytes.len();
        bytes.resize(start + nla_len(attr), 0);
        netlink_packet_core::Emitable::emit(attr, &mut bytes[start..]);
    }
    bytes
}

fn nla_len(attr: &DefaultNla) -> usize {
    (4 + attr.value_len()).next_multiple_of(4)
}

/// The attributes in `bytes`, in order.
///
/// # Errors
///
/// When they are not well formed.
pub(crate) fn attributes(bytes: &[u8]) -> Result<Vec<Attribute>> {
    let mut all = Vec::new();
    for nla in NlasIterator::new(bytes) {
        let nla: NlaBuffer<&[u8]> = nla.map_err(|e| anyhow::anyhow!("bad attribute: {e}"))?;
        all.push(Attribute {
            kind: nla.kind() & !NLA_F_NESTED,
            value: nla.value().to_vec(),
        });
    }
    Ok(all)
}

fn group(list: &[u8]) -> Result<Option<u32>> {
    for entry in attributes(list)? {
        let (mut name, mut id) = (String::new(), None);
        for a in attributes(&entry.value)? {
            match a.kind {
                CTRL_ATTR_MCAST_GRP_NAME => name = text(&a.value),
                CTRL_ATTR_MCAST_GRP_ID => id = Some(u32::from_ne_bytes(array(&a.value)?)),
                _ => {}
            }
        }
        if name == GROUP {
            return Ok(id);
        }
    }
    Ok(None)
}

fn u32_attr(kind: u16, value: u32) -> DefaultNla {
    DefaultNla::new(kind, value.to_ne_bytes().to_vec())
}

/// A string attribute without its NUL.
pub(crate) fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value)
        .trim_end_matches('\0')
        .to_owned()
}

/// Exactly `N` bytes.
///
/// # Errors
///
/// When there are more or fewer.
pub(crate) fn array<const N: usize>(value: &[u8]) -> Result<[u8; N]> {
    value
        .try_into()
        .with_context(|| format!("{} bytes where {N} belong", value.len()))
}

fn borrow(socket: &Socket) -> BorrowedFd<'_> {
    socket.as_fd()
}
