//! The window under test: started as somebody starts it, ended by its own id.

use super::screen::Screen;
use crate::world::{World, executable};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// It signs out and gives back first.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// A running `baton-toolbar`.
pub(super) struct Window {
    child: Child,
    log: PathBuf,
    watch: crate::world::watch::Watch,
}

impl Window {
    /// Starts it without a word, in a folder beside `up`'s data.
    pub(super) fn open(screen: &Screen, world: &World, words: &[&str]) -> Self {
        let desk = screen.desk();
        let data = desk.join("baton-data");
        if !data.exists() {
            std::os::unix::fs::symlink(world.data(), data).unwrap();
        }
        let log = world.data().with_file_name("window.log");
        let kept = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let mut command = screen.command(executable::window());
        command
            .args(words)
            .current_dir(desk)
            .env("BATON_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(kept);
        Self {
            child: command.spawn().unwrap(),
            log,
            watch: world.watch.clone(),
        }
    }

    /// How much processor time it has used, in seconds.
    pub(super) fn busy(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        // Behind the name in brackets: user and system time are the 12th and 13th, in ticks of 10 ms.
        let (_, rest) = stat.rsplit_once(')').unwrap_or_default();
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks = |place: usize| {
            let field = fields.get(place).copied().unwrap_or_default();
            field.parse::<f64>().unwrap_or_default()
        };
        (ticks(11) + ticks(12)) / 100.0
    }

    /// How much memory it holds, in mebibytes.
    pub(super) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let words = line.unwrap_or_default().split_whitespace().next();
        words.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
    }

    /// Ends it as a power cut does.
    pub(super) fn kill(mut self) {
        self.signal(Signal::KILL);
        self.child.wait().unwrap();
    }

    /// Waits for its end, which somebody asked for.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        let end = Instant::now() + ENDS_WITHIN;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if Instant::now() > end {
                return None;
            }
            std::thread::yield_now();
        }
    }

    fn signal(&mut self, signal: Signal) {
        // One that was waited for has lost its id.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(Pid::from_child(&self.child), signal);
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
        let ended = self.ended();
        if ended.is_none() {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            println!("the window's log:\n{log}");
            return;
        }
        let faults = self.watch.faults(&self.log);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(ended.is_some(), "the window did not end");
    }
}
