// SPDX-License-Identifier: GPL-2.0

//! The receive loop: descriptors to packets, packets to programs and the stack.
//!
//! The loop is compiled once for each layout, with that layout's writer, and chosen once for each poll: nothing in it
//! asks for a packet, let alone for a field, what the configuration is.

mod handler;
mod stash;

pub(crate) use self::stash::Stash;

use self::handler::{Arrived, Handler, Outcome, Plain, Recorded};
use crate::{
    desc::RxDescriptor,
    frame::{Assembly, Frame},
    hal::I82574,
    layouts::RxMeta,
    ring::{self, RxRing},
    runtime::off::{self, Off},
    stats::Stats,
    sys::{
        napi::{Napi, NapiContext},
        netdev::NetDevice,
        page_pool::{PagePool, RxBuffer},
        xdp::{Prog, RxqInfo},
    },
};
use kernel::{device::Bound, pci, prelude::*};
use meta_core::{
    generation::Generation,
    layout::Layout,
    meta::{Visitor, Writer, XdpMeta},
};

/// Buffers are posted when this many are missing, so that the tail register is written seldom.
const REFILL: usize = 16;

/// What the receive loop works by. Changed behind the fence only.
#[derive(Clone)]
pub(crate) struct RxConfig {
    /// Layout knobs, as in [`crate::layouts::knob`].
    pub(crate) knobs: u32,
    /// Whether the stack is told of checksums that the NIC found right.
    pub(crate) checksum: bool,
    /// Whether records are written while a program is attached.
    pub(crate) records: bool,
    /// The attached program.
    pub(crate) prog: Option<Prog>,
}

/// One receive queue.
pub(crate) struct RxQueue {
    // The order is that of dropping: buffers, registration, pool.
    ring: RxRing,
    rxq: RxqInfo,
    pool: PagePool,
    assembly: Assembly,
    config: RxConfig,
    generation: Generation,
}

impl RxQueue {
    /// Receive queue 0 of `dev`, full of buffers.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; nothing is left behind.
    pub(crate) fn new<T>(
        pdev: &pci::Device<Bound>,
        dev: &NetDevice,
        napi: &Napi<T>,
        config: RxConfig,
        generation: Generation,
    ) -> Result<Self> {
        let pool = PagePool::new(pdev, dev, napi, 0, ring::LEN as u32)?;
        let mut queue = Self {
            ring: RxRing::new(pdev.as_ref())?,
            rxq: RxqInfo::new(dev, 0, napi, &pool)?,
            pool,
            assembly: Assembly::default(),
            config,
            generation,
        };
        if queue.fill() {
            Ok(queue)
        } else {
            Err(ENOMEM)
        }
    }

    /// Where the device finds the ring.
    pub(crate) fn dma_addr(&self) -> u64 {
        self.ring.dma_addr()
    }

    /// The layout of the records, with its BTF.
    pub(crate) fn layout(&self) -> (&'static Layout, &'static [u8]) {
        if self.config.records {
            (
                RxMeta::layout(self.config.knobs),
                RxMeta::btf(self.config.knobs),
            )
        } else {
            (&off::LAYOUT, off::BTF)
        }
    }

    /// Installs a configuration and the generation that its records carry.
    pub(crate) fn install(&mut self, config: RxConfig, generation: Generation) {
        self.config = config;
        self.generation = generation;
    }

    /// Whether checksums are reported changes no record, so it needs no new generation.
    pub(crate) fn set_checksum(&mut self, checksum: bool) {
        self.config.checksum = checksum;
    }

    /// Posts buffers to all vacant slots; `false` if memory ran short.
    fn fill(&mut self) -> bool {
        for _ in 0..self.ring.vacant() {
            match self.pool.alloc() {
                Some(buffer) => self.ring.post(buffer),
                None => return false,
            }
        }
        true
    }

    /// Handles up to `budget` completed descriptors; returns how many packets there were, or `budget` if the ring could
    /// not be refilled at all and has to be looked at again.
    pub(crate) fn poll(
        &mut self,
        dev: &NetDevice,
        stats: &Stats,
        context: &NapiContext<'_>,
        budget: usize,
    ) -> usize {
        let work = if self.config.prog.is_none() {
            self.receive(stats, context, budget, &Plain { dev })
        } else {
            let (knobs, records) = (self.config.knobs, self.config.records);
            let programmed = Programmed {
                queue: self,
                dev,
                stats,
                context,
                budget,
            };
            if records {
                RxMeta::select(knobs, programmed)
            } else {
                programmed.visit::<Off>()
            }
        };
        let short = self.ring.vacant() >= REFILL && !self.fill();
        if short && self.ring.is_empty() {
            budget
        } else {
            work
        }
    }

    /// Tells the device of buffers that were posted, once enough have gathered, or memory is short. The receive unit
    /// runs: while it is off, QEMU's model takes the write as a sign to receive, and loses the frame that waits.
    #[inline]
    pub(crate) fn tell(&mut self, hw: &I82574<'_>) {
        let enough = if self.ring.vacant() >= REFILL {
            1
        } else {
            REFILL
        };
        if self.ring.untold() >= enough {
            hw.set_receive_tail(self.ring.tell());
        }
    }

    /// Lets the receive unit run, with all the buffers that were posted.
    pub(crate) fn start(&mut self, hw: &I82574<'_>) {
        hw.start_receive();
        hw.set_receive_tail(self.ring.tell());
    }

    #[inline]
    fn receive<H: Handler>(
        &mut self,
        stats: &Stats,
        context: &NapiContext<'_>,
        budget: usize,
        handler: &H,
    ) -> usize {
        let mut tally = Tally::default();
        for _ in 0..budget {
            let Some((descriptor, buffer)) = self.ring.complete() else {
                break;
            };
            let judged = match self.assembly.next(descriptor.get()) {
                Frame::Packet(len) => Ok(len),
                Frame::Part => Err(None),
                Frame::BadLength => Err(Some(&stats.rx_length_errors)),
                Frame::Damaged => Err(Some(&stats.rx_errors)),
            };
            let len = match judged {
                Ok(len) => len,
                Err(counter) => {
                    if let Some(counter) = counter {
                        counter.add(1);
                    }
                    self.reuse(buffer);
                    tally.bad = tally.bad.wrapping_add(1);
                    continue;
                }
            };
            buffer.sync_for_cpu(len);
            tally.packets = tally.packets.wrapping_add(1);
            tally.bytes = tally.bytes.wrapping_add(len);
            let arrived = Arrived {
                descriptor,
                buffer,
                len,
            };
            let (buffer, missed) = match handler.packet(arrived, &self.rxq, &self.config, context) {
                Outcome::Delivered => continue,
                Outcome::Dropped(buffer) => (buffer, &mut tally.dropped),
                Outcome::Aborted(buffer) => (buffer, &mut tally.aborted),
                Outcome::NoMemory(buffer) => (buffer, &mut tally.no_memory),
            };
            *missed = missed.wrapping_add(1);
            self.reuse(buffer);
        }
        tally.add_to(stats);
        tally.packets.wrapping_add(tally.bad)
    }

    /// Posts a buffer again whose packet went nowhere, without a way through the pool: its slot has just become free.
    #[inline]
    fn reuse(&mut self, buffer: RxBuffer) {
        buffer.sync_for_device();
        self.ring.post(buffer);
    }
}

/// What one poll received. The sums cannot overflow; wrapping keeps the overflow checks out of the loop.
#[derive(Default)]
struct Tally {
    packets: usize,
    bytes: usize,
    bad: usize,
    dropped: usize,
    aborted: usize,
    no_memory: usize,
}

impl Tally {
    fn add_to(&self, stats: &Stats) {
        for (counter, n) in [
            (&stats.rx_packets, self.packets),
            (&stats.rx_bytes, self.bytes),
            (&stats.rx_xdp_drop, self.dropped),
            (&stats.rx_xdp_aborted, self.aborted),
            (&stats.rx_no_memory, self.no_memory),
        ] {
            if n != 0 {
                counter.add(n as u64);
            }
        }
    }
}

/// Chooses the loop for the layout in force.
struct Programmed<'a> {
    queue: &'a mut RxQueue,
    dev: &'a NetDevice,
    stats: &'a Stats,
    context: &'a NapiContext<'a>,
    budget: usize,
}

impl Visitor<RxMeta> for Programmed<'_> {
    type Output = usize;

    fn visit<W: Writer<RxDescriptor>>(self) -> usize {
        // Out of the queue for the length of the poll, so that both can be borrowed.
        let Some(prog) = self.queue.config.prog.take() else {
            return 0;
        };
        let generation = self.queue.generation.low16();
        let handler = Recorded::<W>::new(self.dev, &prog, generation);
        let work = self
            .queue
            .receive(self.stats, self.context, self.budget, &handler);
        self.queue.config.prog = Some(prog);
        work
    }
}
