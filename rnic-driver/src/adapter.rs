// SPDX-License-Identifier: GPL-2.0

//! One interface: opening and closing, and every change of its configuration.
//!
//! A change is made as a whole or not at all: memory is taken first, then the fence is crossed, then the new
//! configuration is remembered.

mod change;
mod config;
mod ethtool;
mod filter;
mod self_test;
mod time;

use self::{change::Scope, config::Config, filter::Filters, time::Stamping};
use crate::{
    clock::Clock,
    frame,
    hal::{Nic, Statistics, Wiring},
    ring::tx::{TxCleaner, TxFiller},
    runtime::LayoutState,
    rx::RxQueue,
    stats::PairStats,
    sys::{
        extack::ExtAck,
        metadata_ops::Door,
        napi::NapiContext,
        netdev::{feature, Filter, LinkStats, NetDevice, Operations, Port, Xmit, MAX_QUEUES},
        netdev_bpf::Wakeup,
        pci_device::Signal,
        queue_stats::{self, QueueStatistics, RxQueueStats, TxQueueStats},
        seqlock::SeqLatch,
        skb::SkBuff,
        tx_queue::TxQueue,
        xdp::Prog,
        xdp_features::Features,
        xdp_frame::Frames,
        xsk::XskPool,
    },
    tx,
};
use kernel::{
    device::Bound,
    new_mutex, pci,
    prelude::*,
    sync::{
        atomic::{Atomic, Relaxed},
        Mutex,
    },
};
use meta_core::{announce::Reason, meta::XdpMeta};
use pin_init::{init_array_from_fn, pin_init_array_from_fn};

/// Features that are on at start, and may be changed.
pub(crate) const FEATURES: u64 = feature::RXHASH
    | feature::RXCSUM
    | feature::VLAN_RX
    | feature::VLAN_TX
    | feature::SG
    | feature::HW_CSUM
    | feature::TSO
    | feature::TSO6;

/// Features that may be changed as well.
pub(crate) const OPTIONAL_FEATURES: u64 = feature::VLAN_FILTER;

/// Features of VLAN interfaces on top.
pub(crate) const VLAN_FEATURES: u64 = feature::SG | feature::HW_CSUM | feature::TSO | feature::TSO6;

/// What XDP can do here, always: the hardware does the same in every configuration.
pub(crate) const XDP_FEATURES: Features = Features::BASIC
    .with(Features::REDIRECT)
    .with(Features::TRANSMIT)
    .with(Features::TRANSMIT_FRAGS)
    .with(Features::RECEIVE_FRAGS)
    .with(Features::ZERO_COPY);

/// What a poll function works on while the interface is open.
pub(crate) struct Pair<N: Nic> {
    index: usize,
    rx: RxQueue<N>,
    tx: TxCleaner<N::Tx>,
}

/// The configuration, and whether it is in force.
struct Control {
    config: Config,
    open: bool,
    /// It was open when the device went to sleep.
    asleep: bool,
}

/// The sockets that have lent their memory to receive queues.
#[derive(Default)]
struct Sockets {
    /// Queues that have one.
    queues: [bool; MAX_QUEUES],
    /// The memory, while the interface is closed.
    pools: [Option<XskPool>; MAX_QUEUES],
}

impl Sockets {
    fn has_socket(&self, queue: usize) -> bool {
        self.queues.get(queue).copied().unwrap_or(false)
    }

    fn set_socket(&mut self, queue: usize, has: bool) {
        if let Some(to) = self.queues.get_mut(queue) {
            *to = has;
        }
    }

    fn park(&mut self, queue: usize, pool: Option<XskPool>) {
        if let Some(to) = self.pools.get_mut(queue) {
            *to = pool;
        }
    }

    fn take(&mut self, queue: usize) -> Option<XskPool> {
        self.pools.get_mut(queue)?.take()
    }
}

/// The driver of one NIC.
#[pin_data]
pub(crate) struct Adapter<'bound, N: Nic> {
    pdev: &'bound pci::Device<Bound>,
    nic: N,
    wiring: Wiring,
    stats: [PairStats; MAX_QUEUES],
    /// Pairs of queues in use, for those who must not sleep.
    queues: Atomic<usize>,
    stamping: Stamping,
    #[pin]
    hardware: Statistics,
    #[pin]
    control: Mutex<Control>,
    #[pin]
    parked: Mutex<Sockets>,
    #[pin]
    filters: Mutex<Filters>,
    #[pin]
    layouts: [LayoutState; MAX_QUEUES],
    #[pin]
    clock: SeqLatch<Clock, 5>,
}

impl<'bound, N: Nic> Adapter<'bound, N> {
    /// The driver of `pdev`, whose hardware `nic` was reset; it starts with `queues` pairs of queues.
    pub(crate) fn new(
        pdev: &'bound pci::Device<Bound>,
        nic: N,
        wiring: Wiring,
        queues: usize,
    ) -> impl PinInit<Self, Error> + use<'bound, N> {
        let config = Config::new(FEATURES, queues);
        let knobs = config.knobs();
        let clock = Self::new_clock(&nic);
        try_pin_init!(Self {
            pdev,
            nic,
            wiring,
            stats <- init_array_from_fn(|_| PairStats::new()),
            queues: Atomic::new(queues),
            stamping: Stamping::new(),
            hardware <- Statistics::new(),
            control <- new_mutex!(Control {
                config,
                open: false,
                asleep: false,
            }),
            parked <- new_mutex!(Sockets::default()),
            filters <- new_mutex!(Filters::default()),
            layouts <- pin_init_array_from_fn(move |_| LayoutState::new(
                N::Meta::layout(knobs),
                N::Meta::btf(knobs)
            )),
            clock <- SeqLatch::new(clock),
        }? Error)
    }

    /// The device.
    #[inline]
    pub(crate) fn pdev(&self) -> &pci::Device<Bound> {
        self.pdev
    }

    /// The hardware.
    #[inline]
    pub(crate) fn nic(&self) -> &N {
        &self.nic
    }

    /// The interface's clock.
    #[inline]
    pub(crate) fn clock(&self) -> &SeqLatch<Clock, 5> {
        &self.clock
    }

    /// The counters of a pair of queues.
    #[inline]
    pub(crate) fn stats(&self, queue: usize) -> &PairStats {
        // The mask keeps the index in range.
        &self.stats[queue & (MAX_QUEUES - 1)]
    }

    /// Puts `new` into force if the interface is open, and remembers it. Rings stay.
    fn change(
        &self,
        port: &Port<Self>,
        control: &mut Control,
        new: Config,
        reason: Reason,
    ) -> Result {
        self.change_scope(port, control, new, Scope::Settings, reason)
    }

    fn change_scope(
        &self,
        port: &Port<Self>,
        control: &mut Control,
        new: Config,
        scope: Scope,
        reason: Reason,
    ) -> Result {
        if control.open {
            self.cross(port, control.config.queues, &new, scope, reason)?;
        } else if new.queues != control.config.queues {
            port.dev().set_queues(new.queues)?;
        }
        self.queues.store(new.queues, Relaxed);
        control.config = new;
        Ok(())
    }

    /// Starts the hardware anew and opens again, after it has hung: the one reset that the driver makes by itself.
    fn recover(&self, port: &Port<Self>) {
        let mut control = self.control.lock();
        if !control.open {
            return;
        }
        let config = control.config.clone();
        self.uncross(port, config.queues);
        self.reset(port, self.clock_now());
        // The memory that was just freed is there again; if it is not, the interface stays down as if nobody had opened it.
        control.open = self.start(port, &config).is_ok();
    }

    /// Resets the hardware, and writes what that has taken away, but for rings. The clock goes on from `now`.
    fn reset(&self, port: &Port<Self>, now: u64) {
        self.nic.reset();
        self.nic.mac().set_address(port.dev().address());
        self.filters.lock().write(self.nic.mac());
        self.restart_clock(now);
        self.nic.start_link();
    }

    fn start(&self, port: &Port<Self>, config: &Config) -> Result {
        port.dev().set_queues(config.queues)?;
        self.nic.mac().start_transmit();
        self.cross(port, 0, config, Scope::Rings, Reason::Open)?;
        for queue in 0..config.queues {
            self.nic.unmask(queue);
        }
        self.nic.unmask_link();
        self.update_carrier(port.dev());
        Ok(())
    }

    fn update_carrier(&self, dev: &NetDevice) {
        if self.nic.mac().link_is_up() {
            dev.carrier_on();
        } else {
            dev.carrier_off();
        }
    }

    /// Refuses what a program or a socket cannot take.
    fn check_buffers(
        &self,
        config: &Config,
        socket: bool,
        extack: Option<&mut ExtAck<'_>>,
    ) -> Result {
        if config.mtu <= frame::SINGLE_BUFFER_MTU {
            return Ok(());
        }
        let message = match &config.prog {
            _ if socket => c"an AF_XDP socket takes packets in one buffer: set the MTU to 2026 or less",
            Some(prog) if !prog.takes_fragments() => {
                c"the program takes packets in one buffer: set the MTU to 2026 or less, or load it for xdp.frags"
            }
            _ => return Ok(()),
        };
        match extack {
            Some(extack) => extack.refuse(EINVAL, message),
            None => Err(EINVAL),
        }
    }
}

impl<N: Nic> Pair<N> {
    /// Whether the device has completed something.
    #[inline]
    fn is_pending(&self) -> bool {
        self.rx.is_pending() || self.tx.is_pending()
    }

    /// Releases what was sent; a socket's user is told.
    #[inline]
    fn clean_tx(
        &mut self,
        port: &Port<Adapter<'_, N>>,
        stats: &PairStats,
        context: &NapiContext<'_>,
        budget: usize,
    ) {
        let queue = port.dev().tx_queue(self.index);
        let sockets = tx::clean::<N>(&mut self.tx, queue, stats, context, budget, |skb| {
            port.driver().deliver_tx_stamp(skb);
        });
        if let Some(pool) = self.rx.socket() {
            pool.completed(sockets);
        }
    }
}

impl<'bound, N: Nic> Operations for Adapter<'bound, N> {
    type Poll = Option<Pair<N>>;
    type Xmit = Option<TxFiller<N::Tx>>;
    const NAME: &'static CStr = c"rnic";
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
    ) -> usize {
        let Some(pair) = state else {
            context.complete(0);
            return 0;
        };
        pair.clean_tx(port, self.stats(pair.index), context, budget);
        // A budget of 0 asks for transmit completions only.
        if budget == 0 {
            return 0;
        }
        let mut work = pair.receive(port, context, budget);
        if let Some(pool) = pair.rx.socket() {
            let sent = tx::send_socket(port, pair.index, context, pool, budget);
            work = work.max(sent);
        }
        pair.rx.tell(&self.nic);
        if work < budget && context.complete(work) {
            self.nic.unmask(pair.index);
            if pair.is_pending() {
                context.schedule();
            }
        }
        work
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

    fn xsk_wakeup(&self, port: &Port<Self>, queue: u32, _wanted: Wakeup) -> Result {
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
        self.reset(port, crate::sys::time::ktime_get_real_ns());
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

impl<N: Nic> QueueStatistics for Adapter<'_, N> {
    fn rx_queue_stats(&self, queue: usize) -> RxQueueStats {
        let Some(PairStats { rx, .. }) = self.stats.get(queue) else {
            return RxQueueStats::default();
        };
        RxQueueStats {
            packets: rx.packets.get(),
            bytes: rx.bytes.get(),
            alloc_fail: Some(rx.no_memory.get()),
            csum_unnecessary: Some(rx.checksum_good.get()),
            ..RxQueueStats::default()
        }
    }

    fn tx_queue_stats(&self, queue: usize) -> TxQueueStats {
        let Some(PairStats { tx, queued, .. }) = self.stats.get(queue) else {
            return TxQueueStats::default();
        };
        TxQueueStats {
            packets: tx.packets.get(),
            bytes: tx.bytes.get(),
            stop: Some(queued.stop.get()),
            wake: Some(tx.wake.get()),
            ..TxQueueStats::default()
        }
    }
}
