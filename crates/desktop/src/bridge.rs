//! The one place that speaks with the toolbar: it makes what screens show, and carries out what they ask.
//!
//! Everything happens on a thread of its own, one step after the other: an order, an event of the toolbar and the result
//! of something that took time are each a [`Step`], and after each batch the window is told that there is something new.

mod browser;
mod codes;
mod config;
mod desk;
mod inbox;
mod notices;
mod pages;
mod review;
mod search;
mod settings;
mod standing;
pub mod summon;
#[cfg(test)]
mod tests;
mod widgets;
mod words;

pub use config::BridgeConfig;

use crate::command::Command;
use crate::snapshot::Snapshot;
use desk::Desk;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc;

/// One thing that happens to the desk.
type Step = Box<dyn FnOnce(&mut Desk) + Send>;

/// Wakes the window, and is called from another thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// The newest snapshot, and how many there were.
type Published = Arc<Mutex<(u64, Snapshot)>>;

/// A running toolbar behind a window.
pub struct Bridge {
    steps: mpsc::UnboundedSender<Step>,
    shown: Published,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Bridge {
    /// Starts the toolbar.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(config: BridgeConfig, wake: Wake) -> std::io::Result<Self> {
        let (steps, taken) = mpsc::unbounded_channel();
        let shown = Arc::new(Mutex::new((1, config.first_snapshot())));
        let (publish, back) = (Arc::clone(&shown), steps.clone());
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("toolbar")
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name("bridge".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    let last = Arc::clone(&wake);
                    tokio::spawn(end_with_session(back.clone()));
                    tokio::spawn(summon::watch(config.data_dir.clone(), back.clone()));
                    Desk::new(config, back, publish, wake).run(taken).await;
                    ends.store(true, Ordering::Release);
                    last();
                });
                // A document that is being drawn must not keep the program alive.
                runtime.shutdown_timeout(Duration::from_millis(200));
            })?;
        Ok(Self {
            steps,
            shown,
            over,
            thread: Some(thread),
        })
    }

    /// Gives an order.
    pub fn order(&self, command: Command) {
        // When nobody is there any more, the program is ending.
        let _ = self
            .steps
            .send(Box::new(move |desk| desk.carry_out(command)));
    }

    /// What is to be shown, with a number that grows whenever it changed.
    pub fn snapshot(&self) -> (u64, Snapshot) {
        self.shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether everything is finished, after [`Command::Quit`].
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

/// Who logs out of the PC, or ends the program from outside, quits.
async fn end_with_session(steps: mpsc::UnboundedSender<Step>) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut term), Ok(mut hang)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::hangup()),
        ) else {
            return;
        };
        tokio::select! {
            _ = term.recv() => {}
            _ = hang.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    let _ = steps.send(Box::new(|desk| desk.carry_out(Command::Quit)));
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.order(Command::Quit);
        if let Some(thread) = self.thread.take() {
            // It ends within seconds, whatever the network does.
            let _ = thread.join();
        }
    }
}
