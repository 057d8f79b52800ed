// SPDX-License-Identifier: GPL-2.0

//! Threads that listen to a machine's channels.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::Sender;

/// What is heard on one of them.
#[derive(Debug)]
pub enum Sound {
    /// A line of the kernel's log.
    Console(String),
    /// A line of the control port.
    Ctl(String),
    /// A line of QEMU's error output.
    Complaint(String),
    /// The channel's end.
    End,
}

/// Starts a thread that gives each line, then the end.
pub fn read_lines(from: impl Read + Send + 'static, to: Sender<Sound>, sound: fn(String) -> Sound) {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(from);
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            match reader.read_until(b'\n', &mut bytes) {
                Ok(0) | Err(_) => break,
                Ok(_) => {
                    let line = String::from_utf8_lossy(&bytes)
                        .trim_end_matches(['\r', '\n'])
                        .to_owned();
                    if to.send(sound(line)).is_err() {
                        return;
                    }
                }
            }
        }
        let _ = to.send(Sound::End);
    });
}
