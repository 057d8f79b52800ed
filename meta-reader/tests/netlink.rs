// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The client against this machine's kernel, which has one family whatever its drivers are.

use std::time::Duration;

use meta_reader::netlink::{attributes, text, Family};
use meta_reader::Error;

const CTRL_CMD_GETFAMILY: u8 = 3;
const CTRL_ATTR_FAMILY_ID: u16 = 1;
const CTRL_ATTR_FAMILY_NAME: u16 = 2;
/// No such file or directory.
const ENOENT: i32 = 2;

#[test]
fn a_family_is_found_by_name() {
    let family = Family::open("nlctrl").unwrap();
    assert!(family.group("notify").is_ok());
    assert!(matches!(family.group("x"), Err(Error::NoGroup(name)) if name == "x"));
    let name = (CTRL_ATTR_FAMILY_NAME, b"nlctrl\0".to_vec());
    let answers = family.ask(CTRL_CMD_GETFAMILY, false, &[name]).unwrap();
    let [answer] = answers.as_slice() else {
        panic!("{} answers", answers.len())
    };
    let find = |kind| answer.iter().find(|a| a.kind == kind).unwrap();
    assert_eq!(find(CTRL_ATTR_FAMILY_ID).value, 0x10_u16.to_ne_bytes());
    assert_eq!(text(&find(CTRL_ATTR_FAMILY_NAME).value), "nlctrl");
}

#[test]
fn a_dump_has_every_family() {
    let family = Family::open("nlctrl").unwrap();
    for _ in 0..2 {
        let all = family.ask(CTRL_CMD_GETFAMILY, true, &[]).unwrap();
        let named = all
            .iter()
            .flatten()
            .filter(|a| a.kind == CTRL_ATTR_FAMILY_NAME);
        assert!(named.map(|a| text(&a.value)).any(|name| name == "nlctrl"));
    }
}

#[test]
fn what_is_not_there_is_refused() {
    let refused = Family::open("no-such-family").unwrap_err();
    let Error::Refused(refusal) = &refused else {
        panic!("{refused}")
    };
    assert_eq!(refusal.errno, ENOENT);
    assert!(refused
        .to_string()
        .starts_with("the kernel refuses: No such file"));
}

#[test]
fn a_group_without_news_is_waited_for_and_no_longer() {
    let family = Family::open("nlctrl").unwrap();
    family.join("notify").unwrap();
    assert!(family.next(Duration::ZERO).unwrap().is_none());
    assert!(family.next(Duration::from_millis(20)).unwrap().is_none());
}

#[test]
fn attributes_end_where_they_should() {
    assert_eq!(attributes(&[]).unwrap().len(), 0);
    assert_eq!(attributes(&[5, 0, 1, 0, 7, 0, 0, 0]).unwrap()[0].value, [7]);
    assert!(attributes(&[3, 0, 1, 0]).is_err());
    assert!(attributes(&[9, 0, 1, 0, 7, 0, 0, 0]).is_err());
    assert!(attributes(&[8, 0]).is_err());
}
