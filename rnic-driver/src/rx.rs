// SPDX-License-Identifier: GPL-2.0

//! Receive queues: descriptors to packets, packets to programs and the stack.
//!
//! The loop is compiled once for each layout, with that layout's writer, and chosen once for each poll: nothing in it
//! asks for a packet, let alone for a field, what the configuration is.

mod handler;
mod packet;
mod pages;
mod socket;
mod stamp;
mod stash;

pub(crate) use self::{handler::Outbox, socket::Socket, stash::Stash};

use self::{
    handler::{Plain, Recorded, Tally},
    pages::Pages,
    stamp::{ByClock, NoStamps, Stamps},
};
use crate::{
    adapter::Adapter,
    clock::Clock,
    desc::Receive,
    frame::{self, Assembly},
    hal::Nic,
    ring::Len,
    runtime::off::{self, Off},
    stats::RxStats,
    sys::{
        napi::{Napi, NapiContext, StoppedNapi},
        netdev::{NetDevice, Port},
        seqlock::SeqLatch,
        xdp::Prog,
        xsk::XskPool,
    },
};
use kernel::{device::Bound, pci, prelude::*};
use meta_core::{
    descriptor::Copied,
    generation::Generation,
    hint,
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
    /// Whether tags are taken out.
    pub(crate) strip_vlan: bool,
    /// Whether packets are stamped.
    pub(crate) stamps: bool,
    /// Whether records are written while a program is attached.
    pub(crate) records: bool,
    /// Bytes of a packet, at most, without its Ethernet header.
    pub(crate) mtu: usize,
    /// The attached program.
    pub(crate) prog: Option<Prog>,
}

impl RxConfig {
    /// Buffers that a frame may take: one, unless the MTU needs more and the program, if there is one, takes more.
    fn parts(&self) -> usize {
        match &self.prog {
            Some(prog) if !prog.takes_fragments() => 1,
            _ => frame::parts(self.mtu),
        }
    }
}

/// What a poll works with, besides the queue.
pub(crate) struct Poll<'a, 'bound, N: Nic> {
    pub(crate) port: &'a Port<Adapter<'bound, N>>,
    pub(crate) nic: &'a N,
    pub(crate) clock: &'a SeqLatch<Clock, 5>,
    pub(crate) stats: &'a RxStats,
    pub(crate) context: &'a NapiContext<'a>,
    pub(crate) budget: usize,
}

/// One receive queue.
pub(crate) struct RxQueue<N: Nic> {
    /// Pages of a pool of its own, which wait while it has a socket: so that it needs no memory when the socket goes.
    pages: Pages<N::Rx>,
    /// The AF_XDP socket whose memory it receives into, if it has one.
    socket: Option<Socket<N::Rx>>,
    assembly: Assembly,
    config: RxConfig,
    generation: Generation,
    index: usize,
}

/// What a new queue is made of.
pub(crate) struct Parameters<'a, T> {
    pub(crate) pdev: &'a pci::Device<Bound>,
    pub(crate) dev: &'a NetDevice,
    pub(crate) napi: &'a Napi<T>,
    pub(crate) index: usize,
    /// How many buffers it has, but for one.
    pub(crate) len: Len,
    /// How many descriptors: no fewer.
    pub(crate) descriptors: Len,
}

impl<N: Nic> RxQueue<N> {
    /// A receive queue full of buffers; with `socket`, one that [`adopts`](Self::adopt) a socket's memory before it is used.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; nothing is left behind.
    pub(crate) fn new<T>(
        parameters: &Parameters<'_, T>,
        socket: bool,
        config: RxConfig,
        generation: Generation,
    ) -> Result<Self> {
        let mut queue = Self {
            pages: Pages::new(parameters)?,
            socket: match socket {
                true => Some(Socket::new(parameters)?),
                false => None,
            },
            assembly: Assembly::new(1),
            config: config.clone(),
            generation,
            index: parameters.index,
        };
        queue.install(config, generation);
        Ok(queue)
    }

    /// Where the device finds the ring in use, and its length.
    pub(crate) fn ring(&self) -> (u64, Len) {
        match &self.socket {
            None => self.own_ring(),
            Some(socket) => socket.ring(),
        }
    }

    /// Where the device finds the ring of pages, and its length.
    pub(crate) fn own_ring(&self) -> (u64, Len) {
        (self.pages.ring.dma_addr(), self.pages.ring.len())
    }

    /// The socket whose memory it receives into.
    pub(crate) fn socket(&mut self) -> Option<&mut XskPool> {
        self.socket.as_mut()?.pool.as_mut()
    }

    /// The queue is in use from now on.
    pub(crate) fn attach<T>(&self, napi: &StoppedNapi<'_, T>) {
        self.pages.attach(napi);
    }

    /// Receives into the memory of a socket from now on, if it was made for one.
    pub(crate) fn adopt(&mut self, pool: XskPool) {
        if let Some(socket) = &mut self.socket {
            socket.adopt(pool);
        }
    }

    /// Receives into the memory of a socket from now on, by the ring that was made for it. Everything that was received has
    /// been handled. A configuration is installed afterwards.
    pub(crate) fn lend(&mut self, socket: Socket<N::Rx>, pool: XskPool) {
        self.pages.forget_parts();
        self.assembly = Assembly::new(1);
        self.socket = Some(socket);
        self.adopt(pool);
    }

    /// Receives into pages again, and gives back the socket's memory. As for [`lend`](Self::lend).
    pub(crate) fn take_back(&mut self) -> Option<XskPool> {
        self.assembly = Assembly::new(1);
        self.socket.take()?.into_pool()
    }

    /// Takes the queue apart, and gives back the socket's memory.
    pub(crate) fn into_socket(self) -> Option<XskPool> {
        self.socket?.into_pool()
    }

    /// The layout of the records, with its BTF.
    pub(crate) fn layout(&self) -> (&'static Layout, &'static [u8]) {
        if self.config.records {
            (
                N::Meta::layout(self.config.knobs),
                N::Meta::btf(self.config.knobs),
            )
        } else {
            (&off::LAYOUT, off::BTF)
        }
    }

    /// Installs a configuration and the generation that its records carry.
    pub(crate) fn install(&mut self, config: RxConfig, generation: Generation) {
        let parts = match self.socket {
            None => config.parts(),
            Some(_) => 1,
        };
        self.assembly.set_limit(parts);
        self.config = config;
        self.generation = generation;
    }

    /// Handles up to `budget` completed descriptors; returns how many packets there were, or `budget` if the ring could
    /// not be refilled at all and has to be looked at again.
    pub(crate) fn poll(&mut self, poll: &Poll<'_, '_, N>, outbox: &mut Outbox) -> usize {
        let work = match (self.config.prog.is_some(), self.config.stamps) {
            (false, false) => self.plain(poll, outbox, NoStamps),
            (false, true) => self.plain(poll, outbox, ByClock::of(poll)),
            (true, stamps) => {
                let (knobs, records) = (self.config.knobs, self.config.records);
                let programmed = Programmed {
                    queue: self,
                    poll,
                    outbox,
                };
                if records {
                    N::Meta::select(knobs, programmed)
                } else if stamps {
                    programmed.run::<Off, _>(ByClock::of(poll))
                } else {
                    programmed.run::<Off, _>(NoStamps)
                }
            }
        };
        let again = match &mut self.socket {
            None => self.pages.refill(poll.stats),
            Some(socket) => socket.refill(),
        };
        if again {
            poll.budget
        } else {
            work
        }
    }

    fn plain<S: Stamps<N>>(
        &mut self,
        poll: &Poll<'_, '_, N>,
        outbox: &mut Outbox,
        stamps: S,
    ) -> usize {
        let Self {
            pages,
            socket,
            assembly,
            config,
            ..
        } = self;
        let handler = Plain {
            poll,
            config,
            stamps,
        };
        let mut tally = Tally::default();
        let work = match socket {
            None => pages.receive(assembly, poll.budget, &handler, &mut tally, outbox),
            Some(socket) => socket.receive(assembly, poll.budget, &handler, &mut tally, outbox),
        };
        tally.add_to(poll.stats);
        work
    }

    /// Whether the device has completed a descriptor.
    #[inline]
    pub(crate) fn is_pending(&self) -> bool {
        match &self.socket {
            None => self.pages.ring.is_pending(),
            Some(socket) => socket.ring.is_pending(),
        }
    }

    /// Tells the device of buffers that were posted, once enough have gathered, or memory is short. The receive unit
    /// runs: while it is off, QEMU's models take the write as a sign to receive, and lose the frame that waits.
    #[inline]
    pub(crate) fn tell(&mut self, nic: &N) {
        let tail = match &mut self.socket {
            None => told(&mut self.pages.ring),
            Some(socket) => told(&mut socket.ring),
        };
        if let Some(tail) = tail {
            nic.set_rx_tail(self.index, tail);
        }
    }

    /// Looks at the next packet, whose buffer is posted again afterwards. For a test; the queue belongs to nobody else.
    pub(crate) fn test_packet<R>(
        &mut self,
        look: impl FnOnce(Copied<N::Rx>, &[u8]) -> R,
    ) -> Option<R> {
        match self.socket {
            None => self.pages.test_packet(look),
            Some(_) => None,
        }
    }

    /// Lets the device begin with all the buffers that there are, before the receive unit runs: so that it need not be told
    /// of any. The models lose a frame that waits when they are told while they do not receive, and QEMU's igb also when it
    /// begins to receive without a buffer. So a ring never has fewer descriptors than before, until the device is reset.
    pub(crate) fn rewind(&mut self, nic: &N) {
        let index = self.index;
        let tail = nic.rx_tail(index);
        let head = match &mut self.socket {
            None => self.pages.ring.end_at(tail),
            Some(socket) => socket.ring.end_at(tail),
        };
        // A tail that is not in the ring, which has become shorter: nothing to receive into, for a moment.
        nic.set_rx_head(index, head.unwrap_or(tail));
    }

    /// Tells the device of what it does not know yet. The receive unit runs.
    pub(crate) fn start(&mut self, nic: &N) {
        let (head, untold, tail) = match &mut self.socket {
            None => begin(&mut self.pages.ring),
            Some(socket) => begin(&mut socket.ring),
        };
        if untold {
            nic.set_rx_head(self.index, head);
            nic.set_rx_tail(self.index, tail);
        }
    }
}

/// Where a ring begins, whether the device was not told of it at all, and what its tail register is to say.
fn begin<D: Receive, B: crate::ring::rx::Buffer>(
    ring: &mut crate::ring::rx::RxRing<D, B>,
) -> (u16, bool, u16) {
    let untold = ring.untold() > 0;
    (ring.head(), untold, ring.tell())
}

#[inline]
fn told<D: Receive, B: crate::ring::rx::Buffer>(
    ring: &mut crate::ring::rx::RxRing<D, B>,
) -> Option<u16> {
    let enough = if ring.vacant() >= REFILL { 1 } else { REFILL };
    (ring.untold() >= enough).then(|| ring.tell())
}

/// Chooses the loop for the layout in force.
struct Programmed<'a, 'p, 'bound, N: Nic> {
    queue: &'a mut RxQueue<N>,
    poll: &'a Poll<'p, 'bound, N>,
    outbox: &'a mut Outbox,
}

impl<N: Nic> Programmed<'_, '_, '_, N> {
    #[inline]
    fn run<W: Writer<<N::Meta as XdpMeta>::Source>, S: Stamps<N>>(self, stamps: S) -> usize {
        // Out of the queue for the length of the poll, so that both can be borrowed.
        let Some(prog) = self.queue.config.prog.take() else {
            return 0;
        };
        let RxQueue {
            pages,
            socket,
            assembly,
            config,
            generation,
            index,
        } = &mut *self.queue;
        let handler = Recorded::<N, W, S>::new(
            self.poll,
            config,
            &prog,
            *index as u16,
            generation.low16(),
            stamps,
        );
        let mut tally = Tally::default();
        let budget = self.poll.budget;
        let work = match socket {
            None => pages.receive(assembly, budget, &handler, &mut tally, self.outbox),
            Some(socket) => socket.receive(assembly, budget, &handler, &mut tally, self.outbox),
        };
        tally.add_to(self.poll.stats);
        self.queue.config.prog = Some(prog);
        work
    }
}

impl<N: Nic> Visitor<N::Meta> for Programmed<'_, '_, '_, N> {
    type Output = usize;

    fn visit<W: Writer<<N::Meta as XdpMeta>::Source>>(self) -> usize {
        // Records with a time are written exactly while packets are stamped.
        if const { W::LAYOUT.field(hint::RX_TIMESTAMP).is_some() } {
            let stamps = ByClock::of(self.poll);
            self.run::<W, _>(stamps)
        } else {
            self.run::<W, _>(NoStamps)
        }
    }
}
