// SPDX-License-Identifier: GPL-2.0

//! AF_XDP sockets, straight through the system calls: one socket, its memory, its four rings.

mod mapping;
mod options;
mod ring;

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::{Duration, Instant};

use super::socket;
use mapping::Mapping;
pub(crate) use options::{Options, RING};
use ring::Ring;

/// A descriptor's option: the packet goes on in the next one (include/uapi/linux/if_xdp.h).
const XDP_PKT_CONTD: u32 = 1 << 0;

/// A socket bound to one queue.
#[derive(Debug)]
pub(crate) struct Xsk {
    socket: OwnedFd,
    memory: Mapping,
    chunk: u32,
    fill: Ring,
    completion: Ring,
    rx: Ring,
    tx: Ring,
    free: Vec<u64>,
}

/// A packet, and what is in front of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// The 256 bytes before it.
    pub(crate) before: Vec<u8>,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

impl Xsk {
    /// Opens a socket on a queue, once the kernel has cleared away what was there: it does so in the background.
    ///
    /// # Errors
    ///
    /// What the kernel or the driver says.
    pub(crate) fn open_in_turn(ifindex: u32, queue: u32, options: Options) -> io::Result<Self> {
        let start = Instant::now();
        loop {
            match Self::open(ifindex, queue, options) {
                Err(error) if error.raw_os_error() == Some(libc::EBUSY) => {
                    if start.elapsed() > Duration::from_secs(2) {
                        return Err(error);
                    }
                    std::thread::sleep(Duration::from_millis(5));
                }
                result => return result,
            }
        }
    }

    /// Opens a socket on a queue, and lends it half of its memory to receive into.
    ///
    /// # Errors
    ///
    /// What the kernel or the driver says.
    pub(crate) fn open(ifindex: u32, queue: u32, options: Options) -> io::Result<Self> {
        Self::unbound(options)?.bind(ifindex, queue, options)
    }

    /// A socket with its memory and rings, on no queue yet.
    ///
    /// # Errors
    ///
    /// When there is no memory for it.
    pub(crate) fn unbound(options: Options) -> io::Result<Self> {
        // SAFETY: Takes three numbers.
        let fd = unsafe { libc::socket(libc::AF_XDP, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: The kernel has just given this descriptor, to nobody else.
        let socket = unsafe { OwnedFd::from_raw_fd(fd) };
        let (chunk, ring) = (options.chunk, options.ring);
        // Half of them to receive into.
        let chunks = 2 * ring;
        let anonymous = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_POPULATE;
        let memory = Mapping::new(-1, 0, (chunks * chunk) as usize, anonymous)?;
        let umem = libc::xdp_umem_reg_v1 {
            addr: memory.addr(),
            len: memory.len() as u64,
            chunk_size: chunk,
            headroom: 0,
        };
        socket::set(fd, libc::SOL_XDP, libc::XDP_UMEM_REG, &umem)?;
        for which in [
            libc::XDP_UMEM_FILL_RING,
            libc::XDP_UMEM_COMPLETION_RING,
            libc::XDP_RX_RING,
            libc::XDP_TX_RING,
        ] {
            socket::set(fd, libc::SOL_XDP, which, &ring)?;
        }
        let at: libc::xdp_mmap_offsets = socket::get(fd, libc::SOL_XDP, libc::XDP_MMAP_OFFSETS)?;
        let descriptor = size_of::<libc::xdp_desc>();
        let this = Self {
            fill: Ring::map(
                &socket,
                libc::XDP_UMEM_PGOFF_FILL_RING as i64,
                &at.fr,
                (ring, 8),
            )?,
            completion: Ring::map(
                &socket,
                libc::XDP_UMEM_PGOFF_COMPLETION_RING as i64,
                &at.cr,
                (ring, 8),
            )?,
            rx: Ring::map(&socket, libc::XDP_PGOFF_RX_RING, &at.rx, (ring, descriptor))?,
            tx: Ring::map(&socket, libc::XDP_PGOFF_TX_RING, &at.tx, (ring, descriptor))?,
            free: (ring..chunks).map(|n| u64::from(n * chunk)).collect(),
            socket,
            memory,
            chunk,
        };
        for n in 0..ring {
            this.fill.push(&u64::from(n * chunk).to_ne_bytes());
        }
        Ok(this)
    }

    /// Puts it on a queue.
    ///
    /// # Errors
    ///
    /// What the kernel or the driver says.
    pub(crate) fn bind(self, ifindex: u32, queue: u32, options: Options) -> io::Result<Self> {
        let address = libc::sockaddr_xdp {
            sxdp_family: libc::AF_XDP as u16,
            sxdp_flags: options.flags,
            sxdp_ifindex: ifindex,
            sxdp_queue_id: queue,
            sxdp_shared_umem_fd: 0,
        };
        let len = size_of_val(&address) as libc::socklen_t;
        // SAFETY: `address` is readable for `len` bytes and of the socket's family.
        match unsafe { libc::bind(self.socket.as_raw_fd(), (&raw const address).cast(), len) } {
            0 => Ok(self),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Its descriptor, for a map.
    pub(crate) fn number(&self) -> u32 {
        self.socket.as_raw_fd().unsigned_abs()
    }

    /// Whether packets are received and sent without copying.
    ///
    /// # Errors
    ///
    /// When the kernel does not say.
    pub(crate) fn is_zero_copy(&self) -> io::Result<bool> {
        let fd = self.socket.as_raw_fd();
        let options: libc::xdp_options = socket::get(fd, libc::SOL_XDP, libc::XDP_OPTIONS)?;
        Ok(options.flags & libc::XDP_OPTIONS_ZEROCOPY != 0)
    }

    /// Whether the kernel wants to be called for receiving and for sending.
    pub(crate) fn needs_wakeup(&self) -> (bool, bool) {
        (self.fill.needs_wakeup(), self.tx.needs_wakeup())
    }

    /// The next packet, if one is there; its memory goes back to the kernel.
    pub(crate) fn receive(&self) -> Option<Received> {
        let (mut packet, chunk, mut more) = self.part()?;
        self.lend(chunk);
        // A packet's parts come all at once.
        while more {
            let (part, chunk, is_not_last) = self.part()?;
            self.lend(chunk);
            packet.bytes.extend(part.bytes);
            more = is_not_last;
        }
        Some(packet)
    }

    /// The next packet, of one part, if one is there, and the piece of memory that it is in, which stays here.
    pub(crate) fn receive_and_keep(&self) -> Option<(Received, u64)> {
        let (packet, chunk, _) = self.part()?;
        Some((packet, chunk))
    }

    /// The next part, its piece of memory, and whether the packet goes on.
    fn part(&self) -> Option<(Received, u64, bool)> {
        let entry = self.rx.pop()?;
        let word = |at: usize| u64::from_ne_bytes(entry[at..at + 8].try_into().unwrap_or_default());
        let (addr, len, options) = (word(0), word(8) as u32 as usize, (word(8) >> 32) as u32);
        let start = addr as usize;
        let before = start % self.chunk as usize;
        let before = before.min(256);
        let received = Received {
            before: self.copy(start - before, before),
            bytes: self.copy(start, len),
        };
        let chunk = addr - addr % u64::from(self.chunk);
        Some((received, chunk, options & XDP_PKT_CONTD != 0))
    }

    /// Lends a piece of memory to receive into.
    pub(crate) fn lend(&self, chunk: u64) {
        self.fill.push(&chunk.to_ne_bytes());
    }

    /// All packets until there are `count`, or none came for a while.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to be called.
    pub(crate) fn receive_all(&self, count: usize) -> io::Result<Vec<Received>> {
        let (mut all, mut since) = (Vec::new(), Instant::now());
        while all.len() < count && since.elapsed() < Duration::from_millis(500) {
            match self.receive() {
                Some(packet) => {
                    all.push(packet);
                    since = Instant::now();
                }
                None => {
                    if self.fill.needs_wakeup() {
                        self.wake_receive();
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        }
        Ok(all)
    }

    /// Calls the kernel to receive: it waits for memory.
    pub(crate) fn wake_receive(&self) {
        let null = ptr::null_mut();
        // SAFETY: Nothing is written: the buffer is empty.
        unsafe {
            libc::recvfrom(
                self.socket.as_raw_fd(),
                null,
                0,
                libc::MSG_DONTWAIT,
                null.cast(),
                null.cast(),
            )
        };
    }

    /// Calls the kernel to send what is in the ring.
    ///
    /// # Errors
    ///
    /// What it says, but that it is busy.
    pub(crate) fn wake_transmit(&self) -> io::Result<()> {
        let null = ptr::null();
        // SAFETY: Nothing is read: the buffer is empty.
        let sent = unsafe {
            libc::sendto(
                self.socket.as_raw_fd(),
                null,
                0,
                libc::MSG_DONTWAIT,
                null.cast(),
                0,
            )
        };
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            _ if sent >= 0 => Ok(()),
            Some(libc::EAGAIN | libc::EBUSY | libc::ENOBUFS) => Ok(()),
            _ => Err(error),
        }
    }

    /// Puts a packet into the ring; `false`: no room.
    pub(crate) fn send(&mut self, frame: &[u8]) -> bool {
        self.complete();
        if self.tx.used() == self.tx.count() || frame.len() > self.chunk as usize {
            return false;
        }
        let Some(addr) = self.free.pop() else {
            return false;
        };
        let to = self.memory.at(addr as usize, frame.len());
        // SAFETY: A piece of memory that is nobody's, of at least as many bytes.
        unsafe { ptr::copy_nonoverlapping(frame.as_ptr(), to, frame.len()) };
        let entry = [addr.to_ne_bytes(), (frame.len() as u64).to_ne_bytes()].concat();
        self.tx.push(&entry)
    }

    /// Sends all of these.
    ///
    /// # Errors
    ///
    /// What the kernel says, or that it does not go on.
    pub(crate) fn send_all(&mut self, frames: &[Vec<u8>]) -> io::Result<()> {
        let start = Instant::now();
        for frame in frames {
            while !self.send(frame) {
                self.wake_transmit()?;
                if start.elapsed() > Duration::from_secs(10) {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
        }
        while self.under_way() > 0 {
            self.wake_transmit()?;
            self.complete();
            if start.elapsed() > Duration::from_secs(10) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Packets that are not known to be sent.
    pub(crate) fn under_way(&self) -> usize {
        self.tx.count() as usize - self.free.len()
    }

    /// Takes back the memory of what was sent.
    pub(crate) fn complete(&mut self) {
        while let Some(entry) = self.completion.pop() {
            let addr = entry.try_into().map(u64::from_ne_bytes);
            self.free.extend(addr);
        }
    }

    fn copy(&self, offset: usize, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        let from = self.memory.at(offset, len);
        // SAFETY: Mapped for `len` bytes; a packet that was received is ours.
        unsafe { ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), len) };
        bytes
    }
}
