// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The family `xdp-meta`: asks for layouts, hears of new ones.
//!
//! Questions and announcements have sockets of their own, so that neither is ever taken for the other.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use meta_core::announce::{attr, command, FAMILY, GROUP};

use crate::announcement::Announcement;
use crate::error::{Error, Malformed};
use crate::netlink::Family;

/// The family, resolved, to be asked.
#[derive(Debug)]
pub struct Client {
    family: Family,
}

impl Client {
    /// Finds the family.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with `ENOENT` when there is none: no driver that announces layouts is loaded.
    pub fn open() -> Result<Self, Error> {
        let family = Family::open(FAMILY)?;
        Ok(Self { family })
    }

    /// Version of the family that the kernel reports.
    pub fn version(&self) -> u32 {
        self.family.version()
    }

    /// The layout in force on one receive queue.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when there is no such interface or queue, or its driver announces no layouts.
    pub fn get(&self, ifindex: u32, queue: u32) -> Result<Announcement, Error> {
        let number = |kind, value: u32| (kind, value.to_ne_bytes().to_vec());
        let attrs = [number(attr::IFINDEX, ifindex), number(attr::QUEUE, queue)];
        let answers = self.family.ask(command::LAYOUT_GET, false, &attrs)?;
        match answers.as_slice() {
            [answer] => Ok(Announcement::from_attributes(answer)?),
            other => Err(Malformed::Answers(other.len()).into()),
        }
    }

    /// The layouts in force on every queue of every interface that has them, in this network namespace.
    ///
    /// # Errors
    ///
    /// When the kernel refuses, or says what cannot be.
    pub fn dump(&self) -> Result<Vec<Announcement>, Error> {
        let answers = self.family.ask(command::LAYOUT_GET, true, &[])?;
        let parsed = answers.iter().map(|a| Announcement::from_attributes(a));
        Ok(parsed.collect::<Result<_, _>>()?)
    }

    /// Starts to listen. What is announced from now on is kept until it is read; ask for the state after that, so that nothing
    /// is missed in between.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn subscribe(&self) -> Result<Subscription, Error> {
        let family = Family::open(FAMILY)?;
        family.join(GROUP)?;
        Ok(Subscription { family })
    }
}

/// All announcements in this network namespace, in order. Its descriptor can be waited for beside others.
///
/// It ends with the family: when the driver's module is unloaded, nothing comes any more.
#[derive(Debug)]
pub struct Subscription {
    family: Family,
}

impl Subscription {
    /// The next announcement, or `None` when none came in time. [`Duration::MAX`] waits forever, [`Duration::ZERO`] not at all.
    ///
    /// # Errors
    ///
    /// [`Error::Lost`] when there were more than the socket had room for: read on until there is `None`, then
    /// [`dump`](Client::dump) the state, in this order. Until all that waits was read the kernel drops what comes, without
    /// saying so again. A malformed message is one message; the next is read as if it had not been there.
    pub fn next(&self, patience: Duration) -> Result<Option<Announcement>, Error> {
        match self.family.next(patience)? {
            None => Ok(None),
            Some((command::LAYOUT_NTF, attrs)) => Ok(Some(Announcement::from_attributes(&attrs)?)),
            Some((other, _)) => Err(Malformed::Command(other).into()),
        }
    }
}

impl AsFd for Subscription {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.family.as_fd()
    }
}
