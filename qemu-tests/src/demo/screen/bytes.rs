// SPDX-License-Identifier: GPL-2.0

//! The layouts in force, byte by byte: a block for each queue. Pure.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Widget};

use super::style::Palette;
use crate::demo::map::{moves_text, rows, Cell, ROW};
use crate::demo::story::Announcement;

/// Columns in front of a row, for its offset.
const MARGIN: u16 = 4;
/// Lines of a block beside the rows: two of the border, the bytes' numbers, what has moved.
const AROUND: u16 = 4;

/// A queue's announcement, and the one before it.
type Queue<'a> = (&'a Announcement, Option<&'a Announcement>);

/// Every queue's layout, as far as there is room.
#[derive(Clone, Copy, Debug)]
pub struct Maps<'a> {
    /// The queues.
    pub queues: &'a [Queue<'a>],
    /// How it is coloured.
    pub palette: Palette,
}

/// Lines that the queues would like to have.
pub fn height(queues: &[Queue<'_>]) -> u16 {
    queues.iter().map(|(now, _)| block(now)).sum()
}

fn block(layout: &Announcement) -> u16 {
    layout.size.div_ceil(ROW).max(1) + AROUND
}

impl Widget for Maps<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let mut top = area.y;
        for (at, (now, before)) in self.queues.iter().enumerate() {
            let left = self.queues.len() - at;
            let room = area.bottom() - top;
            // The last line says how many there is no room for.
            if block(now) + u16::from(left > 1) > room && at > 0 {
                let more = format!(" and {left} more queues, for which this terminal has no lines");
                buffer.set_stringn(area.x, top, more, area.width.into(), self.palette.faint());
                return;
            }
            let height = if left == 1 {
                room
            } else {
                block(now).min(room)
            };
            let area = Rect {
                y: top,
                height,
                ..area
            };
            self.queue(now, *before, area, buffer);
            top += height;
        }
    }
}

impl Maps<'_> {
    fn queue(
        self,
        now: &Announcement,
        before: Option<&Announcement>,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let title = format!(
            " queue {}  generation {}  {} bytes ",
            now.queue, now.generation, now.size
        );
        let name = format!(" {} {:#010x} ", now.layout, now.layout_id);
        let frame = Block::bordered()
            .title_top(Line::styled(title, self.palette.title()))
            .title_bottom(Line::from(name).right_aligned());
        let inside = frame.inner(area);
        frame.render(area, buffer);
        if inside.height == 0 {
            return;
        }
        let byte = (inside.width.saturating_sub(MARGIN) / ROW).clamp(1, 7);
        for at in 0..ROW {
            let x = inside.x + MARGIN + at * byte;
            let width = inside.right().saturating_sub(x).into();
            buffer.set_stringn(x, inside.y, format!("+{at}"), width, self.palette.faint());
        }
        let rows = rows(now);
        if rows.is_empty() {
            let off = "records are off";
            buffer.set_stringn(
                inside.x + 1,
                inside.y + 1,
                off,
                inside.width.into(),
                self.palette.title(),
            );
        }
        // The last line is for what has moved.
        let last = inside.bottom() - 1;
        for (y, row) in (inside.y + 1..last).zip(&rows) {
            let offset = row.first().map_or(0, |cell| cell.offset);
            buffer.set_stringn(inside.x, y, format!("{offset:>3}"), 3, self.palette.faint());
            for cell in row {
                let x = inside.x + MARGIN + cell.offset % ROW * byte;
                self.cell(cell, (x, y), byte, buffer);
            }
        }
        let width = inside.width.saturating_sub(2);
        let moves = fit(&moves_text(before, now), width.into());
        buffer.set_stringn(
            inside.x + 1,
            last,
            moves,
            inside.width.saturating_sub(1).into(),
            self.palette.title(),
        );
    }

    /// The name over all its bytes but one column, so that neighbours stay apart.
    fn cell(self, cell: &Cell, (x, y): (u16, u16), byte: u16, buffer: &mut Buffer) {
        let width = usize::from((cell.len * byte).saturating_sub(1).max(1));
        let text = fit(cell.what.label(), width);
        buffer.set_stringn(x, y, text, width, self.palette.bytes(&cell.what));
    }
}

/// Text of exactly so many columns; what is too long says so.
pub fn fit(label: &str, width: usize) -> String {
    if label.chars().count() <= width {
        return format!("{label:<width$}");
    }
    let kept: String = label.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}
