// SPDX-License-Identifier: GPL-2.0

//! A TCP stream over the wire between two network namespaces, in either direction.
//!
//! Counted is what the NIC under test costs for each full segment: polls (with the stack's work on what they deliver),
//! interrupts, transmissions (also of acknowledgements) and the receiving system calls.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{anyhow, bail, Context, Result};
use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::net::sockopt;
use rustix::thread::{move_into_link_name_space, LinkNameSpaceType};

use super::meter::{Also, Meter};
use super::nic::{Peer, Subject, PEER_ADDRESS};
use super::records::Records;
use super::Row;
use crate::ctl::Ctl;
use crate::tools;

/// Length of a full frame, its check sequence included.
pub(super) const SIZE: u32 = 1518;
/// Payload of a full segment: 1500 bytes without the headers of IP and TCP and its time stamps.
const SEGMENT: usize = 1448;
/// Segments that are counted together.
const CHUNK: usize = 128;
/// How often; a few more at the beginning are not counted.
const CHUNKS: usize = 64;
const WARM_UP: usize = 8;
/// Fewer segments under way than a ring has slots; see `generator::BURST`.
const WINDOW: usize = 96 * 1024;
const PORT: u16 = 5001;
const NAMESPACE: &str = "far";

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Receive,
    Send,
}

/// Both.
pub(super) const DIRECTIONS: &[Direction] = &[Direction::Receive, Direction::Send];

impl Direction {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Receive => "tcp_stream_receive",
            Self::Send => "tcp_stream_send",
        }
    }
}

/// One row.
pub(super) fn measure(
    ctl: &mut Ctl,
    subject: &Subject,
    peer: &Peer,
    direction: Direction,
) -> Result<Row> {
    let far = Far::new(peer)?;
    let listener = TcpListener::bind(("192.0.2.2", PORT))?;
    sockopt::set_socket_recv_buffer_size(&listener, WINDOW)?;
    let (order, orders) = mpsc::channel();
    let (answer, answers) = mpsc::channel();
    let there = thread::spawn(move || -> Result<()> {
        let space = File::open(format!("/run/netns/{NAMESPACE}"))?;
        move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))?;
        serve(&orders, &answer)
    });
    let outcome = exchange(&listener, (ctl, subject), direction, (order, answers));
    let there = there
        .join()
        .map_err(|_| anyhow!("the far end panicked"))
        .and_then(|end| end);
    drop(far);
    // The far end's failure is the cause of this one's.
    there.context("the far end")?;
    outcome?;
    Ok(Row {
        case: direction.name(),
        size: SIZE,
        records: Records::Off,
        packets: CHUNK as u64,
        turns: Vec::new(),
    })
}

/// This end: moves chunks, counts all but the first.
fn exchange(
    listener: &TcpListener,
    (ctl, subject): (&mut Ctl, &Subject),
    direction: Direction,
    (order, answers): (Sender<Direction>, Receiver<()>),
) -> Result<()> {
    order.send(direction)?;
    wait(listener, PollFlags::IN).context("nobody connects")?;
    let (mut stream, _) = listener.accept()?;
    stream.set_nonblocking(true)?;
    let mut chunk = vec![0; CHUNK * SEGMENT];
    let mut one = || -> Result<()> {
        order.send(direction)?;
        match direction {
            Direction::Receive => receive(&mut stream, &mut chunk)?,
            Direction::Send => send(&mut stream, &chunk)?,
        }
        answers.recv()?;
        // Acknowledgements and clean-up that are still under way.
        thread::sleep(Duration::from_millis(20));
        Ok(())
    };
    for _ in 0..WARM_UP {
        one()?;
    }
    // When this end sends, it is the other one that reads.
    let also = match direction {
        Direction::Receive => Also::Sockets,
        Direction::Send => Also::Nothing,
    };
    let meter = Meter::begin(ctl, subject, also)?;
    for _ in 0..CHUNKS {
        one()?;
        meter.sample();
    }
    Ok(())
}

/// The far end: connects, then does the opposite of each order.
fn serve(orders: &Receiver<Direction>, answer: &Sender<()>) -> Result<()> {
    let first = orders.recv()?;
    let mut stream = TcpStream::connect(("192.0.2.2", PORT))?;
    sockopt::set_socket_recv_buffer_size(&stream, WINDOW)?;
    stream.set_nonblocking(true)?;
    let mut chunk = vec![0; CHUNK * SEGMENT];
    while let Ok(direction) = orders.recv() {
        if direction != first {
            bail!("the direction has changed");
        }
        match direction {
            Direction::Receive => send(&mut stream, &chunk)?,
            Direction::Send => receive(&mut stream, &mut chunk)?,
        }
        answer.send(())?;
    }
    Ok(())
}

/// Waits outside of the system call that reads, so that its time is work.
fn receive(stream: &mut TcpStream, chunk: &mut [u8]) -> Result<()> {
    let mut at = 0;
    while at < chunk.len() {
        match stream.read(&mut chunk[at..]) {
            Ok(0) => bail!("the stream has ended"),
            Ok(read) => at += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => wait(&*stream, PollFlags::IN)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn send(stream: &mut TcpStream, chunk: &[u8]) -> Result<()> {
    let mut at = 0;
    while at < chunk.len() {
        match stream.write(&chunk[at..]) {
            Ok(written) => at += written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => wait(&*stream, PollFlags::OUT)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn wait(stream: impl AsFd, flags: PollFlags) -> Result<()> {
    let timeout = Timespec {
        tv_sec: 10,
        tv_nsec: 0,
    };
    match poll(&mut [PollFd::new(&stream, flags)], Some(&timeout))? {
        0 => bail!("the stream stands still"),
        _ => Ok(()),
    }
}

/// The peer in a namespace of its own; dropped, it comes back.
struct Far<'a> {
    peer: &'a Peer,
}

impl<'a> Far<'a> {
    fn new(peer: &'a Peer) -> Result<Self> {
        let name = peer.name();
        tools::line(&format!("ip netns add {NAMESPACE}"))?;
        let this = Self { peer };
        tools::line(&format!("ip link set dev {name} netns {NAMESPACE}"))?;
        tools::line(&format!(
            "ip -n {NAMESPACE} address replace {PEER_ADDRESS}/24 dev {name}"
        ))?;
        tools::line(&format!("ip -n {NAMESPACE} link set dev {name} up"))?;
        // Its state is not in this namespace's sysfs; the handshake waits for the link.
        thread::sleep(Duration::from_secs(5));
        Ok(this)
    }
}

impl Drop for Far<'_> {
    fn drop(&mut self) {
        let name = self.peer.name();
        let _ = tools::line(&format!("ip -n {NAMESPACE} link set dev {name} netns 1"));
        let _ = tools::line(&format!("ip netns delete {NAMESPACE}"));
        let _ = tools::line(&format!("ip link set dev {name} up"));
        let _ = self.peer.wait_for_link();
    }
}
