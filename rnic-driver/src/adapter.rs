// SPDX-License-Identifier: GPL-2.0

//! One interface: opening and closing, and every change of its configuration.
//!
//! A change is made as a whole or not at all: memory is taken first, then the fence is crossed, then the new
//! configuration is remembered.

mod change;
mod config;
mod counters;
mod crossing;
mod ethtool;
mod filter;
mod open;
mod operations;
mod pair;
mod self_test;
mod time;

pub(crate) use self::pair::Pair;
use self::{change::Scope, config::Config, filter::Filters, time::Stamping};
use crate::{
    clock::Clock,
    frame,
    hal::{Nic, Statistics, Wiring},
    runtime::LayoutState,
    stats::PairStats,
    sys::{
        extack::ExtAck,
        netdev::{feature, NetDevice, Port, MAX_QUEUES},
        seqlock::SeqLatch,
        xsk::XskPool,
    },
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
        let knobs = config.knobs(0);
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
            if scope.is_any(control.config.queues) {
                self.cross(port, control.config.queues, &new, scope, reason)?;
            }
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
