// SPDX-License-Identifier: GPL-2.0

//! What is done with one received packet: a program, the stack, or nothing.

use super::{stash::Stash, RxConfig};
use crate::{
    desc::{Checksum, RxDescriptor},
    layouts::{knob, ETH_P_8021Q},
    sys::{
        napi::NapiContext,
        netdev::NetDevice,
        page_pool::RxBuffer,
        xdp::{Prog, RxqInfo, Verdict, XdpBuff},
    },
};
use core::marker::PhantomData;
use meta_core::{
    descriptor::{Copied, Descriptor as _},
    meta::Writer,
};

/// A packet as it came from the ring.
pub(super) struct Arrived {
    pub(super) descriptor: Copied<RxDescriptor>,
    pub(super) buffer: RxBuffer,
    pub(super) len: usize,
}

/// What became of it.
pub(super) enum Outcome {
    /// The stack has it.
    Delivered,
    /// A program dropped it.
    Dropped(RxBuffer),
    /// A program gave it up, or asked for what is not supported.
    Aborted(RxBuffer),
    /// There was no memory for an skb.
    NoMemory(RxBuffer),
}

/// What is done with a packet.
pub(super) trait Handler {
    fn packet(
        &self,
        arrived: Arrived,
        rxq: &RxqInfo,
        config: &RxConfig,
        context: &NapiContext<'_>,
    ) -> Outcome;
}

/// No program is attached: straight to the stack.
pub(super) struct Plain<'a> {
    pub(super) dev: &'a NetDevice,
}

impl Handler for Plain<'_> {
    #[inline]
    fn packet(
        &self,
        Arrived {
            descriptor,
            buffer,
            len,
        }: Arrived,
        rxq: &RxqInfo,
        config: &RxConfig,
        context: &NapiContext<'_>,
    ) -> Outcome {
        let packet = XdpBuff::new(buffer, len, rxq, ());
        deliver(packet, config, pair(&descriptor), self.dev, context)
    }
}

/// A program is attached, and `W` writes the records.
pub(super) struct Recorded<'a, W> {
    dev: &'a NetDevice,
    prog: &'a Prog,
    generation: u16,
    _writer: PhantomData<W>,
}

impl<'a, W> Recorded<'a, W> {
    /// Runs `prog`, with records of `generation`.
    pub(super) fn new(dev: &'a NetDevice, prog: &'a Prog, generation: u16) -> Self {
        Self {
            dev,
            prog,
            generation,
            _writer: PhantomData,
        }
    }
}

impl<W: Writer<RxDescriptor>> Handler for Recorded<'_, W> {
    #[inline]
    fn packet(
        &self,
        Arrived {
            descriptor,
            buffer,
            len,
        }: Arrived,
        rxq: &RxqInfo,
        config: &RxConfig,
        context: &NapiContext<'_>,
    ) -> Outcome {
        let stash = Stash {
            descriptor,
            knobs: config.knobs,
        };
        let mut packet = XdpBuff::new(buffer, len, rxq, stash);
        packet.write_record(W::record(&descriptor.get(), self.generation));
        match packet.run(self.prog, self.dev, context) {
            Verdict::Pass => deliver(packet, config, pair(&descriptor), self.dev, context),
            Verdict::Drop => Outcome::Dropped(packet.into_buffer()),
            Verdict::Aborted => Outcome::Aborted(packet.into_buffer()),
        }
    }
}

/// The words as a pair, which is passed in registers; an array is not.
#[inline(always)]
fn pair(descriptor: &Copied<RxDescriptor>) -> (u64, u64) {
    let [lower, upper] = descriptor.words();
    (lower, upper)
}

/// Gives a packet to the stack, with what the descriptor says about it.
#[inline]
fn deliver<S>(
    packet: XdpBuff<S>,
    config: &RxConfig,
    descriptor: (u64, u64),
    dev: &NetDevice,
    context: &NapiContext<'_>,
) -> Outcome {
    let mut skb = match packet.into_skb() {
        Ok(skb) => skb,
        Err(buffer) => return Outcome::NoMemory(buffer),
    };
    let descriptor = RxDescriptor::from_words([descriptor.0, descriptor.1]);
    if config.knobs & knob::HASH != 0 && descriptor.has_rss_hash() {
        skb.set_hash(descriptor.rss_hash(), descriptor.is_l4_hash());
    }
    if config.checksum && descriptor.checksum() == Checksum::Good {
        skb.set_checksum_unnecessary();
    }
    skb.received_on(dev);
    if config.knobs & knob::VLAN != 0 && descriptor.has_vlan() {
        skb.set_vlan(ETH_P_8021Q, descriptor.vlan_tci());
    }
    context.receive(skb);
    Outcome::Delivered
}
