//! P10 and P11: status reads and token exchanges against the platform's own lightest answer.

use crate::bench::Bench;
use crate::client::Connection;
use crate::drive;
use crate::measured::Measured;
use crate::process::Settings;
use crate::toolbar;
use crate::world::{PRACTICE, World};
use anyhow::{Result, bail};
use load::{Body, HeaderMap, Kind, Length, Method, Reads, Request, Shape, Uri};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use wire::partner::ExchangeCode;
use wire::paths::{operator, partner};

const CONNECTIONS: usize = 64;
/// Messages whose status is asked.
const MESSAGES: u64 = 5_000;

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let [status, exchange] = rows else {
        bail!("the rows of reads are two");
    };
    let folder = bench.folder("reads-")?;
    let world = World::make(
        &bench.baton,
        &folder.path().join("data"),
        &Settings::default(),
    )
    .await?;
    let ids = drive::fresh_ids();
    let sends = drive::sends(&world, Kind::Standard, Shape::Tiny, PRACTICE, ids)?;
    drive::closed(&world, CONNECTIONS, Length::Count(MESSAGES), sends).await?;
    let length = Length::For(bench.time(2.0));
    for _ in bench.each_round("reads and tokens") {
        // It goes through the same front door, log line included, and does nothing behind it.
        let hello = Reads::of([operator::LIVE], HeaderMap::new());
        let hello = drive::closed(&world, CONNECTIONS, length, hello)
            .await?
            .per_second();
        let messages = (0..MESSAGES).map(|number| ids.id(number));
        let reads = Reads::statuses(messages, &world.access.credentials())?;
        let reads = drive::closed(&world, CONNECTIONS, length, reads).await?;
        status.add(reads.per_second(), hello);
        let codes = codes(&world, bench.time(2.0)).await?;
        let count = Length::Count(codes.len() as u64);
        let exchanges = exchanges(&world, codes)?;
        let exchanged = drive::closed(&world, CONNECTIONS, count, exchanges).await?;
        exchange.add(exchanged.per_second(), hello);
    }
    world.platform.end()
}

/// Access codes, as many as can be made in so long; each is good for a minute.
async fn codes(world: &World, time: Duration) -> Result<Vec<String>> {
    let mut all = JoinSet::new();
    let started = Instant::now();
    for _ in 0..CONNECTIONS {
        let (address, session) = (world.platform.address(), world.access.session.clone());
        all.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut codes = Vec::new();
            while started.elapsed() < time {
                codes.push(toolbar::code(&mut connection, &session).await?);
            }
            anyhow::Ok(codes)
        });
    }
    let mut codes = Vec::new();
    while let Some(made) = all.join_next().await {
        codes.extend(made??);
    }
    Ok(codes)
}

/// One exchange for each code.
fn exchanges(
    world: &World,
    codes: Vec<String>,
) -> Result<impl Fn(u64) -> Request + Send + Sync + use<>> {
    let mut headers = load::headers(&world.access.credentials())?;
    headers.insert("content-type", "application/json".parse()?);
    let body = |access_code| serde_json::to_vec(&ExchangeCode { access_code });
    let bodies: Result<Vec<_>, _> = codes.into_iter().map(body).collect();
    let bodies = bodies?;
    Ok(move |number| {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        Request {
            method: Method::POST,
            path: Uri::from_static(partner::ACCESS_TOKEN),
            headers: headers.clone(),
            body: Body::from(bodies.get(place).cloned().unwrap_or_default()),
            message: None,
        }
    })
}
