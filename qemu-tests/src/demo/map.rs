// SPDX-License-Identifier: GPL-2.0

//! A record as rows of eight bytes, and what moves from one layout to the next. Pure; the screen and the page draw it.
//!
//! A record's size is a multiple of eight and its last eight bytes are the trailer, so the trailer is always the last row.

use std::fmt;

use super::story::{Announcement, Field};

/// Bytes in a row.
pub const ROW: u16 = 8;

/// The trailer's parts: name, bytes.
const TRAILER: [(&str, u16); 3] = [("layout_id", 4), ("generation", 2), ("present", 2)];

/// Neighbouring bytes of one row that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The first one, from the record's start.
    pub offset: u16,
    /// How many.
    pub len: u16,
    /// To what they belong.
    pub what: What,
}

/// What bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A field, or several that share a byte.
    Field(String),
    /// Nothing.
    Gap,
    /// A part of the trailer.
    Trailer(&'static str),
}

impl What {
    /// What is written on them.
    pub fn label(&self) -> &str {
        match self {
            Self::Field(name) => short(name),
            Self::Gap => "",
            Self::Trailer(name) => name,
        }
    }
}

/// A field's name without what all of them begin with.
pub fn short(name: &str) -> &str {
    name.strip_prefix("rx_").unwrap_or(name)
}

/// The rows of a layout's record; none while records are off.
pub fn rows(layout: &Announcement) -> Vec<Vec<Cell>> {
    let mut cells: Vec<Vec<Cell>> = Vec::new();
    for offset in 0..layout.size {
        let what = owner(layout, offset);
        if offset % ROW == 0 {
            cells.push(Vec::new());
        }
        let Some(row) = cells.last_mut() else {
            continue;
        };
        match row.last_mut() {
            Some(cell) if cell.what == what => cell.len += 1,
            _ => row.push(Cell {
                offset,
                len: 1,
                what,
            }),
        }
    }
    cells
}

/// To what one byte belongs.
fn owner(layout: &Announcement, offset: u16) -> What {
    let mut part = layout.size.saturating_sub(ROW);
    for (name, len) in TRAILER {
        if (part..part + len).contains(&offset) {
            return What::Trailer(name);
        }
        part += len;
    }
    let has = |field: &&Field| {
        let end = field.offset.saturating_add(field.size);
        (field.offset..end).contains(&offset)
    };
    let names: Vec<&str> = layout.fields.iter().filter(has).map(|f| &*f.name).collect();
    match names.is_empty() {
        true => What::Gap,
        false => What::Field(names.join("/")),
    }
}

/// What became of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// It is no longer there.
    Gone(String),
    /// It was not there before.
    New(String, u16),
    /// It is somewhere else.
    Moved(String, u16, u16),
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(name) => write!(f, "-{}", short(name)),
            Self::New(name, at) => write!(f, "+{}@{at}", short(name)),
            Self::Moved(name, from, to) => write!(f, "{} {from}→{to}", short(name)),
        }
    }
}

/// What a change of layout does to the fields: first what is gone, then by offset.
pub fn moves(before: &Announcement, after: &Announcement) -> Vec<Move> {
    let find = |layout: &Announcement, name: &str| {
        let field = layout.fields.iter().find(|field| field.name == name);
        field.map(|field| field.offset)
    };
    let gone = before.fields.iter().map(|field| &field.name);
    let gone = gone.filter(|name| find(after, name).is_none());
    let here = after
        .fields
        .iter()
        .filter_map(|field| match find(before, &field.name) {
            None => Some(Move::New(field.name.clone(), field.offset)),
            Some(from) if from != field.offset => {
                Some(Move::Moved(field.name.clone(), from, field.offset))
            }
            Some(_) => None,
        });
    gone.cloned().map(Move::Gone).chain(here).collect()
}

/// The same in words.
pub fn moves_text(before: Option<&Announcement>, after: &Announcement) -> String {
    let Some(before) = before else {
        return "the first".to_owned();
    };
    let words: Vec<String> = moves(before, after).iter().map(Move::to_string).collect();
    match words.is_empty() {
        true => "nothing moves".to_owned(),
        false => words.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::layout;
    use super::*;

    fn spelled(layout: &Announcement) -> Vec<String> {
        let cell = |c: &Cell| format!("{}+{}={}", c.offset, c.len, c.what.label());
        let row = |cells: &Vec<Cell>| cells.iter().map(cell).collect::<Vec<_>>().join(" ");
        rows(layout).iter().map(row).collect()
    }

    #[test]
    fn every_byte_is_named_and_the_trailer_is_the_last_row() {
        let layout = layout(
            1,
            24,
            &[
                ("rx_timestamp", 0, 8),
                ("rx_hash", 8, 4),
                ("rx_csum", 12, 2),
            ],
        );
        assert_eq!(
            spelled(&layout),
            [
                "0+8=timestamp",
                "8+4=hash 12+2=csum 14+2=",
                "16+4=layout_id 20+2=generation 22+2=present"
            ]
        );
    }

    #[test]
    fn a_field_goes_on_in_the_next_row_and_bit_fields_share_a_byte() {
        let layout = layout(1, 24, &[("a", 6, 4), ("b", 10, 1), ("c", 10, 1)]);
        assert_eq!(
            spelled(&layout)[..2],
            ["0+6= 6+2=a", "8+2=a 10+1=b/c 11+5="]
        );
    }

    #[test]
    fn what_cannot_be_is_drawn_all_the_same() {
        assert!(rows(&layout(0, 0, &[])).is_empty());
        assert_eq!(rows(&layout(1, 8, &[("far", 65535, 65535)])).len(), 1);
        assert_eq!(spelled(&layout(1, 4, &[])), ["0+4=layout_id"]);
    }

    #[test]
    fn a_knob_moves_what_is_behind_it() {
        let on = layout(
            1,
            24,
            &[("rx_hash", 0, 4), ("rx_hash_type", 4, 2), ("rx_csum", 6, 2)],
        );
        let off = layout(2, 16, &[("rx_csum", 0, 2), ("rx_ip_id", 2, 2)]);
        assert_eq!(
            moves_text(Some(&on), &off),
            "-hash -hash_type csum 6→0 +ip_id@2"
        );
        assert_eq!(moves_text(Some(&on), &on), "nothing moves");
        assert_eq!(moves_text(None, &on), "the first");
    }
}
