// SPDX-License-Identifier: GPL-2.0

//! The module and the PCI driver: what is registered when, and taken back in the opposite order.
//!
//! The device table has no module alias: the driver is never loaded by itself. It was tested on QEMU's devices only,
//! which share their ids with real hardware.

use crate::{
    adapter::{Adapter, FEATURES, OPTIONAL_FEATURES, VLAN_FEATURES},
    frame,
    hal::{self, Nic, Probe, Wiring},
    regs,
    rx::Stash,
    sys::{
        cpus, genetlink, kfunc,
        metadata_ops::Door,
        netdev::feature,
        pci_device::{self, Signal, Vectors},
        registration::{Registration, Setup},
        series::{self, IdInfo, Matched},
    },
};
use kernel::{device::Core, driver, pci, prelude::*, InPlaceModule};
use meta_core::meta::XdpMeta;

/// A bound device's interface.
pub(crate) trait Interface: Send + Sync {}

impl<N: Nic> Interface for Registration<'_, Adapter<'_, N>> {}

/// The door of the interfaces of a NIC.
pub(crate) const fn door<N: Nic>() -> Door
where
    N: 'static,
{
    Door::new::<Adapter<'static, N>, Stash<N::Meta>>(<N::Meta as XdpMeta>::LAYOUTS)
}

/// Makes an interface of `pdev`, which is the NIC that `new` takes over.
pub(crate) fn bind<'bound, N: Nic + 'bound>(
    pdev: &'bound pci::Device<Core<'_>>,
    new: impl FnOnce(pci::Bar<'bound, { regs::BAR_SIZE }>, Wiring) -> N,
) -> Result<KBox<dyn Interface + 'bound>> {
    pci_device::enable(pdev)?;
    let best = match crate::module_parameters::interrupts.value() {
        0 => Signal::PerQueue,
        1 => Signal::Message,
        2 => Signal::Line,
        other => {
            dev_err!(pdev, "interrupts={other}: 0 is MSI-X, 1 MSI, 2 INTx\n");
            return Err(EINVAL);
        }
    };
    let vectors = Vectors::new(pdev, N::QUEUES, best)?;
    let wiring = Wiring {
        signal: vectors.signal(),
        pairs: match vectors.signal() {
            Signal::PerQueue => vectors.count() - 1,
            Signal::Message | Signal::Line => 1,
        },
    };
    let nic = new(
        pdev.iomap_region_sized::<{ regs::BAR_SIZE }>(0, c"rnic")?,
        wiring,
    );
    let setup = Setup {
        queues: wiring.pairs,
        queues_at_start: wiring.pairs.min(cpus::online()),
        features: FEATURES | feature::HIGHDMA,
        hw_features: FEATURES | OPTIONAL_FEATURES,
        vlan_features: VLAN_FEATURES,
        max_mtu: frame::MAX_MTU as u32,
        address: nic.mac().address(),
    };
    let adapter = Adapter::new(pdev, nic, wiring, setup.queues_at_start);
    let registration = Registration::new(pdev, &setup, vectors, adapter)?;
    Ok(KBox::new(registration, GFP_KERNEL)?)
}

/// One bound device.
pub(crate) struct Driver<'bound> {
    _interface: KBox<dyn Interface + 'bound>,
}

/// The PCI driver.
pub(crate) struct Rnic;

impl pci::Driver for Rnic {
    type IdInfo = IdInfo<Probe>;
    type Data<'bound> = Driver<'bound>;
    const ID_TABLE: pci::IdTable<IdInfo<Probe>> = &hal::IDS;

    fn probe<'bound>(
        pdev: &'bound pci::Device<Core<'_>>,
        matched: Matched<'bound, Probe>,
    ) -> impl PinInit<Driver<'bound>, Error> + 'bound {
        let Probe(probe) = series::entry(matched)?;
        Ok(Driver {
            _interface: probe(pdev)?,
        })
    }
}

/// The module.
#[pin_data]
pub(crate) struct Module {
    // The order is that of dropping: no interface is left when the family goes.
    #[pin]
    _driver: driver::Registration<pci::Adapter<Rnic>>,
    _family: genetlink::Registration,
}

impl InPlaceModule for Module {
    fn init(module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            _family: {
                kfunc::register()?;
                genetlink::Registration::new()?
            },
            _driver <- driver::Registration::new(c"rnic", module),
        })
    }
}
