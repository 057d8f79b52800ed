// SPDX-License-Identifier: GPL-2.0

//! What ethtool shows and sets.

use super::{
    change::Scope,
    config::{flag, RingLens},
    self_test, Adapter,
};
use crate::{
    hal::{Nic, LENGTHS},
    ring::{self, Len},
    rss,
    stats::PairStats,
    sys::{
        ethtool::{
            Channels, Direction, Ethtool, MacStats, Names, Results, RingSizes, Rings, RmonErrors,
            RmonRanges, RmonStats, Speed, TimestampInfo,
        },
        extack::ExtAck,
        hwtstamp::RxFilter,
        netdev::{Operations, Port, MAX_QUEUES},
    },
};
use kernel::prelude::*;
use meta_core::announce::Reason;

/// Names of the private flags; the index is the bit. The last ones are of one receive queue each.
const PRIVATE_FLAGS: &[&CStr; 2 + MAX_QUEUES] = &[
    c"xdp-records",
    c"xdp-packet-type",
    c"xdp-packet-type-rx0",
    c"xdp-packet-type-rx1",
    c"xdp-packet-type-rx2",
    c"xdp-packet-type-rx3",
    c"xdp-packet-type-rx4",
    c"xdp-packet-type-rx5",
    c"xdp-packet-type-rx6",
    c"xdp-packet-type-rx7",
];

/// A table of counters: their names, and how each one is read.
macro_rules! counters {
    ($names:ident, $read:ident: $($name:literal => $($field:ident).+;)*) => {
        const $names: &[&CStr] = &[$($name),*];

        fn $read(stats: &PairStats, values: &mut [u64]) {
            for (to, value) in values.iter_mut().zip([$(stats.$($field).+.get()),*]) {
                *to = value;
            }
        }
    };
}

counters! { RX_STATS, read_rx:
    c"packets" => rx.packets;
    c"bytes" => rx.bytes;
    c"csum_good" => rx.checksum_good;
    c"xdp_pass" => rx.xdp_pass;
    c"xdp_drop" => rx.xdp_drop;
    c"xdp_tx" => rx.xdp_tx;
    c"xdp_redirect" => rx.xdp_redirect;
    c"xdp_aborted" => rx.xdp_aborted;
    c"no_memory" => rx.no_memory;
    c"length_errors" => rx.length_errors;
    c"errors" => rx.errors;
    c"stamps_latched" => rx.stamps_latched;
    c"stamps_lost" => rx.stamps_lost;
}

counters! { TX_STATS, read_tx:
    c"packets" => tx.packets;
    c"bytes" => tx.bytes;
    c"segmented" => tx.segmented;
    c"xdp" => tx.xdp;
    c"xsk" => tx.socket;
    c"wake" => tx.wake;
    c"dropped" => queued.dropped;
    c"xdp_full" => queued.xdp_full;
    c"stop" => queued.stop;
    c"csum" => queued.checksums;
}

/// Values of the interface: what only the hardware counts.
const STATS: &[&CStr] = &[
    c"rx_missed",
    c"rx_crc_errors",
    c"rx_undersize",
    c"rx_oversize",
];

impl<N: Nic> Ethtool for Adapter<'_, N> {
    const RMON_RANGES: &'static RmonRanges = &RmonRanges::new(&LENGTHS);

    fn names(&self, kind: Names) -> &'static [&'static CStr] {
        match kind {
            Names::PrivateFlags => PRIVATE_FLAGS
                .get(..N::QUEUES.wrapping_add(2))
                .unwrap_or_default(),
            Names::Stats => STATS,
            Names::QueueStats(Direction::Rx) => RX_STATS,
            Names::QueueStats(Direction::Tx) => TX_STATS,
            Names::Tests => self_test::NAMES,
        }
    }

    fn link_speed(&self, port: &Port<Self>) -> Option<Speed>
    where
        Self: Operations,
    {
        port.dev().carrier_ok().then_some(Speed {
            mbps: 1000,
            full_duplex: true,
        })
    }

    fn restart_autoneg(&self, _port: &Port<Self>) -> Result
    where
        Self: Operations,
    {
        self.nic().start_link();
        Ok(())
    }

    fn rings(&self, _port: &Port<Self>) -> Rings
    where
        Self: Operations,
    {
        let rings = self.control.lock().config.rings;
        let max = ring::MAX_LEN as u32;
        Rings {
            now: RingSizes {
                rx: rings.rx.get() as u32,
                tx: rings.tx.get() as u32,
            },
            max: RingSizes { rx: max, tx: max },
        }
    }

    fn set_rings(&self, port: &Port<Self>, sizes: RingSizes, extack: &mut ExtAck<'_>) -> Result
    where
        Self: Operations,
    {
        let least = ring::MIN_LEN as u32;
        if sizes.rx < least || sizes.tx < least {
            return extack.refuse(EINVAL, c"a ring has at least 32 descriptors");
        }
        let mut control = self.control.lock();
        let mut new = control.config.clone();
        new.rings = RingLens {
            rx: Len::at_least(sizes.rx as usize),
            tx: Len::at_least(sizes.tx as usize),
        };
        if new.rings == control.config.rings {
            return Ok(());
        }
        match self.change_scope(port, &mut control, new, Scope::Rings, Reason::Rings) {
            Ok(()) => Ok(()),
            Err(e) => extack.refuse(e, c"no memory for the rings; the old ones go on"),
        }
    }

    fn channels(&self, _port: &Port<Self>) -> Channels
    where
        Self: Operations,
    {
        Channels {
            now: self.control.lock().config.queues,
            max: self.wiring.pairs,
        }
    }

    fn set_channels(&self, port: &Port<Self>, count: usize) -> Result
    where
        Self: Operations,
    {
        let mut control = self.control.lock();
        if count == control.config.queues {
            return Ok(());
        }
        let mut new = control.config.clone();
        new.queues = count.clamp(1, self.wiring.pairs);
        new.rss = new.rss.resized(new.queues, port.dev().is_rxfh_configured());
        self.change_scope(port, &mut control, new, Scope::Rings, Reason::Channels)
    }

    fn coalesce_usecs(&self, _port: &Port<Self>, queue: Option<usize>) -> u32
    where
        Self: Operations,
    {
        let control = self.control.lock();
        let usecs = control.config.usecs.get(queue.unwrap_or(0));
        usecs.copied().unwrap_or_default()
    }

    fn set_coalesce_usecs(
        &self,
        port: &Port<Self>,
        queue: Option<usize>,
        usecs: u32,
        extack: &mut ExtAck<'_>,
    ) -> Result
    where
        Self: Operations,
    {
        if N::interval(usecs) != usecs {
            return extack.refuse(
                ERANGE,
                c"the time between interrupts is longer than the NIC can have it",
            );
        }
        let mut control = self.control.lock();
        let mut new = control.config.clone();
        let mut changed = [false; MAX_QUEUES];
        for (index, (to, changed)) in new.usecs.iter_mut().zip(&mut changed).enumerate() {
            if queue.is_none_or(|queue| queue == index) {
                *changed = *to != usecs;
                *to = usecs;
            }
        }
        let scope = Scope::Queues(changed);
        match self.change_scope(port, &mut control, new, scope, Reason::Coalesce) {
            Ok(()) => Ok(()),
            Err(e) => extack.refuse(e, c"no memory for the announcement; nothing has changed"),
        }
    }

    fn rss(&self, _port: &Port<Self>) -> rss::Config
    where
        Self: Operations,
    {
        self.control.lock().config.rss
    }

    fn set_rss(&self, port: &Port<Self>, config: rss::Config, extack: &mut ExtAck<'_>) -> Result
    where
        Self: Operations,
    {
        let mut control = self.control.lock();
        if config == control.config.rss {
            return Ok(());
        }
        let mut new = control.config.clone();
        new.rss = config;
        match self.change(port, &mut control, new, Reason::Rss) {
            Ok(()) => Ok(()),
            Err(e) => extack.refuse(e, c"no memory for the announcement; nothing has changed"),
        }
    }

    fn hashable_ports(&self) -> rss::PortHashing {
        N::HASHABLE
    }

    fn private_flags(&self, _port: &Port<Self>) -> u32
    where
        Self: Operations,
    {
        self.control.lock().config.flags
    }

    fn set_private_flags(&self, port: &Port<Self>, flags: u32) -> Result
    where
        Self: Operations,
    {
        let mut control = self.control.lock();
        let mut new = control.config.clone();
        new.flags = flags;
        let changed = core::array::from_fn(|queue| {
            let records = (flags ^ control.config.flags) & flag::RECORDS != 0;
            records || new.knobs(queue) != control.config.knobs(queue)
        });
        let scope = Scope::Queues(changed);
        self.change_scope(port, &mut control, new, scope, Reason::Flags)
    }

    fn extra_stats(&self, _port: &Port<Self>, values: &mut [u64])
    where
        Self: Operations,
    {
        let hardware = self.hardware.read(self.nic().mac());
        for (to, value) in values.iter_mut().zip([
            hardware.missed,
            hardware.crc_errors,
            hardware.undersize,
            hardware.oversize,
        ]) {
            *to = value;
        }
    }

    fn extra_queue_stats(
        &self,
        _port: &Port<Self>,
        direction: Direction,
        queue: usize,
        values: &mut [u64],
    ) where
        Self: Operations,
    {
        match direction {
            Direction::Rx => read_rx(self.stats(queue), values),
            Direction::Tx => read_tx(self.stats(queue), values),
        }
    }

    fn mac_stats(&self, _port: &Port<Self>) -> MacStats
    where
        Self: Operations,
    {
        let hardware = self.hardware.read(self.nic().mac());
        MacStats {
            frames_transmitted: Some(hardware.tx_frames),
            frames_received: Some(hardware.rx_frames),
            fcs_errors: Some(hardware.crc_errors),
            octets_transmitted: Some(hardware.tx_octets),
            octets_received: Some(hardware.rx_octets),
            multicast_transmitted: Some(hardware.tx_multicasts),
            broadcast_transmitted: Some(hardware.tx_broadcasts),
            multicast_received: Some(hardware.rx_multicasts),
            broadcast_received: Some(hardware.rx_broadcasts),
            ..MacStats::default()
        }
    }

    fn rmon_stats(&self, _port: &Port<Self>) -> RmonStats
    where
        Self: Operations,
    {
        let hardware = self.hardware.read(self.nic().mac());
        let mut stats = RmonStats {
            errors: RmonErrors {
                undersize: Some(hardware.undersize),
                oversize: Some(hardware.oversize),
                fragments: Some(hardware.fragments),
                jabbers: Some(hardware.jabbers),
            },
            ..RmonStats::default()
        };
        for (to, value) in stats.received.iter_mut().zip(hardware.rx_lengths) {
            *to = Some(value);
        }
        for (to, value) in stats.transmitted.iter_mut().zip(hardware.tx_lengths) {
            *to = Some(value);
        }
        stats
    }

    fn register_count(&self) -> usize {
        crate::hal::SHOWN.len()
    }

    fn registers(&self, _port: &Port<Self>, words: &mut [u32]) -> u32
    where
        Self: Operations,
    {
        self.nic().mac().show(words);
        N::ID
    }

    fn self_test(&self, port: &Port<Self>, offline: bool, results: &mut Results<'_>)
    where
        Self: Operations,
    {
        self.run_tests(port, offline, results);
    }

    fn timestamp_info(&self, port: &Port<Self>) -> TimestampInfo
    where
        Self: Operations,
    {
        let filters = [
            RxFilter::None,
            RxFilter::All,
            RxFilter::PtpV2L2DelayReq,
            RxFilter::PtpV2DelayReq,
        ];
        let filters = filters
            .into_iter()
            .fold(0, |bits, filter| bits | filter.bit());
        TimestampInfo::hardware(port.phc_index(), filters)
    }
}
