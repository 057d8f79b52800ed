// SPDX-License-Identifier: GPL-2.0

//! What the NIC does to packets that are sent: segments, checksums, tags.
//!
//! Packet sockets hand the driver packets that are not finished, as TCP does; the host looks at what leaves.

use std::time::Duration;

use anyhow::Result;

use super::queues::{all_channels, set_channels};
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::{EXPERIMENT, NAME};
use crate::experiment::{captured, statistic, HOST_MAC};
use crate::internet::{check, unfinished, Kind, Packet, ETH};
use crate::sys::packet::{self, Offload};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("transmit::checksums", checksums),
    Definition::new("transmit::segments", segments),
    Definition::new("transmit::segments_by_software", segments_by_software),
    Definition::new("transmit::segments_with_a_tag", segments_with_a_tag),
    Definition::new("transmit::tags", tags),
    Definition::new("transmit::parts", parts),
    Definition::new("transmit::byte_queue_limits", byte_queue_limits),
    Definition::new("transmit::order_on_all_queues", order),
];

/// A socket for packets that the interface has to finish. Of no protocol: the stack has to look what they are.
fn unfinished_packets(case: &Case<'_>) -> Result<packet::Packet> {
    let socket = case.eth.packets(packet::ALL)?;
    socket.offload()?;
    Ok(socket)
}

fn payload(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 7 % 251) as u8).collect()
}

fn offload(kind: Kind, segment: Option<u16>) -> Offload {
    Offload {
        headers: kind.headers() as u16,
        checksum_start: (ETH + kind.ip_len()) as u16,
        checksum_offset: kind.checksum_at() as u16,
        segment: segment.map(|bytes| (bytes, kind.v6)),
    }
}

/// The frames of a kind that have left, once nothing more comes.
fn left(case: &mut Case<'_>, kind: Kind, tagged: bool, least: usize) -> Result<Vec<Vec<u8>>> {
    let ethertype = if tagged { 0x8100 } else { kind.ethertype() };
    let mut got = Vec::new();
    for _ in 0..20 {
        got.extend(case.captured(ethertype)?);
        if got.len() >= least {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(got)
}

fn macs(case: &Case<'_>) -> Result<[[u8; 6]; 2]> {
    Ok([HOST_MAC, case.eth.mac()?])
}

fn checksums(case: &mut Case<'_>) -> Result<()> {
    let socket = unfinished_packets(case)?;
    for kind in Kind::ALL {
        case.captured(0)?;
        let before = statistic("tx_csum")?;
        let lengths = [1, 2, 17, 18, 19, 100, 999, 1400];
        for (id, len) in lengths.into_iter().enumerate() {
            let frame = unfinished(kind, macs(case)?, id as u16, &payload(len));
            socket.send_offloaded(&frame, offload(kind, None))?;
        }
        let frames = left(case, kind, false, lengths.len())?;
        let wrong = frames
            .iter()
            .zip(lengths)
            .find_map(|(frame, len)| match check(kind, frame) {
                Ok(packet) if packet.payload == payload(len) => None,
                Ok(packet) => Some(format!("{} bytes, not {len}", packet.payload.len())),
                Err(error) => Some(format!("{len} bytes: {error:#}")),
            });
        case.ktap.equal(
            &format!("{}: frames", kind.name()),
            frames.len(),
            lengths.len(),
        );
        case.ktap.check(
            &format!("{}: each with its checksum", kind.name()),
            wrong.is_none(),
            wrong.unwrap_or_default(),
        );
        case.ktap.equal(
            &format!("{}: by the NIC", kind.name()),
            statistic("tx_csum")? - before,
            lengths.len() as u64,
        );
    }
    case.eth.set("tx", false)?;
    let before = statistic("tx_csum")?;
    for kind in Kind::ALL {
        case.captured(0)?;
        let frame = unfinished(kind, macs(case)?, 1, &payload(100));
        socket.send_offloaded(&frame, offload(kind, None))?;
        let frames = left(case, kind, false, 1)?;
        let right = frames
            .first()
            .is_some_and(|frame| check(kind, frame).is_ok());
        case.ktap.check(
            &format!("{}: by the stack", kind.name()),
            right,
            frames.len(),
        );
    }
    case.ktap
        .equal("not by the NIC", statistic("tx_csum")? - before, 0);
    Ok(())
}

/// What is wrong with the segments of a payload.
fn wrong(
    kind: Kind,
    packets: &[Packet],
    sent: &[u8],
    (mss, id): (usize, u16),
    last_flags: u8,
) -> Option<String> {
    let mut at = 0;
    for (n, packet) in packets.iter().enumerate() {
        let len = mss.min(sent.len().saturating_sub(at));
        let last = at + len >= sent.len();
        if packet.payload != sent[at..at + len] {
            return Some(format!(
                "segment {n}: {} bytes, not {len}",
                packet.payload.len()
            ));
        }
        if packet.seq != 1000 + at as u32 {
            return Some(format!("segment {n}: sequence number {}", packet.seq));
        }
        let flags = if last { last_flags } else { ACK };
        if packet.flags != flags {
            return Some(format!("segment {n}: flags {:x}", packet.flags));
        }
        if !kind.v6 && packet.id != id.wrapping_add(n as u16) {
            return Some(format!("segment {n}: id {}", packet.id));
        }
        at += len;
    }
    (at != sent.len()).then(|| format!("{at} bytes of {}", sent.len()))
}

/// Flags of TCP that every segment has.
const ACK: u8 = 0x10;
/// Those of the last one. QEMU's models take FIN and PSH off that one too.
const FIN_PSH_ACK: u8 = 0x19;

/// Payloads and the bytes of a segment.
const CUT: [(usize, u16); 7] = [
    (1449, 1448),
    (2896, 1448),
    (20_000, 1000),
    (60_000, 1448),
    (60_000, 536),
    (3_000, 88),
    (64_000, 8948),
];

fn cut(case: &mut Case<'_>, socket: &packet::Packet, tagged: bool, last_flags: u8) -> Result<()> {
    for kind in Kind::ALL.into_iter().filter(|kind| kind.tcp) {
        for (id, (len, mss)) in CUT.into_iter().enumerate() {
            let id = 0xfffa_u16.wrapping_add(id as u16);
            case.captured(0)?;
            let sent = payload(len);
            let frame = unfinished(kind, macs(case)?, id, &sent);
            socket.send_offloaded(&frame, offload(kind, Some(mss)))?;
            let count = len.div_ceil(mss.into());
            let frames = left(case, kind, tagged, count)?;
            let what = format!("{}: {len} bytes by {mss}", kind.name());
            let packets = frames
                .iter()
                .map(|frame| check(kind, frame))
                .collect::<Result<Vec<_>>>();
            match packets {
                Ok(packets) => {
                    case.ktap
                        .equal(&format!("{what}: segments"), packets.len(), count);
                    let wrong = wrong(kind, &packets, &sent, (mss.into(), id), last_flags);
                    case.ktap.check(
                        &format!("{what}: each as it must be"),
                        wrong.is_none(),
                        wrong.unwrap_or_default(),
                    );
                    let tags = packets
                        .iter()
                        .filter(|packet| packet.tci == Some(7))
                        .count();
                    let wanted = if tagged { count } else { 0 };
                    case.ktap.equal(&format!("{what}: tags"), tags, wanted);
                }
                Err(error) => {
                    case.ktap.check(
                        &format!("{what}: well formed"),
                        false,
                        format_args!("{error:#}"),
                    );
                }
            }
        }
    }
    Ok(())
}

fn segments(case: &mut Case<'_>) -> Result<()> {
    tools::line(&format!("ip link set dev {NAME} mtu 9000"))?;
    let socket = unfinished_packets(case)?;
    let (before, packets) = (statistic("tx_segmented")?, case.eth.counter("tx_packets")?);
    cut(case, &socket, false, ACK)?;
    case.ktap.equal(
        "the NIC cut each",
        statistic("tx_segmented")? - before,
        2 * CUT.len() as u64,
    );
    let segments: usize = CUT
        .iter()
        .map(|(len, mss)| len.div_ceil((*mss).into()))
        .sum();
    case.ktap.equal(
        "tx_packets counts segments",
        case.eth.counter("tx_packets")? - packets,
        2 * segments as u64,
    );
    case.ktap
        .equal("tx_dropped", case.eth.counter("tx_dropped")?, 0);
    Ok(())
}

fn segments_by_software(case: &mut Case<'_>) -> Result<()> {
    tools::line(&format!("ip link set dev {NAME} mtu 9000"))?;
    tools::line(&format!("ethtool -K {NAME} tso off"))?;
    let socket = unfinished_packets(case)?;
    let before = statistic("tx_segmented")?;
    cut(case, &socket, false, FIN_PSH_ACK)?;
    case.ktap
        .equal("the NIC cut none", statistic("tx_segmented")? - before, 0);
    Ok(())
}

/// A VLAN's interface, and a socket at it.
fn vlan() -> Result<packet::Packet> {
    tools::line(&format!(
        "ip link add link {NAME} name {NAME}.7 type vlan id 7"
    ))?;
    tools::line(&format!("ip link set dev {NAME}.7 mtu 9000"))?;
    tools::line(&format!("ip link set dev {NAME}.7 up"))?;
    let index = tools::read(&format!("/sys/class/net/{NAME}.7/ifindex"))?;
    Ok(packet::Packet::open(index.parse()?, packet::ALL)?)
}

fn segments_with_a_tag(case: &mut Case<'_>) -> Result<()> {
    tools::line(&format!("ip link set dev {NAME} mtu 9000"))?;
    let socket = vlan()?;
    socket.offload()?;
    let before = statistic("tx_segmented")?;
    cut(case, &socket, true, ACK)?;
    case.ktap.equal(
        "the NIC cut each",
        statistic("tx_segmented")? - before,
        2 * CUT.len() as u64,
    );
    Ok(())
}

fn tags(case: &mut Case<'_>) -> Result<()> {
    tools::line(&format!("ip link set dev {NAME} mtu 9000"))?;
    let socket = vlan()?;
    let plain = case.eth.packets(EXPERIMENT)?;
    for by_nic in [true, false, true] {
        case.eth.set("txvlan", by_nic)?;
        case.captured(0)?;
        let frames = (0..40_u32)
            .map(|n| case.eth.numbered(n, 60 + 37 * n as usize))
            .collect::<Result<Vec<_>>>()?;
        for frame in &frames {
            socket.send(frame)?;
            plain.send(frame)?;
        }
        let mut got = Vec::new();
        for _ in 0..10 {
            std::thread::sleep(Duration::from_millis(30));
            let new = case.ctl.wire(&serde_json::json!({"captured": true}))?;
            let new = new["frames"].as_array().cloned().unwrap_or_default();
            let ours = |hex: &&str| {
                let behind_addresses = hex.get(24..).unwrap_or("");
                let inner = behind_addresses.strip_prefix("81000007");
                inner.unwrap_or(behind_addresses).starts_with("88b5")
            };
            let new = new.iter().filter_map(serde_json::Value::as_str);
            got.extend(new.filter(ours).map(str::to_owned));
            if got.len() >= 80 {
                break;
            }
        }
        let hex = |bytes: &[u8]| crate::case::to_hex(bytes);
        let wanted: Vec<String> = frames
            .iter()
            .flat_map(|frame| {
                let tagged = [&frame[..12], &[0x81, 0, 0, 7], &frame[12..]].concat();
                [hex(&tagged), hex(frame)]
            })
            .collect();
        let who = if by_nic { "the NIC" } else { "the stack" };
        let at = got.iter().zip(&wanted).position(|(got, want)| got != want);
        case.ktap.check(
            &format!("tags by {who}: in every other frame, and nowhere else"),
            got.len() == wanted.len() && at.is_none(),
            format_args!("{} frames, the first wrong one {at:?}", got.len()),
        );
    }
    Ok(())
}

/// A packet whose headers are here and whose payload is in pages there.
fn parts(case: &mut Case<'_>) -> Result<()> {
    tools::line(&format!("ip link set dev {NAME} mtu 9000"))?;
    let socket = unfinished_packets(case)?;
    case.ktap.equal(
        "scatter-gather is on",
        case.eth.feature("scatter-gather")?,
        "on",
    );
    for kind in Kind::ALL {
        for len in [4096, 5000, 8192, 8900] {
            case.captured(0)?;
            let sent = payload(len);
            let frame = unfinished(kind, macs(case)?, 1, &sent);
            socket.send_offloaded(&frame, offload(kind, None))?;
            let frames = left(case, kind, false, 1)?;
            let packet = frames.first().map(|frame| check(kind, frame));
            let right = matches!(&packet, Some(Ok(packet)) if packet.payload == sent);
            case.ktap.check(
                &format!("{}: {len} bytes leave whole", kind.name()),
                right,
                format_args!("{:?}", packet.and_then(Result::err)),
            );
        }
    }
    Ok(())
}

/// Bytes that the stack thinks are under way, on all queues.
fn inflight(case: &Case<'_>) -> Result<u64> {
    let mut sum = 0;
    for queue in 0..super::queues::channels()?.0 {
        let file = format!("queues/tx-{queue}/byte_queue_limits/inflight");
        sum += case.eth.file(&file)?.parse::<u64>()?;
    }
    Ok(sum)
}

fn byte_queue_limits(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let limit = |case: &Case<'_>| -> Result<u64> {
        let file = "queues/tx-0/byte_queue_limits/limit";
        Ok(case.eth.file(file)?.parse()?)
    };
    let kind = Kind::ALL[0];
    let flood = |case: &Case<'_>| -> Result<()> {
        // A new one each time: the old one remembers that the interface was down.
        let socket = unfinished_packets(case)?;
        for id in 0..200 {
            let frame = unfinished(kind, macs(case)?, id, &payload(30_000));
            socket.send_offloaded(&frame, offload(kind, Some(1448)))?;
        }
        Ok(())
    };
    let settled = |case: &Case<'_>| -> Result<u64> {
        std::thread::sleep(Duration::from_millis(200));
        inflight(case)
    };
    flood(case)?;
    let now = settled(case)?;
    case.ktap.equal("nothing is under way afterwards", now, 0);
    ctl::log(&format!("limit {}", limit(case)?));
    let limited = limit(case)?;
    case.ktap
        .check("the stack learned a limit", limited > 0, limited);
    for command in [
        format!("ethtool -G {NAME} tx 512"),
        format!("ip link set dev {NAME} down"),
        format!("ip link set dev {NAME} up"),
        format!("ethtool -L {NAME} combined 2"),
        format!("ethtool -t {NAME} offline"),
    ] {
        if !command.contains("up") {
            flood(case)?;
        }
        tools::line(&command)?;
        if command.contains("down") {
            continue;
        }
        case.eth.wait_for_link()?;
        let now = settled(case)?;
        case.ktap
            .equal(&format!("{command}: nothing is under way"), now, 0);
        flood(case)?;
        let now = settled(case)?;
        case.ktap
            .equal(&format!("{command}: nor after more packets"), now, 0);
    }
    Ok(())
}

fn order(case: &mut Case<'_>) -> Result<()> {
    all_channels()?;
    let socket = case.eth.packets(EXPERIMENT)?;
    case.captured(EXPERIMENT)?;
    for n in 0..3000 {
        socket.send(&case.eth.numbered(n, 60 + n as usize % 100)?)?;
    }
    let got = captured(case, 3000)?;
    let numbers = got
        .iter()
        .filter_map(|frame| Some(u32::from_be_bytes(frame.get(14..18)?.try_into().ok()?)));
    let numbers: Vec<u32> = numbers.collect();
    case.ktap.equal("every frame leaves", numbers.len(), 3000);
    case.ktap.check(
        "one sender's in their order",
        numbers.is_sorted(),
        "they do not",
    );
    Ok(())
}
