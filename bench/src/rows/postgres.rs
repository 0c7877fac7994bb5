//! P19: durable accepts of tiny messages on PostgreSQL, with one, two and three nodes, against bare inserts.

use crate::bench::Bench;
use crate::drive;
use crate::limits::postgres;
use crate::measured::Measured;
use crate::process::Settings;
use crate::stats;
use crate::world::{PRACTICE, World};
use anyhow::{Result, bail};
use load::{Kind, Length, Shape};
use std::time::Instant;
use testdb::Postgres;
use tokio::task::JoinSet;

const CONNECTIONS: usize = 64;
/// Of the bare statements that the design's goal is set against.
const FEWER: usize = 32;
/// Nodes on one database.
const NODES: usize = 3;

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let [goal, by_nodes @ ..] = rows else {
        bail!("there are four rows");
    };
    let server = match Postgres::start(&testdb::Settings::default()) {
        Ok(server) => server,
        Err(error) if !error.is_missing() => return Err(error.into()),
        Err(missing) => {
            for row in rows {
                row.remark = Some(format!("skipped: {missing}"));
            }
            return Ok(());
        }
    };
    for database in ["bare", "ours"] {
        server.create_database(database)?;
    }
    let (bare, ours) = (server.url("bare"), server.url("ours"));
    let folder = bench.folder("postgres-")?;
    let settings = Settings {
        database: Some(ours.clone()),
        ..Settings::default()
    };
    // One folder: the nodes share their blobs and the key of their access codes.
    let data = folder.path().join("data");
    let first = World::make(&bench.baton, &data, &settings).await?;
    let mut nodes = vec![first];
    while let (Some(first), true) = (nodes.first(), nodes.len() < NODES) {
        let another = first.beside(&bench.baton, &data, &settings)?;
        nodes.push(another);
    }
    let time = bench.time(2.5);
    together(bench, &nodes, 1.0).await?;
    for _ in bench.each_round("PostgreSQL") {
        let three = postgres::three(&bare, FEWER, time).await?;
        let all = postgres::all(&ours, CONNECTIONS, time).await?;
        for (count, row) in (1..).zip(by_nodes.iter_mut()) {
            let some = nodes.get(..count).unwrap_or_default();
            let rate = together(bench, some, 2.5).await?;
            row.add(rate, all);
            if count == 1 {
                goal.add(rate, three);
            }
        }
    }
    for node in nodes {
        node.platform.end()?;
    }
    Ok(())
}

/// Messages a second that these nodes accept together, from 64 connections in all.
async fn together(bench: &Bench, nodes: &[World], seconds: f64) -> Result<f64> {
    let mut loads = JoinSet::new();
    let length = Length::For(bench.time(seconds));
    let started = Instant::now();
    for (place, node) in nodes.iter().enumerate() {
        let connections = (CONNECTIONS + place) / nodes.len();
        let ids = drive::fresh_ids();
        let sends = drive::sends(node, Kind::Instant, Shape::Tiny, PRACTICE, ids)?;
        let url = node.platform.url().to_owned();
        loads.spawn(async move { drive::closed_at(&url, connections, length, sends).await });
    }
    let mut accepted = 0;
    while let Some(load) = loads.join_next().await {
        accepted += usize::try_from(load??.accepted())?;
    }
    Ok(stats::figure(accepted) / started.elapsed().as_secs_f64())
}
