// SPDX-License-Identifier: GPL-2.0

//! A virtio NIC that reports hashes, whose device is in this process (vhost-user). QEMU's own takes VIRTIO_NET_F_HASH_REPORT away
//! where frames come without virtio's header, and where its device is elsewhere; so this is a device of which QEMU knows nothing.
//!
//! Frames come and go by the wire, as with the other NICs. What it does is in Virtio 1.3, 5.1.

mod hashing;

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use anyhow::{anyhow, Context, Result};
use rustix::net::{self, RecvFlags, SendFlags};
use vhost::vhost_user::message::{VhostUserProtocolFeatures, VhostUserVirtioFeatures};
use vhost::vhost_user::Listener;
use vhost_user_backend::{VhostUserBackendMut, VhostUserDaemon, VringRwLock, VringT};
use virtio_queue::QueueT;
use vm_memory::{GuestAddressSpace, GuestMemoryAtomic, GuestMemoryMmap};
use vmm_sys_util::epoll::EventSet;
use vmm_sys_util::event::{
    new_event_consumer_and_notifier, EventConsumer, EventFlag, EventNotifier,
};

use self::hashing::{Hashing, HEADER, TYPES};
use crate::oracle::GUEST_MAC;
use crate::toeplitz;

/// Features, beside those that every backend has.
const VIRTIO_NET_F_MAC: u64 = 1 << 5;
const VIRTIO_NET_F_MRG_RXBUF: u64 = 1 << 15;
const VIRTIO_NET_F_CTRL_VQ: u64 = 1 << 17;
const VIRTIO_F_VERSION_1: u64 = 1 << 32;
const VIRTIO_NET_F_HASH_REPORT: u64 = 1 << 57;

/// Queues.
pub(super) const QUEUES: u16 = 3;
const RECEIVE: u16 = 0;
const TRANSMIT: u16 = 1;
const CONTROL: u16 = 2;
/// What happened where there is no queue: at the wire. The number before is the library's.
const WIRE: u16 = QUEUES + 1;

/// Entries of a queue.
pub(super) const QUEUE_SIZE: usize = 256;
/// Bytes of `struct virtio_net_config`.
pub(super) const CONFIG_SIZE: usize = 24;

/// Longest frame that is taken: a NIC without offloads and without jumbo frames.
const LONGEST: usize = 1518;
/// The command that sets types and key.
const HASH_CONFIG: [u8; 2] = [4, 2];

/// Begins to serve a device; gives the abstract address at which QEMU finds it. It ends when QEMU goes away.
///
/// # Errors
///
/// When the system refuses a socket or a thread.
pub(super) fn start(wire: OwnedFd) -> Result<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("rnic-vhost-{}-{count}", process::id());
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?)
        .context("a socket for the virtio device")?;
    let memory = GuestMemoryAtomic::new(GuestMemoryMmap::new());
    let number = wire.as_raw_fd();
    let device = Device {
        memory: memory.clone(),
        wire,
        waiting: None,
        hashing: Hashing::default(),
    };
    let device = Arc::new(Mutex::new(device));
    let mut daemon = VhostUserDaemon::new("vhost".to_owned(), device, memory)
        .map_err(|e| anyhow!("virtio device: {e}"))?;
    for handler in daemon.get_epoll_handlers() {
        // Told once of what comes: what a full ring makes wait is taken when the ring has room.
        let events = EventSet::IN | EventSet::EDGE_TRIGGERED;
        handler.register_listener(number, events, WIRE.into())?;
    }
    thread::Builder::new().name("vhost".into()).spawn(move || {
        // The machine ends if this does, and says so.
        let _ = daemon.start(&mut Listener::from(listener));
        let _ = daemon.wait();
    })?;
    Ok(name)
}

struct Device {
    memory: GuestMemoryAtomic<GuestMemoryMmap>,
    wire: OwnedFd,
    /// A frame for which the ring had no room.
    waiting: Option<Vec<u8>>,
    hashing: Hashing,
}

impl Device {
    /// Fills the receive ring.
    fn receive(&mut self, vring: &VringRwLock) -> io::Result<()> {
        let mut any = false;
        while let Some(frame) = self.waiting.take().or_else(|| self.next()) {
            let memory = self.memory.memory();
            let mut ring = vring.get_mut();
            let Some(chain) = ring.get_queue_mut().pop_descriptor_chain(memory.clone()) else {
                self.waiting = Some(frame);
                break;
            };
            let head = chain.head_index();
            let mut writer = chain.writer(&*memory).map_err(io::Error::other)?;
            writer.write_all(&self.hashing.header(&frame))?;
            writer.write_all(&frame)?;
            let len = writer.bytes_written() as u32;
            ring.add_used(head, len).map_err(io::Error::other)?;
            any = true;
        }
        match any {
            true => vring.signal_used_queue(),
            false => Ok(()),
        }
    }

    /// The next frame that came by the wire.
    fn next(&self) -> Option<Vec<u8>> {
        let mut buffer = vec![0; LONGEST];
        let (len, _) = net::recv(&self.wire, &mut buffer[..], RecvFlags::DONTWAIT).ok()?;
        buffer.truncate(len);
        Some(buffer).filter(|frame| !frame.is_empty())
    }

    /// Empties the transmit ring.
    fn transmit(&self, vring: &VringRwLock) -> io::Result<()> {
        let memory = self.memory.memory();
        let mut ring = vring.get_mut();
        while let Some(chain) = ring.get_queue_mut().pop_descriptor_chain(memory.clone()) {
            let head = chain.head_index();
            let mut frame = Vec::new();
            let mut reader = chain.reader(&*memory).map_err(io::Error::other)?;
            reader.read_to_end(&mut frame)?;
            if let Some(frame @ [_, ..]) = frame.get(HEADER..) {
                // A wire that is full loses what is sent.
                let _ = net::send(&self.wire, frame, SendFlags::DONTWAIT | SendFlags::NOSIGNAL);
            }
            ring.add_used(head, 0).map_err(io::Error::other)?;
        }
        ring.signal_used_queue()
    }

    /// Obeys the guest: takes the key, and says yes to everything.
    fn control(&mut self, vring: &VringRwLock) -> io::Result<()> {
        let memory = self.memory.memory();
        let mut ring = vring.get_mut();
        while let Some(chain) = ring.get_queue_mut().pop_descriptor_chain(memory.clone()) {
            let head = chain.head_index();
            let mut command = Vec::new();
            let mut reader = chain.clone().reader(&*memory).map_err(io::Error::other)?;
            reader.read_to_end(&mut command)?;
            if let Some(config) = command.strip_prefix(&HASH_CONFIG) {
                self.hashing = Hashing::parse(config).unwrap_or_default();
            }
            let mut writer = chain.writer(&*memory).map_err(io::Error::other)?;
            writer.write_all(&[0])?;
            ring.add_used(head, 1).map_err(io::Error::other)?;
        }
        ring.signal_used_queue()
    }
}

impl VhostUserBackendMut for Device {
    type Bitmap = ();
    type Vring = VringRwLock;

    fn num_queues(&self) -> usize {
        QUEUES.into()
    }

    fn max_queue_size(&self) -> usize {
        QUEUE_SIZE
    }

    fn features(&self) -> u64 {
        VIRTIO_F_VERSION_1
            | VIRTIO_NET_F_MAC
            | VIRTIO_NET_F_MRG_RXBUF
            | VIRTIO_NET_F_CTRL_VQ
            | VIRTIO_NET_F_HASH_REPORT
            | VhostUserVirtioFeatures::PROTOCOL_FEATURES.bits()
    }

    fn protocol_features(&self) -> VhostUserProtocolFeatures {
        VhostUserProtocolFeatures::CONFIG | VhostUserProtocolFeatures::MQ
    }

    fn get_config(&self, offset: u32, size: u32) -> Vec<u8> {
        let mut config = [0; CONFIG_SIZE];
        config[..6].copy_from_slice(&GUEST_MAC);
        config[8..10].copy_from_slice(&1_u16.to_le_bytes()); // max_virtqueue_pairs
        config[17] = toeplitz::KEY.len() as u8; // rss_max_key_size
        config[18..20].copy_from_slice(&1_u16.to_le_bytes()); // rss_max_indirection_table_length
        config[20..24].copy_from_slice(&TYPES.to_le_bytes());
        let (offset, size) = (offset as usize, size as usize);
        let end = offset.saturating_add(size).min(CONFIG_SIZE);
        config.get(offset..end).unwrap_or_default().to_vec()
    }

    fn set_event_idx(&mut self, _enabled: bool) {}

    fn update_memory(&mut self, _memory: GuestMemoryAtomic<GuestMemoryMmap>) -> io::Result<()> {
        // It is the one that was given at the start.
        Ok(())
    }

    fn exit_event(&self, _thread: usize) -> Option<(EventConsumer, EventNotifier)> {
        new_event_consumer_and_notifier(EventFlag::NONBLOCK).ok()
    }

    fn handle_event(
        &mut self,
        event: u16,
        _events: EventSet,
        vrings: &[VringRwLock],
        _thread: usize,
    ) -> io::Result<()> {
        match event {
            RECEIVE | WIRE => self.receive(&vrings[usize::from(RECEIVE)]),
            TRANSMIT => self.transmit(&vrings[usize::from(TRANSMIT)]),
            CONTROL => self.control(&vrings[usize::from(CONTROL)]),
            other => Err(io::Error::other(format!("event {other}"))),
        }
    }
}
