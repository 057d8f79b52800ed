// SPDX-License-Identifier: GPL-2.0

//! The 82574L, as QEMU's `e1000e` models it.
//!
//! Nothing here waits for hardware: the model does everything inside the register write. What the model does otherwise
//! than the datasheet says is commented where it matters.

use crate::{
    layouts::{knob, ETH_P_8021Q},
    regs, rss,
};
use kernel::{
    io::{register::Array, Io},
    num::Bounded,
    pci,
    prelude::*,
};

/// An 82574L behind its BAR 0.
pub(crate) struct I82574<'bound> {
    bar: pci::Bar<'bound, { regs::BAR_SIZE }>,
}

/// What an interrupt was for.
#[derive(Clone, Copy)]
pub(crate) struct Causes {
    /// Packets were received or sent.
    pub(crate) ring: bool,
    /// The link changed.
    pub(crate) link: bool,
}

impl<'bound> I82574<'bound> {
    /// The first queue's worth of every address, low half and high half.
    fn halves(address: u64) -> (u32, u32) {
        (address as u32, (address >> 32) as u32)
    }

    /// Takes over the device and resets it. Interrupts are masked afterwards.
    pub(crate) fn new(bar: pci::Bar<'bound, { regs::BAR_SIZE }>) -> Self {
        let this = Self { bar };
        this.reset();
        this
    }

    /// Resets the device: everything but the address is to be written again.
    pub(crate) fn reset(&self) {
        self.mask_all();
        self.bar.write_reg(regs::CTRL::zeroed().with_rst(true));
        self.mask_all();
        // Reading takes what was pending.
        let _ = self.bar.read(regs::ICR);
        self.bar.write_reg(regs::CTRL::zeroed().with_slu(true));
        // The reset leaves 0 there, with which no tag would ever be recognised.
        self.bar
            .write_reg(regs::VET::zeroed().with_vet(Bounded::<u32, 16>::from(ETH_P_8021Q)));
    }

    /// The permanent Ethernet address, which the reset loaded from the NVM.
    pub(crate) fn address(&self) -> [u8; 6] {
        let low = self.bar.read(regs::RAL0).into_raw().to_le_bytes();
        let high = self.bar.read(regs::RAH0).into_raw().to_le_bytes();
        [low[0], low[1], low[2], low[3], high[0], high[1]]
    }

    /// Receives for `address`.
    pub(crate) fn set_address(&self, address: [u8; 6]) {
        let [a, b, c, d, e, f] = address;
        self.bar
            .write_reg(regs::RAL0::from(u32::from_le_bytes([a, b, c, d])));
        self.bar
            .write_reg(regs::RAH0::from(u32::from_le_bytes([e, f, 0, 0])).with_av(true));
    }

    /// Sets what is received besides the own address and broadcasts.
    pub(crate) fn set_filter(&self, promiscuous: bool, all_multicast: bool) {
        self.bar.update(regs::RCTL, |r| {
            r.with_upe(promiscuous)
                .with_mpe(promiscuous || all_multicast)
        });
    }

    /// Sets up the receive ring of `len` descriptors at `base`; the receive unit stays off.
    pub(crate) fn set_up_receive(&self, base: u64, len: u32) {
        self.bar.update(regs::RCTL, |r| r.with_en(false));
        self.bar
            .write_reg(regs::RFCTL::zeroed().with_exten(true).with_ack_dis(true));
        self.bar.write_reg(
            regs::RXCSUM::zeroed()
                .with_ipofl(true)
                .with_tuofl(true)
                // The hash takes the place of IP identification and packet checksum.
                .with_pcsd(true),
        );
        for (i, value) in rss::key_registers().into_iter().enumerate() {
            if let Some(location) = regs::RSSRK::try_at(i) {
                self.bar.write(location, regs::RSSRK::from(value));
            }
        }
        for i in 0..32 {
            if let Some(location) = regs::RETA::try_at(i) {
                self.bar.write(location, regs::RETA::zeroed());
            }
        }
        let (low, high) = Self::halves(base);
        self.bar.write_reg(regs::RDBAL::from(low));
        self.bar.write_reg(regs::RDBAH::from(high));
        self.bar.write_reg(regs::RDLEN::from(len * 16));
        self.bar.write_reg(regs::RDH::zeroed());
        self.bar.write_reg(regs::RDT::zeroed());
    }

    /// Sets up the transmit ring of `len` descriptors at `base` and lets it run.
    pub(crate) fn set_up_transmit(&self, base: u64, len: u32) {
        let (low, high) = Self::halves(base);
        self.bar.write_reg(regs::TDBAL::from(low));
        self.bar.write_reg(regs::TDBAH::from(high));
        self.bar.write_reg(regs::TDLEN::from(len * 16));
        self.bar.write_reg(regs::TDH::zeroed());
        self.bar.write_reg(regs::TDT::zeroed());
        self.bar.write_reg(
            regs::TCTL::zeroed()
                .with_en(true)
                .with_psp(true)
                .with_const_ct::<0x0f>()
                .with_const_cold::<0x3f>(),
        );
    }

    /// Makes descriptors say what the layout knobs in `knobs` ask for. The receive unit is off.
    pub(crate) fn set_knobs(&self, knobs: u32) {
        let hash = knobs & knob::HASH != 0;
        let vlan = knobs & knob::VLAN != 0;
        self.bar.update(regs::CTRL, |r| r.with_vme(vlan));
        self.bar.write_reg(if hash {
            regs::MRQC::zeroed()
                .with_const_mode::<1>()
                .with_tcp_ipv4(true)
                .with_ipv4(true)
                .with_tcp_ipv6_ex(true)
                .with_ipv6(true)
        } else {
            regs::MRQC::zeroed()
        });
    }

    /// Lets the receive unit run. Frames that waited are received inside of this call.
    pub(crate) fn start_receive(&self) {
        self.bar.update(regs::RCTL, |r| {
            r.with_en(true).with_bam(true).with_secrc(true)
        });
    }

    /// Stops the receive unit. The model writes back nothing after this; hardware would have to be waited for.
    pub(crate) fn stop_receive(&self) {
        self.bar.update(regs::RCTL, |r| r.with_en(false));
        // Flushes the write.
        let _ = self.bar.read(regs::STATUS);
    }

    /// Stops both units.
    pub(crate) fn stop(&self) {
        self.stop_receive();
        self.bar.write_reg(regs::TCTL::zeroed());
    }

    /// Gives the device the receive descriptors before `tail`.
    #[inline]
    pub(crate) fn set_receive_tail(&self, tail: u16) {
        self.bar.write_reg(regs::RDT::from(u32::from(tail)));
    }

    /// Gives the device the transmit descriptors before `tail`.
    #[inline]
    pub(crate) fn set_transmit_tail(&self, tail: u16) {
        self.bar.write_reg(regs::TDT::from(u32::from(tail)));
    }

    /// The link is up.
    pub(crate) fn link_is_up(&self) -> bool {
        self.bar.read(regs::STATUS).lu()
    }

    /// Takes the pending causes.
    #[inline]
    pub(crate) fn take_causes(&self) -> Causes {
        let icr = self.bar.read(regs::ICR);
        Causes {
            ring: icr.rxt0() || icr.txdw() || icr.rxdmt0() || icr.rxo(),
            link: icr.lsc(),
        }
    }

    /// Masks every interrupt.
    pub(crate) fn mask_all(&self) {
        self.bar.write_reg(regs::IMC::from(u32::MAX));
    }

    /// Masks the interrupts of the rings while they are polled.
    #[inline]
    pub(crate) fn mask_rings(&self) {
        self.bar
            .write_reg(regs::IMC::from(Self::ring_causes().into_raw()));
    }

    /// Lets the rings interrupt. A pending cause does so at once.
    #[inline]
    pub(crate) fn unmask_rings(&self) {
        self.bar.write_reg(Self::ring_causes());
    }

    /// Lets link changes interrupt.
    pub(crate) fn unmask_link(&self) {
        self.bar.write_reg(regs::IMS::zeroed().with_lsc(true));
    }

    #[inline]
    fn ring_causes() -> regs::IMS {
        regs::IMS::zeroed()
            .with_rxt0(true)
            .with_rxdmt0(true)
            .with_rxo(true)
            .with_txdw(true)
    }
}
