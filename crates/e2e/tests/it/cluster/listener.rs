//! A sender that listens to its stream of changes while everything dies: each change once, in its order.

use crate::crash::parcel::Expected;
use crate::world::partner::{Integrator, history, standing};
use crate::world::wait;
use sdk::sse::Parser;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use wire::paths::partner::EVENTS;

/// Something is heard at least every fifteen seconds, or the other end is gone.
const QUIET: Duration = Duration::from_secs(25);
const AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Listens until it is dropped.
pub(crate) struct Listener {
    told: Arc<Mutex<Told>>,
    listening: JoinHandle<()>,
}

#[derive(Default)]
struct Told {
    last: u64,
    events: usize,
    connections: usize,
    /// What was told of each message, in order.
    standings: BTreeMap<String, Vec<String>>,
    faults: Vec<String>,
}

impl Listener {
    /// From the very beginning.
    pub(crate) fn start(integrator: Integrator) -> Self {
        let told = Arc::default();
        let listening = tokio::spawn(listen(integrator, Arc::clone(&told)));
        Self { told, listening }
    }

    /// What was told is what happened, message by message; nothing is left out and nothing comes twice.
    pub(crate) async fn heard_all(&self, integrator: &Integrator, accepted: &[Expected]) {
        let mut happened = BTreeMap::new();
        for message in accepted {
            let status = integrator.status(&message.id).await;
            happened.insert(message.id.clone(), history(&status));
        }
        let all: usize = happened.values().map(Vec::len).sum();
        wait::until("everything is told", async || {
            self.told.lock().unwrap().events >= all
        })
        .await;
        let told = self.told.lock().unwrap();
        assert_eq!(told.faults, Vec::<String>::new());
        for (id, happened) in &happened {
            assert_eq!(told.standings.get(id), Some(happened), "{id}");
        }
        assert_eq!(told.events, all);
        println!(
            "{} changes told over {} connections: none left out, none twice",
            told.events, told.connections
        );
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(integrator: Integrator, told: Arc<Mutex<Told>>) {
    loop {
        let last = told.lock().unwrap().last.to_string();
        let request = integrator
            .call(reqwest::Method::GET, EVENTS)
            .header("Last-Event-ID", last);
        if let Ok(answer) = request.send().await {
            match answer.status().as_u16() {
                200 => read(answer, &told).await,
                503 => {}
                status => {
                    let fault = format!("the stream was answered {status}");
                    told.lock().unwrap().faults.push(fault);
                }
            }
        }
        sleep(AGAIN_AFTER).await;
    }
}

/// Reads until it breaks off.
async fn read(mut answer: reqwest::Response, told: &Mutex<Told>) {
    told.lock().unwrap().connections += 1;
    let mut parser = Parser::new();
    let mut ready = Vec::new();
    while let Ok(Ok(Some(piece))) = timeout(QUIET, answer.chunk()).await {
        parser.feed(&piece, &mut ready).unwrap();
        let mut told = told.lock().unwrap();
        for event in ready.drain(..) {
            if event.name != "status" {
                let known = event.name == "hello";
                if !known {
                    told.faults
                        .push(format!("the stream told of {}", event.name));
                }
                continue;
            }
            let place = event.id.unwrap().parse().unwrap();
            if place <= told.last {
                let fault = format!("{place} after {}", told.last);
                told.faults.push(fault);
            }
            told.last = place;
            told.events += 1;
            let said: Value = serde_json::from_str(&event.data).unwrap();
            let id = said["messageId"].as_str().unwrap().to_owned();
            let standings = told.standings.entry(id).or_default();
            standings.push(standing(&said));
        }
    }
}
