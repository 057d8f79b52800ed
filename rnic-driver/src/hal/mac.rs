// SPDX-License-Identifier: GPL-2.0

//! What the NICs have in common: addresses and filters, RSS, the PHY, the clock.

use super::RxSettings;
use crate::{
    clock,
    layouts::{knob, ETH_P_8021Q},
    regs,
    rss::{self, Flow},
};
use kernel::{
    io::{register::Array, Io},
    num::Bounded,
    pci,
    prelude::*,
};

/// BAR 0 of a NIC.
pub(crate) type Bar<'bound> = pci::Bar<'bound, { regs::BAR_SIZE }>;

/// The part of a NIC that is the same in all of them.
pub(crate) struct Mac<'bound> {
    pub(super) bar: Bar<'bound>,
}

/// Registers that `ethtool -d` shows: all that reading does not change.
pub(crate) const SHOWN: &[usize] = &[
    0x0000, 0x0008, 0x0018, 0x0038, 0x00d0, 0x0100, 0x0400, 0x5000, 0x5008, 0x5400, 0x5404, 0x5818,
    0x5c00, 0x5c80, 0xb608, 0xb614, 0xb620,
];

impl<'bound> Mac<'bound> {
    pub(super) fn new(bar: Bar<'bound>) -> Self {
        Self { bar }
    }

    /// Writes the register at `offset`, which is one of a queue's. Beyond the BAR nothing is written.
    #[inline]
    pub(super) fn write(&self, offset: usize, value: u32) {
        // The offset is computed; a bad one is refused by the bounds check.
        let _ = self.bar.try_write32(value, offset);
    }

    /// Reads the register at `offset`; 0 beyond the BAR.
    pub(super) fn read(&self, offset: usize) -> u32 {
        self.bar.try_read32(offset).unwrap_or(0)
    }

    /// Resets the device. Interrupts are masked afterwards, and none is pending.
    pub(super) fn reset(&self) {
        self.bar.write_reg(regs::IMC::from(u32::MAX));
        self.bar.write_reg(regs::CTRL::zeroed().with_rst(true));
        self.bar.write_reg(regs::IMC::from(u32::MAX));
        let _ = self.bar.read(regs::ICR);
        self.bar.write_reg(regs::CTRL::zeroed().with_slu(true));
        // A reset of the 82574 leaves 0 there, with which no tag would ever be recognised.
        self.bar
            .write_reg(regs::VET::zeroed().with_vet(Bounded::<u32, 16>::from(ETH_P_8021Q)));
    }

    /// Reads the registers of [`SHOWN`].
    pub(crate) fn show(&self, words: &mut [u32]) {
        for (to, &offset) in words.iter_mut().zip(SHOWN) {
            *to = self.read(offset);
        }
    }

    /// Writes patterns into registers that hold whatever is written, and reads them back. The device was just reset.
    ///
    /// # Errors
    ///
    /// `EIO`: something else came back.
    pub(crate) fn test(&self) -> Result {
        for pattern in [0, u32::MAX, 0x5a5a_5a5a, 0xa5a5_a5a5] {
            for i in 0..128 {
                let at = || regs::MTA::try_at(i).ok_or(EIO);
                self.bar.write(at()?, regs::MTA::from(pattern));
                let back = self.bar.read(at()?).into_raw();
                self.bar.write(at()?, regs::MTA::zeroed());
                if back != pattern {
                    return Err(EIO);
                }
            }
        }
        Ok(())
    }

    /// The permanent Ethernet address, which the reset loaded from the NVM.
    pub(crate) fn address(&self) -> [u8; 6] {
        let [a, b, c, d] = self.bar.read(regs::RAL0).into_raw().to_le_bytes();
        let [e, f, ..] = self.bar.read(regs::RAH0).into_raw().to_le_bytes();
        [a, b, c, d, e, f]
    }

    /// Receives for `address`.
    pub(crate) fn set_address(&self, address: [u8; 6]) {
        let [a, b, c, d, e, f] = address;
        self.bar
            .write_reg(regs::RAL0::from(u32::from_le_bytes([a, b, c, d])));
        self.bar
            .write_reg(regs::RAH0::from(u32::from_le_bytes([e, f, 0, 0])).with_av(true));
    }

    /// Sets what is received besides the own address and broadcasts: everything, all multicasts, or those whose hash has a
    /// bit in `table`.
    pub(crate) fn set_filter(&self, promiscuous: bool, all_multicast: bool, table: &[u32; 128]) {
        for (i, &bits) in table.iter().enumerate() {
            if let Some(location) = regs::MTA::try_at(i) {
                self.bar.write(location, regs::MTA::from(bits));
            }
        }
        self.bar.update(regs::RCTL, |r| {
            r.with_upe(promiscuous)
                .with_mpe(promiscuous || all_multicast)
        });
    }

    /// Writes the VLAN filter: one bit for each VLAN id.
    pub(crate) fn set_vlans(&self, table: &[u32; 128]) {
        for (i, &bits) in table.iter().enumerate() {
            if let Some(location) = regs::VFTA::try_at(i) {
                self.bar.write(location, regs::VFTA::from(bits));
            }
        }
    }

    /// Configures what is the same for all: the hash, its key and the table, whose entries begin at bit `shift`; tags;
    /// frame lengths. With `mode` of MRQC packets are spread over the queues.
    ///
    /// Without the hash the descriptors have the IP identification instead, and all packets go to the first queue.
    pub(super) fn apply(&self, settings: &RxSettings, shift: u32, mode: u32) {
        let hash = settings.knobs & knob::HASH != 0;
        self.bar.write_reg(
            regs::RXCSUM::zeroed()
                .with_ipofl(true)
                .with_tuofl(true)
                .with_pcsd(hash),
        );
        for (i, value) in rss::key_registers(&settings.rss.key)
            .into_iter()
            .enumerate()
        {
            if let Some(location) = regs::RSSRK::try_at(i) {
                self.bar.write(location, regs::RSSRK::from(value));
            }
        }
        for (i, value) in settings.rss.table.registers(shift).into_iter().enumerate() {
            if let Some(location) = regs::RETA::try_at(i) {
                self.bar.write(location, regs::RETA::from(value));
            }
        }
        let ports = settings.rss.ports;
        self.bar.write_reg(if hash {
            // Without their own bits the ports' types are those of addresses alone.
            regs::MRQC::from(mode & 7)
                .with_tcp_ipv4(ports.has(Flow::TcpIpv4))
                .with_ipv4(true)
                .with_tcp_ipv6_ex(ports.has(Flow::TcpIpv6))
                .with_tcp_ipv6(ports.has(Flow::TcpIpv6))
                .with_ipv6(true)
                .with_udp_ipv4(ports.has(Flow::UdpIpv4))
                .with_udp_ipv6(ports.has(Flow::UdpIpv6))
        } else {
            regs::MRQC::zeroed()
        });
        self.bar
            .update(regs::CTRL, |r| r.with_vme(settings.strip_vlan));
        self.bar.update(regs::RCTL, |r| {
            r.with_lpe(settings.mtu > 1500)
                .with_vfe(settings.filter_vlan)
        });
    }

    /// Lets the receive unit run. Frames that waited are received inside of this call.
    pub(crate) fn start_receive(&self) {
        self.bar.update(regs::RCTL, |r| {
            r.with_en(true).with_bam(true).with_secrc(true)
        });
    }

    /// Stops the receive unit. The models write back nothing after this; hardware would have to be waited for.
    pub(crate) fn stop_receive(&self) {
        self.bar.update(regs::RCTL, |r| r.with_en(false));
        // Flushes the write.
        let _ = self.bar.read(regs::STATUS);
    }

    /// Lets the transmit unit run.
    pub(crate) fn start_transmit(&self) {
        self.bar.write_reg(
            regs::TCTL::zeroed()
                .with_en(true)
                .with_psp(true)
                .with_const_ct::<0x0f>()
                .with_const_cold::<0x3f>(),
        );
    }

    /// Stops the transmit unit.
    pub(crate) fn stop_transmit(&self) {
        self.bar.write_reg(regs::TCTL::zeroed());
    }

    /// The link is up.
    pub(crate) fn link_is_up(&self) -> bool {
        self.bar.read(regs::STATUS).lu()
    }

    /// What is sent is received again, and nothing leaves.
    pub(crate) fn set_loopback(&self, on: bool) {
        self.bar.update(regs::RCTL, |r| {
            if on {
                r.with_const_lbm::<1>()
            } else {
                r.with_const_lbm::<0>()
            }
        });
    }

    /// Writes a register of the PHY.
    ///
    /// # Errors
    ///
    /// `EIO`: the PHY has no such register, or did not answer at once, as the models do.
    pub(super) fn write_phy(&self, register: u8, value: u16) -> Result {
        const WRITE: u32 = 1 << 26;
        const PHY: u32 = 1 << 21;
        self.bar.write_reg(regs::MDIC::from(
            WRITE | PHY | u32::from(register & 0x1f) << 16 | u32::from(value),
        ));
        let answer = self.bar.read(regs::MDIC);
        if answer.ready() && !answer.error() {
            Ok(())
        } else {
            Err(EIO)
        }
    }

    /// Starts the clock: nanoseconds, in the steps of 16 that it ticks in. To be written once: on the model every other
    /// increment makes the counter jump.
    pub(super) fn start_clock(&self) {
        self.bar.write_reg(regs::TIMINCA::from(1 << 24 | 16));
    }

    /// What the clock's counter is at.
    #[inline]
    pub(crate) fn counter(&self) -> u64 {
        clock::whole(
            || self.bar.read(regs::SYSTIML).into_raw(),
            || self.bar.read(regs::SYSTIMH).into_raw(),
        )
    }

    /// The lower half of the counter, for a [`Clock`](clock::Clock) that was read less than two seconds ago.
    #[inline]
    pub(crate) fn counter_low(&self) -> u32 {
        self.bar.read(regs::SYSTIML).into_raw()
    }

    /// Whether the time of a received packet is held.
    pub(crate) fn holds_rx_stamp(&self) -> bool {
        self.bar.read(regs::TSYNCRXCTL).valid()
    }

    /// The counter when the last latched packet arrived, and lets the next one be latched. `None` if there is none.
    pub(crate) fn take_rx_stamp(&self) -> Option<u64> {
        let valid = self.bar.read(regs::TSYNCRXCTL).valid();
        let low = self.bar.read(regs::RXSTMPL).into_raw();
        let high = self.bar.read(regs::RXSTMPH).into_raw();
        // The datasheet unlocks by the upper half of the stamp, the model by that of the source: both are read.
        let _ = self.bar.read(regs::RXSATRL);
        let _ = self.bar.read(regs::RXSATRH);
        valid.then_some(u64::from(high) << 32 | u64::from(low))
    }

    /// Lets packets that ask for it be stamped when they are sent.
    pub(super) fn enable_tx_stamps(&self) {
        self.bar.write_reg(regs::TSYNCTXCTL::zeroed().with_en(true));
        let _ = self.take_tx_stamp();
    }

    /// The counter when the last stamped packet was sent. `None` if there is none.
    pub(crate) fn take_tx_stamp(&self) -> Option<u64> {
        let valid = self.bar.read(regs::TSYNCTXCTL).valid();
        let low = self.bar.read(regs::TXSTMPL).into_raw();
        let high = self.bar.read(regs::TXSTMPH).into_raw();
        valid.then_some(u64::from(high) << 32 | u64::from(low))
    }
}

/// Low and high half of an address.
pub(super) fn halves(address: u64) -> (u32, u32) {
    (address as u32, (address >> 32) as u32)
}
