// SPDX-License-Identifier: GPL-2.0

//! A socket of AF_XDP that reads the record in front of each packet, in user space, by what was announced.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};

use super::later::{Later, Maps, Told};
use crate::announcement::Announcement;
use crate::ctl;
use crate::score::{CSUM, HASH, IP_ID, PACKET_TYPE, STAMP, VLAN};
use crate::sys::xsk::{Received, Xsk};
use crate::xdp_meta::XdpMeta;

/// A thread that reads from a socket.
#[derive(Debug)]
pub(super) struct Listener {
    socket: u32,
    later: Arc<Mutex<Later>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Listener {
    pub(super) fn start(
        name: &str,
        socket: Xsk,
        ifindex: u32,
        queue: u32,
        maps: Maps,
    ) -> Result<Self> {
        let later = Arc::new(Mutex::new(Later::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let number = socket.number();
        let mut reader = Reader {
            family: XdpMeta::open()?,
            ifindex,
            queue,
            layouts: HashMap::new(),
            last: None,
            maps,
            name: name.to_owned(),
            said: 0,
        };
        let (to, flag) = (Arc::clone(&later), Arc::clone(&stop));
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while !flag.load(Ordering::Relaxed) {
                    match socket.receive() {
                        Some(packet) => reader.judge(&packet, &to)?,
                        None => {
                            if socket.needs_wakeup().0 {
                                socket.wake_receive();
                            }
                            thread::sleep(Duration::from_micros(500));
                        }
                    }
                }
                Ok(())
            })?;
        Ok(Self {
            socket: number,
            later,
            stop,
            thread: Some(thread),
        })
    }

    /// The socket's descriptor, for a map.
    pub(super) fn socket(&self) -> u32 {
        self.socket
    }

    /// What it came to until now.
    pub(super) fn later(&self) -> Later {
        *self.later.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to count anew.
    pub(super) fn clear(&self) {
        *self.later.lock().unwrap_or_else(PoisonError::into_inner) = Later::default();
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// What ended it before.
    pub(super) fn end(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().context("it has ended")?;
        thread.join().ok().context("it panicked")?
    }
}

struct Reader {
    family: XdpMeta,
    ifindex: u32,
    queue: u32,
    /// Layouts by their ids; what an id stands for never changes.
    layouts: HashMap<u32, Announcement>,
    last: Option<u16>,
    maps: Maps,
    name: String,
    said: u32,
}

impl Reader {
    fn judge(&mut self, packet: &Received, to: &Mutex<Later>) -> Result<()> {
        let Some(payload) = payload(&packet.bytes) else {
            return Ok(());
        };
        let seq = u32::from_be_bytes(payload[4..8].try_into()?);
        let told = self.maps.told(seq)?;
        let trailer = packet.before.last_chunk::<8>().copied().unwrap_or_default();
        let [a, b, c, d, e, f, g, h] = trailer;
        let layout_id = u32::from_ne_bytes([a, b, c, d]);
        let generation = u16::from_ne_bytes([e, f]);
        let present = u16::from_ne_bytes([g, h]);
        let got = self.read(&packet.before, layout_id, present)?;
        let mut later = to.lock().unwrap_or_else(PoisonError::into_inner);
        later.packets += 1;
        later.stale +=
            u64::from((layout_id, generation, seq) != (told.layout_id, told.generation, told.seq));
        if self.last != Some(generation) {
            self.last = Some(generation);
            later.generations += 1;
        }
        let (wrong, missing) = compare(&got, &told, payload);
        later.misparsed += u64::from(wrong.is_some());
        later.missing += missing;
        drop(later);
        if let Some(field) = wrong.filter(|_| self.said < 10) {
            self.said += 1;
            ctl::log(&format!(
                "{}: packet {seq}, generation {generation}, layout {layout_id:#x}, field {field}: {got:x?}, {told:x?}",
                self.name
            ));
        }
        Ok(())
    }

    /// The fields of the record that ends where the packet begins; none if there is no such layout.
    fn read(&mut self, before: &[u8], layout_id: u32, present: u16) -> Result<[Option<u64>; 6]> {
        if layout_id != 0 && !self.layouts.contains_key(&layout_id) {
            // It may have been replaced meanwhile; then the module's other queues or the next packet say it.
            let known = self.family.dump()?;
            let own = self.family.get(self.ifindex, self.queue).ok();
            self.layouts
                .extend(known.into_iter().chain(own).map(|a| (a.layout_id, a)));
        }
        let mut got = [None; 6];
        let Some(layout) = self.layouts.get(&layout_id) else {
            return Ok(got);
        };
        let Some(start) = before.len().checked_sub(layout.size as usize) else {
            return Ok(got);
        };
        let field = |name: &str| -> Option<u64> {
            let field = layout.fields.iter().find(|field| field.name == name)?;
            if present >> field.present & 1 == 0 {
                return None;
            }
            let at = start + field.offset as usize;
            let bytes = before.get(at..at + field.size as usize)?;
            Some(match *bytes {
                [a] => a.into(),
                [a, b] => u16::from_ne_bytes([a, b]).into(),
                [a, b, c, d] => u32::from_ne_bytes([a, b, c, d]).into(),
                _ => u64::from_ne_bytes(bytes.try_into().ok()?),
            })
        };
        let both = |a: Option<u64>, b: Option<u64>| Some((a?, b?));
        got[HASH] = both(field("rx_hash"), field("rx_hash_type")).map(|(hash, ty)| ty << 32 | hash);
        got[VLAN] = both(field("rx_vlan_tci"), field("rx_vlan_proto"))
            .map(|(tci, proto)| u64::from((proto as u16).swap_bytes()) << 16 | tci);
        got[CSUM] = field("rx_csum");
        got[PACKET_TYPE] = field("rx_packet_type");
        got[IP_ID] = field("rx_ip_id");
        got[STAMP] =
            both(field("rx_timestamp"), field("rx_timestamp_kind")).map(|(stamp, _)| stamp);
        Ok(got)
    }
}

/// The oracle's payload in a frame.
fn payload(frame: &[u8]) -> Option<&[u8]> {
    let at = frame.windows(4).position(|word| word == b"RNIC")?;
    frame.get(at..at + 28)
}

/// A field that is wrong, and how many are missing. Time and headers cannot be known from the frame alone: those are what the
/// driver's program was told, and judged.
fn compare(got: &[Option<u64>; 6], told: &Told, payload: &[u8]) -> (Option<usize>, u64) {
    let half = |at: usize| u64::from(u16::from_be_bytes([payload[at], payload[at + 1]]));
    let hash = u64::from(u32::from_be_bytes([
        payload[8],
        payload[9],
        payload[10],
        payload[11],
    ]));
    let mut right = told.value;
    right[HASH] = half(12) << 32 | hash;
    right[VLAN] = half(16) << 16 | half(14);
    right[CSUM] = half(20);
    right[IP_ID] = half(24);
    let (mut wrong, mut missing) = (None, 0);
    for (field, value) in got.iter().enumerate() {
        let told_there = told.has >> field & 1 == 1;
        match value {
            None => missing += u64::from(told_there),
            Some(value) if !told_there || *value != right[field] => wrong = Some(field),
            Some(_) => {}
        }
    }
    (wrong, missing)
}
