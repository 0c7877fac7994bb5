//! Durable commits, bare: PostgreSQL as Debian ships it, one statement a message, a connection a client.

use crate::stats;
use anyhow::{Context as _, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

/// Bytes of a message's attachment.
const ATTACHMENT: usize = 2048;

/// A message as the design's measurements had it: three rows.
const THREE_SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS message (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name uuid NOT NULL UNIQUE, recipient text NOT NULL, pending boolean NOT NULL
    );
    CREATE INDEX IF NOT EXISTS message_pending ON message (recipient, id) WHERE pending;
    CREATE TABLE IF NOT EXISTS attachment (message uuid NOT NULL PRIMARY KEY, bytes bytea NOT NULL);
    CREATE TABLE IF NOT EXISTS event (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message uuid NOT NULL, kind text NOT NULL, at bigint NOT NULL);
";
const THREE: &str = "
    WITH a AS (INSERT INTO message (name, recipient, pending) VALUES ($1, 'GPPRAC001', true)),
         b AS (INSERT INTO attachment (message, bytes) VALUES ($1, $2))
    INSERT INTO event (message, kind, at) VALUES ($1, 'message', $3)";

/// All rows that the platform writes for an instant message of the load generator, into its own tables. Their time
/// is not over while the bench runs: nodes would settle them meanwhile.
const ALL: &str = "
    WITH k AS (INSERT INTO platform.message_key (client, message_id, reference, content_hash) VALUES ($1, $1, $1, $4)),
         m AS (INSERT INTO platform.message (reference, client, message_id, approved_by, token, topic, practice, subject, accepted_at,
                 expires_at, content_hash, attachments, coded_items, changed_at, stage, waits_for, convert_at, fence, only_for, due_at)
               VALUES ($1, $1, $1, '555000000101', $1, 'General Consultation', 'GPPRAC001', '9547852140', $3, $3 + 31536000000, $4, 1, 2, $3,
                 'waiting', 'instant', $3 + 31536000000, 0, '555000000101', $3 + 31536000000)),
         w AS (INSERT INTO platform.message_body (message, kind, content) VALUES ($1, 'text/plain', 'Please see the letter.')),
         a AS (INSERT INTO platform.attachment (message, place, kind, file_name, size, hash, bytes)
               VALUES ($1, 0, 'application/pdf', 'Letter.pdf', 2048, $4, $2)),
         c AS (INSERT INTO platform.coded_item (message, place, code, value, unit) VALUES ($1, 0, '27113001', '82.50', 'kg'), ($1, 1, '50373000', '1.78', 'm')),
         h AS (INSERT INTO platform.history (message, place, status, sub_status, at) VALUES ($1, 1, 'PENDING', 'AWAITING_INSTANT_IMPORT', $3)),
         f AS (INSERT INTO platform.feed (place, practice, client, at, kind, message, only_for, status, sub_status)
               SELECT (pg_current_xact_id()::text::bigint << 20) + n, CASE n WHEN 1 THEN 'GPPRAC001' END, CASE n WHEN 2 THEN $1 END, $3,
                 'message', $1, '555000000101', NULL, NULL FROM generate_series(1, 2) AS n)
    INSERT INTO platform.audit (chain, seq, at, actor, action, subject, hash)
    VALUES ($5, $6, $3, 'client:0193aa00-0000-7000-8000-000000000000', 'accept message', $1::text, $4)";

/// Three rows a message, from so many clients: messages a second.
///
/// # Errors
/// When PostgreSQL refuses.
pub(crate) async fn three(url: &str, clients: usize, time: Duration) -> Result<f64> {
    connect(url).await?.batch_execute(THREE_SCHEMA).await?;
    rate(url, THREE, clients, time).await
}

/// Every row that the platform would write, into tables that it made, from so many clients: messages a second.
///
/// # Errors
/// When PostgreSQL refuses.
pub(crate) async fn all(url: &str, clients: usize, time: Duration) -> Result<f64> {
    rate(url, ALL, clients, time).await
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn rate(url: &str, sql: &'static str, clients: usize, time: Duration) -> Result<f64> {
    let mut ready = Vec::with_capacity(clients);
    for number in 0..clients {
        let client = connect(url).await?;
        let statement = client.prepare(sql).await?;
        // The platform's own chains have lower numbers.
        let chain = i16::try_from(number).context("too many clients")?;
        ready.push((client, statement, chain + 1_000));
    }
    let started = Instant::now();
    let mut sending = JoinSet::new();
    for (client, statement, chain) in ready {
        sending.spawn(async move { send(&client, &statement, chain, started, time).await });
    }
    let mut sent = 0;
    while let Some(one) = sending.join_next().await {
        sent += one??;
    }
    Ok(stats::figure(sent) / started.elapsed().as_secs_f64())
}

/// A reference that follows the last one, as those of version 7 do: their first bits are a moment.
fn next() -> Uuid {
    static GIVEN: AtomicU64 = AtomicU64::new(0);
    const MOMENT: u128 = 1_795_000_000_000;
    let count = u128::from(GIVEN.fetch_add(1, Ordering::Relaxed));
    Uuid::from_u128((MOMENT << 80) | (0x7 << 76) | (0x8 << 60) | count)
}

/// One client's messages, each when the last one is durable; how many.
async fn send(
    client: &Client,
    statement: &Statement,
    chain: i16,
    started: Instant,
    time: Duration,
) -> Result<usize> {
    let bytes: Vec<u8> = (0..ATTACHMENT)
        .map(|at| u8::try_from(at * 131 % 251).unwrap_or(0))
        .collect();
    let (hash, at) = (vec![7_u8; 32], 1_795_000_000_000_i64);
    let whole = statement.params().len() > 3;
    let mut sent = 0;
    while started.elapsed() < time {
        let id = next();
        let seq = i64::try_from(id.as_u128() & 0x0fff_ffff_ffff_ffff)?;
        if whole {
            client
                .execute(statement, &[&id, &bytes, &at, &hash, &chain, &seq])
                .await?;
        } else {
            client.execute(statement, &[&id, &bytes, &at]).await?;
        }
        sent += 1;
    }
    Ok(sent)
}
