// SPDX-License-Identifier: GPL-2.0

//! One guest case: a restored machine, a `run` line, results, and a verdict about all of it.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{json, Value};

use crate::boot::{self, Workshop};
use crate::ktap::{Leaf, Reader, Status};
use crate::report::{Outcome, Verdict};
use crate::schedule::load::Load;
use crate::splat;
use crate::trace::Trace;
use crate::trouble::Trouble;
use crate::vm::checkpoint::Checkpoint;
use crate::vm::ctl::Line;
use crate::vm::{Event, Vm};

/// However talkative a case is that has the machine for itself, it ends by then.
const LONGEST: Duration = Duration::from_secs(300);

/// What a case left behind before it was judged.
#[derive(Debug, Default)]
pub struct Transcript {
    /// Its results.
    pub ktap: Reader,
    /// When each of the results came, nested ones included.
    pub times: Vec<Instant>,
    /// All that was said.
    lines: Vec<String>,
    /// How the guest sees it, if it came to its end.
    pub done: Option<(bool, String)>,
    /// Why there is no end, when there is none.
    pub broken: Option<String>,
}

impl Transcript {
    /// The last lines of what was said as test output.
    pub fn last(&self, count: usize) -> Vec<String> {
        let said = self
            .lines
            .iter()
            .filter_map(|line| line.strip_prefix("ktap "));
        let said: Vec<String> = said.map(str::to_owned).collect();
        said[said.len().saturating_sub(count)..].to_vec()
    }
}

/// A case to be run.
#[derive(Clone, Debug)]
pub struct Asked {
    lane: &'static str,
    name: String,
    /// What the guest is told.
    arguments: Value,
    /// Which one, where the same is run several times.
    number: Option<u32>,
    /// How many times slower than alone it may be.
    crowd: u32,
}

impl Asked {
    /// A case of a lane, beside others.
    pub fn new(lane: &'static str, name: &str, load: Load) -> Self {
        Self {
            lane,
            name: name.to_owned(),
            arguments: json!({}),
            number: None,
            crowd: load.crowd(),
        }
    }

    /// With arguments.
    pub fn with(self, arguments: Value) -> Self {
        Self { arguments, ..self }
    }

    /// One of several; each keeps its logs.
    pub fn numbered(self, number: Option<u32>) -> Self {
        Self { number, ..self }
    }

    /// Runs it in a machine of its own; what QEMU's models warned about meanwhile goes to `trace`.
    pub fn run(&self, workshop: &Workshop, checkpoint: &Checkpoint, trace: &mut Trace) -> Outcome {
        let started = Instant::now();
        let number = self.number.map(|number| format!(".{number}"));
        let logs = self.name.replace("::", ".") + &number.unwrap_or_default();
        let folder = workshop.paths.runs().join(self.lane).join(logs);
        let mut once = |from: &Checkpoint| match self.run_machine(workshop, from, &folder, trace) {
            Ok(judged) => judged,
            Err(error) => (Verdict::Broken, format!("{error:#}")),
        };
        let (mut verdict, mut message) = once(checkpoint);
        if verdict == Verdict::Splat && splat::is_patching(&message) {
            (verdict, message) = once(&checkpoint.one_at_a_time());
            message = format!("the second time; {}\n{message}", splat::PATCHING);
        }
        let message = match verdict {
            Verdict::Passed | Verdict::Skipped => message,
            _ => format!("{message}\n  logs: {}/", folder.display()),
        };
        Outcome {
            name: format!("{}::{}", self.lane, self.name),
            verdict,
            time: started.elapsed(),
            message,
        }
    }

    fn run_machine(
        &self,
        workshop: &Workshop,
        checkpoint: &Checkpoint,
        folder: &Path,
        trace: &mut Trace,
    ) -> Result<(Verdict, String)> {
        let mut vm = checkpoint.in_a_crowd(self.crowd).restore(workshop)?;
        vm.say(&format!("run {} {}", self.name, self.arguments))?;
        let transcript = follow(&mut vm, LONGEST * self.crowd, folder);
        trace.merge(&vm.trace);
        Ok(judge(&vm, transcript))
    }
}

/// Listens to a case to its end, and keeps the logs of it.
pub fn follow(vm: &mut Vm, longest: Duration, folder: &Path) -> Transcript {
    let mut transcript = Transcript::default();
    listen(vm, longest, &mut transcript);
    if transcript.done.is_some() {
        vm.settle();
    } else {
        vm.drain(Duration::from_millis(1500));
    }
    vm.console.write(&folder.join("console.log"));
    let _ = std::fs::write(folder.join("ctl.log"), transcript.lines.join("\n") + "\n");
    transcript
}

fn listen(vm: &mut Vm, longest: Duration, transcript: &mut Transcript) {
    let end = Instant::now() + longest;
    loop {
        match vm.next_until(end) {
            Event::Console(_) if vm.console.is_fatal() => return,
            Event::Console(_) => {}
            Event::Gone(why) => {
                transcript.broken = Some(
                    why.unwrap_or_else(|| "the machine went off before the case ended".into()),
                );
                return;
            }
            Event::Silence if vm.is_hung() => {
                transcript.broken = Some(format!(
                    "hang: nothing was heard for {:.0?}",
                    vm.allowed_silence()
                ));
                return;
            }
            Event::Silence => {
                transcript.broken = Some(format!("the case did not end within {longest:.0?}"));
                return;
            }
            Event::Ctl(line) => {
                transcript.lines.push(line.clone());
                match Line::parse(&line) {
                    Line::Wire(request) => {
                        let answer = vm.answer(&request);
                        transcript.lines.push(format!("> wired {answer}"));
                        if let Err(error) = vm.say(&format!("wired {answer}")) {
                            transcript.broken = Some(format!("{error:#}"));
                            return;
                        }
                    }
                    Line::Ktap(line) => {
                        let text = line.trim_start();
                        if text.starts_with("ok ") || text.starts_with("not ok ") {
                            transcript.times.push(Instant::now());
                        }
                        transcript.ktap.feed(&line);
                    }
                    Line::Done { ok, message } => {
                        transcript.done = Some((ok, message));
                        return;
                    }
                    Line::Unknown(line) => {
                        transcript.broken =
                            Some(format!("the guest said {line:?}, which means nothing"));
                        return;
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The worst of what was seen decides.
fn judge(vm: &Vm, transcript: Transcript) -> (Verdict, String) {
    if vm.console.first_splat().is_some() {
        return (Verdict::Splat, boot::splat(vm).to_string());
    }
    if let Some(broken) = transcript.broken {
        return (Verdict::Broken, format!("{broken}{}", boot::excerpt(vm)));
    }
    let (ok, message) = transcript.done.unwrap_or_default();
    let leaves = match transcript.ktap.finish() {
        Ok(leaves) => leaves,
        Err(_) if !ok && !message.is_empty() => return (Verdict::Failed, message),
        Err(error) => return (Verdict::Failed, format!("bad test output: {error}")),
    };
    let failed: Vec<String> = leaves
        .iter()
        .filter(|leaf| leaf.status == Status::Failed)
        .map(describe)
        .collect();
    if !failed.is_empty() || !ok {
        let mut text = failed.join("\n");
        if !message.is_empty() {
            text = format!("{message}\n{text}");
        }
        return (Verdict::Failed, text.trim().to_owned());
    }
    if leaves.iter().all(|leaf| leaf.status == Status::Skipped) {
        return (
            Verdict::Skipped,
            leaves
                .iter()
                .flat_map(|leaf| leaf.notes.clone())
                .collect::<Vec<_>>()
                .join("; "),
        );
    }
    (Verdict::Passed, String::new())
}

fn describe(leaf: &Leaf) -> String {
    let notes: String = leaf
        .notes
        .iter()
        .map(|note| format!("\n    # {note}"))
        .collect();
    format!("not ok: {}{notes}", leaf.name)
}

/// The failure that a verdict is, for the exit code.
pub fn trouble(outcomes: &[Outcome], summary: &str) -> Option<Trouble> {
    let has = |verdict| outcomes.iter().any(|outcome| outcome.verdict == verdict);
    if has(Verdict::Failed) {
        Some(Trouble::Failed(summary.to_owned()))
    } else if has(Verdict::Splat) {
        Some(Trouble::Splat(summary.to_owned()))
    } else if has(Verdict::Broken) {
        Some(Trouble::Infrastructure(summary.to_owned()))
    } else {
        None
    }
}
