// SPDX-License-Identifier: GPL-2.0

//! The interface's switches: what the ordinary tools say of them, and what a command does to them.
//!
//! Asking takes four tools, too long between two changes under traffic. So whoever watches asks once, follows the commands,
//! and asks again at the end: both must say the same.

use anyhow::{Context, Result};
use serde_json::{json, Value};

use crate::eth::NAME;
use crate::tools;

/// All switches, by their short names, in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Switches(Vec<(&'static str, String)>);

/// `ethtool -K`: the word that an administrator writes, what `ethtool -k` calls it, the name here.
const FEATURES: [(&str, &str, &str); 3] = [
    ("rxhash", "receive-hashing", "hash"),
    ("rxvlan", "rx-vlan-offload", "vlan"),
    ("rx", "rx-checksumming", "csum"),
];

/// `ethtool --set-priv-flags`: the word, the name here.
const FLAGS: [(&str, &str); 2] = [("xdp-packet-type", "ptype"), ("xdp-records", "records")];

impl Switches {
    /// Asks the tools.
    ///
    /// # Errors
    ///
    /// When one of them fails, or says nothing of a switch.
    pub(crate) fn read() -> Result<Self> {
        let features = tools::run(&["ethtool", "-k", NAME])?;
        let flags = tools::run(&["ethtool", "--show-priv-flags", NAME])?;
        let stamps = tools::run(&["ethtool", "--get-hwtimestamp-cfg", NAME])?;
        let rings = tools::run(&["ethtool", "-g", NAME])?;
        let (_, rings) = rings
            .split_once("Current hardware settings:")
            .context("ethtool -g has no current settings")?;
        let mut all = Vec::new();
        for (_, name, short) in FEATURES {
            all.push((short, value(&features, name)?));
        }
        let filter = after(&stamps, "Hardware Receive Filter Mode:")?;
        all.push((
            "tstamp",
            if filter == "none" { "off" } else { "on" }.to_owned(),
        ));
        for (name, short) in FLAGS {
            all.push((short, value(&flags, name)?));
        }
        all.push(("ring", value(rings, "RX")?));
        all.push(("mtu", tools::read(&format!("/sys/class/net/{NAME}/mtu"))?));
        Ok(Self(all))
    }

    /// Notes what a command has done; gives the switch's name and its value now.
    ///
    /// # Errors
    ///
    /// When it is none of the commands that are known here.
    pub(crate) fn turn(&mut self, command: &str) -> Result<(&'static str, String)> {
        let (name, value) = turned(command).with_context(|| format!("`{command}` turns what?"))?;
        let switch = self.0.iter_mut().find(|(known, _)| *known == name);
        switch.with_context(|| format!("no switch {name}"))?.1 = value.to_owned();
        Ok((name, value.to_owned()))
    }

    /// The shape that the host reads.
    pub(crate) fn to_json(&self) -> Value {
        let all = self.0.iter();
        all.map(|(name, value)| json!({ "name": name, "value": value }))
            .collect()
    }
}

/// What stands behind `name:` in a tool's list.
fn value(list: &str, name: &str) -> Result<String> {
    let lines = list.lines().filter_map(|line| line.split_once(':'));
    let mut values = lines.filter(|(key, _)| key.trim() == name);
    let (_, value) = values
        .next()
        .with_context(|| format!("no {name}: {list}"))?;
    Ok(value.trim().to_owned())
}

/// What stands on the line below `title`.
fn after<'a>(list: &'a str, title: &str) -> Result<&'a str> {
    let mut lines = list.lines().map(str::trim);
    let below = lines.find(|line| *line == title).and(lines.next());
    below.with_context(|| format!("no {title} {list}"))
}

/// The switch that a command turns, and its new value.
fn turned(command: &str) -> Option<(&'static str, &str)> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let named = |table: &[(&str, &'static str)], word: &str| {
        let found = table.iter().find(|(known, _)| *known == word);
        found.map(|(_, short)| *short)
    };
    match *words.as_slice() {
        ["ethtool", "-K", _, word, value] => {
            let features = FEATURES.map(|(word, _, short)| (word, short));
            Some((named(&features, word)?, value))
        }
        ["ethtool", "--set-priv-flags", _, word, value] => Some((named(&FLAGS, word)?, value)),
        ["ethtool", "-G", _, "rx", value] => Some(("ring", value)),
        ["ip", "link", "set", "dev", _, "mtu", value] => Some(("mtu", value)),
        ["stamps", value] => Some(("tstamp", value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::nth_change;

    #[test]
    fn every_change_of_the_demo_turns_a_switch() {
        let mut turned: Vec<&str> = (0..16)
            .map(|n| super::turned(nth_change(n)).unwrap().0)
            .collect();
        turned.sort_unstable();
        turned.dedup();
        let all = ["csum", "hash", "mtu", "ptype", "ring", "tstamp", "vlan"];
        assert_eq!(turned, all);
    }

    #[test]
    fn what_is_unknown_turns_nothing() {
        let mut switches = Switches(vec![("hash", "on".to_owned())]);
        for command in [
            "ethtool -K eth0 tso off",
            "reboot",
            "ethtool -K eth0 rxvlan off",
        ] {
            assert!(switches.turn(command).is_err(), "{command}");
        }
        let now = switches.turn("ethtool -K eth0 rxhash off").unwrap();
        assert_eq!(now, ("hash", "off".to_owned()));
        assert_eq!(
            switches.to_json(),
            json!([{ "name": "hash", "value": "off" }])
        );
    }

    #[test]
    fn a_value_is_that_of_the_whole_name() {
        let list =
            "Features:\nrx-checksumming: on\n\trx-all: off [fixed]\nRX:\t\t256\nRX Mini: n/a\n";
        assert_eq!(value(list, "RX").unwrap(), "256");
        assert_eq!(value(list, "rx-checksumming").unwrap(), "on");
        assert!(value(list, "rx").is_err());
    }

    #[test]
    fn a_mode_is_below_its_title() {
        let list =
            "Hardware Transmit Timestamp Mode:\n\toff\nHardware Receive Filter Mode:\n\tall\n";
        assert_eq!(after(list, "Hardware Receive Filter Mode:").unwrap(), "all");
        assert!(after(list, "Hardware").is_err() && after("x:", "x:").is_err());
    }
}
