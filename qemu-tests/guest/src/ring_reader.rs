// SPDX-License-Identifier: GPL-2.0

//! The packets of one queue, as a program of a user reads them: by what was announced of its ring, each judged by its frame.

use anyhow::{Context, Result};
use meta_reader::{Client, Rejected, Ring, Subscription};

use crate::oracle::{Expect, Fields, Judge};
use crate::sys::xsk::Received;

/// A reader of one queue.
#[derive(Debug)]
pub(crate) struct RingReader {
    client: Client,
    news: Subscription,
    /// What was announced.
    pub(crate) ring: Ring,
    fields: Fields,
    /// How the packets were read.
    pub(crate) judge: Judge,
    /// How often a packet came before its announcement was heard.
    pub(crate) ahead: u64,
}

impl RingReader {
    /// A reader of this queue; no packet arrives before `now`, by the NIC's clock.
    ///
    /// # Errors
    ///
    /// What the netlink family says.
    pub(crate) fn new(ifindex: u32, queue: u32, now: u64) -> Result<Self> {
        let client = Client::open()?;
        // In this order, so that no announcement is missed in between.
        let news = client.subscribe()?;
        Ok(Self {
            ring: Ring::new(&client.get(ifindex, queue)?),
            client,
            news,
            fields: Fields::new(),
            judge: Judge::new(now),
            ahead: 0,
        })
    }

    /// Reads one packet: layout and generation of its record, or why the ring rejects it.
    ///
    /// # Errors
    ///
    /// When the frame is not the oracle's, or the kernel cannot be asked.
    pub(crate) fn read(&mut self, packet: &Received) -> Result<Result<(u32, u16), Rejected>> {
        let want = Expect::parse(&packet.bytes).context("a frame that is not the oracle's")?;
        if let Err(Rejected::Ahead(_)) = self.ring.record(&packet.before) {
            self.ahead += 1;
            self.catch_up()?;
        }
        Ok(self.ring.record(&packet.before).map(|record| {
            self.judge.packet(&want, &self.fields.read(&record));
            (record.layout().id(), record.trailer().generation)
        }))
    }

    /// Hears what was announced meanwhile.
    ///
    /// # Errors
    ///
    /// When the kernel cannot be asked.
    pub(crate) fn catch_up(&mut self) -> Result<()> {
        Ok(self.ring.catch_up(&self.client, &self.news)?)
    }
}
