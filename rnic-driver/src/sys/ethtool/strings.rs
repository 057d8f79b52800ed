// SPDX-License-Identifier: GPL-2.0

//! What a driver names by itself: private flags, values of `ethtool -S`, tests.
//!
//! The C side asks for a number, then for as many names or values. All come from the same lists here, so that a value
//! cannot stand at another's name. A queue's values are listed once, and named for each queue: `rx_queue_0_packets`.

use super::super::{
    bindings,
    netdev::{Operations, Port},
    series::EOPNOTSUPP,
    vtable::port,
};
use core::{
    fmt::{self, Write},
    slice,
};
use kernel::{error::from_result, prelude::*, str::Formatter};

/// The direction of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Receive queues.
    Rx,
    /// Transmit queues.
    Tx,
}

impl Direction {
    const BOTH: [Self; 2] = [Self::Rx, Self::Tx];

    const fn name(self) -> &'static str {
        match self {
            Self::Rx => "rx",
            Self::Tx => "tx",
        }
    }
}

/// A kind of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// Private flags; the index is the bit. At most 32.
    PrivateFlags,
    /// Values of the interface.
    Stats,
    /// Values of each queue of a direction.
    QueueStats(Direction),
    /// Tests.
    Tests,
}

/// Room for one name, zeroed.
type Name = [u8; bindings::ETH_GSTRING_LEN as usize];

/// Puts `name` behind what is there, and cuts what does not fit: the last byte stays 0.
fn append(to: &mut Name, name: &CStr) {
    let [room @ .., _] = to;
    let free = room.iter_mut().skip_while(|byte| **byte != 0);
    for (to, from) in free.zip(name.to_bytes_with_nul()) {
        *to = *from;
    }
}

/// As [`append`], for a value of queue `queue`.
fn append_for_queue(to: &mut Name, direction: Direction, queue: usize, name: &CStr) {
    // There is room for any number.
    let _: fmt::Result = write!(Formatter::new(to), "{}_queue_{queue}_", direction.name());
    append(to, name);
}

/// How many values a queue has, and how many names all queues of `direction` need.
fn queue_stats<T: Operations>(port: &Port<T>, direction: Direction) -> (usize, usize) {
    let each = port.driver().names(Names::QueueStats(direction)).len();
    let queues = port.driver().channels(port).now;
    (each, each.saturating_mul(queues))
}

/// How many names of a set there are. 0 for none, which the core warns about.
fn len<T: Operations>(port: &Port<T>, set: u32) -> usize {
    match set {
        bindings::ethtool_stringset_ETH_SS_PRIV_FLAGS => {
            port.driver().names(Names::PrivateFlags).len()
        }
        bindings::ethtool_stringset_ETH_SS_TEST => port.driver().names(Names::Tests).len(),
        bindings::ethtool_stringset_ETH_SS_STATS => Direction::BOTH
            .into_iter()
            .fold(port.driver().names(Names::Stats).len(), |sum, direction| {
                sum.saturating_add(queue_stats(port, direction).1)
            }),
        _ => 0,
    }
}

pub(super) unsafe extern "C" fn count<T: Operations>(
    dev: *mut bindings::net_device,
    set: c_int,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    match c_int::try_from(len(port, set as u32)) {
        Ok(0) | Err(_) => EOPNOTSUPP.to_errno(),
        Ok(len) => len,
    }
}

pub(super) unsafe extern "C" fn names<T: Operations>(
    dev: *mut bindings::net_device,
    set: u32,
    to: *mut u8,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    let len = len(port, set);
    // SAFETY: The kernel passes zeroed room for as many names as `count` said, and holds rtnl since then.
    let mut to = unsafe { slice::from_raw_parts_mut(to.cast::<Name>(), len) }.iter_mut();
    let own = match set {
        bindings::ethtool_stringset_ETH_SS_PRIV_FLAGS => Names::PrivateFlags,
        bindings::ethtool_stringset_ETH_SS_TEST => Names::Tests,
        bindings::ethtool_stringset_ETH_SS_STATS => Names::Stats,
        _ => return,
    };
    // The names come first: where they end, `zip` has taken no room.
    for (name, to) in port.driver().names(own).iter().zip(&mut to) {
        append(to, name);
    }
    if own != Names::Stats {
        return;
    }
    for direction in Direction::BOTH {
        let names = port.driver().names(Names::QueueStats(direction));
        for queue in 0..port.driver().channels(port).now {
            for (name, to) in names.iter().zip(&mut to) {
                append_for_queue(to, direction, queue, name);
            }
        }
    }
}

pub(super) unsafe extern "C" fn stats<T: Operations>(
    dev: *mut bindings::net_device,
    stats: *mut bindings::ethtool_stats,
    to: *mut u64,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes a filled request.
    let len = unsafe { (*stats).n_stats } as usize;
    // SAFETY: The kernel passes zeroed room for as many values as it says.
    let values = unsafe { slice::from_raw_parts_mut(to, len) };
    let own = port.driver().names(Names::Stats).len();
    let Some((values, mut rest)) = values.split_at_mut_checked(own) else {
        return;
    };
    port.driver().extra_stats(port, values);
    for direction in Direction::BOTH {
        let (each, _) = queue_stats(port, direction);
        for queue in 0..port.driver().channels(port).now {
            let Some((values, others)) = rest.split_at_mut_checked(each) else {
                return;
            };
            port.driver()
                .extra_queue_stats(port, direction, queue, values);
            rest = others;
        }
    }
}

pub(super) unsafe extern "C" fn flags<T: Operations>(dev: *mut bindings::net_device) -> u32 {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    port.driver().private_flags(port)
}

/// The older of the two interfaces to this lets bits without a name through.
pub(super) unsafe extern "C" fn set_flags<T: Operations>(
    dev: *mut bindings::net_device,
    flags: u32,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    from_result(|| {
        let named = port.driver().names(Names::PrivateFlags).len() as u32;
        if flags.checked_shr(named).unwrap_or(0) != 0 {
            return Err(EINVAL);
        }
        port.driver().set_private_flags(port, flags).map(|()| 0)
    })
}
