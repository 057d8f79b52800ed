// SPDX-License-Identifier: GPL-2.0

//! The page is well formed, says the guest's numbers, needs nothing from outside, and no word of a guest is markup.

use quick_xml::events::Event as Markup;
use quick_xml::Reader;
use serde_json::json;

use super::{page, Setting};
use crate::demo::samples;
use crate::demo::story::{Event, Story};

/// Elements without an end.
const VOID: [&str; 1] = ["meta"];

fn setting(trouble: Option<&str>) -> Setting<'static> {
    Setting {
        kernel: "Linux 7.3.4",
        seed: 7,
        pause: 0,
        trouble: trouble.map(str::to_owned),
    }
}

/// All elements, in order, and all text of the page; panics if it is not a tree.
fn read(page: &str) -> (Vec<String>, String) {
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = false;
    let (mut open, mut elements, mut text) = (Vec::new(), Vec::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Markup::Start(tag) => {
                let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap();
                    let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                    assert!(
                        !["src", "href", "onclick", "onload"].contains(&key.as_str()),
                        "{key}"
                    );
                }
                elements.push(name.clone());
                if !VOID.contains(&name.as_str()) {
                    open.push(name);
                }
            }
            Markup::End(tag) => {
                let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                assert_eq!(open.pop(), Some(name));
            }
            Markup::Text(words) => text.push_str(&words.decode().unwrap()),
            Markup::GeneralRef(name) => text.push(match &*name.decode().unwrap() {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                other => panic!("&{other};"),
            }),
            Markup::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    (elements, text)
}

#[test]
fn it_is_a_tree_and_needs_nothing_from_outside() {
    let page = page(&samples::story(100, true), &setting(None));
    let (elements, _) = read(&page);
    for part in ["svg", "polyline", "circle", "table", "article"] {
        assert!(elements.iter().any(|name| name == part), "{part}");
    }
    for part in ["script", "link", "img", "iframe"] {
        assert!(!elements.iter().any(|name| name == part), "{part}");
    }
    assert!(!page.contains("http") && !page.contains("url(") && !page.contains("@import"));
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("width=device-width"));
}

#[test]
fn its_numbers_are_the_results() {
    let story = samples::story(100, true);
    let result = story.result.clone().unwrap();
    let page = page(&story, &setting(None));
    for key in ["changes", "generations", "announced"] {
        let tile = format!("<b>{}</b><span>{key}</span>", result[key]);
        assert!(page.contains(&tile), "{tile}");
    }
    for (reader, name) in [
        ("frozen", "frozen"),
        ("kfunc", "kfunc"),
        ("late_bound", "late-bound"),
    ] {
        let score = &result["readers"][reader];
        let cells = ["packets", "misparsed", "stale", "missing", "lost"]
            .map(|key| format!("<td class=\"number\">{}</td>", score[key]));
        let row = format!("<th>{name}</th>{}", cells.concat());
        assert!(page.contains(&row), "{row} in {page}");
    }
    let (_, text) = read(&page);
    assert!(
        text.contains("frozen 5314") && text.contains("late-bound 0"),
        "the chart's names"
    );
    assert!(
        text.contains("misread 0 of 10048 packets while the configuration was changed 100 times")
    );
    assert!(text.contains("10048 packets in 2 layouts."));
    assert!(text.contains("cargo qemu demo --changes 100 --pause 0 --seed 7"));
}

#[test]
fn a_line_has_the_counters_of_every_change() {
    let page = page(&samples::story(4, true), &setting(None));
    let start = page.find("class=\"line frozen\"").unwrap();
    let points = page[start..].split("points=\"").nth(1).unwrap();
    let points = points.split('"').next().unwrap();
    let xs: Vec<f64> = points
        .split(' ')
        .map(|p| p.split(',').next().unwrap().parse().unwrap())
        .collect();
    // From 0 to the last change, and once more there, for the packets that came after it.
    assert_eq!(xs.len(), 6, "{points}");
    assert!(
        xs.is_sorted() && xs[4] == xs[5] && xs[1] - xs[0] == xs[2] - xs[1],
        "{points}"
    );
    let late = page.split("class=\"line late_bound\"").nth(1).unwrap();
    let ys: Vec<&str> = late
        .split('"')
        .nth(1)
        .unwrap()
        .split(' ')
        .map(|p| p.split(',').nth(1).unwrap())
        .collect();
    assert!(ys.iter().all(|y| *y == ys[0]), "{ys:?}");
}

#[test]
fn thousands_of_changes_make_no_heavy_page() {
    let page = page(&samples::story(9000, true), &setting(None));
    read(&page);
    assert!(page.len() < 600_000, "{} bytes", page.len());
    assert!(page.contains(", but for the last 8501"));
}

#[test]
fn maps_show_every_layout_once_and_what_moves() {
    let page = page(&samples::story(10, true), &setting(None));
    assert_eq!(page.matches("<article>").count(), 2);
    assert!(page.contains("title=\"hash 0..=3\""), "{page}");
    assert!(
        page.contains("<span class=\"moved\">csum 6→0</span>"),
        "{page}"
    );
    assert!(page.contains("<span class=\"gone\">-hash</span>"), "{page}");
    assert!(
        page.contains("<span class=\"new\">+ip_id@2</span>"),
        "{page}"
    );
}

#[test]
fn no_word_of_the_guest_is_markup() {
    let evil = "<script>alert(1)</script>&\"'";
    let mut story = Story::new(evil, 1);
    let field = json!({ "name": evil, "offset": 0, "size": 8 });
    for event in [
        json!({ "announcement": { "queue": 0, "generation": 1, "layout_id": 1, "layout": evil, "size": 16, "reason": evil,
            "time_ns": 1, "fields": [field] } }),
        json!({ "btf": { "title": evil, "text": evil } }),
        json!({ "result": { "nic": evil, "changes": 1, "generations": 1, "announced": 1, "readers": {} } }),
    ] {
        story.hear(Event::parse(&event).unwrap()).unwrap();
    }
    let page = page(&story, &setting(Some(evil)));
    let (elements, text) = read(&page);
    assert!(!elements.iter().any(|name| name == "script"));
    assert!(text.matches(evil).count() >= 6, "{text}");
}

#[test]
fn a_failure_is_what_the_page_begins_with() {
    let page = page(
        &samples::story(3, true),
        &setting(Some("late_bound misread <3> packets")),
    );
    let (_, text) = read(&page);
    assert!(text.contains("Failed. late_bound misread <3> packets"));
    assert!(!text.contains("Passed"));
}
