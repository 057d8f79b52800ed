// SPDX-License-Identifier: GPL-2.0

//! What the receive loop does with a packet, whatever memory it is in: pages of the ring's own pool, or a socket's.

use crate::sys::{
    metadata_ops,
    napi::NapiContext,
    netdev::NetDevice,
    page_pool::RxBuffer,
    skb::SkBuff,
    xdp::{Prog, Verdict, XdpBuff},
    xdp_frame::XdpFrame,
    xsk_buff::XskBuff,
};
use meta_core::value::ByteArray;

/// A received packet.
pub(super) trait Packet: Sized {
    /// What can be posted again when the packet goes nowhere.
    type Buffer;

    /// Writes the metadata record in front of the packet.
    fn write_record<R: ByteArray>(&mut self, record: R);
    /// Runs a program on it.
    fn run<S: metadata_ops::Stash>(
        &mut self,
        prog: &Prog,
        dev: &NetDevice,
        context: &NapiContext<'_>,
        stash: &S,
    ) -> Verdict;
    /// Makes an skb of it; gives it back when memory is short.
    fn into_skb(self, context: &NapiContext<'_>) -> Result<SkBuff, Self>;
    /// Makes a frame of it; gives it back when that cannot be.
    fn into_frame(self, context: &NapiContext<'_>) -> Result<XdpFrame, Self>;
    /// Sends it where the program wants it; what is left of it when that cannot be.
    fn redirect(
        self,
        prog: &Prog,
        dev: &NetDevice,
        context: &NapiContext<'_>,
    ) -> Result<(), Option<Self>>;
    /// The buffer, if there is one.
    fn into_buffer(self) -> Option<Self::Buffer>;
}

impl Packet for XdpBuff {
    type Buffer = RxBuffer;

    #[inline(always)]
    fn write_record<R: ByteArray>(&mut self, record: R) {
        Self::write_record(self, record);
    }

    #[inline(always)]
    fn run<S: metadata_ops::Stash>(
        &mut self,
        prog: &Prog,
        dev: &NetDevice,
        context: &NapiContext<'_>,
        stash: &S,
    ) -> Verdict {
        Self::run(self, prog, dev, context, stash)
    }

    #[inline(always)]
    fn into_skb(self, _context: &NapiContext<'_>) -> Result<SkBuff, Self> {
        Self::into_skb(self)
    }

    #[inline(always)]
    fn into_frame(self, context: &NapiContext<'_>) -> Result<XdpFrame, Self> {
        Self::into_frame(self, context)
    }

    #[inline(always)]
    fn redirect(
        self,
        prog: &Prog,
        dev: &NetDevice,
        context: &NapiContext<'_>,
    ) -> Result<(), Option<Self>> {
        Self::redirect(self, dev, prog, context).map_err(Some)
    }

    #[inline(always)]
    fn into_buffer(self) -> Option<RxBuffer> {
        Self::into_buffer(self)
    }
}

impl Packet for XskBuff {
    type Buffer = Self;

    #[inline(always)]
    fn write_record<R: ByteArray>(&mut self, record: R) {
        Self::write_record(self, record);
    }

    #[inline(always)]
    fn run<S: metadata_ops::Stash>(
        &mut self,
        prog: &Prog,
        dev: &NetDevice,
        context: &NapiContext<'_>,
        stash: &S,
    ) -> Verdict {
        Self::run(self, prog, dev, context, stash)
    }

    #[inline(always)]
    fn into_skb(self, context: &NapiContext<'_>) -> Result<SkBuff, Self> {
        Self::into_skb(self, context)
    }

    #[inline(always)]
    fn into_frame(self, context: &NapiContext<'_>) -> Result<XdpFrame, Self> {
        Self::into_frame(self, context)
    }

    #[inline(always)]
    fn redirect(
        self,
        prog: &Prog,
        dev: &NetDevice,
        context: &NapiContext<'_>,
    ) -> Result<(), Option<Self>> {
        Self::redirect(self, dev, prog, context).map_err(|_| None)
    }

    #[inline(always)]
    fn into_buffer(self) -> Option<Self> {
        Some(self)
    }
}
