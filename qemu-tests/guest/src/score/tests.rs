// SPDX-License-Identifier: GPL-2.0

//! Who is told that something is missing, stale or lost, by what was announced and what was counted.

use std::sync::Arc;

use meta_reader::{Field, Layout};

use super::*;

fn announcement(generation: u32, layout_id: u32, fields: &[&str]) -> Announcement {
    let field = |(index, name): (u8, &&str)| Field {
        id: index.into(),
        name: (*name).to_owned(),
        offset: 0,
        size: 4,
        present: index,
        bit: 0,
        bits: 0,
    };
    let layout = match layout_id {
        OFF => Layout::new(OFF, "off", 0, Vec::new(), Vec::new()),
        _ => {
            let fields = (0..).zip(fields).map(field).collect();
            Layout::new(layout_id, "x", 24, fields, Vec::new())
        }
    };
    Announcement {
        ifindex: 2,
        queue: 0,
        generation,
        reason: 3,
        time: 1,
        layout: Arc::new(layout.expect("a small layout")),
    }
}

const ALL: &[&str] = &FIELD_NAMES;

/// Ten packets, eight with a hash, six tagged, and every reader got all of it.
fn epoch(generation: u32, layout_id: u32) -> Epoch {
    let want = [8, 6, 7, 10, 5, 10];
    Epoch {
        layout_id,
        generation,
        packets: 10,
        tagged: 6,
        want,
        got: [want; READERS],
        ..Epoch::default()
    }
}

fn late(epochs: &[Epoch], announced: &[Announcement]) -> Score {
    scores(&Totals::default(), epochs, &[], announced, 0)[LATE_BOUND]
}

#[test]
fn all_that_was_announced_and_got_is_clean() {
    let announced = [announcement(0x1_0002, 7, &["rx_hash", "rx_vlan_tci"])];
    assert!(late(&[epoch(2, 7)], &announced).is_clean());
}

#[test]
fn a_field_of_the_layout_that_a_reader_did_not_get_is_missing() {
    let announced = [announcement(2, 7, ALL)];
    for (field, name) in FIELD_NAMES.into_iter().enumerate() {
        let mut epoch = epoch(2, 7);
        epoch.got[LATE_BOUND][field] -= 3;
        let missing = scores(&Totals::default(), &[epoch], &[], &announced, 0).map(|s| s.missing);
        assert_eq!(missing, [0, 0, 3], "{name}");
    }
}

#[test]
fn what_a_reader_does_not_read_is_not_missing() {
    let announced = [announcement(2, 7, ALL)];
    let none = Epoch {
        got: [[0; FIELDS]; READERS],
        ..epoch(2, 7)
    };
    let missing = scores(&Totals::default(), &[none], &[], &announced, 0).map(|s| s.missing);
    assert_eq!(missing, [8 + 6 + 7, 8 + 6 + 10, 8 + 6 + 7 + 10 + 5 + 10]);
}

#[test]
fn a_field_that_the_layout_does_not_have_is_not_missing() {
    let announced = [announcement(2, 7, &[])];
    let none = Epoch {
        got: [[0; FIELDS]; READERS],
        inband: 6,
        ..epoch(2, 7)
    };
    assert!(late(&[none], &announced).is_clean());
}

#[test]
fn a_tag_that_is_nowhere_is_missing_whatever_the_layout_says() {
    let announced = [announcement(2, 7, &["rx_hash"])];
    let mut gone = Epoch {
        inband: 4,
        ..epoch(2, 7)
    };
    gone.got[LATE_BOUND][VLAN] = 0;
    assert_eq!(late(&[gone], &announced).missing, 2);
}

#[test]
fn generations_and_layouts_that_were_not_announced_are_stale() {
    let announced = [announcement(2, 7, &["rx_hash", "rx_vlan_tci"])];
    for unknown in [epoch(3, 7), epoch(2, 8)] {
        assert_eq!(late(&[epoch(2, 7), unknown], &announced).stale, 10);
    }
}

#[test]
fn each_queue_has_generations_of_its_own() {
    let mut other = announcement(2, 7, ALL);
    other.queue = 1;
    assert_eq!(late(&[epoch(2, 7)], &[other.clone()]).stale, 10);
    let mut on_it = epoch(2, 7);
    on_it.queue = 1;
    assert!(late(&[on_it], &[other]).is_clean());
}

#[test]
fn packets_without_a_record_are_missing_for_those_who_need_one() {
    let totals = Totals {
        no_record: 3,
        unbound: 1,
        ..Totals::default()
    };
    let scores = scores(&totals, &[], &[], &[], 2);
    assert_eq!((scores[LATE_BOUND].missing, scores[KFUNC].missing), (4, 0));
    assert_eq!(scores[LATE_BOUND].lost, 2);
}
#[test]
fn a_packet_may_be_without_a_record_only_while_that_is_what_was_announced() {
    let at = |generation, layout_id, time, queue| Announcement {
        time,
        queue,
        ..announcement(generation, layout_id, ALL)
    };
    let announced = [
        at(1, 7, 100, 0),
        at(2, OFF, 200, 0),
        at(3, 7, 300, 0),
        at(2, OFF, 50, 1),
    ];
    let missing = |queue, time| {
        let totals = Totals {
            no_record: 1,
            ..Totals::default()
        };
        let bare = [Bare { queue, time }];
        scores(&totals, &[], &bare, &announced, 0)[LATE_BOUND].missing
    };
    let of_first = [99, 100, 199, 200, 299, 300, 999].map(|time| missing(0, time));
    assert_eq!(of_first, [1, 1, 1, 0, 0, 1, 1]);
    assert_eq!([49, 50, 999].map(|time| missing(1, time)), [1, 0, 0]);
}

#[test]
fn packets_without_a_record_that_the_log_has_no_room_for_are_missing() {
    let off = Announcement {
        time: 0,
        ..announcement(1, OFF, &[])
    };
    let totals = Totals {
        no_record: 3,
        ..Totals::default()
    };
    let bare = [Bare { queue: 0, time: 1 }; 2];
    assert_eq!(
        scores(&totals, &[], &bare, &[off], 0)[LATE_BOUND].missing,
        1
    );
}
