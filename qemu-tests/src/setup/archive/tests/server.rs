// SPDX-License-Identifier: GPL-2.0

//! A web server on the loopback address that can fail in the ways that mirrors fail.
//!
//! Speaks as much HTTP as the package manager asks for: one request after the other on a connection, ranges, redirects,
//! unchanged files. It remembers what it was asked, so that a test can tell a download from a resumed one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What goes wrong with a file.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Half of it, as if that were all.
    Half,
    /// The whole is announced, the connection ends after half.
    Cut,
    /// As long as it should be, with one byte changed.
    Changed,
    /// Nothing comes.
    Stall,
    /// The server is busy.
    Busy,
    /// A page comes that asks for a login, whatever was asked for.
    Page,
}

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    /// Where in the file the answer began.
    pub start: usize,
}

#[derive(Clone)]
struct File {
    content: Vec<u8>,
    modified: String,
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, File>,
    faults: Vec<(String, Fault)>,
    moved: Vec<(String, String)>,
    requests: Vec<Request>,
    put: u32,
    closed: bool,
}

/// The server; it ends when dropped.
pub struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.lock().unwrap().closed {
                    break;
                }
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || {
                    // The package manager closes connections whenever it likes.
                    let _ = serve(&stream.unwrap(), &shared);
                });
            }
        });
        Self { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves a file, a second newer than the one before.
    pub fn put(&self, path: &str, content: Vec<u8>) {
        let mut state = self.state.lock().unwrap();
        state.put += 1;
        let (minute, second) = (state.put / 60, state.put % 60);
        let modified = format!("Sun, 29 Nov 2020 00:{minute:02}:{second:02} GMT");
        let file = File { content, modified };
        state.files.insert(path.to_owned(), file);
    }

    /// Removes all files whose path starts like this.
    pub fn remove(&self, start: &str) {
        let mut state = self.state.lock().unwrap();
        state.files.retain(|path, _| !path.starts_with(start));
    }

    /// Files whose path ends like this go wrong, until the next call of [`Server::mend`].
    pub fn fail(&self, end: &str, fault: Fault) {
        self.state
            .lock()
            .unwrap()
            .faults
            .push((end.to_owned(), fault));
    }

    pub fn mend(&self) {
        self.state.lock().unwrap().faults.clear();
    }

    /// Answers requests below one folder with a redirect to another.
    pub fn redirect(&self, from: &str, to: &str) {
        self.state
            .lock()
            .unwrap()
            .moved
            .push((from.to_owned(), to.to_owned()));
    }

    /// What was asked for since the last call.
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.lock().unwrap().closed = true;
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) -> Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let (path, headers) = match read_request(&mut reader)? {
            Some(request) => request,
            None => return Ok(()),
        };
        let (file, fault, moved) = {
            let state = state.lock().unwrap();
            let fault = state.faults.iter().find(|(end, _)| path.ends_with(end));
            let moved = state
                .moved
                .iter()
                .find_map(|(from, to)| Some(format!("{to}{}", path.strip_prefix(from.as_str())?)));
            (
                state.files.get(&path).cloned(),
                fault.map(|(_, fault)| *fault),
                moved,
            )
        };
        if let Some(Fault::Stall) = fault {
            // Until the other side gives up.
            std::io::copy(&mut reader, &mut std::io::sink())?;
            return Ok(());
        }
        if let Some(Fault::Busy) = fault {
            answer(stream, "503 Service Unavailable", "", b"later")?;
            continue;
        }
        if let Some(Fault::Page) = fault {
            answer(stream, "200 OK", "", b"<html>Please log in</html>")?;
            continue;
        }
        if let Some(to) = moved {
            answer(stream, "302 Found", &format!("Location: {to}\r\n"), b"")?;
            continue;
        }
        let Some(File {
            mut content,
            modified,
        }) = file
        else {
            answer(stream, "404 Not Found", "", b"not here")?;
            continue;
        };
        let dated = format!("Last-Modified: {modified}\r\n");
        if headers
            .get("if-modified-since")
            .is_some_and(|date| *date == modified)
        {
            answer(stream, "304 Not Modified", &dated, b"")?;
            continue;
        }
        let range = headers.get("range").and_then(|range| {
            range
                .strip_prefix("bytes=")?
                .strip_suffix('-')?
                .parse::<usize>()
                .ok()
        });
        let start = range.filter(|&start| start < content.len()).unwrap_or(0);
        state.lock().unwrap().requests.push(Request { path, start });
        let whole = content.len();
        match fault {
            Some(Fault::Half) => content.truncate(whole / 2),
            Some(Fault::Changed) => content[whole / 2] ^= 1,
            _ => {}
        }
        if let Some(Fault::Cut) = fault {
            let head = format!("HTTP/1.1 200 OK\r\n{dated}Content-Length: {whole}\r\n\r\n");
            (&mut &*stream).write_all(head.as_bytes())?;
            return (&mut &*stream).write_all(&content[..whole / 2]);
        }
        if start == 0 {
            answer(stream, "200 OK", &dated, &content)?;
        } else {
            let ranged = format!(
                "{dated}Content-Range: bytes {start}-{}/{whole}\r\n",
                whole - 1
            );
            answer(stream, "206 Partial Content", &ranged, &content[start..])?;
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> Result<Option<(String, BTreeMap<String, String>)>> {
    let mut line = String::new();
    if reader.take(8192).read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = unescaped(line.split(' ').nth(1).unwrap_or_default());
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.take(8192).read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_lowercase(), value.to_owned()),
            None => return Ok(Some((path, headers))),
        };
    }
}

/// `%2b` is `+`.
fn unescaped(path: &str) -> String {
    let mut parts = path.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_at(2);
        plain.push(char::from(u8::from_str_radix(code, 16).unwrap()));
        plain.push_str(rest);
    }
    plain
}

fn answer(mut stream: &TcpStream, status: &str, headers: &str, body: &[u8]) -> Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}
