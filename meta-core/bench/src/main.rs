// SPDX-License-Identifier: GPL-2.0

//! One task of one contender, for a profiler to look at: `write <writer> any|full <count>` or `read <reader> <file>`.

use std::process::ExitCode;

use meta_bench::reading::{measured, Who};
use meta_bench::writers::{run, writers, Input};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let said = match words[..] {
        ["write", name, "any", count] => write(name, Input::Any, count),
        ["write", name, "full", count] => write(name, Input::Full, count),
        ["read", who, file] => read(who, file),
        _ => None,
    };
    match said {
        Some(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("meta-bench write WRITER any|full COUNT | read READER FILE");
            ExitCode::FAILURE
        }
    }
}

fn write(name: &str, input: Input, count: &str) -> Option<String> {
    let (_, make) = writers().into_iter().find(|(of, _)| *of == name)?;
    Some(run(make, input, count.parse().ok()?).to_string())
}

/// The answer, and by how many KiB the process has grown for it.
fn read(who: &str, file: &str) -> Option<String> {
    let bytes = std::fs::read(file).ok()?;
    let before = peak()?;
    let answer = measured(Who::named(who)?, &bytes)?;
    Some(format!("{answer} peak {}", peak()? - before))
}

/// The most memory that the process has had, in KiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
