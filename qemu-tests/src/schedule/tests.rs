// SPDX-License-Identifier: GPL-2.0

//! The promises of the schedule, on jobs that boot nothing.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;

use super::load::Load;
use super::room::Room;
use super::{run, Audience, Job, Standing};
use crate::report::{Outcome, Verdict};

const ROOM: Room = Room {
    slots: 4,
    megabytes: 1000,
};

#[derive(Default)]
struct Log {
    outcomes: Vec<(String, Verdict)>,
    ended: Vec<String>,
    last: Standing,
}

impl Audience for Log {
    fn outcome(&mut self, outcome: Outcome) {
        self.outcomes.push((outcome.name, outcome.verdict));
    }

    fn stands(&mut self, standing: &Standing) {
        self.last = standing.clone();
    }

    fn ended(&mut self, name: &str, _: Load, _: Duration) {
        self.ended.push(name.to_owned());
    }
}

fn passed(name: &str) -> Outcome {
    Outcome {
        name: name.to_owned(),
        verdict: Verdict::Passed,
        time: Duration::ZERO,
        message: String::new(),
    }
}

fn watch(jobs: Vec<Job<'_>>) -> Log {
    let mut log = Log::default();
    run(ROOM, jobs, &mut log);
    log
}

#[test]
fn weights_and_memory_are_never_exceeded_and_all_are_run() {
    let (slots, memory, most) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
    let loads = [Load::Light, Load::Busy, Load::Machine, Load::Background];
    let jobs: Vec<Job<'_>> = (0..60)
        .map(|number| {
            let load = loads[number % loads.len()];
            let megabytes = [100, 400, 600][number % 3];
            let (slots, memory, most) = (&slots, &memory, &most);
            let mut job = Job::new(&format!("job{number}"), load, move |desk| {
                let now = slots.fetch_add(load.slots(), Ordering::SeqCst) + load.slots();
                let used = memory.fetch_add(megabytes, Ordering::SeqCst) + megabytes;
                most.fetch_max(now, Ordering::SeqCst);
                assert!(now <= ROOM.slots, "{now} slots");
                assert!(u64::from(used) <= ROOM.megabytes, "{used} MB");
                sleep(Duration::from_millis(3));
                slots.fetch_sub(load.slots(), Ordering::SeqCst);
                memory.fetch_sub(megabytes, Ordering::SeqCst);
                desk.outcome(passed("x"));
            });
            job.megabytes = u64::from(megabytes);
            job
        })
        .collect();
    let log = watch(jobs);
    assert_eq!(log.outcomes.len(), 60);
    assert!(log
        .outcomes
        .iter()
        .all(|(_, verdict)| *verdict == Verdict::Passed));
    assert_eq!(log.ended.len(), 60);
    assert_eq!((log.last.ended, log.last.known), (60, 60));
    // It was not all one after another.
    assert_eq!(most.into_inner(), ROOM.slots);
}

#[test]
fn who_opens_the_way_goes_first_then_the_longest() {
    let order = Mutex::new(Vec::new());
    let job = |name: &'static str, seconds, opens| {
        let order = &order;
        let mut job = Job::new(name, Load::Machine, move |_| {
            order.lock().unwrap().push(name)
        });
        job.expected = Duration::from_secs(seconds);
        job.opens = opens;
        job
    };
    watch(vec![
        job("short", 1, false),
        job("boot", 0, true),
        job("long", 9, false),
        job("middle", 5, false),
    ]);
    assert_eq!(
        order.into_inner().unwrap(),
        ["boot", "long", "middle", "short"]
    );
}

#[test]
fn a_panic_is_a_result_and_the_others_go_on() {
    let log = watch(vec![
        Job::new("bad", Load::Light, |_| panic!("on purpose")),
        Job::new("good", Load::Light, |desk| desk.outcome(passed("good"))),
    ]);
    let of = |name: &str| log.outcomes.iter().find(|(of, _)| of == name).unwrap().1;
    assert_eq!((of("bad"), of("good")), (Verdict::Broken, Verdict::Passed));
    assert_eq!(log.ended.len(), 2);
}

#[test]
fn what_is_judged_after_a_set_comes_after_all_of_it_even_if_some_panic() {
    let log = watch(vec![Job::new("boot", Load::Busy, |desk| {
        let case = |name: &str, wait| {
            let outcome = passed(name);
            Job::new(name, Load::Light, move |desk| {
                sleep(Duration::from_millis(wait));
                desk.outcome(outcome);
            })
        };
        let jobs = vec![
            case("slow", 60),
            case("quick", 0),
            Job::new("bad", Load::Light, |_| panic!("on purpose")),
        ];
        desk.set(jobs, case("judge", 0));
        desk.set(vec![], case("of_none", 0));
    })]);
    let names: Vec<&str> = log.outcomes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(log.ended.len(), 6);
    assert_eq!(names.last(), Some(&"judge"));
    assert!(names.contains(&"of_none") && names.contains(&"bad"));
    assert_eq!(log.last.known, 6);
}

#[test]
fn results_come_in_the_order_in_which_a_job_has_them() {
    let log = watch(vec![Job::new("many", Load::Light, |desk| {
        for number in 0..100 {
            desk.outcome(passed(&format!("{number:03}")));
        }
    })]);
    let names: Vec<&str> = log.outcomes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), 100);
    assert!(names.is_sorted());
    assert_eq!(log.ended, ["many"]);
}
