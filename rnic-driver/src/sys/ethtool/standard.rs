// SPDX-License-Identifier: GPL-2.0

//! The counters that standards define: of the MAC and of its control sublayer (IEEE 802.3), and of RMON (RFC 2819).
//!
//! A counter that the hardware does not have is `None`, and is not shown: never is a 0 shown that nobody counted.

use super::super::{bindings, netdev::Operations, vtable::port};

/// A group of counters, and how it gets into the C side's struct of a group, where what is left alone counts as not set.
macro_rules! group {
    ($(#[$doc:meta])* $name:ident => $c:ty { $($(#[$field_doc:meta])* $field:ident => $c_field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct $name {
            $($(#[$field_doc])* pub(crate) $field: Option<u64>,)*
        }

        impl $name {
            fn fill(&self, to: &mut $c) {
                $(if let Some(value) = self.$field {
                    to.$c_field = value;
                })*
            }
        }
    };
}

group! {
    /// Counters of the MAC.
    MacStats => bindings::ethtool_eth_mac_stats__bindgen_ty_1__bindgen_ty_2 {
        /// Frames sent.
        frames_transmitted => FramesTransmittedOK,
        /// Frames sent after one collision.
        single_collisions => SingleCollisionFrames,
        /// Frames sent after more than one collision.
        multiple_collisions => MultipleCollisionFrames,
        /// Frames received.
        frames_received => FramesReceivedOK,
        /// Frames received with a wrong check sequence.
        fcs_errors => FrameCheckSequenceErrors,
        /// Frames received that did not end at a byte.
        alignment_errors => AlignmentErrors,
        /// Bytes sent.
        octets_transmitted => OctetsTransmittedOK,
        /// Frames whose first attempt had to wait.
        deferred => FramesWithDeferredXmissions,
        /// Collisions after the first 64 bytes.
        late_collisions => LateCollisions,
        /// Frames given up after 16 collisions.
        excessive_collisions => FramesAbortedDueToXSColls,
        /// Frames that were not sent for an error of the MAC.
        transmit_errors => FramesLostDueToIntMACXmitError,
        /// Frames sent without a carrier.
        carrier_errors => CarrierSenseErrors,
        /// Bytes received.
        octets_received => OctetsReceivedOK,
        /// Frames that were lost for an error of the MAC.
        receive_errors => FramesLostDueToIntMACRcvError,
        /// Multicast frames sent.
        multicast_transmitted => MulticastFramesXmittedOK,
        /// Broadcast frames sent.
        broadcast_transmitted => BroadcastFramesXmittedOK,
        /// Frames that waited for too long.
        excessive_deferral => FramesWithExcessiveDeferral,
        /// Multicast frames received.
        multicast_received => MulticastFramesReceivedOK,
        /// Broadcast frames received.
        broadcast_received => BroadcastFramesReceivedOK,
        /// Frames received whose length field is not their length.
        in_range_length_errors => InRangeLengthErrors,
        /// Frames received whose length field is no length.
        out_of_range_lengths => OutOfRangeLengthField,
        /// Frames received that are too long.
        too_long => FrameTooLongErrors,
    }
}

group! {
    /// Counters of the MAC's control sublayer: pause frames.
    ControlStats => bindings::ethtool_eth_ctrl_stats__bindgen_ty_1__bindgen_ty_2 {
        /// Control frames sent.
        transmitted => MACControlFramesTransmitted,
        /// Control frames received.
        received => MACControlFramesReceived,
        /// Control frames received that are no pause frames.
        unsupported => UnsupportedOpcodesReceived,
    }
}

group! {
    /// Received frames that RMON counts as errors.
    RmonErrors => bindings::ethtool_rmon_stats__bindgen_ty_1__bindgen_ty_2 {
        /// Frames received that are too short.
        undersize => undersize_pkts,
        /// Frames received that are too long.
        oversize => oversize_pkts,
        /// Frames received that are too short, with a wrong check sequence.
        fragments => fragments,
        /// Frames received that are too long, with a wrong check sequence.
        jabbers => jabbers,
    }
}

/// The most packet lengths that can be told apart.
const HISTOGRAM_LEN: usize = bindings::ETHTOOL_RMON_HIST_MAX as usize;

/// Counters of RMON. The histograms' indices are those of [`RmonRanges`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RmonStats {
    /// Errors.
    pub(crate) errors: RmonErrors,
    /// Packets received, by length.
    pub(crate) received: [Option<u64>; HISTOGRAM_LEN],
    /// Packets sent, by length.
    pub(crate) transmitted: [Option<u64>; HISTOGRAM_LEN],
}

/// Ranges of packet lengths, check sequence included.
///
/// # Invariants
///
/// The last range, and none before those that count, is zeroes.
pub(crate) struct RmonRanges([bindings::ethtool_rmon_hist_range; HISTOGRAM_LEN + 1]);

impl RmonRanges {
    /// The ranges from a least length to a largest one, both included. For constants: a range that is none does not
    /// compile.
    pub(crate) const fn new(ranges: &[(u16, u16)]) -> Self {
        let mut to = [const { pin_init::zeroed() }; HISTOGRAM_LEN + 1];
        assert!(ranges.len() <= HISTOGRAM_LEN);
        let mut i = 0;
        while i < ranges.len() {
            let (low, high) = ranges[i];
            assert!(low <= high && high != 0);
            to[i] = bindings::ethtool_rmon_hist_range { low, high };
            i += 1;
        }
        // INVARIANT: There is one more than were set, and those that were set are not zeroes.
        Self(to)
    }
}

/// Copies the values that there are.
fn fill_histogram(to: &mut [u64; HISTOGRAM_LEN], from: &[Option<u64>; HISTOGRAM_LEN]) {
    for (to, from) in to.iter_mut().zip(from) {
        if let Some(value) = from {
            *to = *value;
        }
    }
}

pub(super) unsafe extern "C" fn mac<T: Operations>(
    dev: *mut bindings::net_device,
    stats: *mut bindings::ethtool_eth_mac_stats,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes filled storage of its own; both members of the union are the same counters.
    let to = unsafe { &mut (*stats).__bindgen_anon_1.stats };
    port.driver().mac_stats(port).fill(to);
}

pub(super) unsafe extern "C" fn control<T: Operations>(
    dev: *mut bindings::net_device,
    stats: *mut bindings::ethtool_eth_ctrl_stats,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: As in `mac`.
    let to = unsafe { &mut (*stats).__bindgen_anon_1.stats };
    port.driver().control_stats(port).fill(to);
}

pub(super) unsafe extern "C" fn rmon<T: Operations>(
    dev: *mut bindings::net_device,
    stats: *mut bindings::ethtool_rmon_stats,
    ranges: *mut *const bindings::ethtool_rmon_hist_range,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: As in `mac`.
    let to = unsafe { &mut (*stats).__bindgen_anon_1.stats };
    let from = port.driver().rmon_stats(port);
    from.errors.fill(to);
    fill_histogram(&mut to.hist, &from.received);
    fill_histogram(&mut to.hist_tx, &from.transmitted);
    // SAFETY: The kernel passes a place for the pointer; the ranges are static, and end with zeroes by their invariant.
    unsafe { ranges.write(T::RMON_RANGES.0.as_ptr()) };
}
