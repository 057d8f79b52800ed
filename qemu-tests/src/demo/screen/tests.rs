// SPDX-License-Identifier: GPL-2.0

//! Pictures without a terminal: what is in which column, what scrolls, what fits into 80 by 24.

use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Color, Modifier};
use ratatui::Terminal;

use super::leaves;
use super::panels::draw;
use super::style::Palette;
use crate::demo::samples::{layout, story};
use crate::demo::story::{Announcement, Event, Story};

/// The picture of a story.
fn picture(story: &Story, (width, height): (u16, u16), palette: Palette) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, story, palette)).unwrap();
    terminal.backend().buffer().clone()
}

/// Its lines.
fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width);
    let rows = buffer.content.chunks(width);
    rows.map(|row| row.iter().map(|cell| cell.symbol()).collect())
        .collect()
}

/// The column and line where text begins.
fn find(buffer: &Buffer, text: &str) -> (u16, u16) {
    let lines = lines(buffer);
    let found = lines.iter().enumerate().find_map(|(y, line)| {
        let at = line.find(text)?;
        Some((line[..at].chars().count() as u16, y as u16))
    });
    found.unwrap_or_else(|| panic!("no {text:?} in\n{}", lines.join("\n")))
}

/// A story of nothing but announcements.
fn announced(all: impl IntoIterator<Item = Announcement>) -> Story {
    let mut story = Story::new("e1000e", 100);
    for announcement in all {
        story.hear(Event::Announcement(announcement)).unwrap();
    }
    story
}

const SMALL: (u16, u16) = (80, 24);

#[test]
fn all_panels_are_there_on_80_by_24() {
    let mut story = story(37, false);
    story.of = 100;
    let picture = picture(&story, SMALL, Palette::none());
    let text = lines(&picture).join("\n");
    for part in [
        "e1000e: change 37 of 100",
        " knobs ",
        "hash       off ◂",
        "queue 0  generation 38  16 bytes",
        "rnic_rx_csum 0x00001234",
        "layout_id",
        " readers ",
        "late-bound asked on change ",
        " 38 announcements: ",
        "    38 q0 features  0x00001234 16 B  -hash -hash_type csum 6→0 +ip_id@2",
        "ethtool -K eth0 rxhash off   q ends",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn a_byte_is_in_the_column_of_its_number() {
    let layout = layout(
        1,
        24,
        &[
            ("rx_timestamp", 0, 8),
            ("rx_hash", 8, 4),
            ("rx_hash_type", 12, 2),
            ("rx_timestamp_kind", 14, 1),
        ],
    );
    let picture = picture(&announced([layout]), SMALL, Palette::colours());
    let (left, top) = find(&picture, "+0");
    // 80 columns leave six for a byte.
    for (name, byte, row, colour) in [
        ("timestamp ", 0, 1, Color::LightMagenta),
        ("hash ", 0, 2, Color::LightGreen),
        ("hash_type", 4, 2, Color::Green),
        ("time…", 6, 2, Color::Magenta),
        ("layout_id", 0, 3, Color::Gray),
        ("generation", 4, 3, Color::Gray),
        ("present", 6, 3, Color::Gray),
    ] {
        let (x, y) = (left + 6 * byte, top + row);
        let line = &lines(&picture)[usize::from(y)];
        let at: String = line.chars().skip(x.into()).collect();
        assert!(at.starts_with(name), "{name} at byte {byte}: {line}");
        assert_eq!(picture[(x, y)].bg, colour, "{name}");
        let before = picture[(x - 1, y)].bg;
        assert_eq!(
            before,
            Color::Reset,
            "{name}: a column apart from what is before it"
        );
    }
    // A field is as wide as its bytes: the last column of the eighth byte is the gap to what would follow.
    assert_eq!(picture[(left + 46, top + 1)].bg, Color::LightMagenta);
    assert_eq!(picture[(left + 47, top + 1)].bg, Color::Reset);
    assert_eq!(find(&picture, " 16 layout_id").1, top + 3);
}

#[test]
fn the_newest_announcements_are_seen() {
    let picture = picture(&story(100, false), SMALL, Palette::none());
    let text = lines(&picture).join("\n");
    let shown: Vec<u32> = (1..=101)
        .filter(|g| text.contains(&format!("{g:>6} q0 ")))
        .collect();
    assert_eq!(shown, [98, 99, 100, 101], "{text}");
    let tall = lines(&self::picture(
        &story(100, false),
        (80, 60),
        Palette::none(),
    ))
    .join("\n");
    assert!(
        tall.contains("    63 q0") && tall.contains("   101 q0"),
        "{tall}"
    );
}

#[test]
fn queues_that_have_no_room_are_counted() {
    let on = |queue| Announcement {
        queue,
        ..layout(1, 32, &[("rx_hash", 0, 4)])
    };
    let eight = announced((0..8).map(on));
    let small = lines(&picture(&eight, SMALL, Palette::none())).join("\n");
    assert!(
        small.contains("queue 0") && !small.contains("queue 1 "),
        "{small}"
    );
    assert!(small.contains("and 7 more queues"), "{small}");
    let tall = lines(&picture(&eight, (80, 90), Palette::none())).join("\n");
    assert!(
        tall.contains("queue 7") && !tall.contains("more queues"),
        "{tall}"
    );
}

#[test]
fn who_misreads_is_red_and_who_does_not_is_not() {
    let coloured = picture(&story(100, true), SMALL, Palette::colours());
    for (name, colour) in [
        ("frozen ", Color::LightRed),
        ("kfunc ", Color::LightGreen),
        ("late-bound ", Color::LightGreen),
    ] {
        assert_eq!(coloured[find(&coloured, name)].fg, colour, "{name}");
    }
    let plain = picture(&story(100, true), SMALL, Palette::none());
    assert!(plain[find(&plain, "frozen ")]
        .modifier
        .contains(Modifier::BOLD));
    for cell in &plain.content {
        assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{cell:?}");
    }
}

#[test]
fn what_is_not_known_yet_is_not_said_to_be_none() {
    let under_way = picture(&story(100, false), SMALL, Palette::none());
    let (_, y) = find(&under_way, "late-bound");
    let line = lines(&under_way)[usize::from(y)].clone();
    assert_eq!(line.matches('…').count(), 2, "{line}");
    let ended = lines(&picture(&story(100, true), SMALL, Palette::none()))[usize::from(y)].clone();
    assert!(!ended.contains('…') && ended.contains("10048"), "{ended}");
}

#[test]
fn any_size_and_any_state_can_be_drawn() {
    let large = announced([layout(1, 256, &[("x", 0, 248)]), layout(0, 0, &[])]);
    for story in [Story::new("igb", 1), story(5, false), story(5, true), large] {
        for (width, height) in [(1, 1), (10, 3), (24, 8), (40, 16), (80, 24), (300, 100)] {
            picture(&story, (width, height), Palette::colours());
        }
    }
    let off = announced([layout(1, 16, &[]), layout(0, 0, &[])]);
    find(&picture(&off, SMALL, Palette::none()), "records are off");
}

#[test]
fn what_ends_it() {
    let key = |code, modifiers| leaves(KeyEvent::new(code, modifiers));
    assert!(key(KeyCode::Char('q'), KeyModifiers::NONE));
    assert!(key(KeyCode::Esc, KeyModifiers::NONE));
    assert!(key(KeyCode::Char('c'), KeyModifiers::CONTROL));
    assert!(!key(KeyCode::Char('c'), KeyModifiers::NONE));
    assert!(!key(KeyCode::Enter, KeyModifiers::NONE));
}

#[test]
#[ignore = "prints a picture, to be looked at"]
fn print() {
    println!(
        "{}",
        lines(&picture(&story(37, true), SMALL, Palette::none())).join("\n")
    );
}
