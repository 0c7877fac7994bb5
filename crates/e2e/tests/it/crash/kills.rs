//! `kill -9` at random moments under load, in a run that prints its seed.
//!
//! `BATON_CRASH_SEED` repeats a run's plan, `BATON_CRASH_KILLS` makes it longer; `scripts/crash` sets both.

use super::chance::{self, Chance};
use super::count;
use super::follower::{self, Followed};
use super::parcel::patients;
use super::senders::Load;
use super::three::{Part, Three};
use crate::world::records::Records;
use crate::world::wait;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

/// Kills in a run of CI.
const KILLS: u64 = 25;
/// The exit code of a command that was refused, as by a claim of somebody else.
const REFUSED: i32 = 4;
const SENDERS: usize = 16;
/// Beyond so many unimported messages no new ones are sent.
const MOST_WAITING: usize = 600;
/// After so many kills they stop until few messages wait, so that a long run's data is checked on the way.
const REST_AFTER: u64 = 50;
const FEW_WAITING: usize = 40;
/// An instant message becomes a standard one after ten minutes: before that, the kills stop for a while.
const TOO_OLD: Duration = Duration::from_secs(200);
/// The longest lease, the toolbar's longest pause, and time to import.
const SETTLES_WITHIN: Duration = Duration::from_secs(240);

/// Says the seed when the run fails.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the seed of this run: BATON_CRASH_SEED={}", self.0);
        }
    }
}

/// What was killed how often.
#[derive(Default)]
struct Kills {
    platform: u64,
    test_pas: u64,
    toolbar: u64,
}

impl Kills {
    fn all(&self) -> u64 {
        self.platform + self.test_pas + self.toolbar
    }

    fn add(&mut self, part: Part) {
        match part {
            Part::Platform => self.platform += 1,
            Part::TestPas => self.test_pas += 1,
            Part::Toolbar => self.toolbar += 1,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn kill_9_at_random_moments_loses_nothing_and_files_nothing_twice() {
    let seed = chance::seed();
    let wanted = chance::number("BATON_CRASH_KILLS").unwrap_or(KILLS);
    println!("BATON_CRASH_SEED={seed} BATON_CRASH_KILLS={wanted}");
    let _said = Seed(seed);
    let begun = Instant::now();
    let mut three = Three::start().await;
    for number in patients() {
        three.watch.secret(number);
    }
    three.watch.secret("Crash letter");
    three.watch.secret("crash-note");
    let load = Load::new(seed, three.integrator.clone(), three.token.clone());
    let senders = load.start(SENDERS);
    let followed = Arc::new(Followed::default());
    let records = Records::new(three.integrator.http.clone(), &three.records.base);
    let following = follower::follow(
        Arc::clone(&load),
        Arc::clone(&followed),
        records,
        three.integrator.clone(),
    );
    let following = tokio::spawn(following);

    let kills = kill(&mut three, seed, wanted, &load, &followed).await;
    let killed_for = begun.elapsed();
    home(&load, senders).await;
    followed.end();
    let settled = timeout(SETTLES_WITHIN, following).await;
    assert_eq!(load.faults(), Vec::<String>::new());
    assert!(
        settled.is_ok(),
        "{} messages were not imported within {SETTLES_WITHIN:?}",
        followed.waiting()
    );
    three.toolbar_online().await;
    let by_hand = followed.by_hand();
    import(&three, &by_hand).await;
    let accepted = followed.all();
    count::everything(&mut three, &accepted).await;

    let counts = &load.counts;
    let attachments: usize = accepted.iter().map(|m| m.attachments.len()).sum();
    println!(
        "seed {seed}: {} kills (platform {}, toolbar {}, Test PAS {}), {} messages with 200 \
         ({} instant, {attachments} attachments), {} tries without an answer, {} with 503, \
         {} imported by hand; lost 0, twice 0; killed for {} s, {} s in all",
        kills.all(),
        kills.platform,
        kills.toolbar,
        kills.test_pas,
        accepted.len(),
        accepted.iter().filter(|message| message.instant).count(),
        counts.unanswered.load(Ordering::Relaxed),
        counts.refused.load(Ordering::Relaxed),
        by_hand.len(),
        killed_for.as_secs(),
        begun.elapsed().as_secs(),
    );
    assert_eq!(
        accepted.len() as u64,
        counts.accepted.load(Ordering::Relaxed)
    );
}

/// Kills and starts again, until it was done often enough.
async fn kill(
    three: &mut Three,
    seed: u64,
    wanted: u64,
    load: &Load,
    followed: &Followed,
) -> Kills {
    let chance = Chance::of(seed, u64::MAX);
    let mut kills = Kills::default();
    let mut round = 0_u64;
    let mut rests = 0;
    while kills.all() < wanted {
        if round.is_multiple_of(25) {
            let active = usize::try_from(chance.within(4, 17)).unwrap();
            load.set_active(active);
            println!(
                "{} kills, {} messages wait",
                kills.all(),
                followed.waiting()
            );
        }
        round += 1;
        let messages = usize::try_from(chance.within(2, 10)).unwrap();
        if followed.waiting() < MOST_WAITING {
            load.allow(messages);
        }
        sleep(Duration::from_millis(chance.within(0, 280))).await;
        if followed.waiting() < MOST_WAITING {
            load.allow(messages);
        }
        // In the middle of what was just begun.
        sleep(Duration::from_millis(chance.within(0, 20))).await;
        let (victims, again) = victims(&chance);
        for &part in &victims {
            three.kill(part);
            kills.add(part);
        }
        for &part in &victims {
            three.launch(part);
        }
        if let Some(wait) = again {
            sleep(Duration::from_millis(wait)).await;
            for &part in &victims {
                three.kill(part);
                kills.add(part);
                three.launch(part);
            }
        }
        for &part in &victims {
            three.ready(part);
        }
        assert_eq!(load.faults(), Vec::<String>::new());
        let rest = kills.all() / REST_AFTER > rests;
        if rest || followed.oldest() > TOO_OLD {
            rests = kills.all() / REST_AFTER;
            calm(load, followed).await;
        }
    }
    kills
}

/// Who is killed, and whether once more so many milliseconds into its start.
fn victims(chance: &Chance) -> (Vec<Part>, Option<u64>) {
    use Part::{Platform, TestPas, Toolbar};
    let victims = match chance.within(0, 100) {
        0..72 => vec![Platform],
        72..80 => vec![Toolbar],
        80..90 => vec![TestPas],
        90..94 => vec![Platform, TestPas],
        94..97 => vec![Platform, Toolbar],
        _ => vec![TestPas, Toolbar],
    };
    let again = chance.percent(8).then(|| chance.within(0, 60));
    (victims, again)
}

/// Lets what waits be imported.
async fn calm(load: &Load, followed: &Followed) {
    let begun = Instant::now();
    while followed.oldest() > TOO_OLD / 2 || followed.waiting() > FEW_WAITING {
        assert_eq!(load.faults(), Vec::<String>::new());
        assert!(
            begun.elapsed() < SETTLES_WITHIN,
            "a message is not imported in peace"
        );
        sleep(Duration::from_millis(200)).await;
    }
}

/// Waits until every message that was begun has its 200.
async fn home(load: &Load, mut senders: JoinSet<()>) {
    load.end();
    let all = async { while senders.join_next().await.is_some() {} };
    let home = timeout(Duration::from_secs(120), all).await;
    assert!(home.is_ok(), "a message was not accepted in peace");
}

/// What somebody at the practice does with messages that were not imported by themselves. After a clock that went back
/// the toolbar may be at one of them at this very moment: then that one is looked at again.
pub(crate) async fn import(three: &Three, ids: &[String]) {
    for id in ids {
        wait::until(&format!("{id} in the record"), async || {
            is_imported(three, id).await
        })
        .await;
    }
}

async fn is_imported(three: &Three, id: &str) -> bool {
    if three.integrator.status(id).await["status"] == "COMPLETED" {
        return true;
    }
    let inbox = three.inbox().await;
    let Some(message) = inbox.iter().find(|message| message["messageId"] == *id) else {
        return false;
    };
    let reference = message["messageRef"].as_str().unwrap();
    let said = three
        .practitioner
        .run(&["toolbar", "import", reference])
        .await;
    assert!(matches!(said.code, 0 | REFUSED), "{}", said.err);
    said.code == 0
}
