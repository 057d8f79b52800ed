// SPDX-License-Identifier: GPL-2.0

//! The demo as lines: for logs, for pipes, for terminals that cannot draw. The same table ends it everywhere.

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::map::moves_text;
use super::story::{Announcement, Btf, Change, Event, Progress, Story, READERS};
use crate::follow::Audience;
use crate::ui::Step;

const COLUMNS: [&str; 5] = ["packets", "misparsed", "stale", "missing", "lost"];

/// Tells it line by line, above a bar if there is a terminal.
#[derive(Debug)]
pub struct Lines {
    step: Step,
    story: Story,
}

impl Lines {
    /// Begins.
    pub fn new(story: Story) -> Self {
        let step = Step::new("demo", "traffic and changes");
        step.total(u64::from(story.of));
        Self { step, story }
    }

    /// Ends; gives what was heard.
    pub fn end(self) -> Story {
        self.step.clear();
        self.story
    }
}

impl Audience for Lines {
    fn event(&mut self, value: &Value) -> Result<()> {
        let event = Event::parse(value)?;
        match &event {
            Event::Change(new) => self.step.result(&change(new)),
            Event::Announcement(new) => {
                let in_force = self.story.in_force();
                let before = in_force.iter().find(|(known, _)| known.queue == new.queue);
                let before = before.map(|(known, _)| *known);
                self.step.result(&announcement(before, new));
            }
            Event::Btf(new) => self.step.result(&btf(new)),
            Event::Progress(new) => {
                self.step.at(u64::from(new.changes));
                self.step.live(&counters(new), Duration::from_secs(2));
            }
            Event::Knobs(_) | Event::Layouts(_) | Event::Result(_) => {}
        }
        self.story.hear(event)
    }

    fn log(&mut self, text: &str) {
        self.step.println(&format!("{:>10}  {text}", "guest"));
    }

    fn tick(&mut self) -> Result<Duration> {
        self.step.tick();
        Ok(Duration::from_secs(1))
    }
}

fn change(change: &Change) -> String {
    format!("{:>10}  {:<4} {}", "change", change.n, change.command)
}

/// One announcement on one line; where fields went, beside where they are.
fn announcement(before: Option<&Announcement>, new: &Announcement) -> String {
    let fields = new.fields.iter();
    let fields: Vec<String> = fields.map(|f| format!("{}@{}", f.name, f.offset)).collect();
    format!(
        "{:>10}  generation {:<4} {:<9} {:>2} bytes  {}  ({})",
        "announced",
        new.generation,
        new.reason,
        new.size,
        fields.join(" "),
        moves_text(before, new),
    )
}

/// A dump of types, indented under its title.
fn btf(btf: &Btf) -> String {
    let dump = btf.text.trim_end().lines();
    let dump: String = dump.map(|line| format!("\n            {line}")).collect();
    format!("{:>10}  {}{dump}", "btf", btf.title)
}

/// The line that moves.
fn counters(progress: &Progress) -> String {
    let mut words = vec![format!("{} changes, misparsed:", progress.changes)];
    for (key, name, _) in READERS {
        if let Some(score) = progress.readers.get(key) {
            words.push(format!("{name} {} of {}", score.misparsed, score.packets));
        }
    }
    words.join("  ")
}

/// The closing table; nothing if there was no result.
pub fn table(story: &Story) -> String {
    let Some(outcome) = &story.outcome else {
        return String::new();
    };
    let mut lines = vec![
        String::new(),
        format!(
            "{}: {} changes, {} generations, {} announced",
            outcome.nic, outcome.changes, outcome.generations, outcome.announced
        ),
        row("reader", COLUMNS.map(str::to_owned)),
    ];
    for (key, name, _) in READERS {
        if let Some(score) = story.score(key) {
            let end = |count: Option<u64>| count.map_or("?".to_owned(), |n| n.to_string());
            let [packets, misparsed, stale] =
                [score.packets, score.misparsed, score.stale].map(|n| n.to_string());
            let cells = [
                packets,
                misparsed,
                stale,
                end(score.missing),
                end(score.lost),
            ];
            lines.push(row(name, cells));
        }
    }
    lines.join("\n")
}

fn row(name: &str, cells: [String; 5]) -> String {
    let cells: String = cells.iter().map(|cell| format!("{cell:>11}")).collect();
    format!("  {name:<12}{cells}")
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn the_table_has_a_row_for_each_reader() {
        let table = super::table(&samples::story(100, true));
        assert!(
            table.contains("100 changes, 101 generations, 101 announced"),
            "{table}"
        );
        assert_eq!(table.lines().count(), 6, "{table}");
        let last = table.lines().last().unwrap();
        assert!(last.contains("late-bound"), "{table}");
        assert!(
            last.ends_with("10048          0          0          0          0"),
            "{table}"
        );
        assert!(table.contains("5314"), "{table}");
    }

    #[test]
    fn without_a_result_there_is_no_table() {
        assert_eq!(super::table(&samples::story(3, false)), "");
    }

    #[test]
    fn an_announcement_names_fields_and_offsets_and_what_moves() {
        let story = samples::story(1, false);
        let [first, second] = [&story.announcements[0], &story.announcements[1]];
        let line = super::announcement(Some(first), second);
        assert!(
            line.contains("rx_csum@0 rx_ip_id@2  (-hash -hash_type csum 6→0 +ip_id@2)"),
            "{line}"
        );
        assert!(super::announcement(None, first).ends_with("(the first)"));
    }
}
