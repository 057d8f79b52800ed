// SPDX-License-Identifier: GPL-2.0

//! What is written into registers, and what a user may ask for.

use super::*;

const FLOWS: [Flow; 6] = [
    Flow::TcpIpv4,
    Flow::UdpIpv4,
    Flow::TcpIpv6,
    Flow::UdpIpv6,
    Flow::Ipv4,
    Flow::Ipv6,
];

#[test]
fn the_first_key_byte_is_the_lowest() {
    assert_eq!(key_registers(&KEY)[0], 0xda56_5a6d);
    assert_eq!(key_registers(&KEY)[9], 0xfa01_acbe);
}

#[test]
fn the_default_table_takes_turns() {
    for queues in 1..=16 {
        let table = Table::spread(queues);
        for (i, &queue) in table.queues().iter().enumerate() {
            assert_eq!(usize::from(queue), i % queues);
        }
        assert!(table.fits(queues));
        assert!(!table.fits(queues - 1));
    }
    assert_eq!(Table::spread(0), Table::spread(1));
}

#[test]
fn an_entry_beyond_the_last_queue_is_refused() {
    let mut entries = [1; TABLE_LEN];
    assert!(Table::new(&entries, 2).is_some());
    assert!(Table::new(&entries, 1).is_none());
    entries[TABLE_LEN - 1] = 2;
    assert!(Table::new(&entries, 2).is_none());
    entries[TABLE_LEN - 1] = 256;
    assert!(Table::new(&entries, usize::MAX).is_none());
}

#[test]
fn a_table_of_another_length_is_refused() {
    assert!(Table::new(&[0; TABLE_LEN - 1], 1).is_none());
    assert!(Table::new(&[0; TABLE_LEN + 1], 1).is_none());
    assert!(Table::new(&[], 1).is_none());
}

#[test]
fn a_new_table_says_what_it_was_made_of() {
    let entries: [u32; TABLE_LEN] = std::array::from_fn(|i| (i as u32 * 7) % 16);
    let table = Table::new(&entries, 16).unwrap();
    assert!(table
        .queues()
        .iter()
        .zip(entries)
        .all(|(&queue, entry)| u32::from(queue) == entry));
}

#[test]
fn the_first_entry_is_the_lowest_byte() {
    let table = Table::spread(4);
    assert_eq!(table.registers(0), [0x0302_0100; 32]);
    let mut entries = [0; TABLE_LEN];
    entries[5] = 9;
    let registers = Table::new(&entries, 16).unwrap().registers(0);
    assert_eq!(registers[1], 0x0000_0900);
    assert_eq!(registers.iter().filter(|&&r| r != 0).count(), 1);
}

#[test]
fn the_82574_has_a_queue_in_the_highest_bit() {
    assert_eq!(Table::spread(2).registers(7), [0x8000_8000; 32]);
    // What is no number of a queue there stays inside of its byte.
    assert_eq!(Table::spread(3).registers(7)[0], 0x0000_8000);
}

#[test]
fn only_tcp_hashes_ports_at_start() {
    for flow in FLOWS {
        let tcp = matches!(flow, Flow::TcpIpv4 | Flow::TcpIpv6);
        let expected = if tcp {
            Fields::Ports
        } else {
            Fields::Addresses
        };
        assert_eq!(Config::new(2).ports.fields(flow), expected);
    }
}

#[test]
fn a_change_of_one_flow_leaves_the_others() {
    for flow in FLOWS {
        for fields in [Fields::Addresses, Fields::Ports] {
            for before in [PortHashing::NONE, PortHashing::TCP, PortHashing::TCP_UDP] {
                let Some(after) = before.changed(flow, fields, PortHashing::TCP_UDP) else {
                    continue;
                };
                assert_eq!(after.fields(flow), fields);
                for other in FLOWS.into_iter().filter(|&other| other != flow) {
                    assert_eq!(after.fields(other), before.fields(other));
                }
            }
        }
    }
}

#[test]
fn what_hardware_cannot_hash_is_refused() {
    let refused = |flow, capable| {
        PortHashing::TCP
            .changed(flow, Fields::Ports, capable)
            .is_none()
    };
    assert!(refused(Flow::UdpIpv4, PortHashing::TCP));
    assert!(refused(Flow::UdpIpv6, PortHashing::TCP));
    assert!(refused(Flow::Ipv4, PortHashing::TCP_UDP));
    assert!(refused(Flow::Ipv6, PortHashing::TCP_UDP));
    assert!(!refused(Flow::UdpIpv4, PortHashing::TCP_UDP));
}

#[test]
fn a_users_table_survives_more_queues() {
    let mut config = Config::new(2);
    config.table = Table::new(&[1; TABLE_LEN], 2).unwrap();
    assert_eq!(config.resized(4, true), config);
    assert_eq!(config.resized(4, false).table, Table::spread(4));
    // The core does not let it come to this.
    assert_eq!(config.resized(1, true).table, Table::spread(1));
}
