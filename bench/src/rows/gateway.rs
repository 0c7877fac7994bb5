//! P25–P27: how fast a gateway takes messages in and sends them on, and what it holds with a long history.

mod history;

use crate::bench::Bench;
use crate::client::Connection;
use crate::drive;
use crate::limits::writer;
use crate::measured::Measured;
use crate::process::{Server, Settings};
use crate::world::{PRACTICE, World};
use anyhow::{Context as _, Result, bail};
use load::{Body, HeaderMap, Ids, Kind, Length, Method, Request, Requests, Shape, Uri};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use wire::paths::gateway as paths;

/// As many as a gateway sends at the same time.
const SENDERS: usize = 8;
const CONNECTIONS: usize = 64;
/// As many callers at the bare writer.
const CALLERS: u32 = 64;
/// The messages are about so many patients.
const PATIENTS: usize = 2_000;
/// Nothing answers here: what is entered stays queued.
const NOWHERE: &str = "http://127.0.0.1:9";
/// A drain that takes longer is stuck.
const PATIENCE: Duration = Duration::from_secs(600);

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let [drained, memory, entered] = rows else {
        bail!("the rows of the gateway are three");
    };
    let folder = bench.folder("gateway-")?;
    let world = World::make(
        &bench.baton,
        &folder.path().join("platform"),
        &Settings::default(),
    )
    .await?;
    let queue: u32 = if bench.quick { 1_000 } else { 10_000 };
    for round in bench.each_round("gateway") {
        let data = folder.path().join(format!("gateway-{round}"));
        let place = bench.folder("limit-")?;
        let bare = writer::shared(place.path(), CALLERS, bench.time(2.5))?;
        let (rate, key) = enter(bench, &data, queue).await?;
        entered.add(rate, bare.rate);
        let own = platform_alone(bench, &world).await?;
        let (rate, _) = drain(bench, &world, &data, &key, queue).await?;
        drained.add(rate, own);
    }
    drained.remark = Some(format!("{queue} messages, {SENDERS} at a time"));
    let rounds = if bench.quick { 1 } else { 2 };
    let history = if bench.quick { 20_000 } else { 1_000_000 };
    for round in 0..rounds {
        let mut peaks = Vec::new();
        for past in [history, 0] {
            bench
                .progress
                .step(&format!("gateway: {past} messages of history"));
            let data = folder.path().join(format!("history-{past}-{round}"));
            let (_, key) = enter(bench, &data, 1_000).await?;
            history::add(&data, past)?;
            let (_, peak) = drain(bench, &world, &data, &key, 1_000).await?;
            peaks.push(peak);
            std::fs::remove_dir_all(&data)?;
        }
        if let [long, none] = *peaks.as_slice() {
            memory.add(long, none);
        }
    }
    memory.remark = Some(format!("{history} messages"));
    world.platform.end()
}

/// Enters so many messages at a gateway whose platform is away: entries a second, and the product's key.
async fn enter(bench: &Bench, data: &Path, count: u32) -> Result<(f64, String)> {
    let gateway = Server::gateway(&bench.baton, data, NOWHERE, "bak_nobody_nothing")?;
    let words = ["key", "issue", "bench"];
    let key = bench.baton.operate_gateway(gateway.storage(), &words)?;
    let key = key.get("apiKey").and_then(Value::as_str);
    let key = key.context("no key")?.to_owned();
    let entries = Entries::new(&key)?;
    let length = Length::Count(count.into());
    let outcome = drive::closed_at(gateway.url(), CONNECTIONS, length, entries).await?;
    gateway.end()?;
    Ok((outcome.per_second(), key))
}

/// What the platform accepts on as many connections as a gateway uses.
async fn platform_alone(bench: &Bench, world: &World) -> Result<f64> {
    let ids = drive::fresh_ids();
    let sends = drive::sends(world, Kind::Standard, Shape::Tiny, PRACTICE, ids)?;
    let length = Length::For(bench.time(2.5));
    Ok(drive::closed(world, SENDERS, length, sends)
        .await?
        .per_second())
}

/// Starts a gateway on what is queued: messages a second until nothing is, and its peak memory in MiB, a few
/// pages of its lists included.
async fn drain(
    bench: &Bench,
    world: &World,
    data: &Path,
    key: &str,
    count: u32,
) -> Result<(f64, f64)> {
    let platform = world.platform.url();
    let began = Instant::now();
    let gateway = Server::gateway(&bench.baton, data, platform, &world.access.api_key)?;
    let mut connection = Connection::open(gateway.address()).await?;
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str())];
    while waits(&mut connection, &headers).await? {
        if began.elapsed() > PATIENCE {
            bail!("the queue is not empty after ten minutes");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    let refused = format!("{}?state=refused&limit=1", paths::MESSAGES);
    if listed(&mut connection, &headers, &refused).await? > 0 {
        bail!("the platform refused messages of the bench");
    }
    for filter in [
        "limit=100",
        "status=COMPLETED&limit=100",
        "state=accepted&limit=100",
    ] {
        let path = format!("{}?{filter}", paths::MESSAGES);
        listed(&mut connection, &headers, &path).await?;
    }
    let peak = gateway.peak()?;
    gateway.end()?;
    Ok((rate, peak))
}

async fn waits(connection: &mut Connection, headers: &[(&str, &str)]) -> Result<bool> {
    for state in ["queued", "sending"] {
        let path = format!("{}?state={state}&limit=1", paths::MESSAGES);
        if listed(connection, headers, &path).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many messages a page shows.
async fn listed(
    connection: &mut Connection,
    headers: &[(&str, &str)],
    path: &str,
) -> Result<usize> {
    let page: Value = connection.get(path, headers).await?.json(200)?;
    let messages = page.get("messages").and_then(Value::as_array);
    Ok(messages.context("no list of messages")?.len())
}

/// New standard messages with a small text, about many patients.
struct Entries {
    ids: Ids,
    headers: HeaderMap,
    patients: Vec<String>,
}

impl Entries {
    fn new(key: &str) -> Result<Self> {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Bearer {key}").parse()?);
        headers.insert("content-type", "application/json".parse()?);
        Ok(Self {
            ids: drive::fresh_ids(),
            headers,
            patients: patients(),
        })
    }
}

impl Requests for Entries {
    fn next(&self, number: u64) -> Request {
        let id = self.ids.id(number);
        let place = usize::try_from(number).unwrap_or_default() % PATIENTS;
        let nhs_number = self.patients.get(place);
        let entry = json!({
            "kind": "standard", "messageId": id, "topic": model::topic::DISPENSE_EVENT,
            "to": PRACTICE, "nhsNumber": nhs_number,
            "files": [{
                "fileName": "Note.txt", "mimeType": "text/plain",
                "content": "SW4gYSB0ZXN0IG5vdGhpbmcgaXMgYWJvdXQgYW55Ym9keS4=",
            }],
        });
        Request {
            method: Method::POST,
            path: Uri::from_static(paths::MESSAGES),
            headers: self.headers.clone(),
            body: Body::from(entry.to_string().into_bytes()),
            message: Some(id),
        }
    }
}

/// The first valid NHS numbers of the test range.
fn patients() -> Vec<String> {
    let valid = (0..).filter_map(|tail: u32| {
        let digits = format!("999{tail:06}");
        let sum: u32 = digits
            .bytes()
            .zip((2..=10).rev())
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum();
        match 11 - sum % 11 {
            10 => None,
            11 => Some(format!("{digits}0")),
            check => Some(format!("{digits}{check}")),
        }
    });
    valid.take(PATIENTS).collect()
}
