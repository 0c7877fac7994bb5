//! Processes that end with this one: started by a thread that lives as long as they do, signalled with all
//! their children, and never waited for without a limit.

use crate::{Error, Result};
use rustix::process::{Pid, Signal, kill_process};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(5);
/// A signal is obeyed at once, but for a disk that is busy.
const ENDS_WITHIN: Duration = Duration::from_secs(20);

/// A server's process.
#[derive(Debug)]
pub(crate) struct Process {
    pid: Pid,
    end: Mutex<End>,
}

#[derive(Debug)]
struct End {
    ended: Receiver<ExitStatus>,
    status: Option<ExitStatus>,
}

impl Process {
    /// Starts it. The signal that tells it of this process's end is sent when the thread that started it
    /// ends, so that it has a thread of its own, which waits for it.
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        let (tell_pid, pid) = channel();
        let (tell_end, ended) = channel();
        std::thread::spawn(move || match command.spawn() {
            Ok(mut child) => {
                // Nobody may listen any longer; the process is waited for all the same.
                let _ = tell_pid.send(Ok(Pid::from_child(&child)));
                if let Ok(status) = child.wait() {
                    let _ = tell_end.send(status);
                }
            }
            Err(error) => {
                let _ = tell_pid.send(Err(error));
            }
        });
        let pid = pid.recv().map_err(std::io::Error::other)??;
        let end = Mutex::new(End {
            ended,
            status: None,
        });
        Ok(Self { pid, end })
    }

    /// Its id.
    pub(crate) fn id(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&self) -> Option<ExitStatus> {
        self.wait(Duration::ZERO)
    }

    /// Waits for its end.
    pub(crate) fn wait(&self, limit: Duration) -> Option<ExitStatus> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        if end.status.is_none() {
            end.status = end.ended.recv_timeout(limit).ok();
        }
        end.status
    }

    /// Sends a signal to it alone.
    pub(crate) fn signal(&self, signal: Signal) {
        if self.ended().is_none() {
            // It may end by itself just now.
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Sends a signal to it and to all its children. It is stopped first, so that it gets no new ones.
    pub(crate) fn signal_all(&self, signal: Signal) {
        if self.ended().is_some() {
            return;
        }
        self.signal(Signal::STOP);
        for child in children_of(self.id()) {
            let _ = kill_process(child, signal);
        }
        self.signal(signal);
    }

    /// Asks it to end, and kills it with all its children when it does not.
    pub(crate) fn end(&self, signal: Signal) {
        self.signal(signal);
        if self.wait(ENDS_WITHIN).is_none() {
            self.kill();
        }
    }

    /// `SIGKILL`, its children included, and waits until all are gone.
    pub(crate) fn kill(&self) {
        let children = children_of(self.id());
        self.signal_all(Signal::KILL);
        self.wait(ENDS_WITHIN);
        let end = Instant::now() + ENDS_WITHIN;
        while children.iter().any(|&child| is_alive(child)) && Instant::now() < end {
            pause(PAUSE);
        }
    }
}

/// Runs a program to its end; what it printed.
pub(crate) fn run(mut command: Command, limit: Duration) -> Result<String> {
    let name = name_of(&command);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let (tell_pid, pid) = channel();
    let (tell, told) = channel::<std::io::Result<Output>>();
    std::thread::spawn(move || {
        let output = command.spawn().and_then(|child| {
            let _ = tell_pid.send(Pid::from_child(&child));
            child.wait_with_output()
        });
        let _ = tell.send(output);
    });
    let output = match told.recv_timeout(limit) {
        Ok(output) => output?,
        Err(RecvTimeoutError::Timeout) => {
            if let Ok(pid) = pid.try_recv() {
                let _ = kill_process(pid, Signal::KILL);
            }
            return Err(Error::Late { what: name, limit });
        }
        Err(RecvTimeoutError::Disconnected) => {
            return Err(std::io::Error::other("a thread was lost").into());
        }
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::Failed {
        program: name,
        said: last_of(&said, 20),
    })
}

/// Looks again and again until there is something.
pub(crate) fn until<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() >= end {
            let what = what.to_owned();
            return Err(Error::Late { what, limit });
        }
        pause(PAUSE);
    }
}

/// The last lines of a text.
pub(crate) fn last_of(text: &str, lines: usize) -> String {
    let mut last: Vec<_> = text.lines().rev().take(lines).collect();
    last.reverse();
    last.join("\n")
}

#[expect(
    clippy::disallowed_methods,
    reason = "all of this crate blocks: what waits here is a test or a thread of its own"
)]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// What a command is called, behind the words that say as whom it runs.
fn name_of(command: &Command) -> String {
    let program = command.get_args().skip_while(|word| *word != "--").nth(1);
    let program = PathBuf::from(program.unwrap_or(command.get_program()));
    let name = program.file_name().unwrap_or(program.as_os_str());
    name.to_string_lossy().into_owned()
}

/// The processes that this one started.
fn children_of(parent: i32) -> Vec<Pid> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let ids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    ids.filter(|&id| stat(id).is_some_and(|(_, of)| of == parent))
        .filter_map(Pid::from_raw)
        .collect()
}

fn is_alive(pid: Pid) -> bool {
    stat(pid.as_raw_nonzero().get()).is_some_and(|(state, _)| state != "Z")
}

/// A process's state, and who started it.
fn stat(id: i32) -> Option<(String, i32)> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in brackets may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut words = rest.split(' ');
    let state = words.next()?.to_owned();
    Some((state, words.next()?.parse().ok()?))
}
