// SPDX-License-Identifier: GPL-2.0

//! The `xdp-meta` family: asks for layouts, hears of new ones.

use std::time::Duration;

use anyhow::{bail, Result};
use meta_core::announce::{attr, command, FAMILY, GROUP};

use crate::announcement::Announcement;
use crate::netlink::Family;

/// The family, resolved.
#[derive(Debug)]
pub(crate) struct XdpMeta {
    family: Family,
}

impl XdpMeta {
    /// Finds the family.
    ///
    /// # Errors
    ///
    /// A [`Refusal`](crate::netlink::Refusal) with `ENOENT` when there is none.
    pub(crate) fn open() -> Result<Self> {
        Ok(Self {
            family: Family::open(FAMILY)?,
        })
    }

    /// Version that the kernel reports.
    pub(crate) fn version(&self) -> u32 {
        self.family.version
    }

    /// Whether the family has its multicast group.
    pub(crate) fn has_group(&self) -> bool {
        self.family.group(GROUP).is_ok()
    }

    /// The layout in force on one queue.
    ///
    /// # Errors
    ///
    /// A refusal when the kernel refuses.
    pub(crate) fn get(&self, ifindex: u32, queue: u32) -> Result<Announcement> {
        let number = |kind, value: u32| (kind, value.to_ne_bytes().to_vec());
        let attrs = [number(attr::IFINDEX, ifindex), number(attr::QUEUE, queue)];
        let answers = self.family.ask(command::LAYOUT_GET, false, &attrs)?;
        let [answer] = answers.as_slice() else {
            bail!("{} answers to a do", answers.len())
        };
        Announcement::parse(answer)
    }

    /// Sends a `layout-get` with any attributes, for requests that are wrong.
    ///
    /// # Errors
    ///
    /// A refusal when the kernel refuses.
    pub(crate) fn get_with(&self, attrs: &[(u16, Vec<u8>)]) -> Result<()> {
        self.family
            .ask(command::LAYOUT_GET, false, attrs)
            .map(|_| ())
    }

    /// The layouts in force on every queue of every interface that has them.
    ///
    /// # Errors
    ///
    /// A refusal when the kernel refuses.
    pub(crate) fn dump(&self) -> Result<Vec<Announcement>> {
        let answers = self.family.ask(command::LAYOUT_GET, true, &[])?;
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
        self.family.join(GROUP)?;
        self.family.set_patience(patience)
    }

    /// The next announcement, or `None` when none came in time.
    ///
    /// # Errors
    ///
    /// When announcements were lost or one cannot be read.
    pub(crate) fn next(&self) -> Result<Option<Announcement>> {
        match self.family.next()? {
            None => Ok(None),
            Some((command::LAYOUT_NTF, attrs)) => Announcement::parse(&attrs).map(Some),
            Some((other, _)) => bail!("command {other} on the group of announcements"),
        }
    }
}
