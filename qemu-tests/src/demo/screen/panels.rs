// SPDX-License-Identifier: GPL-2.0

//! What is where on the screen. Pure: the same story on a terminal of the same size is the same picture.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Gauge, Paragraph, Row, Table};
use ratatui::Frame;

use super::bytes::{self, fit, Maps};
use super::style::Palette;
use crate::demo::map::moves_text;
use crate::demo::story::{Announcement, Knob, Score, Story, READERS};

/// Of the knobs; the rest is the layouts'.
const KNOBS_WIDTH: u16 = 20;
/// Border, head, a line for each reader.
const READERS_HEIGHT: u16 = 3 + READERS.len() as u16;
/// Of the knobs and the layouts at least: it holds a record of 48 bytes, so nothing jumps while records grow and shrink.
const TOP_HEIGHT: u16 = 10;
/// The least of the announcements.
const NEWS_HEIGHT: u16 = 5;

/// Draws all of it.
pub fn draw(frame: &mut Frame<'_>, story: &Story, palette: Palette) {
    let queues = story.in_force();
    let fixed = 1 + READERS_HEIGHT + NEWS_HEIGHT + 1;
    let knobs = u16::try_from(story.knobs.len()).unwrap_or(u16::MAX);
    let wanted = bytes::height(&queues).max(knobs.saturating_add(2));
    let top = wanted
        .max(TOP_HEIGHT)
        .min(frame.area().height.saturating_sub(fixed));
    let [head, top, readers, news, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(top),
        Constraint::Length(READERS_HEIGHT),
        Constraint::Min(NEWS_HEIGHT),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let [knobs, maps] =
        Layout::horizontal([Constraint::Length(KNOBS_WIDTH), Constraint::Min(0)]).areas(top);
    progress(frame, head, story);
    turned(frame, knobs, story, palette);
    let queues = &queues;
    frame.render_widget(Maps { queues, palette }, maps);
    scores(frame, readers, story, palette);
    announcements(frame, news, story, palette);
    let command = story.change.as_ref();
    let command = command.map_or("the readers are loaded …", |change| &change.command);
    let foot_line = Line::from(vec![
        Span::styled(format!(" {command}"), palette.title()),
        Span::styled("   q ends", palette.faint()),
    ]);
    frame.render_widget(foot_line, foot);
}

fn progress(frame: &mut Frame<'_>, area: Rect, story: &Story) {
    let (at, of) = (story.changes(), story.of.max(1));
    let label = format!("{}: change {at} of {of}, under traffic", story.nic);
    let ratio = (f64::from(at) / f64::from(of)).clamp(0.0, 1.0);
    frame.render_widget(Gauge::default().label(label).ratio(ratio), area);
}

fn turned(frame: &mut Frame<'_>, area: Rect, story: &Story, palette: Palette) {
    let last = story.changes();
    let line = |knob: &Knob| {
        let is_last = knob.turned == last && last > 0;
        let style = match knob.value.as_str() {
            _ if is_last => palette.turned(),
            "off" => palette.faint(),
            _ => palette.right(),
        };
        let sign = if is_last { "◂" } else { " " };
        Line::styled(format!(" {:<9}{:>5} {sign}", knob.name, knob.value), style)
    };
    let lines: Vec<Line<'_>> = story.knobs.iter().map(line).collect();
    let block = Block::bordered().title(Line::styled(" knobs ", palette.title()));
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn scores(frame: &mut Frame<'_>, area: Rect, story: &Story, palette: Palette) {
    let head = ["reader", "packets", "misparsed", "stale", "missing", "lost"];
    let right = |text: String| Line::from(text).right_aligned();
    let mut heads = head.map(|word| right(word.to_owned()));
    heads[0] = Line::from(head[0]);
    let row = |(key, name, how): &(&str, &str, &str)| {
        let score = story.score(key).unwrap_or_default();
        let style = match score {
            Score { packets: 0, .. } => palette.faint(),
            score if score.is_clean() => palette.right(),
            _ => palette.wrong(),
        };
        // Missing and lost are known when all that was sent has come.
        let end = |count: Option<u64>| count.map_or("…".to_owned(), |n| n.to_string());
        let counts = [score.packets, score.misparsed, score.stale].map(|n| n.to_string());
        let counts = counts
            .into_iter()
            .chain([score.missing, score.lost].map(end));
        let cells = counts.map(right);
        let name = Line::from(format!("{name:<11}{how}"));
        Row::new(std::iter::once(name).chain(cells)).style(style)
    };
    let mut widths = [Constraint::Length(9); 6];
    widths[0] = Constraint::Fill(1);
    let table = Table::new(READERS.iter().map(row), widths)
        .header(Row::new(heads).style(palette.faint()))
        .block(Block::bordered().title(Line::styled(" readers ", palette.title())));
    frame.render_widget(table, area);
}

/// The latest ones, the newest at the bottom.
fn announcements(frame: &mut Frame<'_>, area: Rect, story: &Story, palette: Palette) {
    let all = &story.announcements;
    let width = usize::from(area.width.saturating_sub(2));
    let shown = usize::from(area.height.saturating_sub(2)).min(all.len());
    let first = all.len() - shown;
    let lines = all.iter().enumerate().skip(first).map(|(at, new)| {
        let before = all[..at].iter().rev().find(|old| old.queue == new.queue);
        let style = match at + 1 == all.len() {
            true => palette.title(),
            false => Style::new(),
        };
        Line::styled(fit(&announcement(before, new), width), style)
    });
    let title = format!(
        " {} announcements: generation, queue, reason, layout, size, what moves ",
        all.len()
    );
    let block = Block::bordered().title(Line::styled(title, palette.title()));
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()).block(block), area);
}

fn announcement(before: Option<&Announcement>, new: &Announcement) -> String {
    format!(
        " {:>5} q{} {:<9} {:#010x} {:>2} B  {}",
        new.generation,
        new.queue,
        new.reason,
        new.layout_id,
        new.size,
        moves_text(before, new)
    )
}
