// SPDX-License-Identifier: GPL-2.0

//! What the kernel calls: each callback takes the configuration, changes a copy, and has it put into force.

use super::{change::Scope, config, Adapter, Pair};
use crate::{
    hal::Nic,
    ring::tx::TxFiller,
    runtime::LayoutState,
    sys::{
        extack::ExtAck,
        metadata_ops::Door,
        napi::NapiContext,
        netdev::{Filter, LinkStats, NetDevice, Operations, Polled, Port, Xmit},
        pci_device::Signal,
        queue_stats,
        series::ENETDOWN,
        skb::SkBuff,
        time,
        tx_queue::TxQueue,
        xdp::Prog,
        xdp_features::Features,
        xdp_frame::Frames,
        xsk::XskPool,
    },
    tx,
};
use kernel::{prelude::*, sync::atomic::Relaxed};
use meta_core::announce::Reason;

/// What XDP can do here, always: the hardware does the same in every configuration.
const XDP_FEATURES: Features = Features::BASIC
    .with(Features::REDIRECT)
    .with(Features::TRANSMIT)
    .with(Features::TRANSMIT_FRAGS)
    .with(Features::RECEIVE_FRAGS)
    .with(Features::ZERO_COPY);

impl<'bound, N: Nic> Operations for Adapter<'bound, N> {
    type Poll = Option<Pair<N>>;
    type Xmit = Option<TxFiller<N::Tx>>;
    const XDP_FEATURES: Features = XDP_FEATURES;

    fn door() -> &'static Door {
        N::door()
    }

    fn open(&self, port: &Port<Self>) -> Result {
        let mut control = self.control.lock();
        let config = control.config.clone();
        if !self.nic.mac().link_is_up() {
            self.nic.start_link();
        }
        self.start(port, &config)?;
        control.open = true;
        Ok(())
    }

    fn stop(&self, port: &Port<Self>) {
        let mut control = self.control.lock();
        port.dev().carrier_off();
        control.asleep = false;
        // Otherwise a recovery has failed before.
        if core::mem::take(&mut control.open) {
            self.uncross(port, control.config.queues);
        }
    }

    #[inline]
    fn start_xmit(
        &self,
        tx: &mut Self::Xmit,
        _port: &Port<Self>,
        queue: TxQueue<'_>,
        skb: SkBuff,
    ) -> Xmit {
        let stats = &self.stats(queue.index()).queued;
        match tx {
            Some(filler) => tx::xmit(filler, self.pdev, &self.nic, queue, stats, skb, || {
                self.claim_tx_stamp()
            }),
            None => {
                stats.dropped.add(1);
                Xmit::Taken
            }
        }
    }

    fn poll(
        &self,
        state: &mut Self::Poll,
        port: &Port<Self>,
        context: &NapiContext<'_>,
        budget: usize,
    ) -> Option<Polled> {
        let pair = state.as_mut()?;
        let index = pair.index;
        pair.clean_tx(port, self.stats(index), context, budget);
        // A budget of 0 asks for transmit completions only.
        if budget == 0 {
            return Some(Polled {
                work: 0,
                pair: index,
            });
        }
        let mut work = pair.receive(port, context, budget);
        if let Some(pool) = pair.rx.socket() {
            let sent = tx::send_socket(port, index, context, pool, budget);
            work = work.max(sent);
        }
        pair.rx.tell(&self.nic);
        Some(Polled { work, pair: index })
    }

    #[inline]
    fn rearm(&self, pair: usize) {
        self.nic.unmask(pair);
    }

    #[inline]
    fn is_pending(&self, state: &mut Self::Poll) -> bool {
        state.as_mut().is_some_and(Pair::is_pending)
    }

    #[inline]
    fn interrupt(&self, port: &Port<Self>, vector: usize) -> bool {
        if self.wiring.signal == Signal::PerQueue && vector < self.wiring.pairs {
            self.nic.mask(vector);
            if let Some(napi) = port.pollers().get(vector) {
                napi.schedule();
            }
            return true;
        }
        let causes = self.nic.causes();
        if causes.rings {
            for queue in 0..self.wiring.pairs {
                self.nic.mask(queue);
                if let Some(napi) = port.pollers().get(queue) {
                    napi.schedule();
                }
            }
        }
        if causes.link {
            self.update_carrier(port.dev());
        }
        causes.any
    }

    fn fix_features(&self, features: u64) -> u64 {
        config::possible::<N>(features)
    }

    fn set_features(&self, port: &Port<Self>, features: u64) -> Result {
        let mut control = self.control.lock();
        let mut new = control.config.clone();
        new.features = features;
        if new.settings() == control.config.settings() {
            // What concerns sending alone is the stack's business.
            control.config = new;
            return Ok(());
        }
        self.change(port, &mut control, new, Reason::Features)
    }

    fn set_xdp(&self, port: &Port<Self>, prog: Option<Prog>, extack: &mut ExtAck<'_>) -> Result {
        let mut control = self.control.lock();
        let mut new = control.config.clone();
        new.prog = prog;
        self.check_buffers(&new, false, Some(extack))?;
        match self.change(port, &mut control, new, Reason::Attach) {
            Ok(()) => Ok(()),
            Err(e) => extack.refuse(
                e,
                c"no memory for the announcement; the old program goes on",
            ),
        }
    }

    fn set_xsk_pool(&self, port: &Port<Self>, queue: u32, pool: Option<XskPool>) -> Result {
        let queue = queue as usize;
        let mut control = self.control.lock();
        let has = pool.is_some();
        self.check_buffers(&control.config, has, None)?;
        if has && self.parked.lock().has_socket(queue) {
            return Err(EBUSY);
        }
        if !control.open || queue >= control.config.queues {
            let mut parked = self.parked.lock();
            parked.set_socket(queue, has);
            parked.park(queue, pool);
            return Ok(());
        }
        let config = control.config.clone();
        self.change_scope(
            port,
            &mut control,
            config,
            Scope::Socket { queue, pool },
            Reason::Socket,
        )?;
        self.parked.lock().set_socket(queue, has);
        Ok(())
    }

    fn xsk_wakeup(&self, port: &Port<Self>, queue: u32) -> Result {
        let queue = queue as usize;
        if queue >= self.queues.load(Relaxed) || !port.dev().carrier_ok() {
            return Err(ENETDOWN);
        }
        match port.pollers().get(queue) {
            Some(napi) => napi.kick(),
            None => return Err(EINVAL),
        }
        Ok(())
    }

    fn xdp_xmit(&self, port: &Port<Self>, frames: &mut Frames<'_>, flush: bool) -> Result {
        if !port.dev().carrier_ok() {
            return Err(ENETDOWN);
        }
        let queue = frames.processor() as usize % self.queues.load(Relaxed).max(1);
        tx::xdp_xmit(port, queue, frames, flush);
        Ok(())
    }

    fn set_mtu(&self, port: &Port<Self>, mtu: usize) -> Result {
        let mut control = self.control.lock();
        let mut new = control.config.clone();
        new.mtu = mtu;
        let has_socket = self.parked.lock().queues.contains(&true);
        self.check_buffers(&new, has_socket, None)?;
        self.change(port, &mut control, new, Reason::Mtu)?;
        port.dev().set_mtu(mtu);
        Ok(())
    }

    fn set_address(&self, _dev: &NetDevice, address: [u8; 6]) {
        self.nic.mac().set_address(address);
    }

    fn set_rx_mode(&self, filter: &Filter<'_>) {
        let mut filters = self.filters.lock();
        filters.set(filter);
        filters.write(self.nic.mac());
    }

    fn set_vlan(&self, vid: u16, wanted: bool) {
        let mut filters = self.filters.lock();
        filters.set_vlan(vid, wanted);
        filters.write(self.nic.mac());
    }

    fn link_stats(&self, port: &Port<Self>) -> LinkStats {
        let (rx, tx) = queue_stats::totals(port);
        let mut stats = LinkStats {
            rx_packets: rx.packets,
            rx_bytes: rx.bytes,
            tx_packets: tx.packets,
            tx_bytes: tx.bytes,
            ..LinkStats::default()
        };
        for pair in &self.stats {
            stats.rx_dropped +=
                pair.rx.no_memory.get() + pair.rx.xdp_drop.get() + pair.rx.xdp_aborted.get();
            stats.rx_length_errors += pair.rx.length_errors.get();
            stats.rx_errors += pair.rx.errors.get();
            stats.tx_dropped += pair.queued.dropped.get() + pair.queued.xdp_full.get();
        }
        stats
    }

    fn tx_timeout(&self, port: &Port<Self>, queue: usize) {
        // A lost interrupt is the most harmless thing that can have happened.
        if let Some(napi) = port.pollers().get(queue) {
            napi.schedule();
        }
        port.defer();
    }

    fn quiesce(&self, port: &Port<Self>) {
        let mut control = self.control.lock();
        control.asleep = control.open;
        if control.open {
            port.dev().carrier_off();
            self.uncross(port, control.config.queues);
            control.open = false;
        }
    }

    fn revive(&self, port: &Port<Self>) {
        let mut control = self.control.lock();
        let config = control.config.clone();
        self.reset(port, time::ktime_get_real_ns());
        if core::mem::take(&mut control.asleep) {
            control.open = self.start(port, &config).is_ok();
        }
    }

    /// The watchdog found a transmit queue that does not move.
    fn deferred(&self, port: &Port<Self>) {
        self.recover(port);
    }

    fn layout(&self, queue: u32) -> Option<&LayoutState> {
        let queue = queue as usize;
        (queue < self.queues.load(Relaxed))
            .then(|| self.layouts.get(queue))
            .flatten()
    }
}
