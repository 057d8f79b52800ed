// SPDX-License-Identifier: GPL-2.0

//! Configuration of an interface by ioctl(2), in the calling thread.
//!
//! The tools do most of this better. These calls exist where the thread matters: the n-th allocation of
//! a system call can be made to fail only for the thread that makes it.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;

use rustix::net::{socket, AddressFamily, SocketType};

const SIOCETHTOOL: libc::Ioctl = 0x8946;
const ETHTOOL_GRINGPARAM: u32 = 0x10;
const ETHTOOL_SRINGPARAM: u32 = 0x11;
const ETHTOOL_GCHANNELS: u32 = 0x3c;
const ETHTOOL_SCHANNELS: u32 = 0x3d;
const ETHTOOL_GCOALESCE: u32 = 0x0e;
const ETHTOOL_SCOALESCE: u32 = 0x0f;
const ETHTOOL_GRSSH: u32 = 0x46;
const ETHTOOL_SRSSH: u32 = 0x47;
const ETHTOOL_GFLAGS: u32 = 0x25;
const ETHTOOL_SFLAGS: u32 = 0x26;
const ETHTOOL_SRXCSUM: u32 = 0x15;
const ETHTOOL_GPFLAGS: u32 = 0x27;
const ETHTOOL_SPFLAGS: u32 = 0x28;

/// `ETH_FLAG_TXVLAN`.
pub(crate) const TXVLAN: u32 = 1 << 7;
/// `ETH_FLAG_RXVLAN`.
pub(crate) const RXVLAN: u32 = 1 << 8;
/// `ETH_FLAG_RXHASH`.
pub(crate) const RXHASH: u32 = 1 << 28;

/// One interface, by name.
#[derive(Debug)]
pub(crate) struct Netdev {
    socket: OwnedFd,
    name: [libc::c_char; libc::IFNAMSIZ],
}

/// `struct ethtool_value`.
#[repr(C)]
struct EthtoolValue {
    cmd: u32,
    data: u32,
}

/// `struct ethtool_ringparam` and `struct ethtool_channels`: what may be at most, then what is.
#[repr(C)]
#[derive(Default)]
struct EthtoolCounts {
    cmd: u32,
    max: [u32; 4],
    now: [u32; 4],
}

/// `struct ethtool_coalesce`.
#[repr(C)]
#[derive(Default)]
struct EthtoolCoalesce {
    cmd: u32,
    rx_usecs: u32,
    rest: [u32; 21],
}

/// How packets are spread over queues: `struct ethtool_rxfh`, then the table, then the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spread(Vec<u32>);

impl Spread {
    /// Words in front of the table, and where among them its length and the key's are.
    const HEAD: usize = 6;
    const TABLE: usize = 2;

    fn table(&self) -> usize {
        self.0[Self::TABLE] as usize
    }

    /// The queue of each of the hash's values.
    pub(crate) fn queues(&mut self) -> &mut [u32] {
        let table = self.table();
        &mut self.0[Self::HEAD..Self::HEAD + table]
    }

    /// The hash's key.
    pub(crate) fn key(&mut self) -> &mut [u32] {
        let table = self.table();
        &mut self.0[Self::HEAD + table..]
    }
}

impl Netdev {
    /// Names an interface; it need not exist yet.
    ///
    /// # Errors
    ///
    /// When the name is too long or there is no socket.
    pub(crate) fn new(name: &str) -> io::Result<Self> {
        let mut bytes = [0; libc::IFNAMSIZ];
        if name.len() >= bytes.len() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        for (to, from) in bytes.iter_mut().zip(name.bytes()) {
            *to = from as libc::c_char;
        }
        Ok(Self {
            socket: socket(AddressFamily::INET, SocketType::DGRAM, None)?,
            name: bytes,
        })
    }

    /// Sets the interface up or down.
    ///
    /// # Errors
    ///
    /// What the driver's open or stop says.
    pub(crate) fn set_up(&self, up: bool) -> io::Result<()> {
        let mut request = self.request(libc::__c_anonymous_ifr_ifru { ifru_flags: 0 });
        self.ioctl(libc::SIOCGIFFLAGS, &mut request)?;
        // SAFETY: SIOCGIFFLAGS has filled in this member.
        let flags = i32::from(unsafe { request.ifr_ifru.ifru_flags });
        let flags = if up {
            flags | libc::IFF_UP
        } else {
            flags & !libc::IFF_UP
        };
        // The interface has 16 of these bits.
        request.ifr_ifru.ifru_flags = flags as libc::c_short;
        self.ioctl(libc::SIOCSIFFLAGS, &mut request)
    }

    /// The legacy flags, of which [`RXVLAN`] and [`RXHASH`] are two.
    ///
    /// # Errors
    ///
    /// When there is no such interface.
    pub(crate) fn flags(&self) -> io::Result<u32> {
        let mut value = EthtoolValue {
            cmd: ETHTOOL_GFLAGS,
            data: 0,
        };
        self.ethtool(&mut value)?;
        Ok(value.data)
    }

    /// Sets the legacy flags, as `ethtool -K` does.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn set_flags(&self, flags: u32) -> io::Result<()> {
        self.ethtool(&mut EthtoolValue {
            cmd: ETHTOOL_SFLAGS,
            data: flags,
        })
    }

    /// Has the device look at checksums, or not: `ethtool -K rx`.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn set_rx_checksum(&self, on: bool) -> io::Result<()> {
        self.ethtool(&mut EthtoolValue {
            cmd: ETHTOOL_SRXCSUM,
            data: u32::from(on),
        })
    }

    /// Turns private flags over: `ethtool --set-priv-flags`.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn turn_private_flags(&self, mask: u32) -> io::Result<()> {
        self.change_private_flags(|flags| flags ^ mask)
    }

    /// Sets these private flags, or clears them.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn set_private_flags(&self, mask: u32, on: bool) -> io::Result<()> {
        self.change_private_flags(|flags| if on { flags | mask } else { flags & !mask })
    }

    fn change_private_flags(&self, change: impl FnOnce(u32) -> u32) -> io::Result<()> {
        let mut value = EthtoolValue {
            cmd: ETHTOOL_GPFLAGS,
            data: 0,
        };
        self.ethtool(&mut value)?;
        value.cmd = ETHTOOL_SPFLAGS;
        value.data = change(value.data);
        self.ethtool(&mut value)
    }

    /// Sets the longest packet, link header excluded.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn set_mtu(&self, mtu: i32) -> io::Result<()> {
        let mut request = self.request(libc::__c_anonymous_ifr_ifru { ifru_mtu: mtu });
        self.ioctl(libc::SIOCSIFMTU, &mut request)
    }

    /// Sets the lengths of rings.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn set_rings(&self, rx: u32, tx: u32) -> io::Result<()> {
        self.set_counts(ETHTOOL_GRINGPARAM, ETHTOOL_SRINGPARAM, |now| {
            (now[0], now[3]) = (rx, tx);
        })
    }

    /// The lengths of receive and transmit rings.
    ///
    /// # Errors
    ///
    /// When the driver does not say.
    pub(crate) fn rings(&self) -> io::Result<(u32, u32)> {
        let counts = self.counts(ETHTOOL_GRINGPARAM)?;
        Ok((counts.now[0], counts.now[3]))
    }

    /// Pairs of queues, and how many there may be.
    ///
    /// # Errors
    ///
    /// When the driver does not say.
    pub(crate) fn channels(&self) -> io::Result<(u32, u32)> {
        let counts = self.counts(ETHTOOL_GCHANNELS)?;
        Ok((counts.now[3], counts.max[3]))
    }

    /// Sets the number of pairs of queues.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn set_channels(&self, count: u32) -> io::Result<()> {
        self.set_counts(ETHTOOL_GCHANNELS, ETHTOOL_SCHANNELS, |now| now[3] = count)
    }

    /// Sets the least time between interrupts: `ethtool -C rx-usecs`.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn set_coalescing(&self, rx_usecs: u32) -> io::Result<()> {
        let mut coalesce = EthtoolCoalesce {
            cmd: ETHTOOL_GCOALESCE,
            ..EthtoolCoalesce::default()
        };
        self.ethtool(&mut coalesce)?;
        (coalesce.cmd, coalesce.rx_usecs) = (ETHTOOL_SCOALESCE, rx_usecs);
        self.ethtool(&mut coalesce)
    }

    /// How packets are spread over queues.
    ///
    /// # Errors
    ///
    /// When the driver does not say.
    pub(crate) fn spread(&self) -> io::Result<Spread> {
        let mut head = [ETHTOOL_GRSSH, 0, 0, 0, 0, 0];
        self.ethtool(&mut head)?;
        let (table, key) = (
            head[Spread::TABLE] as usize,
            head[Spread::TABLE + 1] as usize,
        );
        let mut words = vec![0; Spread::HEAD + table + key.div_ceil(4)];
        words[..Spread::HEAD].copy_from_slice(&head);
        self.ethtool(words.as_mut_slice())?;
        Ok(Spread(words))
    }

    /// Spreads packets so.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn set_spread(&self, spread: &Spread) -> io::Result<()> {
        let mut words = spread.0.clone();
        words[0] = ETHTOOL_SRSSH;
        self.ethtool(words.as_mut_slice())
    }

    fn counts(&self, cmd: u32) -> io::Result<EthtoolCounts> {
        let mut counts = EthtoolCounts {
            cmd,
            ..EthtoolCounts::default()
        };
        self.ethtool(&mut counts)?;
        Ok(counts)
    }

    fn set_counts(&self, get: u32, set: u32, change: impl FnOnce(&mut [u32; 4])) -> io::Result<()> {
        let mut counts = self.counts(get)?;
        counts.cmd = set;
        change(&mut counts.now);
        self.ethtool(&mut counts)
    }

    fn ethtool<T: ?Sized>(&self, value: &mut T) -> io::Result<()> {
        let ifru_data = ptr::from_mut(value).cast();
        let mut request = self.request(libc::__c_anonymous_ifr_ifru { ifru_data });
        self.ioctl(SIOCETHTOOL, &mut request)
    }

    fn request(&self, ifr_ifru: libc::__c_anonymous_ifr_ifru) -> libc::ifreq {
        libc::ifreq {
            ifr_name: self.name,
            ifr_ifru,
        }
    }

    fn ioctl(&self, command: libc::Ioctl, request: &mut libc::ifreq) -> io::Result<()> {
        // SAFETY: All commands here take a `struct ifreq`; what its pointer, if any, leads to is alive in
        // the caller and of the type that the command in it asks for.
        match unsafe { libc::ioctl(self.socket.as_raw_fd(), command, ptr::from_mut(request)) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}
