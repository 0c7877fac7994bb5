//! P12 and P13: from the sender's 200 to the event on the toolbar's stream.

use crate::bench::Bench;
use crate::client::{Connection, request};
use crate::drive;
use crate::measured::Measured;
use crate::process::Settings;
use crate::stats;
use crate::stream::Stream;
use crate::world::{Access, OTHER_PRACTICE, PRACTICE, World};
use anyhow::{Context as _, Result, bail};
use load::{Kind, Messages, Mode, Plan, Shape, Target, Watch};
use memchr::memmem;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use wire::headers::{ACCESS_TOKEN, API_KEY};
use wire::paths::{partner, practice};

/// Connections over which the timetable's messages go in turn.
const SENDERS: u32 = 8;
const SATURATING: usize = 32;
/// Messages a second beside saturation: a practice's toolbar is told of its own only.
const BESIDE: u32 = 100;
const ALONE: u32 = 500;

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let [alone, beside] = rows else {
        bail!("the delivery rows are two");
    };
    let folder = bench.folder("delivery-")?;
    let world = World::make(
        &bench.baton,
        &folder.path().join("data"),
        &Settings::default(),
    )
    .await?;
    let time = bench.time(3.0);
    for _ in bench.each_round("delivery") {
        let quiet = prober(&world, ALONE, time);
        let delays = tokio::task::spawn_blocking(quiet).await??;
        alone.add_bare(stats::quantile(&delays, 990));

        let others = drive::fresh_ids();
        let sends = drive::sends(&world, Kind::Standard, Shape::Tiny, OTHER_PRACTICE, others)?;
        let target = Target::find(world.platform.url()).await?;
        let mode = Mode::Closed {
            connections: SATURATING,
        };
        let watch = Watch::default();
        let plan = Plan::new(target, mode, load::Length::For(time * 20), sends);
        let busy = prober(&world, BESIDE, time);
        let probing = async {
            let delays = tokio::task::spawn_blocking(busy).await;
            watch.stop();
            delays
        };
        let (loaded, delays) = tokio::join!(load::run(plan, &watch), probing);
        let rate = loaded?.per_second();
        beside.add_bare(stats::quantile(&delays??, 990));
        beside.remark = Some(format!("beside {rate:.0} messages/s"));
    }
    world.platform.end()
}

/// Measures on a thread of its own, so that what saturates the platform does not hold up the clock.
fn prober(
    world: &World,
    rate: u32,
    time: Duration,
) -> impl FnOnce() -> Result<Vec<f64>> + Send + use<> {
    let (address, access) = (world.platform.address(), world.access.clone());
    move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(probe(address, access, rate, time))
    }
}

/// Milliseconds from 200 to the event, for each message; an event that came first counts as 0.
async fn probe(address: SocketAddr, access: Access, rate: u32, time: Duration) -> Result<Vec<f64>> {
    let headers = [("Authorization", access.session.as_str())];
    let connection = Connection::open(address).await?;
    let mut stream = Stream::open(connection, practice::STREAM, &headers).await?;
    // The stream stands once it has said hello.
    stream.next().await?;
    let ids = drive::fresh_ids();
    let messages = Arc::new(Messages::new(
        &drive::recipe(Kind::Instant, Shape::Tiny, PRACTICE),
        ids,
    ));
    let count = u64::from(rate) * time.as_secs().max(1);
    let begin = Instant::now() + Duration::from_millis(50);
    let mut senders = JoinSet::new();
    for sender in 0..u64::from(SENDERS) {
        let (messages, access) = (Arc::clone(&messages), access.clone());
        senders.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut answered = Vec::new();
            for number in (sender..count).step_by(SENDERS as usize) {
                let due = begin + Duration::from_secs(number) / rate;
                tokio::time::sleep_until(due.into()).await;
                let headers = [
                    (API_KEY, access.api_key.as_str()),
                    (ACCESS_TOKEN, access.token.as_str()),
                ];
                let body = messages.body(number).to_vec();
                let bytes = request("POST", partner::INSTANT, address, &headers, &body);
                connection.exchange(&bytes).await?.expect(200)?;
                answered.push((number, Instant::now()));
            }
            anyhow::Ok(answered)
        });
    }
    let mut told = HashMap::new();
    let hearing = async {
        while (told.len() as u64) < count {
            let event = stream.next().await?;
            let heard = Instant::now();
            if let Some(id) = message_id(&event) {
                told.insert(id, heard);
            }
        }
        anyhow::Ok(())
    };
    let patience = time + Duration::from_secs(60);
    tokio::time::timeout(patience, hearing)
        .await
        .context("not every message came to the stream")??;
    let mut delays = Vec::new();
    while let Some(sender) = senders.join_next().await {
        for (number, answered) in sender?? {
            let heard = told
                .get(&ids.id(number).to_string())
                .context("a message was not told")?;
            delays.push(heard.saturating_duration_since(answered).as_secs_f64() * 1000.0);
        }
    }
    Ok(delays)
}

/// The sender's id of the message that an event tells of.
fn message_id(event: &[u8]) -> Option<String> {
    let name = b"\"messageId\":\"";
    let from = memmem::find(event, name)? + name.len();
    let id = event.get(from..from + 36)?;
    String::from_utf8(id.to_vec()).ok()
}
