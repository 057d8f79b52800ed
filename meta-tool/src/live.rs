// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What the kernel says of its queues, for `show` and `monitor`: where it comes from, and what a program gets.

use anyhow::{Context, Result};
use meta_reader::{Announcement, Client, Error, Layout};
use serde::Serialize;

use crate::interfaces::Interfaces;

/// The family, and the interface that is asked for, if it is one.
#[derive(Debug)]
pub(crate) struct Live {
    /// The family.
    pub(crate) client: Client,
    interfaces: Interfaces,
    only: Option<u32>,
}

/// What programs get of a queue: one object on one line.
#[derive(Debug, Serialize)]
pub(crate) struct Object<'a> {
    /// How it came: `state` for what is in force, `change` for what was announced.
    event: &'static str,
    /// Name of the interface.
    interface: String,
    #[serde(flatten)]
    announcement: &'a Announcement,
}

impl Live {
    /// Finds the family, and the interface of this name.
    pub(crate) fn open(interface: Option<&str>) -> Result<Self> {
        let interfaces = Interfaces::open()?;
        let only = interface.map(|name| interfaces.index(name)).transpose()?;
        let client = Client::open().map_err(without_family)?;
        Ok(Self {
            client,
            interfaces,
            only,
        })
    }

    /// The layouts in force, by interface and queue.
    pub(crate) fn state(&self) -> Result<Vec<Announcement>> {
        let mut all = self.client.dump().context("ask for the layouts in force")?;
        all.retain(|announcement| self.is_wanted(announcement));
        all.sort_by_key(|announcement| (announcement.ifindex, announcement.queue));
        Ok(all)
    }

    /// Whether it is of an interface that is asked for.
    pub(crate) fn is_wanted(&self, announcement: &Announcement) -> bool {
        self.only.is_none_or(|only| only == announcement.ifindex)
    }

    /// Name of the interface that it is about.
    pub(crate) fn interface(&self, announcement: &Announcement) -> String {
        self.interfaces.name(announcement.ifindex)
    }

    /// What programs get of it.
    pub(crate) fn object<'a>(
        &self,
        event: &'static str,
        announcement: &'a Announcement,
    ) -> Object<'a> {
        Object {
            event,
            interface: self.interface(announcement),
            announcement,
        }
    }
}

/// Says what is to be done when there is no family.
fn without_family(error: Error) -> anyhow::Error {
    let is_missing = matches!(&error, Error::Refused(refusal) if refusal.errno == ENOENT);
    let error = anyhow::Error::from(error);
    if is_missing {
        return error.context("no driver that announces layouts is loaded");
    }
    error
}

const ENOENT: i32 = rustix::io::Errno::NOENT.raw_os_error();

/// `rx_hash@0 rx_vlan_tci@4`: the fields and where they are; of a bit-field also its bits.
pub(crate) fn places(layout: &Layout) -> String {
    let place = |field: &meta_reader::Field| match field.bits {
        0 => format!("{}@{}", field.name, field.offset),
        bits => format!("{}@{}.{}:{bits}", field.name, field.offset, field.bit),
    };
    let all: Vec<_> = layout.fields().iter().map(place).collect();
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use meta_reader::Field;

    use super::*;

    #[test]
    fn fields_are_told_with_their_places() {
        let field = |id, offset, bit, bits| Field {
            id,
            name: format!("f{id}"),
            offset,
            size: 4,
            present: id.to_le_bytes()[0],
            bit,
            bits,
        };
        let fields = vec![field(1, 0, 0, 0), field(2, 4, 3, 5)];
        let layout = Layout::new(1, "x", 16, fields, Vec::new()).unwrap();
        assert_eq!(places(&layout), "f1@0 f2@4.3:5");
    }
}
