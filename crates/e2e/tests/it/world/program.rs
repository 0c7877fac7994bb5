//! A started program: what it says, how it ends, and what its log must not hold.

use super::executable;
use super::watch::Watch;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// It is ready within a tenth of a second; this is for a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// It finishes what it is writing first.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// One running `baton`, ended with this value.
pub(crate) struct Program {
    pid: Pid,
    lines: Receiver<String>,
    ended: Receiver<ExitStatus>,
    exit: Option<ExitStatus>,
    log: PathBuf,
    watch: Watch,
}

impl Program {
    /// Starts `baton` with these arguments; its log goes to the end of a file.
    pub(crate) fn start(
        arguments: &[String],
        environment: &[(&str, &str)],
        log: &Path,
        watch: Watch,
    ) -> Self {
        let kept = File::options().create(true).append(true).open(log).unwrap();
        let mut child = Command::new(executable::baton())
            .args(arguments)
            .env("BATON_LOG", "info")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(kept)
            .spawn()
            .unwrap();
        let pid = Pid::from_child(&child);
        let output = child.stdout.take().unwrap();
        let (tell_line, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The test may have heard enough; the program must not block for that.
                let _ = tell_line.send(line);
            }
        });
        let (tell_end, ended) = channel();
        std::thread::spawn(move || {
            let _ = tell_end.send(child.wait().unwrap());
        });
        Self {
            pid,
            lines,
            ended,
            exit: None,
            log: log.to_owned(),
            watch,
        }
    }

    /// The line in which it says that it is ready.
    pub(crate) fn ready(&self) -> Value {
        loop {
            let Ok(line) = self.lines.recv_timeout(READY_WITHIN) else {
                panic!(
                    "baton did not get ready within {READY_WITHIN:?}; its log:\n{}",
                    self.log_text()
                );
            };
            let said: Value = serde_json::from_str(&line).unwrap_or_default();
            if said["ready"] == true {
                return said;
            }
        }
    }

    /// The line in which it says that it is ready, or how it ended before that.
    pub(crate) fn ready_or_ended(&mut self) -> Result<Value, ExitStatus> {
        let end = Instant::now() + READY_WITHIN;
        loop {
            match self.lines.recv_timeout(READY_WITHIN) {
                Ok(line) => {
                    let said: Value = serde_json::from_str(&line).unwrap_or_default();
                    if said["ready"] == true {
                        return Ok(said);
                    }
                }
                Err(_) => return Err(self.wait(ENDS_WITHIN).expect("it says nothing")),
            }
            assert!(
                Instant::now() < end,
                "not ready; its log:\n{}",
                self.log_text()
            );
        }
    }

    /// Every JSON line that it has said and nobody has read yet.
    pub(crate) fn said(&self) -> Vec<Value> {
        let lines = self.lines.try_iter();
        lines
            .filter_map(|line| serde_json::from_str(&line).ok())
            .collect()
    }

    /// How it ended by itself, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.wait(Duration::ZERO)
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Where its log is.
    pub(crate) fn log(&self) -> PathBuf {
        self.log.clone()
    }

    /// Its log so far.
    pub(crate) fn log_text(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks it to end, and waits for it; how it ended. `None` when it had to be killed.
    pub(crate) fn end(&mut self) -> Option<ExitStatus> {
        self.signal(Signal::TERM);
        self.wait(ENDS_WITHIN).or_else(|| {
            self.kill();
            None
        })
    }

    /// Kills it without a word.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.wait(ENDS_WITHIN);
    }

    fn signal(&mut self, signal: Signal) {
        // A process that was waited for has lost its id.
        if self.wait(Duration::ZERO).is_none() {
            // It may end by itself just now.
            let _ = kill_process(self.pid, signal);
        }
    }

    fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        if self.exit.is_none() {
            self.exit = self.ended.recv_timeout(limit).ok();
        }
        self.exit
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let by_itself = self.exit.is_none() && self.wait(Duration::ZERO).is_some();
        let ended = if by_itself { None } else { self.end() };
        let mut faults = self.watch.faults(&self.log);
        if by_itself {
            faults.push("baton ended before the test did".to_owned());
        }
        if ended.is_none() && !by_itself {
            faults.push(format!(
                "baton did not end within {ENDS_WITHIN:?} of SIGTERM"
            ));
        }
        if std::thread::panicking() {
            let log = self.log_text();
            let lines: Vec<_> = log.lines().collect();
            let last = lines.len().saturating_sub(40);
            println!("the end of baton's log:\n{}", lines[last..].join("\n"));
        } else {
            assert!(faults.is_empty(), "{}", faults.join("\n"));
        }
    }
}
