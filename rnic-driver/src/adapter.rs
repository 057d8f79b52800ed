// SPDX-License-Identifier: GPL-2.0

//! One interface: opening and closing, and every change of its configuration.
//!
//! A change is made as a whole or not at all: memory is taken first, then the fence is crossed, then the new
//! configuration is remembered.

use crate::{
    hal::I82574,
    layouts::{knob, RxMeta},
    ring::{self, TxCleaner, TxFiller},
    runtime::{fence, off, LayoutState},
    rx::{RxConfig, RxQueue, Stash},
    stats::Stats,
    sys::{
        extack::ExtAck,
        metadata_ops::Door,
        napi::{NapiContext, Stopped},
        netdev::{feature, LinkStats, NetDevice, Operations, Port, Xmit},
        skb::SkBuff,
        xdp::Prog,
    },
    tx,
};
use kernel::{device::Bound, new_mutex, pci, prelude::*, sync::Mutex};
use meta_core::{announce::Reason, generation::Generation, layout::Layout, meta::XdpMeta};

/// The way from an interface of this driver to its layouts.
pub(crate) static DOOR: Door = Door::new::<Adapter<'static>, Stash>(RxMeta::LAYOUTS);

/// Features that change the layout, or what the stack is told.
pub(crate) const FEATURES: u64 = feature::RXHASH | feature::RXCSUM | feature::VLAN_RX;

/// What the poll function works on while the interface is open.
pub(crate) struct Queues {
    rx: RxQueue,
    tx: TxCleaner,
}

/// The configuration that the user made. It survives `ip link` down and up.
struct Control {
    config: RxConfig,
    open: bool,
}

/// The driver of one 82574L.
#[pin_data]
pub(crate) struct Adapter<'bound> {
    pdev: &'bound pci::Device<Bound>,
    hw: I82574<'bound>,
    stats: Stats,
    #[pin]
    control: Mutex<Control>,
    #[pin]
    layout: LayoutState,
}

impl<'bound> Adapter<'bound> {
    /// The driver of `pdev`, whose hardware `hw` was reset.
    pub(crate) fn new(
        pdev: &'bound pci::Device<Bound>,
        hw: I82574<'bound>,
    ) -> impl PinInit<Self, Error> + 'bound {
        let knobs = knobs_of(FEATURES);
        try_pin_init!(Self {
            pdev,
            hw,
            stats: Stats::new(),
            control <- new_mutex!(Control {
                config: RxConfig {
                    knobs,
                    checksum: true,
                    records: true,
                    prog: None,
                },
                open: false,
            }),
            layout <- LayoutState::new(RxMeta::layout(knobs), RxMeta::btf(knobs)),
        }? Error)
    }

    /// Takes an open interface to `config` through the fence.
    fn reconfigure(&self, port: &Port<Self>, config: RxConfig, reason: Reason) -> Result {
        let crossed = match Receive::of(self, port.dev(), &mut port.napi().stop()) {
            Some(mut ring) => fence::cross(&mut ring, &self.layout, port.dev(), 0, config, reason),
            None => Err(ENETDOWN),
        };
        // What arrived or was sent meanwhile did not interrupt.
        port.napi().kick();
        crossed
    }

    fn update_carrier(&self, dev: &NetDevice) {
        if self.hw.link_is_up() {
            dev.carrier_on();
        } else {
            dev.carrier_off();
        }
    }
}

/// The layout knobs of a feature set.
fn knobs_of(features: u64) -> u32 {
    let mut knobs = 0;
    if features & feature::RXHASH != 0 {
        knobs |= knob::HASH;
    }
    if features & feature::VLAN_RX != 0 {
        knobs |= knob::VLAN;
    }
    knobs
}

/// The receive side of an open interface, with polling stopped.
struct Receive<'a, 'n, 'bound> {
    adapter: &'a Adapter<'bound>,
    dev: &'a NetDevice,
    queues: &'a mut Stopped<'n, Option<Queues>>,
}

impl<'a, 'n, 'bound> Receive<'a, 'n, 'bound> {
    fn of(
        adapter: &'a Adapter<'bound>,
        dev: &'a NetDevice,
        queues: &'a mut Stopped<'n, Option<Queues>>,
    ) -> Option<Self> {
        queues.is_some().then_some(Self {
            adapter,
            dev,
            queues,
        })
    }
}

impl fence::Ring for Receive<'_, '_, '_> {
    type Change = RxConfig;

    fn stop_receive(&mut self) {
        self.adapter.hw.stop_receive();
    }

    fn drain(&mut self) {
        let Self {
            adapter,
            dev,
            queues,
        } = self;
        queues.drain(|queues, context| {
            if let Some(queues) = queues {
                queues.rx.poll(dev, &adapter.stats, context, ring::LEN);
            }
        });
    }

    fn apply(&mut self, change: &RxConfig) -> Result {
        self.adapter.hw.set_knobs(change.knobs);
        Ok(())
    }

    fn install(&mut self, change: RxConfig, generation: Generation) {
        if let Some(queues) = &mut **self.queues {
            queues.rx.install(change, generation);
        }
    }

    fn layout(&self) -> (&'static Layout, &'static [u8]) {
        match &**self.queues {
            Some(queues) => queues.rx.layout(),
            None => (&off::LAYOUT, off::BTF),
        }
    }

    fn start_receive(&mut self) {
        if let Some(queues) = &mut **self.queues {
            queues.rx.start(&self.adapter.hw);
        }
    }
}

impl Operations for Adapter<'_> {
    type Poll = Option<Queues>;
    type Xmit = Option<TxFiller>;
    const NAME: &'static CStr = c"rnic";
    const PRIVATE_FLAGS: &'static [&'static CStr] = &[c"xdp-records"];

    fn door() -> &'static Door {
        &DOOR
    }

    fn open(&self, port: &Port<Self>) -> Result {
        let mut control = self.control.lock();
        let generation = self.layout.published().generation.next();
        let config = control.config.clone();
        let rx = RxQueue::new(self.pdev, port.dev(), port.napi(), config, generation)?;
        let (filler, tx, tx_base) = ring::transmit_ring(self.pdev.as_ref())?;
        self.hw.set_up_receive(rx.dma_addr(), ring::LEN as u32);
        self.hw.set_up_transmit(tx_base, ring::LEN as u32);

        let mut queues = port.napi().stop();
        *queues = Some(Queues { rx, tx });
        let config = control.config.clone();
        let opened = match Receive::of(self, port.dev(), &mut queues) {
            Some(mut ring) => {
                fence::cross(&mut ring, &self.layout, port.dev(), 0, config, Reason::Open)
            }
            None => Err(EIO),
        };
        if let Err(e) = opened {
            self.hw.stop();
            *queues = None;
            return Err(e);
        }
        queues.set_enabled(true);
        drop(queues);

        *port.lock_tx() = Some(filler);
        control.open = true;
        port.dev().tx_start();
        self.hw.unmask_rings();
        self.hw.unmask_link();
        port.napi().kick();
        self.update_carrier(port.dev());
        Ok(())
    }

    fn stop(&self, port: &Port<Self>) {
        let mut control = self.control.lock();
        control.open = false;
        port.dev().carrier_off();
        {
            // Once the state is gone, a late packet is dropped.
            let mut tx = port.lock_tx();
            port.dev().tx_stop();
            *tx = None;
        }
        self.hw.mask_all();
        let mut queues = port.napi().stop();
        if let Some(mut ring) = Receive::of(self, port.dev(), &mut queues) {
            fence::close(&mut ring, &self.layout, port.dev(), 0);
        }
        self.hw.stop();
        queues.set_enabled(false);
        if let Some(mut queues) = queues.take() {
            tx::abandon(&mut queues.tx, self.pdev);
        }
    }

    #[inline]
    fn start_xmit(&self, tx: &mut Option<TxFiller>, dev: &NetDevice, skb: SkBuff) -> Xmit {
        match tx {
            Some(filler) => tx::xmit(filler, self.pdev, &self.hw, dev, &self.stats, skb),
            None => {
                self.stats.tx_dropped.add(1);
                Xmit::Taken
            }
        }
    }

    fn poll(
        &self,
        state: &mut Option<Queues>,
        dev: &NetDevice,
        context: &NapiContext<'_>,
        budget: usize,
    ) -> usize {
        let Some(queues) = state else {
            context.complete(0);
            return 0;
        };
        tx::clean(&mut queues.tx, self.pdev, dev, &self.stats, budget);
        // A budget of 0 asks for transmit completions only.
        if budget == 0 {
            return 0;
        }
        let work = queues.rx.poll(dev, &self.stats, context, budget);
        queues.rx.tell(&self.hw);
        if work < budget && context.complete(work) {
            self.hw.unmask_rings();
        }
        work
    }

    fn interrupt(&self, port: &Port<Self>) {
        let causes = self.hw.take_causes();
        if causes.ring {
            self.hw.mask_rings();
            port.napi().schedule();
        }
        if causes.link {
            self.update_carrier(port.dev());
        }
    }

    fn set_features(&self, port: &Port<Self>, features: u64) -> Result {
        let mut control = self.control.lock();
        let mut config = control.config.clone();
        config.knobs = knobs_of(features);
        config.checksum = features & feature::RXCSUM != 0;
        if control.open && config.knobs != control.config.knobs {
            self.reconfigure(port, config.clone(), Reason::Features)?;
        } else if control.open && config.checksum != control.config.checksum {
            if let Some(queues) = &mut *port.napi().stop() {
                queues.rx.set_checksum(config.checksum);
            }
            port.napi().kick();
        }
        control.config = config;
        Ok(())
    }

    fn set_xdp(&self, port: &Port<Self>, prog: Option<Prog>, extack: &mut ExtAck<'_>) -> Result {
        let mut control = self.control.lock();
        let mut config = control.config.clone();
        config.prog = prog;
        if control.open {
            if let Err(e) = self.reconfigure(port, config.clone(), Reason::Attach) {
                return extack.refuse(
                    e,
                    c"no memory for the announcement; the old program goes on",
                );
            }
        }
        control.config = config;
        Ok(())
    }

    fn set_address(&self, _dev: &NetDevice, address: [u8; 6]) {
        self.hw.set_address(address);
    }

    fn set_rx_mode(&self, promiscuous: bool, all_multicast: bool) {
        self.hw.set_filter(promiscuous, all_multicast);
    }

    fn stats(&self) -> LinkStats {
        let s = &self.stats;
        LinkStats {
            rx_packets: s.rx_packets.get(),
            rx_bytes: s.rx_bytes.get(),
            rx_dropped: s.rx_xdp_drop.get() + s.rx_xdp_aborted.get() + s.rx_no_memory.get(),
            rx_length_errors: s.rx_length_errors.get(),
            rx_errors: s.rx_errors.get(),
            tx_packets: s.tx_packets.get(),
            tx_bytes: s.tx_bytes.get(),
            tx_dropped: s.tx_dropped.get(),
        }
    }

    fn tx_timeout(&self, port: &Port<Self>) {
        // A lost interrupt is all that can have happened on the model: look at the ring.
        port.napi().schedule();
    }

    fn private_flags(&self) -> u32 {
        u32::from(self.control.lock().config.records)
    }

    fn set_private_flags(&self, port: &Port<Self>, flags: u32) -> Result {
        let mut control = self.control.lock();
        let mut config = control.config.clone();
        config.records = flags & 1 != 0;
        if control.open && config.records != control.config.records {
            self.reconfigure(port, config.clone(), Reason::Flags)?;
        }
        control.config = config;
        Ok(())
    }

    fn ring_sizes(&self) -> (u32, u32) {
        (ring::LEN as u32, ring::LEN as u32)
    }

    fn layout(&self, queue: u32) -> Option<&LayoutState> {
        (queue == 0).then_some(&self.layout)
    }
}
