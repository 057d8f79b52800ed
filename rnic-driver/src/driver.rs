// SPDX-License-Identifier: GPL-2.0

//! The module and the PCI driver: what is registered when, and taken back in the opposite order.
//!
//! The device table has no module alias: the driver is never loaded by itself. It was tested on QEMU's devices only,
//! which share their ids with real hardware.

use crate::{
    adapter::{Adapter, FEATURES},
    hal::I82574,
    regs,
    sys::{
        genetlink, kfunc,
        netdev::{Registration, Setup},
        pci_device,
    },
};
use kernel::{device::Core, device_id::IdArray, driver, pci, prelude::*, InPlaceModule};

/// One bound device.
pub(crate) struct Driver<'bound> {
    _netdev: Registration<'bound, Adapter<'bound>>,
}

/// The PCI driver.
pub(crate) struct Rnic;

static IDS: IdArray<pci::DeviceId, (), 1> =
    IdArray::new([(pci::DeviceId::from_id(pci::Vendor::INTEL, 0x10d3), &())]);

impl pci::Driver for Rnic {
    type IdInfo = ();
    type Data<'bound> = Driver<'bound>;
    const ID_TABLE: pci::IdTable<()> = &IDS;

    fn probe<'bound>(
        pdev: &'bound pci::Device<Core<'_>>,
        _info: Option<&'bound ()>,
    ) -> impl PinInit<Driver<'bound>, Error> + 'bound {
        pci_device::enable(pdev)?;
        let hw = I82574::new(pdev.iomap_region_sized::<{ regs::BAR_SIZE }>(0, c"rnic")?);
        let setup = Setup {
            features: FEATURES,
            hw_features: FEATURES,
            max_mtu: 1500,
            address: hw.address(),
        };
        let netdev = Registration::new(pdev, &setup, Adapter::new(pdev, hw), None, None)?;
        Ok(Driver { _netdev: netdev })
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
