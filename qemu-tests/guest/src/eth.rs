// SPDX-License-Identifier: GPL-2.0

//! The interface under test: its state, and the knobs that an administrator has.

use std::net::UdpSocket;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use rustix::net::sockopt;

use crate::case::to_hex;
use crate::sys::packet::Packet;
use crate::tools;

/// Name of the interface.
pub(crate) const NAME: &str = "eth0";
/// The guest's address on the wire, and the host's.
pub(crate) const ADDRESS: &str = "192.0.2.2/24";

/// The interface under test.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Eth(());

impl Eth {
    /// Names the interface; it need not exist.
    pub(crate) fn new() -> Self {
        Self(())
    }

    /// Whether there is one.
    pub(crate) fn exists(&self) -> bool {
        Path::new("/sys/class/net").join(NAME).exists()
    }

    /// A file of its directory in sysfs.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub(crate) fn file(&self, name: &str) -> Result<String> {
        tools::read(&format!("/sys/class/net/{NAME}/{name}"))
    }

    /// Its index.
    ///
    /// # Errors
    ///
    /// When there is no interface.
    pub(crate) fn ifindex(&self) -> Result<u32> {
        Ok(self.file("ifindex")?.parse()?)
    }

    /// Its address.
    ///
    /// # Errors
    ///
    /// When there is no interface.
    pub(crate) fn mac(&self) -> Result<[u8; 6]> {
        let text = self.file("address")?;
        let bytes: Vec<u8> = text
            .split(':')
            .map(|b| u8::from_str_radix(b, 16))
            .collect::<Result<_, _>>()?;
        bytes
            .try_into()
            .map_err(|_| anyhow::anyhow!("not an address: {text}"))
    }

    /// Its address as twelve digits.
    ///
    /// # Errors
    ///
    /// When there is no interface.
    pub(crate) fn mac_hex(&self) -> Result<String> {
        Ok(to_hex(&self.mac()?))
    }

    /// One of the standard counters (`rx_packets` …).
    ///
    /// # Errors
    ///
    /// When there is no such counter.
    pub(crate) fn counter(&self, name: &str) -> Result<u64> {
        Ok(self.file(&format!("statistics/{name}"))?.parse()?)
    }

    /// Brings it up and waits for the link.
    ///
    /// # Errors
    ///
    /// When the driver refuses or there is no link after some seconds.
    pub(crate) fn up(&self) -> Result<()> {
        tools::line(&format!("ip link set dev {NAME} up"))?;
        self.wait_for_link()
    }

    /// Waits until the carrier is there.
    ///
    /// # Errors
    ///
    /// When it is not there after some seconds.
    pub(crate) fn wait_for_link(&self) -> Result<()> {
        let start = Instant::now();
        while self.file("carrier").ok().as_deref() != Some("1") {
            if start.elapsed() > Duration::from_secs(10) {
                bail!("{NAME} has no link");
            }
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Takes it down.
    ///
    /// # Errors
    ///
    /// When there is no interface.
    pub(crate) fn down(&self) -> Result<()> {
        tools::line(&format!("ip link set dev {NAME} down")).map(|_| ())
    }

    /// `ethtool -K` of one feature.
    ///
    /// # Errors
    ///
    /// When it is refused.
    pub(crate) fn set(&self, feature: &str, on: bool) -> Result<()> {
        tools::run(&[
            "ethtool",
            "-K",
            NAME,
            feature,
            if on { "on" } else { "off" },
        ])
        .map(|_| ())
    }

    /// What `ethtool -k` says of one feature: `on`, `off`, perhaps `[fixed]`.
    ///
    /// # Errors
    ///
    /// When it does not list the feature.
    pub(crate) fn feature(&self, name: &str) -> Result<String> {
        let all = tools::run(&["ethtool", "-k", NAME])?;
        let line = all
            .lines()
            .find_map(|line| line.trim().strip_prefix(&format!("{name}:")));
        Ok(line
            .with_context(|| format!("ethtool -k has no {name}"))?
            .trim()
            .to_owned())
    }

    /// A socket for frames of one EtherType.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub(crate) fn packets(&self, ethertype: u16) -> Result<Packet> {
        Packet::open(self.ifindex()?, ethertype).context("AF_PACKET socket")
    }

    /// A frame of this host's own EtherType, numbered, for the other end to find again.
    ///
    /// # Errors
    ///
    /// When there is no interface.
    pub(crate) fn numbered(&self, number: u32, len: usize) -> Result<Vec<u8>> {
        let mut frame = vec![0x02, 0, 0, 0, 0, 0x01];
        frame.extend(self.mac()?);
        frame.extend(EXPERIMENT.to_be_bytes());
        frame.extend(number.to_be_bytes());
        frame.extend((frame.len()..len).map(|at| at.to_le_bytes()[0]));
        Ok(frame)
    }
}

/// A UDP socket with room for a burst: a page is taken for every packet, however short.
///
/// # Errors
///
/// When the address is not this machine's.
pub(crate) fn udp_socket(address: &str, patience: Duration) -> Result<UdpSocket> {
    let socket = UdpSocket::bind(address).with_context(|| format!("bind {address}"))?;
    socket.set_read_timeout(Some(patience))?;
    sockopt::set_socket_recv_buffer_size_force(&socket, 8 << 20)?;
    Ok(socket)
}

/// EtherType of IEEE for local experiments.
pub(crate) const EXPERIMENT: u16 = 0x88b5;
