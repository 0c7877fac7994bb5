//! How far a run is: a bar on a terminal, a line now and then elsewhere.

use super::Shape;
use super::figures::{rate, thousands, time};
use crate::output;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use load::{Length, Seen, Watch};
use std::io::IsTerminal as _;
use std::time::Duration;
use tokio::task::JoinHandle;

const ON_A_TERMINAL: Duration = Duration::from_millis(200);
const ELSEWHERE: Duration = Duration::from_secs(5);

/// What is shown while a run goes.
pub(super) struct Showing {
    bar: Option<ProgressBar>,
    task: JoinHandle<()>,
}

impl Showing {
    /// Clears it away.
    pub(super) async fn end(self) {
        self.task.abort();
        drop(self.task.await);
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows a run on standard error until it is told to end.
pub(super) fn show(shape: &Shape, watch: &Watch) -> Showing {
    let (length, watch) = (shape.length, watch.clone());
    let bar = std::io::stderr().is_terminal().then(|| bar(length));
    let shown = bar.clone();
    let task = tokio::spawn(async move {
        let every = if shown.is_some() {
            ON_A_TERMINAL
        } else {
            ELSEWHERE
        };
        let mut last = Seen::default();
        loop {
            tokio::time::sleep(every).await;
            let seen = watch.seen();
            let words = describe(&seen, &last);
            match &shown {
                Some(bar) => {
                    bar.set_position(place(length, &seen));
                    bar.set_message(words);
                }
                None => output::remark(&words),
            }
            last = seen;
        }
    });
    Showing { bar, task }
}

fn bar(length: Length) -> ProgressBar {
    let end = match length {
        Length::Count(count) => count,
        Length::For(time) => millis(time),
    };
    let bar = ProgressBar::with_draw_target(Some(end), ProgressDrawTarget::stderr());
    // The template is a constant; were it wrong, a bar of the library's own would do.
    if let Ok(style) = ProgressStyle::with_template("{bar:20.cyan} {percent:>3} %  {wide_msg}") {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar.set_message("connecting");
    bar
}

/// How far along the bar.
fn place(length: Length, seen: &Seen) -> u64 {
    match length {
        Length::Count(_) => seen.accepted + seen.refused + seen.failed,
        Length::For(_) => millis(seen.elapsed),
    }
}

/// The rate since the last look, and what came of all so far.
fn describe(seen: &Seen, last: &Seen) -> String {
    if !seen.connected {
        return "connecting".to_owned();
    }
    if seen.elapsed.is_zero() {
        return "warming up".to_owned();
    }
    let passed = seen.elapsed.saturating_sub(last.elapsed).as_secs_f64();
    let more = u32::try_from(seen.accepted.saturating_sub(last.accepted)).unwrap_or(u32::MAX);
    let now = f64::from(more) / passed.max(0.001);
    let bad = match seen.refused + seen.failed {
        0 => String::new(),
        bad => format!(", {} not", thousands(bad)),
    };
    format!(
        "{:>6}/s   p99 {:>7}   {} accepted{bad}",
        rate(now),
        time(seen.p99),
        thousands(seen.accepted)
    )
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
