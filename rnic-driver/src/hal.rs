// SPDX-License-Identifier: GPL-2.0

//! The NICs: what their registers are for, and in which order they are written.
//!
//! A NIC is a file in this folder with an implementation of [`Nic`], and an entry in the table below. Nothing outside of
//! this folder names one. What several have in common is [`Mac`].

mod i82574;
mod i82576;
mod mac;
mod statistics;

pub(crate) use self::{
    mac::{Mac, SHOWN},
    statistics::{Statistics, LENGTHS},
};

use crate::{
    clock::Counter,
    desc::{Receive, Transmit},
    driver::{self, Interface},
    layouts::Metadata,
    rss::{self, PortHashing},
    sys::{metadata_ops::Door, pci_device::Signal, series::IdInfo},
};
use kernel::{device::Core, device_id::IdArray, pci, prelude::*};

/// The receive unit's configuration, all of which is written at once, behind the fence.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RxSettings {
    /// Layout knobs, as in [`crate::layouts::knob`].
    pub(crate) knobs: u32,
    /// How packets are spread over the queues.
    pub(crate) rss: rss::Config,
    /// The interface's MTU.
    pub(crate) mtu: usize,
    /// VLAN tags are taken out, for the stack if no layout has them.
    pub(crate) strip_vlan: bool,
    /// Packets of VLANs that nobody asked for are dropped.
    pub(crate) filter_vlan: bool,
    /// Which packets the NIC keeps the time of.
    pub(crate) latch: Latch,
}

/// Which packets the NIC itself keeps the time of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Latch {
    /// None.
    Off,
    /// PTP version 2 in Ethernet, messages of one type: Sync (0) or Delay_Req (1).
    Ptp(u8),
}

/// What an interrupt was for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Causes {
    /// It was this device's.
    pub(crate) any: bool,
    /// Packets were received or sent.
    pub(crate) rings: bool,
    /// The link changed.
    pub(crate) link: bool,
}

/// How a NIC was set up to interrupt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wiring {
    /// By what.
    pub(crate) signal: Signal,
    /// Pairs of queues that have a vector of their own; the next vector is for everything else. Without MSI-X, 1.
    pub(crate) pairs: usize,
}

/// A NIC behind its BAR 0. Nothing here waits for hardware: the models do everything inside the register access; where
/// hardware would have to be waited for, it says so.
pub(crate) trait Nic: Sized + Send + Sync {
    /// What it writes back for a received packet.
    type Rx: Receive;
    /// How it is told what to send.
    type Tx: Transmit;
    /// What records say of its packets.
    type Meta: Metadata<Descriptor = Self::Rx>;
    /// Pairs of queues, at most.
    const QUEUES: usize;
    /// Flows whose ports it can hash.
    const HASHABLE: PortHashing;
    /// What its clock counts.
    const COUNTER: Counter;
    /// It keeps the time of some packets.
    const LATCHES: bool;
    /// Tags are taken out and put in together, or not at all.
    const VLAN_BOTH_WAYS: bool;
    /// Its device id, by which `ethtool -d` tells its registers from others'.
    const ID: u32;

    /// The way from its interfaces to their layouts.
    fn door() -> &'static Door {
        &DOORS[const { door_of(Self::ID) }]
    }
    /// What it has in common with others.
    fn mac(&self) -> &Mac<'_>;

    /// Resets the device and makes it interrupt as it was told to: everything else but the address is to be written again.
    fn reset(&self);
    /// Starts to negotiate the link.
    fn start_link(&self);

    /// Sets up receive ring `queue`, of `len` descriptors at `base`; the receive unit is off. Head and tail stay: the models
    /// take a write of the tail as a sign to receive, and lose the frame that waits.
    fn set_up_rx(&self, queue: usize, base: u64, len: usize);
    /// What the tail of receive ring `queue` says.
    fn rx_tail(&self, queue: usize) -> u16;
    /// How many descriptors receive ring `queue` has; 0 for one that was never set up.
    fn rx_len(&self, queue: usize) -> usize;
    /// Lets receive ring `queue` go on at descriptor `head`; the receive unit is off, or has no buffer there.
    fn set_rx_head(&self, queue: usize, head: u16);
    /// Takes a receive ring out of use; the receive unit is off.
    fn tear_down_rx(&self, queue: usize);
    /// Sets up transmit ring `queue`, of `len` descriptors at `base`, and lets it run; it is empty, and begins with number `at`.
    fn set_up_tx(&self, queue: usize, base: u64, len: usize, at: u16);
    /// Stops transmit ring `queue`. What it was told to send is sent, or never will be.
    fn tear_down_tx(&self, queue: usize);
    /// Configures the receive unit, which is off.
    fn apply(&self, settings: &RxSettings);
    /// Gives the device the descriptors of receive ring `queue` before `tail`.
    fn set_rx_tail(&self, queue: usize, tail: u16);
    /// Gives the device the descriptors of transmit ring `queue` before `tail`.
    fn set_tx_tail(&self, queue: usize, tail: u16);

    /// Keeps the vector of a pair of queues from interrupting, from its own interrupt, where the NIC does not do so itself.
    fn mask(&self, queue: usize);
    /// Lets the vector of a pair of queues interrupt for what comes from now on. The caller looks afterwards whether something
    /// came before.
    fn unmask(&self, queue: usize);
    /// Lets link changes interrupt.
    fn unmask_link(&self);
    /// Keeps everything from interrupting.
    fn mask_all(&self);
    /// Takes the causes of an interrupt that is not of one pair of queues alone.
    fn causes(&self) -> Causes;
    /// Sets the time between interrupts of a pair of queues, in microseconds.
    fn set_interval(&self, queue: usize, usecs: u32);
    /// The nearest time that can be set, for one that was asked for.
    fn interval(usecs: u32) -> u32;

    /// Starts the clock.
    fn start_clock(&self);
}

macro_rules! nics {
    ($($device:literal => $nic:ty;)*) => {
        /// The doors of this module's interfaces, by which the runtime knows them. They stand in one place, so that it need
        /// not ask for each.
        pub(crate) static DOORS: [Door; [$($device),*].len()] = [$(driver::door::<$nic>()),*];

        /// Which of the doors is for interfaces of device `id`.
        const fn door_of(id: u32) -> usize {
            let (ids, mut at) = ([$($device),*], 0);
            while ids[at] != id {
                at += 1;
            }
            at
        }

        /// The devices that the driver takes. There is no module alias.
        pub(crate) static IDS: IdArray<pci::DeviceId, IdInfo<Probe>, { [$($device),*].len() }> = IdArray::new([
            $((pci::DeviceId::from_id(pci::Vendor::INTEL, $device), &Probe(|pdev| driver::bind(pdev, <$nic>::new)))),*
        ]);
    };
}

/// What makes an interface of a device.
pub(crate) struct Probe(
    pub(crate) for<'bound> fn(&'bound pci::Device<Core<'_>>) -> Result<KBox<dyn Interface + 'bound>>,
);

nics! {
    0x10d3 => i82574::I82574<'_>;
    0x10c9 => i82576::I82576<'_>;
}
