// SPDX-License-Identifier: GPL-2.0

//! A demo as a guest might tell it, for the tests of what is drawn.

use serde_json::{json, Value};

use super::story::{Announcement, Event, Field, Story};

/// A layout with these fields: name, offset, bytes.
pub fn layout(layout_id: u32, size: u16, fields: &[(&str, u16, u16)]) -> Announcement {
    let field = |(name, offset, size): &(&str, u16, u16)| Field {
        name: (*name).to_owned(),
        offset: *offset,
        size: *size,
    };
    Announcement {
        queue: 0,
        generation: layout_id,
        layout_id,
        layout: format!("layout_{layout_id}"),
        size,
        reason: "features".to_owned(),
        time_ns: 1_000_000 * u64::from(layout_id),
        fields: fields.iter().map(field).collect(),
    }
}

/// The score of a reader that misread some.
fn score(packets: u64, misparsed: u64) -> Value {
    json!({ "packets": packets, "misparsed": misparsed, "stale": 0, "missing": misparsed / 2, "lost": 0 })
}

/// A story of so many changes, hash and packet type in turn, to its end or not.
pub fn story(changes: u32, ended: bool) -> Story {
    let mut story = Story::new("e1000e", changes);
    let mut tell = |value: Value| story.hear(Event::parse(&value).unwrap()).unwrap();
    let on = json!([{ "name": "rx_hash", "offset": 0, "size": 4, "id": 2, "present": 0 },
        { "name": "rx_hash_type", "offset": 4, "size": 2, "id": 3, "present": 1 },
        { "name": "rx_csum", "offset": 6, "size": 2, "id": 6, "present": 2 }]);
    let off = json!([{ "name": "rx_csum", "offset": 0, "size": 2, "id": 6, "present": 0 },
        { "name": "rx_ip_id", "offset": 2, "size": 2, "id": 0x8000, "present": 1 }]);
    let announce = |generation: u32, hash: bool| {
        json!({ "announcement": {
            "ifindex": 2, "queue": 0, "generation": generation, "layout_id": if hash { 0xaa55 } else { 0x1234 },
            "layout": if hash { "rnic_rx_hash_csum" } else { "rnic_rx_csum" }, "size": 16, "reason": "features",
            "time_ns": 1_000_000_000 + 50_000_000 * u64::from(generation), "fields": if hash { &on } else { &off },
        }})
    };
    tell(
        json!({ "knobs": [{ "name": "hash", "value": "on" }, { "name": "csum", "value": "on" },
        { "name": "mtu", "value": "1500" }] }),
    );
    tell(announce(1, true));
    tell(json!({ "btf": { "title": "generation 1", "text": "[1] INT 'u32' size=4" } }));
    for n in 1..=changes {
        let (hash, packets) = (n % 2 == 0, 100 * u64::from(n));
        let word = if hash { "on" } else { "off" };
        tell(
            json!({ "change": { "n": n, "command": format!("ethtool -K eth0 rxhash {word}"),
            "knob": "hash", "value": word } }),
        );
        tell(announce(n + 1, hash));
        let mut readers = json!({ "frozen": score(packets, packets / 2), "kfunc": score(packets, 0),
            "late_bound": score(packets, 0) });
        for reader in readers.as_object_mut().unwrap().values_mut() {
            reader
                .as_object_mut()
                .unwrap()
                .retain(|key, _| key != "missing" && key != "lost");
        }
        tell(json!({ "progress": { "changes": n, "readers": readers } }));
    }
    if ended {
        let packets = 100 * u64::from(changes) + 48;
        tell(
            json!({ "layouts": [{ "layout_id": 0xaa55, "packets": packets - packets / 4 },
            { "layout_id": 0x1234, "packets": packets / 4 }] }),
        );
        tell(json!({ "result": {
            "nic": "e1000e", "changes": changes, "generations": changes + 1, "announced": changes + 1,
            "readers": { "frozen": score(packets, 5314), "kfunc": score(packets, 0), "late_bound": score(packets, 0) },
        }}));
    }
    story
}
