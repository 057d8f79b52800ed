// SPDX-License-Identifier: GPL-2.0

//! The host's end of the wire: sends frames when the guest asks, keeps what the guest sends.
//!
//! The wire is a pair of connected packet sockets; QEMU holds the other end as the backend of the
//! NIC. One packet is one frame, in order, and none is lost: when the guest does not receive, the
//! sender waits. What must never happen is a message of length zero, which QEMU takes for the end
//! of the stream. See [`Wire::answer`] for what the guest can ask.

mod burst;
mod window;

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{self, sockopt, RecvFlags, Shutdown};
use serde_json::{json, Value};

use self::burst::{send, Burst};
use self::window::Returned;
use crate::frames;

/// How long one attempt to send waits, so that a stop request is seen even when nobody receives.
const PATIENCE: Duration = Duration::from_millis(100);
/// Frames kept for the guest to ask about; older ones are counted and forgotten.
const KEPT: usize = 1 << 16;
/// Longest frame that QEMU sends: a 64 KiB segment with its headers, and room to see a longer one.
const LONGEST: usize = 1 << 17;

/// The host's end of one wire.
#[derive(Debug)]
pub(crate) struct Wire {
    socket: Arc<OwnedFd>,
    captured: Arc<Mutex<Captured>>,
    returned: Returned,
    background: Option<Background>,
    next_seq: u32,
}

#[derive(Debug, Default)]
struct Captured {
    frames: VecDeque<Vec<u8>>,
    forgotten: u64,
}

#[derive(Debug)]
struct Background {
    stop: Arc<AtomicBool>,
    pause: Arc<AtomicBool>,
    first_seq: u32,
    thread: JoinHandle<Result<u32, String>>,
}

impl Wire {
    /// Takes one end of an existing pair of packet sockets.
    ///
    /// # Errors
    ///
    /// When the system refuses the thread that receives.
    pub(crate) fn new(end: OwnedFd) -> io::Result<Self> {
        let socket = Arc::new(end);
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, Some(PATIENCE))?;
        let captured = Arc::new(Mutex::new(Captured::default()));
        let returned = Returned::default();
        let (from, to, back) = (Arc::clone(&socket), Arc::clone(&captured), returned.clone());
        thread::Builder::new()
            .name("wire".into())
            .spawn(move || capture(&from, &to, &back))?;
        Ok(Self {
            socket,
            captured,
            returned,
            background: None,
            next_seq: 0,
        })
    }

    /// Answers one request of the guest, both JSON:
    ///
    /// - `{"count":64,"nic":"e1000e"|"igb","vlan":"none"|"all"|"mix"|TCI,"l4":"udp"|"mix"|"all"|… (a kind of frames, see
    ///   [`crate::oracle`]),"flows":8,"gap_us":0,"seed":1,"mac":"525400123456","dst":"192.0.2.77","dport":9999,"payload":32}` sends numbered frames of the oracle and answers
    ///   `{"sent":64,"first_seq":0,"last_seq":63}`; with `"background":true` it answers at once and keeps sending
    ///   (`"count":0`: without end) until
    /// - `{"stop":true}`, which answers the same about what was sent; with `"window":64,"every":16` it sends no more than so many
    ///   frames beyond the first multiple of 16 that has not come back, with `"noise":50` a malformed frame follows every fiftieth, and `{"pause":true}`
    ///   and `{"pause":false}` hold it meanwhile;
    /// - `{"raw":["hex",…],"repeat":1}` sends frames byte for byte, `{"sent":N}`;
    /// - `{"captured":true,"ethertype":"88b5","peek":false}` answers `{"frames":["hex",…],"forgotten":0}`: what the
    ///   guest sent since the last time, of this type when one is given.
    ///
    /// What cannot be done answers `{"error":"why"}`.
    pub(crate) fn answer(&mut self, request: &str) -> Value {
        let answer = serde_json::from_str(request)
            .map_err(|e| format!("not JSON: {e}"))
            .and_then(|request| self.carry_out(&request));
        answer.unwrap_or_else(|why| json!({ "error": why }))
    }

    fn carry_out(&mut self, request: &Value) -> Result<Value, String> {
        if let Some(raw) = request.get("raw") {
            return self.send_raw(raw, request["repeat"].as_u64().unwrap_or(1));
        }
        if request["captured"] == json!(true) {
            return self.take_captured(request);
        }
        if request["stop"] == json!(true) {
            return self.stop();
        }
        if let Some(pause) = request.get("pause").and_then(Value::as_bool) {
            let background = self.background.as_ref().ok_or("nothing is being sent")?;
            background.pause.store(pause, Ordering::Relaxed);
            return Ok(json!({}));
        }
        if self.background.is_some() {
            return Err("frames are being sent already: ask for stop first".into());
        }
        let background = request["background"] == json!(true);
        let burst = Burst::from_json(request, self.returned.clone())?;
        let pause = Arc::clone(&burst.pause);
        let first = self.next_seq;
        if background {
            let stop = Arc::new(AtomicBool::new(false));
            let (socket, flag) = (Arc::clone(&self.socket), Arc::clone(&stop));
            let thread = thread::Builder::new()
                .name("background".into())
                .spawn(move || burst.send(&socket, first, &flag))
                .map_err(|e| format!("no thread: {e}"))?;
            self.background = Some(Background {
                stop,
                pause,
                first_seq: first,
                thread,
            });
            return Ok(json!({ "first_seq": first }));
        }
        self.next_seq = burst.send(&self.socket, first, &AtomicBool::new(false))?;
        Ok(sent(first, self.next_seq))
    }

    fn stop(&mut self) -> Result<Value, String> {
        let Background {
            stop,
            first_seq,
            thread,
            ..
        } = self.background.take().ok_or("nothing is being sent")?;
        stop.store(true, Ordering::Relaxed);
        self.next_seq = thread.join().map_err(|_| "the sender panicked")??;
        Ok(sent(first_seq, self.next_seq))
    }

    fn send_raw(&self, raw: &Value, repeat: u64) -> Result<Value, String> {
        let list = raw.as_array().ok_or("raw: not a list")?;
        let frames: Vec<_> = list
            .iter()
            .map(|hex| frames::from_hex(hex.as_str().ok_or("raw: not a list of strings")?))
            .collect::<Result<_, String>>()?;
        if frames.iter().any(Vec::is_empty) {
            return Err("raw: an empty frame would end the wire".into());
        }
        for frame in (0..repeat).flat_map(|_| &frames) {
            send(&self.socket, frame, &AtomicBool::new(false))?;
        }
        Ok(json!({ "sent": frames.len() as u64 * repeat }))
    }

    fn take_captured(&self, request: &Value) -> Result<Value, String> {
        let wanted = match request.get("ethertype") {
            None => None,
            Some(hex) => Some(frames::from_hex(hex.as_str().unwrap_or("?"))?),
        };
        let mut captured = lock(&self.captured);
        let matches = |frame: &&Vec<u8>| {
            wanted
                .as_deref()
                .is_none_or(|t| frame.get(12..14) == Some(t))
        };
        let hex: Vec<_> = captured
            .frames
            .iter()
            .filter(matches)
            .map(|frame| frames::to_hex(frame))
            .collect();
        let answer = json!({ "frames": hex, "forgotten": captured.forgotten });
        if request["peek"] != json!(true) {
            *captured = Captured::default();
        }
        Ok(answer)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // The sender looks at the flag at least every PATIENCE; the receiver ends when the socket does.
        if let Some(background) = &self.background {
            background.stop.store(true, Ordering::Relaxed);
        }
        // Ends the receiver; that the other end is gone already is no error.
        let _ = net::shutdown(&self.socket, Shutdown::Both);
    }
}

/// Keeps what arrives until the other end closes.
fn capture(socket: &OwnedFd, captured: &Mutex<Captured>, returned: &Returned) {
    let mut buffer = vec![0; LONGEST];
    loop {
        match net::recv(socket, &mut buffer[..], RecvFlags::empty()) {
            Ok((0, _)) => return,
            Ok((len, _)) => {
                returned.look(&buffer[..len]);
                let mut captured = lock(captured);
                if captured.frames.len() == KEPT {
                    captured.frames.pop_front();
                    captured.forgotten += 1;
                }
                captured.frames.push_back(buffer[..len].to_vec());
            }
            Err(Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

fn sent(first: u32, next: u32) -> Value {
    // A burst of nothing has no last number; saying the one before the first keeps "last - first + 1 = sent".
    json!({ "sent": next - first, "first_seq": first, "last_seq": i64::from(next) - 1 })
}

/// A thread that panicked while it held the lock left whole frames behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use rustix::net::{AddressFamily, SendFlags, SocketFlags, SocketType};

    use super::*;
    use crate::oracle::Traffic;

    fn wire() -> (Wire, OwnedFd) {
        let (ours, theirs) = net::socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .expect("a socket pair");
        (Wire::new(ours).expect("a wire"), theirs)
    }

    fn ask(wire: &mut Wire, request: Value) -> Value {
        wire.answer(&request.to_string())
    }

    fn receive(end: &OwnedFd) -> Vec<u8> {
        let mut buffer = vec![0; 4096];
        let (len, _) = net::recv(end, &mut buffer[..], RecvFlags::empty()).expect("a frame");
        buffer[..len].to_vec()
    }

    #[test]
    fn a_burst_arrives_whole_and_numbers_go_on() {
        let (mut wire, end) = wire();
        let request = json!({"count": 3, "vlan": "all", "l4": "tcp"});
        assert_eq!(
            ask(&mut wire, request.clone()),
            json!({"sent": 3, "first_seq": 0, "last_seq": 2})
        );
        assert_eq!(ask(&mut wire, request.clone())["first_seq"], 3);
        let traffic = Traffic::from_json(&request).unwrap();
        for seq in 0..6 {
            assert_eq!(receive(&end), traffic.frame(seq));
        }
    }

    #[test]
    fn background_sending_stops_even_when_nobody_receives() {
        let (mut wire, end) = wire();
        assert_eq!(
            ask(&mut wire, json!({"background": true, "count": 0}))["first_seq"],
            0
        );
        assert!(
            ask(&mut wire, json!({"count": 1}))["error"].is_string(),
            "two senders at once"
        );
        thread::sleep(Duration::from_millis(20));
        let answer = ask(&mut wire, json!({"stop": true}));
        let count = answer["sent"].as_u64().unwrap();
        assert!(count > 0, "{answer}");
        for seq in 0..count {
            assert_eq!(
                receive(&end),
                Traffic::default().frame(u32::try_from(seq).unwrap())
            );
        }
        assert_eq!(
            ask(&mut wire, json!({"count": 0}))["first_seq"],
            answer["sent"]
        );
    }

    #[test]
    fn raw_frames_are_sent_byte_for_byte() {
        let (mut wire, end) = wire();
        assert_eq!(
            ask(&mut wire, json!({"raw": ["00ff", "12"], "repeat": 2})),
            json!({"sent": 4})
        );
        let frames: Vec<_> = (0..4).map(|_| receive(&end)).collect();
        assert_eq!(frames, [&[0, 255][..], &[0x12], &[0, 255], &[0x12]]);
        assert!(ask(&mut wire, json!({"raw": [""]}))["error"].is_string());
    }

    #[test]
    fn what_the_guest_sends_is_kept_until_asked_for() {
        let (mut wire, end) = wire();
        let frame = |ethertype: [u8; 2]| [&[0; 12][..], &ethertype, &[1]].concat();
        net::send(&end, &frame([0x88, 0xb5]), SendFlags::empty()).unwrap();
        net::send(&end, &frame([0x08, 0x06]), SendFlags::empty()).unwrap();
        let start = Instant::now();
        while ask(&mut wire, json!({"captured": true, "peek": true}))["frames"]
            .as_array()
            .unwrap()
            .len()
            < 2
        {
            assert!(
                start.elapsed() < Duration::from_secs(5),
                "nothing was captured"
            );
        }
        let answer = ask(&mut wire, json!({"captured": true, "ethertype": "88b5"}));
        assert_eq!(
            answer["frames"],
            json!([frames::to_hex(&frame([0x88, 0xb5]))])
        );
        assert_eq!(
            ask(&mut wire, json!({"captured": true}))["frames"],
            json!([])
        );
    }

    #[test]
    fn nonsense_is_answered_not_died_of() {
        let (mut wire, _end) = wire();
        for bad in [
            "",
            "[]x",
            r#"{"count":-1}"#,
            r#"{"l4":"sctp"}"#,
            r#"{"stop":true}"#,
            r#"{"raw":[1]}"#,
        ] {
            assert!(wire.answer(bad)["error"].is_string(), "{bad}");
        }
    }
}
