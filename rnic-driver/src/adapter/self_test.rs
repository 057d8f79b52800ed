// SPDX-License-Identifier: GPL-2.0

//! `ethtool -t`: registers, the link, and a packet through the MAC's loopback, with the record that is made of it.
//!
//! The offline tests take the interface down, and leave it as they found it.

use super::Adapter;
use crate::{
    frame,
    hal::{Latch, Nic, RxSettings},
    layouts::knob,
    ring::{self, tx::Packet, tx::Part, tx::Sent, Len},
    rss,
    rx::{Parameters, RxConfig, RxQueue},
    sys::{ethtool::Results, netdev::Port, series::ENETDOWN, skb::SkBuff, time},
};
use kernel::prelude::*;
use meta_core::{
    descriptor::Copied,
    generation::Generation,
    hint,
    meta::{Captured, Visitor, Writer, XdpMeta},
    value::ByteArray as _,
};

/// Names of the tests.
pub(super) const NAMES: &[&CStr] = &[
    c"registers (offline)",
    c"loopback (offline)",
    c"record (offline)",
    c"link (online)",
];
const REGISTERS: usize = 0;
const LOOPBACK: usize = 1;
const RECORD: usize = 2;
const LINK: usize = 3;

/// The tag of the packet that goes through the loopback.
const TCI: u16 = 0x6123;
/// The knobs whose fields the record must have.
const KNOBS: u32 = knob::HASH | knob::VLAN | knob::CSUM | knob::PTYPE;

impl<N: Nic> Adapter<'_, N> {
    /// Runs the tests; those that stop traffic only if `offline`.
    pub(super) fn run_tests(&self, port: &Port<Self>, offline: bool, results: &mut Results<'_>) {
        let mut control = self.control.lock();
        if offline {
            let config = control.config.clone();
            if control.open {
                self.uncross(port, config.queues);
            }
            let now = self.clock_now();
            self.nic().reset();
            self.restart_clock(now);
            results.record(REGISTERS, self.nic().mac().test());
            let looped = self.loopback(port);
            results.record(LOOPBACK, looped.as_ref().map(|_| ()).map_err(|e| *e));
            results.record(RECORD, looped.unwrap_or(Err(EIO)));
            self.reset(port, self.clock_now());
            if control.open {
                self.wait_for_link();
                control.open = self.start(port, &config).is_ok();
            }
        }
        let link = self.nic().mac().link_is_up();
        results.record(LINK, if link { Ok(()) } else { Err(ENETDOWN) });
    }

    fn wait_for_link(&self) {
        const TRIES: u32 = 300;
        for _ in 0..TRIES {
            if self.nic().mac().link_is_up() {
                return;
            }
            time::sleep_ms(10);
        }
    }

    /// Sends a tagged packet to itself; what became of it, and of its record.
    fn loopback(&self, port: &Port<Self>) -> Result<Result> {
        let nic = self.nic();
        let parameters = Parameters {
            pdev: self.pdev(),
            dev: port.dev(),
            napi: port.pollers().get(0).ok_or(EINVAL)?,
            index: 0,
            len: Len::DEFAULT,
            descriptors: Len::DEFAULT,
        };
        let config = RxConfig {
            knobs: KNOBS,
            checksum: true,
            strip_vlan: true,
            stamps: false,
            records: true,
            mtu: 1500,
            prog: None,
        };
        let mut rx = RxQueue::<N>::new(&parameters, false, config, Generation::FIRST)?;
        let (mut filler, mut cleaner) =
            ring::tx::ring::<N::Tx>(self.pdev().as_ref(), Len::DEFAULT)?;
        let address = test_address(port.dev().address());
        let mut skb = SkBuff::test_packet(port.dev(), address, TCI)?;
        let offload = skb.offload().ok_or(EIO)?;

        nic.mac().set_address(address);
        nic.start_link();
        self.wait_for_link();
        nic.mac().set_loopback(true);
        let (base, len) = rx.ring();
        nic.set_up_rx(0, base, len.get());
        nic.apply(&RxSettings {
            knobs: KNOBS,
            rss: rss::Config::new(1),
            mtu: 1500,
            strip_vlan: true,
            filter_vlan: false,
            latch: Latch::Off,
        });
        nic.mac().start_transmit();
        nic.set_up_tx(0, cleaner.dma_addr(), cleaner.len().get(), cleaner.at());
        rx.rewind(nic);
        nic.mac().start_receive();
        rx.start(nic);

        // What waited while nothing was received.
        while rx.test_packet(|_, _| ()).is_some() {
            rx.tell(nic);
        }
        let sent = Sent {
            packet: Packet::Skb(skb),
            packets: 1,
            bytes: 0,
            stamped: false,
        };
        let pushed = filler.push(sent, &offload, 1, |packet, part| {
            let Packet::Skb(skb) = packet else {
                return None;
            };
            let mapping = skb.map(self.pdev(), part)?;
            Some(Part {
                addr: mapping.addr(),
                len: mapping.len(),
                mapping: Some(mapping),
            })
        });
        nic.set_tx_tail(0, filler.tail());
        let mut outcome = Err(ETIMEDOUT);
        let mut waits = 0;
        while pushed.is_ok() && waits < 100 {
            let looked = rx.test_packet(|descriptor, bytes| {
                (is_test_packet(bytes), check_record::<N>(descriptor))
            });
            match looked {
                Some((true, record)) => {
                    outcome = Ok(record);
                    break;
                }
                // Something else came by.
                Some((false, _)) => rx.tell(nic),
                None => {
                    waits += 1;
                    time::sleep_ms(1);
                }
            }
        }
        nic.mac().stop_receive();
        nic.tear_down_rx(0);
        nic.tear_down_tx(0);
        nic.mac().stop_transmit();
        nic.mac().set_loopback(false);
        crate::tx::abandon::<N>(&mut cleaner);
        outcome
    }
}

/// An address that nobody sends to: what comes from the wire meanwhile is not for it, so it takes none of the buffers.
fn test_address([first, rest @ ..]: [u8; 6]) -> [u8; 6] {
    const LOCAL: u8 = 0x02;
    let [b, c, d, e, f] = rest;
    [(first ^ 0x04) | LOCAL, b, c, d, e, f]
}

/// The payload counts up from 0, behind 42 bytes of headers.
fn is_test_packet(bytes: &[u8]) -> bool {
    const HEADERS: usize = frame::ETH_HLEN + 20 + 8;
    bytes.get(HEADERS..).is_some_and(|payload| {
        payload.len() >= SkBuff::TEST_PAYLOAD
            && payload
                .iter()
                .take(SkBuff::TEST_PAYLOAD)
                .enumerate()
                .all(|(i, byte)| *byte == i as u8)
    })
}

/// Makes a record of the packet's descriptor, and reads it as a program would.
fn check_record<N: Nic>(descriptor: Copied<N::Rx>) -> Result {
    let source = Captured {
        descriptor: descriptor.get(),
        captures: Default::default(),
    };
    N::Meta::select(KNOBS, Check::<N> { source: &source })
}

struct Check<'a, N: Nic> {
    source: &'a <N::Meta as XdpMeta>::Source,
}

impl<N: Nic> Visitor<N::Meta> for Check<'_, N> {
    type Output = Result;

    fn visit<W: Writer<<N::Meta as XdpMeta>::Source>>(self) -> Result {
        let record = W::record(self.source, Generation::FIRST.low16());
        let (meta, trailer) = N::Meta::decode(record.as_bytes()).ok_or(EIO)?;
        let has = |id: u16| {
            W::LAYOUT
                .field(id)
                .is_some_and(|field| trailer.present >> field.present & 1 == 1)
        };
        let hashed = has(hint::RX_HASH) && meta.value(hint::RX_HASH) != Some(0);
        let tagged =
            has(hint::RX_VLAN_TCI) && meta.value(hint::RX_VLAN_TCI) == Some(u64::from(TCI));
        if hashed && tagged && trailer.layout_id == W::LAYOUT.id {
            Ok(())
        } else {
            Err(EIO)
        }
    }
}
