// SPDX-License-Identifier: GPL-2.0

//! Good output is read right, and every kind of bad output is an error.

use super::{Leaf, Reader, Status};

fn read(text: &str) -> Result<Vec<Leaf>, String> {
    let mut reader = Reader::default();
    text.lines().for_each(|line| reader.feed(line));
    reader.finish()
}

fn names(leaves: &[Leaf]) -> Vec<(&str, Status)> {
    leaves
        .iter()
        .map(|leaf| (leaf.name.as_str(), leaf.status))
        .collect()
}

#[test]
fn flat_results() {
    let text = "KTAP version 1\n1..3\nok 1 first\n# got 3\nnot ok 2 - second\nok 3 third # SKIP no clock\nnoise\n";
    let leaves = read(text).unwrap();
    let expected = [
        ("first", Status::Passed),
        ("second", Status::Failed),
        ("third", Status::Skipped),
    ];
    assert_eq!(names(&leaves), expected);
    assert_eq!(leaves[1].notes, ["got 3"]);
    assert_eq!(leaves[2].notes, ["SKIP no clock"]);
    assert_eq!(leaves[2].directive, "SKIP no clock");
}

#[test]
fn nested_results() {
    let text = "\
KTAP version 1
1..2
  KTAP version 1
  1..2
  ok 1 a
  not ok 2 b
not ok 1 outer
  KTAP version 1
  1..1
    KTAP version 1
    1..1
    ok 1 deep
  ok 1 middle
ok 2 second
";
    let leaves = read(text).unwrap();
    let expected = [
        ("outer::a", Status::Passed),
        ("outer::b", Status::Failed),
        ("second::middle::deep", Status::Passed),
    ];
    assert_eq!(names(&leaves), expected);
}

#[test]
fn a_summary_that_fails_alone_is_a_failure() {
    let text = "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  ok 1 a\nnot ok 1 outer\n";
    let leaves = read(text).unwrap();
    assert_eq!(
        names(&leaves),
        [("outer::a", Status::Passed), ("outer", Status::Failed)]
    );
}

#[test]
fn directives() {
    let text = "KTAP version 1\n1..4\nnot ok 1 a # XFAIL known\nok 2 b # TIMEOUT 3 s\nnot ok 3 c # TODO later\nok 4 d # ERROR\n";
    let leaves = read(text).unwrap();
    let expected = [
        ("a", Status::Passed),
        ("b", Status::Failed),
        ("c", Status::Passed),
        ("d", Status::Failed),
    ];
    assert_eq!(names(&leaves), expected);
}

#[test]
fn the_plan_may_come_last() {
    assert!(read("TAP version 13\nok 1 a\n1..1\n").is_ok());
}

#[test]
fn what_is_missing_is_an_error() {
    for (text, complaint) in [
        ("", "version line is missing"),
        ("ok 1 a\n1..1\n", "before the version line"),
        ("KTAP version 1\nok 1 a\n", "no plan"),
        (
            "KTAP version 1\n1..2\nok 1 a\n",
            "2 results were planned and 1 came",
        ),
        (
            "KTAP version 1\n1..1\nok 1 a\nok 2 b\n",
            "1 results were planned and 2 came",
        ),
        ("KTAP version 1\n1..0\n", "the plan is empty"),
        ("KTAP version 1\n1..x\nok 1 a\n", "not a number"),
        (
            "KTAP version 1\n1..2\nok 1 a\nok 3 b\n",
            "result 3 where 2 was due",
        ),
        ("KTAP version 1\n1..1\n1..1\nok 1 a\n", "second plan"),
        (
            "KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\nok 1 outer\n",
            "2 results were planned and 1 came",
        ),
        ("KTAP version 1\n1..1\nBail out! no device\n", "Bail out!"),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.contains(complaint), "{text:?}: {error}");
    }
}

#[test]
fn output_cut_at_any_line_is_never_a_pass() {
    let text = "KTAP version 1\n1..2\n  KTAP version 1\n  1..1\n  ok 1 a\nok 1 x\nok 2 y\n";
    let lines: Vec<&str> = text.lines().collect();
    for end in 0..lines.len() {
        assert!(
            read(&lines[..end].join("\n")).is_err(),
            "cut after {end} lines"
        );
    }
    assert!(read(text).is_ok());
}

#[test]
fn what_came_before_a_mistake_is_kept() {
    let mut reader = Reader::default();
    for line in ["TAP version 13", "1..2", "ok 1 x.first", "# Totals: pass:1"] {
        reader.feed(line);
    }
    let end = reader.end();
    assert_eq!(names(&end.leaves), [("x.first", Status::Passed)]);
    assert_eq!(end.tail, ["Totals: pass:1"]);
    assert!(end.error.unwrap().contains("2 results were planned"));
}
