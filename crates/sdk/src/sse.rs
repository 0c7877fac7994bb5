//! Server-sent events: an incremental parser after the WHATWG rules, and a stream over HTTP.
//!
//! Bytes come in pieces of any size; whole events come out. Lines end with LF, CR or CR LF; comments
//! are skipped; `id` stays in force until another comes; an event without data is none. Everything is
//! limited, so that a server gone mad cannot fill our memory.

mod stream;
#[cfg(test)]
mod tests;

pub use stream::{EventStream, Received};

use std::time::Duration;

/// The longest line that is taken, in bytes: 1 MiB.
pub const MAX_LINE: usize = 1024 * 1024;
/// The most data of one event, in bytes: 4 MiB.
pub const MAX_DATA: usize = 4 * 1024 * 1024;

/// One event. No `Debug`: its data may be about a patient.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    /// Its type; `message` when the server named none.
    pub name: String,
    /// Its data, lines joined by LF.
    pub data: String,
    /// The last id that the stream gave, if it gave one.
    pub id: Option<String>,
}

/// A line or an event is over its limit; nothing more can be read from this stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is over the limit")]
pub struct TooLong;

/// Reads a `text/event-stream`, piece by piece.
#[derive(Default)]
pub struct Parser {
    line: Vec<u8>,
    started: bool,
    /// The last byte was CR, so that an LF now belongs to it.
    after_cr: bool,
    broken: bool,
    name: String,
    data: String,
    has_data: bool,
    id: Option<String>,
    retry: Option<Duration>,
}

impl Parser {
    /// A parser at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// The reconnection time that the server asked for last.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Takes the next piece and appends the events that it completes to `out`.
    ///
    /// # Errors
    /// [`TooLong`]: then and for ever after.
    pub fn feed(&mut self, piece: &[u8], out: &mut Vec<Event>) -> Result<(), TooLong> {
        for &byte in piece {
            if self.broken {
                return Err(TooLong);
            }
            let lf_of_crlf = self.after_cr && byte == b'\n';
            self.after_cr = byte == b'\r';
            if lf_of_crlf {
                continue;
            }
            if matches!(byte, b'\r' | b'\n') {
                let line = std::mem::take(&mut self.line);
                self.end_line(&line, out);
                // The buffer is used again.
                self.line = line;
                self.line.clear();
            } else {
                self.line.push(byte);
            }
            self.broken |= self.line.len() > MAX_LINE || self.data.len() > MAX_DATA;
        }
        if self.broken { Err(TooLong) } else { Ok(()) }
    }

    fn end_line(&mut self, line: &[u8], out: &mut Vec<Event>) {
        let line = match line.strip_prefix(b"\xEF\xBB\xBF") {
            Some(rest) if !self.started => rest,
            _ => line,
        };
        self.started = true;
        if line.is_empty() {
            self.dispatch(out);
            return;
        }
        let line = String::from_utf8_lossy(line);
        let (field, value) = match line.split_once(':') {
            Some((field, value)) => (field, value.strip_prefix(' ').unwrap_or(value)),
            None => (line.as_ref(), ""),
        };
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                if self.has_data {
                    self.data.push('\n');
                }
                self.has_data = true;
                self.data.push_str(value);
            }
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                if let Ok(millis) = value.parse() {
                    self.retry = Some(Duration::from_millis(millis));
                }
            }
            // A comment (nothing before the colon), or a field nobody knows.
            _ => {}
        }
    }

    fn dispatch(&mut self, out: &mut Vec<Event>) {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        if std::mem::take(&mut self.has_data) && !data.is_empty() {
            out.push(Event {
                name: if name.is_empty() {
                    "message".to_owned()
                } else {
                    name
                },
                data,
                id: self.id.clone().filter(|id| !id.is_empty()),
            });
        }
    }
}
