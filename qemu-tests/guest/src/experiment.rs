// SPDX-License-Identifier: GPL-2.0

//! Frames of the EtherType for experiments: numbered, of any length, to here and back.

use std::time::Duration;

use anyhow::Result;

use crate::case::Case;
use crate::eth::{Eth, EXPERIMENT, NAME};
use crate::tools;

/// The host's address on the wire.
pub(crate) const HOST_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];

/// A numbered frame from the host to here; from its 19th byte on each says where it is.
///
/// # Errors
///
/// When there is no interface.
pub(crate) fn incoming(eth: Eth, number: u32, len: usize) -> Result<Vec<u8>> {
    let mut frame = eth.numbered(number, len)?;
    frame[..6].copy_from_slice(&eth.mac()?);
    frame[6..12].copy_from_slice(&HOST_MAC);
    Ok(frame)
}

/// The frame with its addresses exchanged.
pub(crate) fn turned(frame: &[u8]) -> Vec<u8> {
    [&frame[6..12], &frame[..6], &frame[12..]].concat()
}

/// What has come to the host, once it is as many frames or nothing more comes.
///
/// # Errors
///
/// When the host cannot say.
pub(crate) fn captured(case: &mut Case<'_>, count: usize) -> Result<Vec<Vec<u8>>> {
    let mut got = Vec::new();
    let mut quiet = 0;
    while got.len() < count && quiet < 10 {
        let new = case.captured(EXPERIMENT)?;
        quiet = if new.is_empty() { quiet + 1 } else { 0 };
        got.extend(new);
        if got.len() < count {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(got)
}

/// What is different about two lists of frames, if anything is: frames are too long to show them all.
pub(crate) fn difference(got: &[Vec<u8>], want: &[Vec<u8>]) -> Option<String> {
    if got.len() != want.len() {
        return Some(format!("{} frames, not {}", got.len(), want.len()));
    }
    let at = got.iter().zip(want).position(|(got, want)| got != want)?;
    let show = |frame: &[u8]| {
        let head = &frame[..frame.len().min(24)];
        format!("{} bytes {head:02x?}", frame.len())
    };
    Some(format!(
        "frame {at} is {}, not {}",
        show(&got[at]),
        show(&want[at])
    ))
}

/// The sum over all queues of one of the driver's counters, or a counter of the interface.
///
/// # Errors
///
/// When ethtool has none of that name.
pub(crate) fn statistic(name: &str) -> Result<u64> {
    let said = tools::line(&format!("ethtool -S {NAME}"))?;
    let values = said.lines().filter_map(|line| {
        let (key, value) = line.trim().split_once(": ")?;
        let key = match key.split_once("_queue_") {
            Some((direction, rest)) => {
                let (_, name) = rest.split_once('_')?;
                format!("{direction}_{name}")
            }
            None => key.to_owned(),
        };
        (key == name).then(|| value.trim().parse::<u64>())
    });
    let values = values.collect::<Result<Vec<_>, _>>()?;
    anyhow::ensure!(!values.is_empty(), "ethtool -S has no {name}");
    Ok(values.into_iter().sum())
}
