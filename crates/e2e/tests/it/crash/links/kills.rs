//! Kills at random while records are read with tokens that live for a second, at a PKB that is slow and loses answers.
//!
//! `BATON_LINK_KILLS` says how many (40), `BATON_CRASH_SEED` by which plan.

use super::count::Counts;
use super::journal::Journal;
use super::pair::{Pair, Template};
use crate::crash::chance::{self, Chance};
use crate::world::linking::{App, Patient};
use crate::world::pkb::Log;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const KILLS: u64 = 40;
/// It ends then, with as many kills as there were, unless a number was asked for.
const LONGEST: Duration = Duration::from_secs(200);
const PATIENTS: usize = 6;
/// Readers of each record.
const READERS: usize = 3;
const PAUSE: Duration = Duration::from_millis(15);

/// How reads were answered.
type Answers = BTreeMap<String, u64>;

#[test]
fn kills_at_random_lose_no_session_that_need_not_be_and_use_no_token_twice() {
    let seed = chance::seed();
    let asked = chance::number("BATON_LINK_KILLS");
    let kills = asked.unwrap_or(KILLS);
    println!("seed {seed}: BATON_CRASH_SEED={seed} BATON_LINK_KILLS={kills}");
    super::walk::block_on(async {
        let template = Template::make(&[], &[], &[]).await;
        let mut run = Run::begin(&template, seed).await;
        let began = Instant::now();
        while run.counts.kills < kills && (asked.is_some() || began.elapsed() < LONGEST) {
            run.round().await;
        }
        run.tell(began.elapsed()).await;
    });
}

struct Run {
    pair: Pair,
    patients: Vec<Patient>,
    chance: Chance,
    counts: Counts,
    answers: Answers,
    /// The newest flight of each patient that was looked at, and how often PKB had renewed by then.
    known: Vec<(i64, u64)>,
    broken: u32,
}

impl Run {
    async fn begin(template: &Template, seed: u64) -> Self {
        let pair = Pair::of(template, None).await;
        pair.pkb
            .people
            .change(json!({ "accessTokenSeconds": 1 }))
            .await;
        let patients: Vec<_> = (0..PATIENTS).map(|n| pair.patient(n)).collect();
        for patient in &patients {
            pair.app.connect(&pair.pkb, patient).await;
        }
        Self {
            pair,
            patients,
            chance: Chance::new(seed),
            counts: Counts::default(),
            answers: Answers::new(),
            known: vec![(0, 0); PATIENTS],
            broken: 0,
        }
    }

    /// Life under trouble, death, the count, a new start, and whoever has to says yes again.
    async fn round(&mut self) {
        let slow = *self.chance.one_of(&[0, 0, 20, 80, 200]);
        let lost = u32::from(self.chance.percent(30));
        let trouble = json!({ "slowMillis": slow, "loseAnswers": lost });
        self.pair.pkb.people.change(trouble).await;
        let over = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = self
            .patients
            .iter()
            .flat_map(|patient| std::iter::repeat_n(patient, READERS))
            .map(|patient| {
                let (app, patient, over) =
                    (self.pair.app.clone(), patient.clone(), Arc::clone(&over));
                tokio::spawn(async move { read_on(&app, &patient, &over).await })
            })
            .collect();
        // How long it lives is the test.
        let life = Duration::from_millis(self.chance.within(100, 1600));
        tokio::time::sleep(life).await;
        self.pair.gateway.kill();
        self.counts.kills += 1;
        over.store(true, Ordering::Relaxed);
        for reader in readers {
            for (answer, times) in reader.await.unwrap() {
                *self.answers.entry(answer).or_default() += times;
            }
        }
        self.pair.tap.idle().await;
        self.pair
            .pkb
            .people
            .change(json!({ "slowMillis": 0, "loseAnswers": 0 }))
            .await;
        let journal = Journal::of(&self.pair.gateway.data);
        let log = self.pair.pkb.log().await;
        assert!(self.pair.start(None), "it does not start again");
        let mut lost_alive = 0;
        for number in 0..PATIENTS {
            lost_alive += self.look(&journal, &log, number).await;
        }
        let broken = self.pair.tap.seen().broken;
        assert!(
            lost_alive <= u64::from(broken - self.broken),
            "more answers were lost than were lost on the way"
        );
        self.broken = broken;
    }

    /// What became of one link, by the journal of the dead; how many answers to the living were lost.
    async fn look(&mut self, journal: &Journal, log: &Log, number: usize) -> u64 {
        let patient = self.patients[number].clone();
        let (last, before) = self.known[number];
        let mut flights = journal.flights(&patient);
        flights.retain(|flight| flight.number > last);
        let ended = |how: &str| {
            let ended = flights.iter();
            let ended = ended.filter(|flight| flight.outcome.as_deref() == Some(how));
            ended.count() as u64
        };
        let (renewed, lost) = (ended("renewed"), ended("answer-lost"));
        let called = flights
            .last()
            .is_some_and(|flight| flight.called && flight.outcome.is_none());
        let was = journal.lapsed(&patient);
        let spent = log.refreshes_of(&patient.person.public_id);
        // What PKB renewed and nobody stored.
        let unstored = (spent - before).saturating_sub(renewed + lost);

        let (state, reason) = self.pair.stands(&patient).await;
        self.counts.links += 1;
        match (state.as_str(), reason.as_str(), was.as_deref(), called) {
            ("linked", "", None, false) => self.counts.kept += 1,
            ("needs-reauthorisation", "answer-lost", Some("answer-lost"), false) if lost == 1 => {
                self.counts.answer_lost += 1;
            }
            ("needs-reauthorisation", "answer-lost", None, true) => match unstored {
                0 => self.counts.window += 1,
                _ => self.counts.in_memory += 1,
            },
            ("linked", _, _, true) => panic!("whose answer is not known was used again"),
            other => {
                println!("needless: {other:?}, {flights:?}");
                self.counts.needless += 1;
            }
        }
        if state != "linked" {
            self.pair.app.connect(&self.pair.pkb, &patient).await;
        }
        // What the start and the looking renew is of the next life.
        let newest = flights.last().map_or(last, |flight| flight.number);
        self.known[number] = (newest, spent);
        lost
    }

    async fn tell(&mut self, took: Duration) {
        self.counts.reused = self.pair.reused().await;
        let log = self.pair.pkb.log().await;
        let journal = self.pair.end().await;
        println!("{}", Counts::HEAD);
        println!("{}", self.counts.line());
        println!(
            "in {took:.0?}: {} renewals, {} answers lost on the way; reads: {:?}",
            log.count("refreshed"),
            self.broken,
            self.answers
        );
        self.counts.check();
        assert!(self.counts.kept > 0 && log.count("refreshed") > self.counts.kills);
        assert!(self.answers.get("200") > Some(&0));
        for patient in &self.patients {
            let ended = journal.told(patient, "patient.needs-reauthorisation");
            let linked = journal.told(patient, "patient.linked");
            assert_eq!(linked, 1 + ended, "{patient:?}");
        }
    }
}

/// Reads until it is over; how it was answered.
async fn read_on(app: &App, patient: &Patient, over: &AtomicBool) -> Answers {
    let mut answers = Answers::new();
    while !over.load(Ordering::Relaxed) {
        if let Some((status, problem)) = app.read(patient).await {
            let words = format!("{status} {problem}");
            *answers.entry(words.trim().to_owned()).or_default() += 1;
            assert!([200, 409, 503].contains(&status), "{words}");
        }
        tokio::time::sleep(PAUSE).await;
    }
    answers
}
