// SPDX-License-Identifier: GPL-2.0

//! Every layout of the page as a map of bytes, a field always in the same colour. Pure.

use maud::{html, Markup};

use crate::demo::map::{moves, rows, Cell, Move, What};
use crate::demo::story::{Announcement, Story};

/// Fields that have a colour of their own; `page.css` has as many.
const COLOURS: [&str; 9] = [
    "rx_timestamp",
    "rx_hash",
    "rx_hash_type",
    "rx_vlan_tci",
    "rx_vlan_proto",
    "rx_csum",
    "rx_packet_type",
    "rx_ip_id",
    "rx_timestamp_kind",
];

/// The part of a layout's name that tells it from others: what its knobs are.
pub fn title(layout: &Announcement) -> String {
    let knobs = layout.layout.strip_prefix("rnic_rx_");
    knobs.unwrap_or(&layout.layout).replace('_', " ")
}

/// A map for each, in the order in which they were first in force.
pub fn cards(story: &Story) -> Markup {
    let layouts = story.layouts();
    let before = std::iter::once(None).chain(layouts.iter().map(Some));
    html! {
        section {
            h2 { (layouts.len()) " layouts" }
            p.note {
                "Records as they stood in front of the packets, eight bytes in a row, in the order in which the layouts were first "
                "in force. The trailer says of each record which layout and generation it is of, and which fields the packet has."
            }
            div.cards {
                @for (layout, before) in layouts.iter().zip(before) { (card(layout, before.copied())) }
            }
        }
    }
}

fn card(layout: &Announcement, before: Option<&Announcement>) -> Markup {
    html! {
        article {
            h3 { (title(layout)) }
            p.note { code { (format!("{:#010x}", layout.layout_id)) } ", " (layout.size) " bytes, generation " (layout.generation) }
            @for row in rows(layout) {
                div.row {
                    span.offset { (row.first().map_or(0, |cell| cell.offset)) }
                    @for cell in &row { (bytes(cell)) }
                }
            }
            @if let Some(before) = before {
                p.moves { @for change in moves(before, layout) { (moved(&change)) " " } }
            }
        }
    }
}

fn bytes(cell: &Cell) -> Markup {
    let class = match &cell.what {
        What::Gap => "gap".to_owned(),
        What::Trailer(_) => "trailer".to_owned(),
        What::Field(name) => {
            let known = COLOURS.iter().position(|known| known == name);
            known.map_or("field".to_owned(), |at| format!("field f{at}"))
        }
    };
    let last = cell.offset + cell.len - 1;
    html! {
        span class=(class) style=(format!("grid-column: span {}", cell.len))
            title=(format!("{} {}..={last}", cell.what.label(), cell.offset)) { (cell.what.label()) }
    }
}

fn moved(change: &Move) -> Markup {
    let class = match change {
        Move::Gone(_) => "gone",
        Move::New(..) => "new",
        Move::Moved(..) => "moved",
    };
    html! { span class=(class) { (change) } }
}
