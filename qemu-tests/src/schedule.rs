// SPDX-License-Identifier: GPL-2.0

//! Jobs side by side, as many as the machine has room for.
//!
//! Most cases sleep most of the time, so that one after another they leave the processors idle; a storm takes both. Each job
//! says what it needs, the longest is begun first, and what a job finds out is reported at once. Every job has a thread of its
//! own, which lives as long as the machine that it starts: machines die with the thread that started them. What must never
//! happen: more at once than there is room for, a job that is forgotten, a panic that hangs the run.

pub mod load;
#[cfg(test)]
pub mod names;
pub mod room;
pub mod times;

use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::report::{Outcome, Verdict};
use crate::timing;
use load::Load;
use room::Room;

/// How often the audience hears that time has passed.
const TICK: Duration = Duration::from_secs(1);

/// What a job does.
type Work<'a> = Box<dyn FnOnce(&Desk<'a>) + Send + 'a>;

/// Something to be done in one go, on a thread of its own.
pub struct Job<'a> {
    /// Its name: what is shown, and what its time is kept by.
    pub name: String,
    /// What it takes of the processors.
    pub load: Load,
    /// What it takes of the memory.
    pub megabytes: u64,
    /// Whether others wait for it: these go first.
    pub opens: bool,
    /// How long it took the last time.
    pub expected: Duration,
    work: Work<'a>,
    set: Option<usize>,
}

impl<'a> Job<'a> {
    /// A job that nobody waits for and that needs no memory worth counting.
    pub fn new(name: &str, load: Load, work: impl FnOnce(&Desk<'a>) + Send + 'a) -> Self {
        Self {
            name: name.to_owned(),
            load,
            megabytes: 0,
            opens: false,
            expected: Duration::ZERO,
            work: Box::new(work),
            set: None,
        }
    }
}

impl std::fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({:?})", self.name, self.load)
    }
}

/// Where a running job reports.
pub struct Desk<'a>(Sender<Message<'a>>);

enum Message<'a> {
    Outcome(Outcome),
    Job(Job<'a>),
    Set(Vec<Job<'a>>, Job<'a>),
    Ended(usize),
}

impl<'a> Desk<'a> {
    /// Reports a result.
    pub fn outcome(&self, outcome: Outcome) {
        self.say(Message::Outcome(outcome));
    }

    /// Adds a job.
    pub fn then(&self, job: Job<'a>) {
        self.say(Message::Job(job));
    }

    /// Adds jobs, and one for when all of them have ended, whatever became of them.
    pub fn set(&self, jobs: Vec<Job<'a>>, last: Job<'a>) {
        self.say(Message::Set(jobs, last));
    }

    fn say(&self, message: Message<'a>) {
        // The other end goes away after the last job.
        let _ = self.0.send(message);
    }
}

/// Where a run stands.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The names of the running jobs, the first begun first.
    pub running: Vec<String>,
    /// How many jobs have ended.
    pub ended: usize,
    /// How many are known.
    pub known: usize,
}

/// Who watches a run.
pub trait Audience {
    /// A result has come.
    fn outcome(&mut self, outcome: Outcome);

    /// A job has begun or ended, or time has passed.
    fn stands(&mut self, standing: &Standing);

    /// A job has ended that was begun so long ago.
    fn ended(&mut self, name: &str, load: Load, took: Duration);
}

/// Runs jobs, and those that they add, until none is left.
pub fn run(room: Room, jobs: Vec<Job<'_>>, audience: &mut impl Audience) {
    let mut queue = Queue::default();
    queue.add(jobs);
    let (sender, messages) = mpsc::channel();
    let mut running: Vec<Running> = Vec::new();
    let (mut begun, mut ended) = (0, 0);
    thread::scope(|scope| loop {
        while let Some(job) = queue.next(room.left(running.iter().map(|one| &one.needs))) {
            let id = begun;
            begun += 1;
            running.push(Running::new(id, &job));
            let desk = Desk(sender.clone());
            scope.spawn(move || work(id, job, &desk));
        }
        let standing = Standing {
            running: running.iter().map(|one| one.name.clone()).collect(),
            ended,
            known: begun + queue.len(),
        };
        audience.stands(&standing);
        if running.is_empty() {
            return;
        }
        match messages.recv_timeout(TICK) {
            Ok(Message::Outcome(outcome)) => audience.outcome(outcome),
            Ok(Message::Job(job)) => queue.add([job]),
            Ok(Message::Set(jobs, last)) => queue.add_set(jobs, last),
            Ok(Message::Ended(id)) => {
                if let Some(at) = running.iter().position(|one| one.id == id) {
                    let one = running.remove(at);
                    ended += 1;
                    queue.ended(one.set);
                    audience.ended(&one.name, one.needs.load, one.begun.elapsed());
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    });
}

/// A job that has been begun.
struct Running {
    id: usize,
    name: String,
    needs: room::Needs,
    set: Option<usize>,
    begun: Instant,
}

impl Running {
    fn new(id: usize, job: &Job<'_>) -> Self {
        Self {
            id,
            name: job.name.clone(),
            needs: room::Needs::of(job),
            set: job.set,
            begun: Instant::now(),
        }
    }
}

/// A job's thread, from its begin to its end.
fn work<'a>(id: usize, job: Job<'a>, desk: &Desk<'a>) {
    let Job {
        name, load, work, ..
    } = job;
    if load == Load::Background {
        room::yield_to_others();
    }
    let started = Instant::now();
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(desk))) {
        desk.outcome(Outcome {
            name: name.clone(),
            verdict: Verdict::Broken,
            time: started.elapsed(),
            message: format!("the runner panicked: {}", words(&*panic)),
        });
    }
    timing::job(&name, load, started.elapsed());
    desk.say(Message::Ended(id));
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or(panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it does not say why")
}

/// What waits, in the order in which it is to be begun.
#[derive(Default)]
struct Queue<'a> {
    jobs: Vec<Job<'a>>,
    sets: Vec<Set<'a>>,
}

/// Jobs that belong together, and what is done after them.
struct Set<'a> {
    left: usize,
    last: Option<Job<'a>>,
}

impl<'a> Queue<'a> {
    fn add(&mut self, jobs: impl IntoIterator<Item = Job<'a>>) {
        self.jobs.extend(jobs);
        self.jobs.sort_by(|a, b| {
            let key = |job: &Job<'_>| (job.opens, job.expected, job.load.slots());
            key(b).cmp(&key(a)).then_with(|| a.name.cmp(&b.name))
        });
    }

    fn add_set(&mut self, mut jobs: Vec<Job<'a>>, last: Job<'a>) {
        if jobs.is_empty() {
            return self.add([last]);
        }
        let set = self.sets.len();
        self.sets.push(Set {
            left: jobs.len(),
            last: Some(last),
        });
        for job in &mut jobs {
            job.set = Some(set);
        }
        self.add(jobs);
    }

    /// A job of a set has ended.
    fn ended(&mut self, set: Option<usize>) {
        let Some(set) = set.and_then(|set| self.sets.get_mut(set)) else {
            return;
        };
        set.left -= 1;
        if set.left == 0 {
            let last = set.last.take();
            self.add(last);
        }
    }

    fn next(&mut self, left: room::Left) -> Option<Job<'a>> {
        let at = left.first_that_fits(self.jobs.iter().map(room::Needs::of))?;
        Some(self.jobs.remove(at))
    }

    /// Those that are known; what comes after a set counts too.
    fn len(&self) -> usize {
        self.jobs.len() + self.sets.iter().filter(|set| set.last.is_some()).count()
    }
}

#[cfg(test)]
mod tests;
