// SPDX-License-Identifier: GPL-2.0

//! VLAN devices work whether the device takes tags out or leaves them in.

use std::net::UdpSocket;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::traffic::{numbers, sequence_numbers};
use crate::case::{Case, Definition};
use crate::eth::{udp_socket, NAME};
use crate::sys::packet::{Packet, ALL};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("vlan::device", device),
    Definition::new("vlan::transmit", transmit),
];

fn add(id: u16, address: &str) -> Result<u32> {
    tools::line(&format!(
        "ip link add link {NAME} name {NAME}.{id} type vlan id {id}"
    ))?;
    tools::line(&format!("ip address add {address} dev {NAME}.{id}"))?;
    tools::line(&format!("ip link set dev {NAME}.{id} up"))?;
    Ok(tools::read(&format!("/sys/class/net/{NAME}.{id}/ifindex"))?.parse()?)
}

fn device(case: &mut Case<'_>) -> Result<()> {
    let (five, six) = (add(5, "198.51.100.2/24")?, add(6, "203.0.113.2/24")?);
    let socket = udp_socket("198.51.100.2:7777", Duration::from_secs(2))?;
    for strip in [true, false, true] {
        case.eth.set("rxvlan", strip)?;
        let how = if strip { "stripped" } else { "left in" };
        let mine = Packet::open(five, ALL)?;
        let other = Packet::open(six, ALL)?;
        let request = json!({"count": 100, "l4": "udp", "vlan": 0xe005_u16, "dst": "198.51.100.2", "dport": 7777});
        let sent = case.burst(request)?;
        case.ktap.equal(
            &format!("{how}: the VLAN's device gets every frame"),
            sequence_numbers(&mine, sent)?,
            numbers(sent),
        );
        other.set_timeout(Duration::from_millis(50))?;
        let strays = sequence_numbers(&other, sent)?;
        case.ktap.check(
            &format!("{how}: another VLAN's gets none"),
            strays.is_empty(),
            strays.len(),
        );
        let mut buffer = [0; 2048];
        let datagrams = (0..sent.count)
            .take_while(|_| socket.recv_from(&mut buffer).is_ok())
            .count();
        case.ktap.equal(
            &format!("{how}: a socket gets every datagram"),
            datagrams,
            sent.count as usize,
        );
    }
    Ok(())
}

fn transmit(case: &mut Case<'_>) -> Result<()> {
    add(7, "198.51.100.2/24")?;
    tools::line(&format!(
        "ip neighbour add 198.51.100.1 lladdr 02:00:00:00:00:01 dev {NAME}.7"
    ))?;
    case.captured(0x8100)?;
    let socket = UdpSocket::bind("198.51.100.2:0")?;
    socket.send_to(b"tagged, please", "198.51.100.1:9")?;
    std::thread::sleep(Duration::from_millis(200));
    let frames = case.captured(0x8100)?;
    let text = b"tagged, please";
    let found = frames
        .iter()
        .find(|frame| frame.windows(text.len()).any(|w| w == text));
    case.ktap.check(
        "the frame leaves",
        found.is_some(),
        format_args!("{} tagged frames", frames.len()),
    );
    let tci = found.and_then(|frame| frame.get(14..18));
    case.ktap.equal(
        "with its tag in front of IPv4",
        tci,
        Some(&[0, 7, 8, 0][..]),
    );
    Ok(())
}
