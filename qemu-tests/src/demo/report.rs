// SPDX-License-Identifier: GPL-2.0

//! The demo as one page: needs nothing from anywhere else, in light and dark, on a telephone too. Pure.
//!
//! All text goes through maud, which escapes it; what is not escaped are the style sheet and nothing else.

mod chart;
mod layouts;
mod timeline;

use maud::{html, Markup, PreEscaped, DOCTYPE};

use super::story::{Outcome, Story, READERS};

const CSS: &str = include_str!("report/page.css");

/// What the page has to know beside the story.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// The kernel's name.
    pub kernel: &'a str,
    /// Where the pseudo-random choices started.
    pub seed: u64,
    /// Milliseconds between two changes.
    pub pause: u64,
    /// What was wrong, if anything was.
    pub trouble: Option<String>,
}

/// The page.
pub fn page(story: &Story, setting: &Setting<'_>) -> String {
    let title = format!("rnic demo: {} changes under traffic", story.changes());
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(CSS)) }
            }
            body {
                main {
                    header {
                        h1 { (title) }
                        @match &setting.trouble {
                            None => p.verdict.good { strong { "Passed. " } (headline(story)) },
                            Some(trouble) => pre.verdict.bad { strong { "Failed. " } (trouble) },
                        }
                    }
                    @if let Some(outcome) = &story.outcome {
                        (numbers(outcome))
                        (readers(outcome))
                    }
                    (chart::misparsed(story))
                    (layouts::cards(story))
                    (chart::packets(story))
                    (timeline::section(story))
                    (types(story))
                    (again(story, setting))
                }
            }
        }
    }
    .into_string()
}

/// The sentence that somebody reads who reads only one.
fn headline(story: &Story) -> String {
    let of = |reader: &str| story.score(reader).unwrap_or_default();
    let (frozen, late) = (of("frozen"), of("late_bound"));
    format!(
        "The reader that binds late misread {} of {} packets while the configuration was changed {} times. \
         The one whose offsets were fixed at load misread {}.",
        late.misparsed,
        late.packets,
        story.changes(),
        frozen.misparsed
    )
}

fn numbers(outcome: &Outcome) -> Markup {
    let packets = outcome
        .readers
        .get("late_bound")
        .map_or(0, |score| score.packets);
    let numbers = [
        ("changes", u64::from(outcome.changes)),
        ("generations", outcome.generations),
        ("announced", outcome.announced),
        ("packets", packets),
    ];
    html! {
        section.numbers {
            @for (name, number) in numbers {
                div { b { (number) } span { (name) } }
            }
            div { b { (outcome.nic) } span { "network card" } }
        }
    }
}

fn readers(outcome: &Outcome) -> Markup {
    html! {
        section {
            h2 { "Readers" }
            div.wide { table {
                thead { tr { th { "reader" }
                    @for column in ["packets", "misparsed", "stale", "missing", "lost"] { th.number { (column) } }
                    th { "where its offsets come from" }
                } }
                tbody {
                    @for (key, name, how) in READERS {
                        @if let Some(score) = outcome.readers.get(key) {
                            tr class=(if score.is_clean() { "good" } else { "bad" }) {
                                th { (name) }
                                @for count in [score.packets, score.misparsed, score.stale] { td.number { (count) } }
                                @for count in [score.missing, score.lost] {
                                    td.number { @match count { Some(count) => (count), None => "?" } }
                                }
                                td { (how) }
                            }
                        }
                    }
                }
            } }
            p.note {
                "Each frame carries what every field must be. " em { "Misparsed" } ": a reader was told something else. "
                em { "Stale" } ": a record of a generation that was not announced. " em { "Missing" }
                ": a field that the layout has and the packet has and the reader did not get. "
                em { "Lost" } ": sent and not seen."
            }
        }
    }
}

fn types(story: &Story) -> Markup {
    html! {
        @if !story.btf.is_empty() {
            section {
                h2 { "Types" }
                p.note { "What " code { "bpftool btf dump" } " printed of the layout in force." }
                @for btf in &story.btf {
                    details { summary { (btf.title) } pre { (btf.text) } }
                }
            }
        }
    }
}

fn again(story: &Story, setting: &Setting<'_>) -> Markup {
    let command = format!(
        "cargo qemu demo --changes {} --pause {} --seed {}",
        story.of, setting.pause, setting.seed
    );
    html! {
        section {
            h2 { "Again" }
            pre { (command) }
            p.note {
                "The same seed makes the same frames, and the changes are the same; how many frames come between two of them is "
                "up to the machine. This was " (setting.kernel) " in QEMU, without KVM."
            }
        }
    }
}

#[cfg(test)]
mod tests;
