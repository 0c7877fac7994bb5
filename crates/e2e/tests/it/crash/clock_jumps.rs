//! The clock jumps while messages are on their way: forward, back over a restart, and, where the machine
//! has libfaketime, both ways in running processes.

use super::chance::{self, Chance};
use super::count;
use super::follower::{self, Followed};
use super::senders::Load;
use super::three::{Part, Three};
use crate::journeys::{another_pc, at};
use crate::world::message::{self, attachment, small, standard};
use crate::world::partner::standing;
use crate::world::records::Records;
use crate::world::{World, samples, wait};
use reqwest::Method;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const IMPORTED: &str = "COMPLETED / Imported automatically";

#[tokio::test]
async fn a_clock_that_jumps_ahead_in_the_middle_of_imports_files_each_message_once() {
    let world = World::start().await;
    let token = world.token().await;
    let mut ids = Vec::new();
    // Leases end in the middle of imports; the conversion period does not.
    for round in 0..9 {
        for number in 0..3 {
            let text = format!("marker-{round}-{number}");
            ids.push(world.integrator.sent(&token, &small(&text)).await);
        }
        world.advance("61s").await;
    }
    for id in &ids {
        wait::until("a message is imported", async || {
            standing(&world.integrator.status(id).await).starts_with("COMPLETED")
        })
        .await;
        let status = world.integrator.status(id).await;
        assert_eq!(standing(&status), IMPORTED, "{status}");
        count::ordered(&status["history"], id);
        assert_eq!(world.records.documents_of(id).await.len(), 1);
    }
}

#[tokio::test]
async fn a_clock_that_was_put_right_by_an_hour_loses_nothing_and_holds_nothing_up() {
    let mut world = World::start().await;
    let token = world.token().await;
    world.advance("1h").await;
    world.toolbar_offline().await;
    let letter = || {
        vec![attachment(
            "application/pdf",
            "Letter.pdf",
            &samples::letter(),
        )]
    };
    let waits = world.integrator.sent(&token, &small("marker-waits")).await;
    let held = world.integrator.sent(&token, &small("marker-held")).await;
    let by_hand = standard(letter());
    assert_eq!(world.integrator.send_standard(&by_hand).await.status, 200);
    let by_hand = message::id(&by_hand);
    // Held by a PC that is never heard of again, under a lease that ends in an hour's time.
    let pc = another_pc(&world).await;
    let desk = at(&pc, &world).await;
    let inbox = desk.inbox().await;
    let message = inbox.iter().find(|message| message["messageId"] == *held);
    let reference = message.unwrap()["messageRef"].as_str().unwrap().to_owned();
    let path = format!("/messages/{reference}/claim");
    let claim = json!({ "mode": "automatic" });
    assert_eq!(
        desk.call(Method::POST, &path, Some(claim)).await.status,
        200
    );

    assert_eq!(world.program.end().unwrap().code(), Some(0));
    std::fs::remove_file(world.data().join("sandbox-clock")).unwrap();
    let world = world.start_again().await;
    assert_eq!(world.integrator.verify(&token).await.status, 200);
    // That PC may be writing; it keeps the message for one lease from when another first asked for it.
    let writing = "PENDING / Import in progress";
    world.integrator.until(&held, writing).await;
    world.advance("61s").await;
    for id in [&waits, &held] {
        let status = world.integrator.until(id, IMPORTED).await;
        count::ordered(&status["history"], id);
        assert_eq!(world.records.documents_of(id).await.len(), 1);
    }
    let status = world.integrator.status(&by_hand).await;
    assert_eq!(standing(&status), "PENDING / Awaiting review");
    world.review_and_import(&by_hand).await;
    let status = world.integrator.status(&by_hand).await;
    count::ordered(&status["history"], &by_hand);
    // New ones go their way.
    let next = world.integrator.sent(&token, &small("marker-after")).await;
    world.integrator.until(&next, IMPORTED).await;
}

/// The library that fakes the system's clock, where Debian's package puts it.
fn libfaketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?;
    folders
        .filter_map(|entry| Some(entry.ok()?.path().join("faketime/libfaketimeMT.so.1")))
        .find(|library| library.is_file())
}

fn set_clock(file: &Path, seconds: i64) {
    let beside = file.with_extension("new");
    std::fs::write(&beside, format!("{seconds:+}\n")).unwrap();
    std::fs::rename(beside, file).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_system_clock_that_jumps_both_ways_under_load_loses_nothing_and_files_nothing_twice() {
    let Some(library) = libfaketime() else {
        println!("SKIPPED: no libfaketime (Debian: faketime); only the sandbox's clock was moved");
        return;
    };
    let seed = chance::seed();
    println!("BATON_CRASH_SEED={seed}");
    let folder = tempfile::tempdir().unwrap();
    let clock = folder.path().join("clock");
    set_clock(&clock, 0);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let environment = [
        ("LD_PRELOAD", text(&library)),
        ("FAKETIME_TIMESTAMP_FILE", text(&clock)),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("NO_FAKE_STAT", "1".to_owned()),
    ];
    let mut three = Three::start_with(&environment).await;
    let load = Load::new(seed, three.integrator.clone(), three.token.clone());
    let mut senders = load.start(8);
    load.set_active(8);
    let followed = Arc::new(Followed::default());
    let records = Records::new(three.integrator.http.clone(), &three.records.base);
    let following = tokio::spawn(follower::follow(
        Arc::clone(&load),
        Arc::clone(&followed),
        records,
        three.integrator.clone(),
    ));
    let chance = Chance::of(seed, u64::MAX);
    for round in 0..30 {
        load.allow(10);
        sleep(Duration::from_millis(chance.within(50, 400))).await;
        // Up to two hours off the right time, both ways; a minute more or less in every third round.
        let seconds = if round % 3 == 0 {
            i64::try_from(chance.within(0, 120)).unwrap() - 60
        } else {
            i64::try_from(chance.within(0, 14_400)).unwrap() - 7_200
        };
        set_clock(&clock, seconds);
        assert_eq!(load.faults(), Vec::<String>::new());
    }
    set_clock(&clock, 0);
    load.end();
    while senders.join_next().await.is_some() {}
    followed.end();
    let settled = timeout(Duration::from_secs(180), following).await;
    assert_eq!(load.faults(), Vec::<String>::new());
    assert!(settled.is_ok(), "{} messages hang", followed.waiting());
    three.toolbar_online().await;
    let by_hand = followed.by_hand();
    super::kills::import(&three, &by_hand).await;
    let accepted = followed.all();
    println!(
        "{} messages, {} imported by hand",
        accepted.len(),
        by_hand.len()
    );
    assert!(three.log_text(Part::Platform).contains("INFO"));
    count::everything(&mut three, &accepted).await;
}
