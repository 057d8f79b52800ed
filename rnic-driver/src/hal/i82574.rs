// SPDX-License-Identifier: GPL-2.0

//! The 82574L, as QEMU's `e1000e` models it: two pairs of queues.
//!
//! What the model does otherwise than the datasheet says is commented where it matters.

use super::{
    mac::{halves, Bar},
    Causes, Mac, Nic, RxSettings, Wiring,
};
use crate::{
    clock::Counter,
    desc::{rx_extended::RxWriteBack, tx_extended::Extended},
    layouts::extended::RxMeta,
    regs,
    rss::PortHashing,
    sys::pci_device::Signal,
};
use kernel::{
    io::{register, Io},
    prelude::*,
};

register! {
    /// Extended device control.
    CTRL_EXT(u32) @ 0x0018 {
        24:24   eiame => bool;
        31:31   pba_clr => bool;
    }
    /// Causes that delivering their vector clears and masks.
    EIAC(u32) @ 0x00dc { 31:0 causes; }
    /// Cause to vector.
    IVAR(u32) @ 0x00e4 { 31:0 value; }
}

/// Registers of receive ring 0; ring 1 is a step further.
const RX: usize = 0x2800;
/// Registers of transmit ring 0.
const TX: usize = 0x3800;
const STEP: usize = 0x100;
const BASE_LOW: usize = 0x00;
const BASE_HIGH: usize = 0x04;
const LENGTH: usize = 0x08;
const HEAD: usize = 0x10;
const TAIL: usize = 0x18;
/// Arbitration of a transmit ring.
const TARC: usize = 0x40;
const TARC_ENABLE: u32 = 1 << 10;
/// Throttling of vector 0 (units of 256 ns).
const EITR: usize = 0x00e8;

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
    /// With MSI-X: receive queue 0, of two.
    pub(super) const RXQ0: u32 = 1 << 20;
    /// With MSI-X: transmit queue 0, of two.
    pub(super) const TXQ0: u32 = 1 << 22;
    /// With MSI-X: all four queues.
    pub(super) const QUEUES: u32 = 0xf << 20;
    /// With MSI-X: none of these.
    pub(super) const OTHER: u32 = 1 << 24;
    pub(super) const ASSERTED: u32 = 1 << 31;
}

/// An 82574L.
pub(super) struct I82574<'bound> {
    mac: Mac<'bound>,
    wiring: Wiring,
}

impl<'bound> I82574<'bound> {
    /// Takes over the device and resets it. Interrupts are masked afterwards.
    pub(super) fn new(bar: Bar<'bound>, wiring: Wiring) -> Self {
        let this = Self {
            mac: Mac::new(bar),
            wiring,
        };
        this.reset();
        this
    }

    /// The causes of a pair of queues.
    #[inline]
    fn causes_of(&self, queue: usize) -> u32 {
        match self.wiring.signal {
            Signal::PerQueue => (cause::RXQ0 | cause::TXQ0).wrapping_shl(queue as u32),
            Signal::Message | Signal::Line => cause::RINGS,
        }
    }
}

impl Nic for I82574<'_> {
    type Rx = RxWriteBack;
    type Tx = Extended;
    type Meta = RxMeta;
    const QUEUES: usize = 2;
    const HASHABLE: PortHashing = PortHashing::TCP;
    const COUNTER: Counter = Counter::new::<56, 0>();
    const LATCHES: bool = false;
    const VLAN_BOTH_WAYS: bool = true;
    const ID: u32 = 0x10d3;

    #[inline]
    fn mac(&self) -> &Mac<'_> {
        &self.mac
    }

    fn reset(&self) {
        self.mac.reset();
        if self.wiring.signal == Signal::PerQueue {
            // A vector for both queues of a pair, and one for the rest. A valid entry has bit 3.
            let mut ivar = 0;
            for pair in 0..self.wiring.pairs.min(Self::QUEUES) as u32 {
                let entry = 8 | pair;
                ivar |= entry << (4 * pair) | entry << (8 + 4 * pair);
            }
            ivar |= (8 | self.wiring.pairs as u32 & 7) << 16;
            self.mac.bar.write_reg(IVAR::from(ivar));
            self.mac
                .bar
                .write_reg(CTRL_EXT::zeroed().with_pba_clr(true).with_eiame(true));
            self.mac.bar.write_reg(EIAC::from(cause::QUEUES));
        }
    }

    /// The model's link is up after every reset.
    fn start_link(&self) {}

    fn set_up_rx(&self, queue: usize, base: u64, len: usize) {
        self.mac.bar.write_reg(
            regs::RFCTL::zeroed()
                .with_exten(true)
                .with_iscsi_dis(true)
                .with_ack_dis(true)
                .with_nfsw_dis(true)
                .with_nfsr_dis(true),
        );
        let ring = rx(queue);
        let (low, high) = halves(base);
        self.mac.write(ring | BASE_LOW, low);
        self.mac.write(ring | BASE_HIGH, high);
        self.mac.write(ring | LENGTH, (len as u32).wrapping_mul(16));
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
        self.set_up_rx(queue, 0, 0);
    }

    fn set_up_tx(&self, queue: usize, base: u64, len: usize, at: u16) {
        let ring = tx(queue);
        let (low, high) = halves(base);
        self.mac.write(ring | BASE_LOW, low);
        self.mac.write(ring | BASE_HIGH, high);
        self.mac.write(ring | LENGTH, (len as u32).wrapping_mul(16));
        self.mac.write(ring | HEAD, at.into());
        self.mac.write(ring | TAIL, at.into());
        let arbitration = tx(queue) | TARC;
        self.mac
            .write(arbitration, self.mac.read(arbitration) | TARC_ENABLE);
    }

    fn tear_down_tx(&self, queue: usize) {
        let arbitration = tx(queue) | TARC;
        self.mac
            .write(arbitration, self.mac.read(arbitration) & !TARC_ENABLE);
        let ring = tx(queue);
        self.mac.write(ring | LENGTH, 0);
        self.mac.write(ring | HEAD, 0);
        self.mac.write(ring | TAIL, 0);
    }

    fn apply(&self, settings: &RxSettings) {
        self.mac.apply(settings, 7, 1);
    }

    #[inline]
    fn set_rx_tail(&self, queue: usize, tail: u16) {
        self.mac.write(rx(queue) | TAIL, tail.into());
    }

    #[inline]
    fn set_tx_tail(&self, queue: usize, tail: u16) {
        self.mac.write(tx(queue) | TAIL, tail.into());
    }

    /// With MSI-X the NIC masks the causes when it delivers the vector.
    #[inline]
    fn mask(&self, queue: usize) {
        if self.wiring.signal != Signal::PerQueue {
            self.mac
                .bar
                .write_reg(regs::IMC::from(self.causes_of(queue)));
        }
    }

    #[inline]
    fn unmask(&self, queue: usize) {
        self.mac
            .bar
            .write_reg(regs::IMS::from(self.causes_of(queue)));
    }

    fn unmask_link(&self) {
        let other = match self.wiring.signal {
            Signal::PerQueue => cause::OTHER,
            Signal::Message | Signal::Line => 0,
        };
        self.mac.bar.write_reg(regs::IMS::from(cause::LSC | other));
    }

    fn mask_all(&self) {
        self.mac.bar.write_reg(regs::IMC::from(u32::MAX));
        let _ = self.mac.bar.read(regs::STATUS);
    }

    fn causes(&self) -> Causes {
        let icr = self.mac.bar.read(regs::ICR).into_raw();
        if self.wiring.signal == Signal::PerQueue {
            // With MSI-X the model does not clear what is read, and fires only for what was clear.
            self.mac.bar.write_reg(regs::ICR::from(
                icr & (cause::OTHER | cause::LSC | cause::RXO),
            ));
            // Overruns come here too.
            let rings = icr & (cause::QUEUES | cause::RXO) != 0;
            self.unmask_link();
            return Causes {
                any: true,
                rings,
                link: icr & cause::LSC != 0,
            };
        }
        Causes {
            any: icr & cause::ASSERTED != 0 || self.wiring.signal == Signal::Message,
            rings: icr & cause::RINGS != 0,
            link: icr & cause::LSC != 0,
        }
    }

    fn set_interval(&self, queue: usize, usecs: u32) {
        let units = usecs.saturating_mul(1000) / 256;
        match self.wiring.signal {
            Signal::PerQueue => self
                .mac
                .write(EITR.wrapping_add(queue.wrapping_mul(4)), units.min(0xffff)),
            Signal::Message | Signal::Line => {
                self.mac.bar.write_reg(regs::ITR::from(units.min(0xffff)));
            }
        }
    }

    fn interval(usecs: u32) -> u32 {
        usecs.min(0xffff * 256 / 1000)
    }

    fn start_clock(&self) {
        self.mac.start_clock();
    }
}
