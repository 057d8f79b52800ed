// SPDX-License-Identifier: GPL-2.0

//! A stream of frames as it is asked for: the fields of a `wire` request.

use serde_json::Value;

use super::{Kind, Kinds, Nic, Traffic, Vlan};
use crate::frames;

impl Traffic {
    /// Reads the fields of a `wire` request; one that is not there keeps its default.
    ///
    /// # Errors
    ///
    /// Names the field and the value that it does not understand.
    pub(crate) fn from_json(request: &Value) -> Result<Self, String> {
        let mut traffic = Self::default();
        let bad = |field: &str| format!("{field}: cannot be {}", request[field]);
        let name = |field: &str| match request.get(field) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or_else(|| bad(field)),
        };
        if let Some(nic) = name("nic")? {
            traffic.nic = Nic::named(nic).ok_or_else(|| bad("nic"))?;
        }
        if let Some(kinds) = name("l4")? {
            traffic.kinds = Kinds::named(kinds).ok_or_else(|| bad("l4"))?;
        }
        traffic.vlan = match request.get("vlan") {
            None => Vlan::None,
            Some(Value::String(text)) => match text.as_str() {
                "none" => Vlan::None,
                "all" => Vlan::All,
                "mix" => Vlan::Mix,
                _ => return Err(bad("vlan")),
            },
            Some(tci) => Vlan::Tci(number(tci).ok_or_else(|| bad("vlan"))?),
        };
        if let Some(flows) = request.get("flows") {
            traffic.flows = number(flows)
                .filter(|&f: &u32| f > 0)
                .ok_or_else(|| bad("flows"))?;
        }
        if let Some(seed) = request.get("seed") {
            traffic.seed = number(seed).ok_or_else(|| bad("seed"))?;
        }
        if let Some(payload) = request.get("payload") {
            traffic.payload = number(payload).ok_or_else(|| bad("payload"))?;
        }
        traffic.longest = match request.get("longest") {
            Some(longest) => number(longest).ok_or_else(|| bad("longest"))?,
            None => traffic.payload,
        };
        if let Some(dst) = request.get("dst") {
            traffic.to.0 = dst
                .as_str()
                .and_then(|d| d.parse().ok())
                .ok_or_else(|| bad("dst"))?;
        }
        if let Some(mac) = request.get("mac") {
            let bytes = mac.as_str().and_then(|hex| frames::from_hex(hex).ok());
            traffic.mac = bytes
                .and_then(|b| b.try_into().ok())
                .ok_or_else(|| bad("mac"))?;
        }
        if let Some(port) = request.get("dport") {
            traffic.to.1 = number(port).ok_or_else(|| bad("dport"))?;
        }
        Ok(traffic)
    }
}

impl Kinds {
    fn named(name: &str) -> Option<Self> {
        match name {
            "mix" => Some(Self::Mix),
            "all" => Some(Self::All),
            one => Kind::named(one).map(Self::One),
        }
    }
}

fn number<T: TryFrom<u64>>(value: &Value) -> Option<T> {
    T::try_from(value.as_u64()?).ok()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use serde_json::json;

    use super::*;

    #[test]
    fn requests_are_read_and_wrong_ones_name_their_field() {
        let request = json!({"l4": "all", "vlan": 0x2005, "flows": 3, "seed": 9, "dst": "192.0.2.2", "dport": 7});
        let traffic = Traffic::from_json(&request).unwrap();
        assert_eq!(
            (traffic.kinds, traffic.vlan, traffic.flows),
            (Kinds::All, Vlan::Tci(0x2005), 3)
        );
        assert_eq!(traffic.to, (Ipv4Addr::new(192, 0, 2, 2), 7));
        for (field, bad) in [
            ("l4", json!("sctp")),
            ("nic", json!("e100")),
            ("vlan", json!("some")),
            ("flows", json!(0)),
            ("dst", json!("x")),
            ("mac", json!("0102")),
        ] {
            let error = Traffic::from_json(&json!({ field: bad })).unwrap_err();
            assert!(error.starts_with(field), "{error}");
        }
    }
}
