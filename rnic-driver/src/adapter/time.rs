// SPDX-License-Identifier: GPL-2.0

//! The interface's clock, and what is stamped by it.

use super::Adapter;
use crate::{
    clock::{self, Clock},
    hal::Nic,
    sys::{
        extack::ExtAck,
        hwtstamp::{Config, RxFilter, Timestamping, TxStamps, TxType},
        netdev::{Operations, Port},
        ptp::{PtpClock, SystemTimes},
        skb::SkBuff,
        time,
    },
};
use kernel::{
    prelude::*,
    sync::atomic::{Acquire, Atomic, Full, Relaxed, Release},
    time::Msecs,
};
use meta_core::announce::Reason;

/// How often the clock's thread runs. A latched time that nobody took by the next run but one is given up.
const WORK_MS: Msecs = 500;

/// What the data path and the clock's thread know of stamps.
pub(super) struct Stamping {
    /// Packets that ask for it get a transmit stamp.
    tx: Atomic<u32>,
    /// The NIC holds, or will hold, the transmit stamp of a packet.
    tx_busy: Atomic<u32>,
    tx_delivered: Atomic<u64>,
    tx_lost: Atomic<u64>,
    tx_skipped: Atomic<u64>,
    /// Received packets are stamped.
    rx: Atomic<u32>,
    /// Runs of the thread that saw the latch held, one after the other.
    held: Atomic<u32>,
    /// Stamps taken from the latch, as the thread last saw it.
    taken: Atomic<u64>,
}

impl Stamping {
    pub(super) const fn new() -> Self {
        Self {
            tx: Atomic::new(0),
            tx_busy: Atomic::new(0),
            tx_delivered: Atomic::new(0),
            tx_lost: Atomic::new(0),
            tx_skipped: Atomic::new(0),
            rx: Atomic::new(0),
            held: Atomic::new(0),
            taken: Atomic::new(0),
        }
    }
}

fn add(counter: &Atomic<u64>) {
    // Transmit stamps are taken one at a time, so there is one writer.
    counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
}

impl<N: Nic> Adapter<'_, N> {
    /// A clock that shows the system's time.
    pub(super) fn new_clock(nic: &N) -> Clock {
        nic.start_clock();
        Clock::new(N::COUNTER, nic.mac().counter(), time::ktime_get_real_ns())
    }

    /// What the clock says, to be kept over a reset.
    pub(super) fn clock_now(&self) -> u64 {
        self.clock.read().time(self.nic().mac().counter())
    }

    /// Starts the hardware's clock again after a reset, and goes on from `now`.
    pub(super) fn restart_clock(&self, now: u64) {
        self.nic().start_clock();
        self.clock.update(|clock| {
            clock.set_time(self.nic().mac().counter(), now);
        });
    }

    /// Whether a packet that asks for it may be stamped when it is sent: one at a time.
    pub(super) fn claim_tx_stamp(&self) -> bool {
        let stamping = &self.stamping;
        if stamping.tx.load(Relaxed) == 0 {
            return false;
        }
        if stamping.tx_busy.cmpxchg(0, 1, Full).is_ok() {
            return true;
        }
        add(&stamping.tx_skipped);
        false
    }

    /// Gives a sent packet its stamp.
    pub(super) fn deliver_tx_stamp(&self, skb: &mut SkBuff) {
        let mac = self.nic().mac();
        let counter = if N::LATCHES {
            mac.take_tx_stamp()
        } else {
            // Read when the packet was found sent.
            Some(mac.counter())
        };
        match counter {
            Some(counter) => {
                skb.tx_stamp(self.clock.read().time(counter));
                add(&self.stamping.tx_delivered);
            }
            None => add(&self.stamping.tx_lost),
        }
        self.stamping.tx_busy.store(0, Release);
    }

    /// Nothing that was to be stamped is under way any more.
    pub(super) fn forget_tx_stamp(&self) {
        if self.stamping.tx_busy.load(Acquire) != 0 {
            let _ = self.nic().mac().take_tx_stamp();
            self.stamping.tx_busy.store(0, Release);
        }
    }

    /// Frees the latch if it holds the time of a packet that never came: the NIC keeps the time before it filters.
    fn watch_latch(&self) {
        let stamping = &self.stamping;
        let taken = self.stats.iter().fold(0_u64, |sum, pair| {
            sum.wrapping_add(pair.rx.stamps_latched.get())
        });
        let stuck = stamping.rx.load(Relaxed) != 0
            && self.nic().mac().holds_rx_stamp()
            && stamping.taken.load(Relaxed) == taken;
        stamping.taken.store(taken, Relaxed);
        if !stuck {
            stamping.held.store(0, Relaxed);
        } else if stamping.held.load(Relaxed) == 0 {
            stamping.held.store(1, Relaxed);
        } else {
            stamping.held.store(0, Relaxed);
            if self.nic().mac().take_rx_stamp().is_some() {
                if let Some(pair) = self.stats.first() {
                    pair.rx.stamps_lost.add(1);
                }
            }
        }
    }
}

/// Every filter but none is granted as all: what the NIC does not keep the time of, the receive loop stamps. Only the choice
/// of the messages that the NIC keeps the time of is the user's.
fn granted(config: Config) -> Config {
    match config.rx {
        RxFilter::None | RxFilter::PtpV2L2DelayReq | RxFilter::PtpV2DelayReq => config,
        _ => Config {
            rx: RxFilter::All,
            ..config
        },
    }
}

impl<N: Nic> Timestamping for Adapter<'_, N> {
    fn hwtstamp(&self) -> Config {
        self.control.lock().config.hwtstamp
    }

    fn set_hwtstamp(
        &self,
        port: &Port<Self>,
        config: Config,
        extack: &mut ExtAck<'_>,
    ) -> Result<Config>
    where
        Self: Operations,
    {
        let granted = granted(config);
        let mut control = self.control.lock();
        let mut new = control.config.clone();
        new.hwtstamp = granted;
        let rx_changed = new.hwtstamp.rx != control.config.hwtstamp.rx;
        if rx_changed {
            if let Err(e) = self.change(port, &mut control, new, Reason::Hwtstamp) {
                return extack.refuse(e, c"no memory for the announcement; nothing has changed");
            }
        } else {
            control.config = new;
        }
        self.stamping
            .rx
            .store(u32::from(granted.rx != RxFilter::None), Relaxed);
        self.stamping
            .tx
            .store(u32::from(granted.tx == TxType::On), Relaxed);
        Ok(granted)
    }

    fn tx_stamps(&self) -> TxStamps {
        TxStamps {
            delivered: self.stamping.tx_delivered.load(Relaxed),
            lost: self.stamping.tx_lost.load(Relaxed),
            skipped: self.stamping.tx_skipped.load(Relaxed),
        }
    }
}

impl<N: Nic> PtpClock for Adapter<'_, N> {
    const CLOCK_NAME: &'static CStr = c"rnic";
    const MAX_ADJ: i32 = clock::MAX_ADJ;

    fn gettime(&self, system: &mut SystemTimes<'_>) -> u64 {
        let counter = system.around(|| self.nic().mac().counter());
        self.clock.read().time(counter)
    }

    fn settime(&self, ns: u64) {
        self.clock
            .update(|clock| clock.set_time(self.nic().mac().counter(), ns));
    }

    fn adjtime(&self, delta: i64) {
        self.clock.update(|clock| clock.adjust_time(delta));
    }

    fn adjfine(&self, scaled_ppm: i64) {
        self.clock.update(|clock| {
            clock.adjust_frequency(self.nic().mac().counter(), scaled_ppm);
        });
    }

    fn work(&self) -> Msecs {
        self.clock
            .update(|clock| clock.update(self.nic().mac().counter()));
        self.watch_latch();
        WORK_MS
    }
}
