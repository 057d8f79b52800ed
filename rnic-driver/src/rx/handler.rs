// SPDX-License-Identifier: GPL-2.0

//! What is done with one received packet: a program, the stack, or nothing.

use super::{packet::Packet, stamp::Stamps, stash::Stash, Poll, RxConfig};
use crate::{
    desc::{Checksum, Receive},
    hal::Nic,
    layouts::{knob, Metadata, Stamp, ETH_P_8021Q},
    stats::RxStats,
    sys::{
        napi::NapiContext,
        xdp::{Prog, Verdict},
        xdp_frame::XdpFrame,
    },
    tx,
};
use core::marker::PhantomData;
use meta_core::{
    descriptor::Copied,
    meta::{Writer, XdpMeta},
};

/// Frames that are sent at a time.
const OUTBOX: usize = 16;

/// What programs send in a poll, gathered: frames for the own transmit queue, and whether there are others.
#[derive(Default)]
pub(crate) struct Outbox {
    frames: [Option<XdpFrame>; OUTBOX],
    used: usize,
    /// Something was redirected, and is to be flushed.
    pub(crate) redirected: bool,
}

impl Outbox {
    /// Whether there is no room for another frame.
    #[inline]
    fn is_full(&self) -> bool {
        self.used >= OUTBOX
    }

    /// Whether there is nothing to send.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.used == 0
    }

    #[inline]
    fn add(&mut self, frame: XdpFrame) {
        if let Some(slot) = self.frames.get_mut(self.used) {
            *slot = Some(frame);
            self.used = self.used.wrapping_add(1);
        }
    }

    /// Takes all frames out, in order.
    #[inline]
    pub(crate) fn take(&mut self) -> impl Iterator<Item = XdpFrame> + '_ {
        let used = core::mem::take(&mut self.used);
        self.frames.iter_mut().take(used).filter_map(Option::take)
    }
}

/// What is done with a packet.
pub(super) trait Handler<D: Receive> {
    /// Handles a packet of which `descriptor` tells; gives back the buffer if it went nowhere.
    fn packet<P: Packet>(
        &self,
        packet: P,
        descriptor: &Copied<D>,
        tally: &mut Tally,
        outbox: &mut Outbox,
    ) -> Option<P::Buffer>;
}

/// No program is attached: straight to the stack.
pub(super) struct Plain<'a, 'bound, N: Nic, S> {
    pub(super) poll: &'a Poll<'a, 'bound, N>,
    pub(super) config: &'a RxConfig,
    pub(super) stamps: S,
}

impl<N: Nic, S: Stamps<N>> Handler<N::Rx> for Plain<'_, '_, N, S> {
    #[inline]
    fn packet<P: Packet>(
        &self,
        packet: P,
        descriptor: &Copied<N::Rx>,
        tally: &mut Tally,
        _outbox: &mut Outbox,
    ) -> Option<P::Buffer> {
        let stamp = self.stamps.stamp(descriptor.get());
        deliver::<N::Rx, P>(
            packet,
            self.config,
            descriptor,
            stamp,
            tally,
            self.poll.context,
        )
    }
}

/// A program is attached, and `W` writes the records.
pub(super) struct Recorded<'a, 'bound, N: Nic, W, S> {
    poll: &'a Poll<'a, 'bound, N>,
    config: &'a RxConfig,
    prog: &'a Prog,
    queue: u16,
    generation: u16,
    stamps: S,
    _writer: PhantomData<W>,
}

impl<'a, 'bound, N: Nic, W, S> Recorded<'a, 'bound, N, W, S> {
    /// Runs `prog`, with records of `generation`.
    pub(super) fn new(
        poll: &'a Poll<'a, 'bound, N>,
        config: &'a RxConfig,
        prog: &'a Prog,
        queue: u16,
        generation: u16,
        stamps: S,
    ) -> Self {
        Self {
            poll,
            config,
            prog,
            queue,
            generation,
            stamps,
            _writer: PhantomData,
        }
    }
}

impl<N, W, S> Handler<N::Rx> for Recorded<'_, '_, N, W, S>
where
    N: Nic,
    W: Writer<<N::Meta as XdpMeta>::Source>,
    S: Stamps<N>,
{
    #[inline]
    fn packet<P: Packet>(
        &self,
        mut packet: P,
        descriptor: &Copied<N::Rx>,
        tally: &mut Tally,
        outbox: &mut Outbox,
    ) -> Option<P::Buffer> {
        let stamp = self.stamps.stamp(descriptor.get());
        let stash = Stash::<N::Meta> {
            descriptor: *descriptor,
            captures: stamp.map(N::Meta::stamped).unwrap_or_default(),
            knobs: self.config.knobs,
        };
        packet.write_record(W::record(&stash.source(), self.generation));
        let (dev, context) = (self.poll.port.dev(), self.poll.context);
        let verdict = packet.run(self.prog, dev, context, &stash);
        if verdict == Verdict::Drop {
            tally.dropped = tally.dropped.wrapping_add(1);
            return packet.into_buffer();
        }
        carry_out(
            packet,
            verdict,
            Carrier {
                poll: self.poll,
                config: self.config,
                prog: self.prog,
                queue: self.queue,
            },
            descriptor,
            stamp,
            tally,
            outbox,
        )
    }
}

/// What a verdict is carried out with.
struct Carrier<'a, 'bound, N: Nic> {
    poll: &'a Poll<'a, 'bound, N>,
    config: &'a RxConfig,
    prog: &'a Prog,
    queue: u16,
}

/// Carries out what a program decided, unless that was to drop the packet. It is the same for every layout, and a function of
/// its own so that it is there once.
#[inline(never)]
fn carry_out<N: Nic, P: Packet>(
    packet: P,
    verdict: Verdict,
    carrier: Carrier<'_, '_, N>,
    descriptor: &Copied<N::Rx>,
    stamp: Option<Stamp>,
    tally: &mut Tally,
    outbox: &mut Outbox,
) -> Option<P::Buffer> {
    let Carrier {
        poll,
        config,
        prog,
        queue,
    } = carrier;
    let (dev, context) = (poll.port.dev(), poll.context);
    let left = match verdict {
        Verdict::Pass => {
            tally.passed = tally.passed.wrapping_add(1);
            return deliver::<N::Rx, P>(packet, config, descriptor, stamp, tally, context);
        }
        Verdict::Transmit => match packet.into_frame(context) {
            Ok(frame) => {
                tally.sent = tally.sent.wrapping_add(1);
                outbox.add(frame);
                if outbox.is_full() {
                    tx::send_frames(poll.port, queue.into(), context, outbox);
                }
                return None;
            }
            Err(left) => Some(left),
        },
        Verdict::Redirect => match packet.redirect(prog, dev, context) {
            Ok(()) => {
                tally.redirected = tally.redirected.wrapping_add(1);
                outbox.redirected = true;
                return None;
            }
            Err(left) => left,
        },
        Verdict::Drop | Verdict::Aborted => {
            tally.aborted = tally.aborted.wrapping_add(1);
            return packet.into_buffer();
        }
    };
    // It could not be carried out.
    verdict.failed(dev, prog);
    tally.aborted = tally.aborted.wrapping_add(1);
    left.and_then(P::into_buffer)
}

/// Gives a packet to the stack, with what the descriptor says about it.
#[inline]
fn deliver<D: Receive, P: Packet>(
    packet: P,
    config: &RxConfig,
    descriptor: &Copied<D>,
    stamp: Option<Stamp>,
    tally: &mut Tally,
    context: &NapiContext<'_>,
) -> Option<P::Buffer> {
    let mut skb = match packet.into_skb(context) {
        Ok(skb) => skb,
        Err(packet) => {
            tally.no_memory = tally.no_memory.wrapping_add(1);
            return packet.into_buffer();
        }
    };
    let descriptor = descriptor.get();
    if config.knobs & knob::HASH != 0 && descriptor.has_rss_hash() {
        skb.set_hash(descriptor.rss_hash(), descriptor.is_l4_hash());
    }
    if config.checksum && descriptor.checksum() == Checksum::Good {
        tally.checksum_good = tally.checksum_good.wrapping_add(1);
        skb.set_checksum_unnecessary();
    }
    if config.strip_vlan && descriptor.has_vlan() {
        skb.set_vlan(ETH_P_8021Q, descriptor.vlan_tci());
    }
    if let Some(stamp) = stamp {
        skb.set_rx_stamp(stamp.ns);
    }
    context.receive(skb);
    None
}

/// What one poll received. The sums cannot overflow; wrapping keeps the overflow checks out of the loop.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) packets: usize,
    pub(super) bytes: usize,
    pub(super) length_errors: usize,
    pub(super) errors: usize,
    checksum_good: usize,
    passed: usize,
    dropped: usize,
    sent: usize,
    redirected: usize,
    aborted: usize,
    no_memory: usize,
}

impl Tally {
    #[inline]
    pub(super) fn packet(&mut self, bytes: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(bytes);
    }

    #[inline(never)]
    pub(super) fn add_to(&self, stats: &RxStats) {
        for (counter, n) in [
            (&stats.packets, self.packets),
            (&stats.bytes, self.bytes),
            (&stats.length_errors, self.length_errors),
            (&stats.errors, self.errors),
            (&stats.checksum_good, self.checksum_good),
            (&stats.xdp_pass, self.passed),
            (&stats.xdp_drop, self.dropped),
            (&stats.xdp_tx, self.sent),
            (&stats.xdp_redirect, self.redirected),
            (&stats.xdp_aborted, self.aborted),
            (&stats.no_memory, self.no_memory),
        ] {
            if n != 0 {
                counter.add(n as u64);
            }
        }
    }
}
