// SPDX-License-Identifier: GPL-2.0

//! The 82576, as QEMU's `igb` models it: up to eight pairs of queues, and a clock that keeps the time of PTP messages.
//!
//! What the model does otherwise than the datasheet says is commented where it matters.

use super::{
    mac::{halves, Bar},
    Causes, Latch, Mac, Nic, RxSettings, Wiring,
};
use crate::{
    clock::Counter,
    desc::{rx_advanced::RxWriteBack, tx_advanced::Advanced},
    frame,
    layouts::advanced::RxMeta,
    regs,
    rss::PortHashing,
    sys::pci_device::Signal,
};
use kernel::{
    io::{register, Io},
    prelude::*,
};

register! {
    /// General purpose interrupt enable.
    GPIE(u32) @ 0x1514 {
        0:0     nsicr => bool;
        4:4     msix_mode => bool;
        30:30   eiame => bool;
        31:31   pba => bool;
    }
    /// Vectors: mask set, mask clear, those that delivering clears.
    EIMS(u32) @ 0x1524 { 31:0 vectors; }
    EIMC(u32) @ 0x1528 { 31:0 vectors; }
    EIAC(u32) @ 0x152c { 31:0 vectors; }
    /// Vectors that are pending.
    EICR(u32) @ 0x1580 { 31:0 vectors; }
    /// Vectors of the pairs 0 to 7, and 8 to 15.
    IVAR(u32)[8] @ 0x1700 { 31:0 value; }
    /// Vectors of timer and link.
    IVAR_MISC(u32) @ 0x1740 { 31:0 value; }
    /// Largest frame.
    RLPML(u32) @ 0x5004 { 31:0 value; }
    /// Ethertype filter 0.
    ETQF(u32) @ 0x5cb0 { 31:0 value; }
    /// Which PTP messages are stamped.
    TSYNCRXCFG(u32) @ 0x5f50 { 31:0 value; }
}

/// Registers of receive ring 0; each ring is a step further.
const RX: usize = 0xc000;
/// Registers of transmit ring 0.
const TX: usize = 0xe000;
const STEP: usize = 0x40;
const BASE_LOW: usize = 0x00;
const BASE_HIGH: usize = 0x04;
const LENGTH: usize = 0x08;
/// How packets are put into buffers (receive rings).
const SRRCTL: usize = 0x0c;
const HEAD: usize = 0x10;
const TAIL: usize = 0x18;
/// Enable and thresholds.
const DCTL: usize = 0x28;
const ENABLE: u32 = 1 << 25;
/// Prefetch 8, host 8, write back each descriptor.
const THRESHOLDS: u32 = 8 | 8 << 8 | 1 << 16;
/// Advanced descriptors, one buffer.
const ONE_BUFFER: u32 = 1 << 25;
/// A packet for which there is no descriptor does not hold up other queues.
const DROP: u32 = 1 << 31;
/// Throttling of vector 0.
const EITR: usize = 0x1680;

/// Ethertype of PTP.
const ETH_P_1588: u32 = 0x88f7;
/// The filter is in use, and what it lets through is stamped.
const FILTER_STAMP: u32 = 1 << 26 | 1 << 30;
/// `TSYNCRXCTL`: event messages of version 2.
const EVENT_V2: u32 = 5 << 1;
const STAMP_ENABLE: u32 = 1 << 4;

/// The registers of receive ring `queue`; an offset in them is or-ed.
#[inline]
const fn rx(queue: usize) -> usize {
    RX.wrapping_add(queue.wrapping_mul(STEP))
}

/// The registers of transmit ring `queue`.
#[inline]
const fn tx(queue: usize) -> usize {
    TX.wrapping_add(queue.wrapping_mul(STEP))
}

/// Bits of interrupt causes.
mod cause {
    pub(super) const TXDW: u32 = 1 << 0;
    pub(super) const LSC: u32 = 1 << 2;
    pub(super) const RXDMT0: u32 = 1 << 4;
    pub(super) const RXO: u32 = 1 << 6;
    pub(super) const RXT0: u32 = 1 << 7;
    /// Without MSI-X: packets were received or sent.
    pub(super) const RINGS: u32 = TXDW | RXDMT0 | RXO | RXT0;
    pub(super) const ASSERTED: u32 = 1 << 31;
}

/// An 82576.
pub(super) struct I82576<'bound> {
    mac: Mac<'bound>,
    wiring: Wiring,
}

impl<'bound> I82576<'bound> {
    /// Takes over the device and resets it. Interrupts are masked afterwards.
    pub(super) fn new(bar: Bar<'bound>, wiring: Wiring) -> Self {
        let this = Self {
            mac: Mac::new(bar),
            wiring,
        };
        this.reset();
        this
    }

    /// Chooses the packets that the NIC keeps the time of.
    fn set_latch(&self, latch: Latch) {
        let bar = &self.mac.bar;
        match latch {
            Latch::Off => {
                bar.write_reg(regs::TSYNCRXCTL::zeroed());
                bar.write_reg(ETQF::zeroed());
            }
            Latch::Ptp(message) => {
                bar.write_reg(ETQF::from(FILTER_STAMP | ETH_P_1588));
                bar.write_reg(TSYNCRXCFG::from(u32::from(message) << 8));
                bar.write_reg(regs::TSYNCRXCTL::from(STAMP_ENABLE | EVENT_V2));
            }
        }
        // Whatever was latched is nobody's.
        let _ = self.mac.take_rx_stamp();
    }
}

impl Nic for I82576<'_> {
    type Rx = RxWriteBack;
    type Tx = Advanced;
    type Meta = RxMeta;
    const QUEUES: usize = 8;
    const HASHABLE: PortHashing = PortHashing::TCP_UDP;
    const COUNTER: Counter = Counter::new::<56, 0>();
    const LATCHES: bool = true;
    const VLAN_BOTH_WAYS: bool = false;
    const ID: u32 = 0x10c9;

    #[inline]
    fn mac(&self) -> &Mac<'_> {
        &self.mac
    }

    fn reset(&self) {
        let bar = &self.mac.bar;
        bar.write_reg(EIMC::from(u32::MAX));
        self.mac.reset();
        bar.write_reg(EIMC::from(u32::MAX));
        // A valid entry has bit 7. Without MSI-X too the model takes vectors from here.
        for pair in 0..self.wiring.pairs.min(Self::QUEUES) {
            let entry = 0x80 | pair as u32;
            if let Some(location) = <IVAR as register::Array>::try_at(pair) {
                bar.write(location, IVAR::from(entry | entry << 8));
            }
        }
        match self.wiring.signal {
            Signal::PerQueue => {
                bar.write_reg(
                    GPIE::zeroed()
                        .with_msix_mode(true)
                        .with_pba(true)
                        .with_eiame(true)
                        .with_nsicr(true),
                );
                let other = self.wiring.pairs as u32 & 0x1f;
                bar.write_reg(IVAR_MISC::from((0x80 | other) << 8));
                // What is not cleared when it is delivered never fires again.
                bar.write_reg(EIAC::from((2_u32 << other).wrapping_sub(1)));
            }
            Signal::Message | Signal::Line => bar.write_reg(IVAR_MISC::from(0x80 << 8)),
        }
    }

    /// Half a second later the link is up; nothing is received before, not even in loopback.
    fn start_link(&self) {
        const BMCR: u8 = 0;
        const NEGOTIATE: u16 = 0x1340;
        // Without a PHY there is no link, which the carrier says.
        let _ = self.mac.write_phy(BMCR, NEGOTIATE);
    }

    fn set_up_rx(&self, queue: usize, base: u64, len: usize) {
        let ring = rx(queue);
        let (low, high) = halves(base);
        self.mac.write(ring | DCTL, 0);
        self.mac.write(
            ring | SRRCTL,
            ONE_BUFFER | DROP | (frame::BUFFER_SIZE >> 10) as u32,
        );
        self.mac.write(ring | BASE_LOW, low);
        self.mac.write(ring | BASE_HIGH, high);
        self.mac.write(ring | LENGTH, (len as u32).wrapping_mul(16));
        self.mac.write(ring | DCTL, ENABLE | THRESHOLDS);
    }

    fn rx_tail(&self, queue: usize) -> u16 {
        self.mac.read(rx(queue) | TAIL) as u16
    }

    fn rx_len(&self, queue: usize) -> usize {
        self.mac.read(rx(queue) | LENGTH) as usize / 16
    }

    fn set_rx_head(&self, queue: usize, head: u16) {
        self.mac.write(rx(queue) | HEAD, head.into());
    }

    fn tear_down_rx(&self, queue: usize) {
        self.mac.write(rx(queue) | DCTL, 0);
    }

    fn set_up_tx(&self, queue: usize, base: u64, len: usize, at: u16) {
        let ring = tx(queue);
        let (low, high) = halves(base);
        self.mac.write(ring | DCTL, 0);
        self.mac.write(ring | BASE_LOW, low);
        self.mac.write(ring | BASE_HIGH, high);
        self.mac.write(ring | LENGTH, (len as u32).wrapping_mul(16));
        self.mac.write(ring | HEAD, at.into());
        self.mac.write(ring | TAIL, at.into());
        self.mac.write(ring | DCTL, ENABLE | THRESHOLDS);
    }

    fn tear_down_tx(&self, queue: usize) {
        self.mac.write(tx(queue) | DCTL, 0);
    }

    fn apply(&self, settings: &RxSettings) {
        let longest = settings.mtu.wrapping_add(frame::OVERHEAD + 4);
        self.mac.bar.write_reg(RLPML::from(longest as u32));
        self.mac.apply(settings, 0, 2);
        self.set_latch(settings.latch);
    }

    #[inline]
    fn set_rx_tail(&self, queue: usize, tail: u16) {
        self.mac.write(rx(queue) | TAIL, tail.into());
    }

    #[inline]
    fn set_tx_tail(&self, queue: usize, tail: u16) {
        self.mac.write(tx(queue) | TAIL, tail.into());
    }

    /// The model has no auto-mask.
    #[inline]
    fn mask(&self, queue: usize) {
        match self.wiring.signal {
            Signal::PerQueue => self
                .mac
                .bar
                .write_reg(EIMC::from(1_u32.wrapping_shl(queue as u32))),
            Signal::Message | Signal::Line => {
                self.mac.bar.write_reg(regs::IMC::from(cause::RINGS));
            }
        }
    }

    #[inline]
    fn unmask(&self, queue: usize) {
        match self.wiring.signal {
            Signal::PerQueue => {
                // On the model a cause that came while its ring was full stays, and nothing fires any more.
                let vector = 1_u32.wrapping_shl(queue as u32);
                self.mac.bar.write_reg(EICR::from(vector));
                self.mac.bar.write_reg(EIMS::from(vector));
            }
            Signal::Message | Signal::Line => {
                self.mac.bar.write_reg(regs::IMS::from(cause::RINGS));
            }
        }
    }

    fn unmask_link(&self) {
        self.mac.bar.write_reg(regs::IMS::from(cause::LSC));
        if self.wiring.signal == Signal::PerQueue {
            self.mac
                .bar
                .write_reg(EIMS::from(1_u32.wrapping_shl(self.wiring.pairs as u32)));
        }
    }

    fn mask_all(&self) {
        self.mac.bar.write_reg(EIMC::from(u32::MAX));
        self.mac.bar.write_reg(regs::IMC::from(u32::MAX));
        let _ = self.mac.bar.read(regs::STATUS);
    }

    fn causes(&self) -> Causes {
        let icr = self.mac.bar.read(regs::ICR).into_raw();
        let link = icr & cause::LSC != 0;
        if self.wiring.signal == Signal::PerQueue {
            self.unmask_link();
            return Causes {
                any: true,
                rings: false,
                link,
            };
        }
        Causes {
            any: icr & cause::ASSERTED != 0 || self.wiring.signal == Signal::Message,
            rings: icr & cause::RINGS != 0,
            link,
        }
    }

    fn set_interval(&self, queue: usize, usecs: u32) {
        const IGNORE_COUNTER: u32 = 1 << 31;
        let value = usecs.wrapping_shl(2) & 0x7ffc;
        self.mac.write(
            EITR.wrapping_add(queue.wrapping_mul(4)),
            value | IGNORE_COUNTER,
        );
    }

    fn interval(usecs: u32) -> u32 {
        usecs.min(0x1fff)
    }

    fn start_clock(&self) {
        self.mac.start_clock();
        self.mac.enable_tx_stamps();
    }
}
