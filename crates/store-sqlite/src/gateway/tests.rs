//! What the gateway's operations cost, counted in SQLite's own steps: as much with many messages as with few.

mod crowd;

use super::outbox::{follow, list, read, send, tally};
use super::{Db, Tx, statements};
use crate::migrate::GATEWAY;
use crate::sql::tests::{Cost, Part, assert_all_fine, database, is_up_to_date, plans};
use crowd::{A_DAY, Crowd, at, id, message, practice, user};
use jiff::Timestamp;
use model::WebhookId;
use model::message::Status;
use model::outbox::{Bucket, LEASE, State};
use std::fmt::Write as _;
use std::time::Instant;
use store::Result;
use store::gateway::{
    AttemptOutcome, Entered, Events as _, Filter, Followed, Mend, Outbox, Pieces as _, Released,
    Settled, Standing, TellLook, Webhooks as _,
};
use uuid::Uuid;

/// So many messages are few, and so many are many.
const FEW: u64 = 2_000;
const MANY: u64 = 50_000;
const A_MILLION: u64 = 1_000_000;

const ABOUT: &str = "
Instructions of SQLite's virtual machine for each operation, by how many messages the gateway's database holds: a hundred a
day, nearly all of them finished. As above, they are counted and not timed.

";

const PLANS: &str = "
Lists that are asked for days look up which numbers were entered on them, in a table with a row a day: that grows with the
days, by a few instructions each. Patients are as many as messages here; what counts them, a few times a minute, reads an
index. `reconcile a day` reads the day's entries in an index, and no row of the table.

## Plans

No statement reads messages, pieces, events, deliveries, tries, patients or flights from end to end, or sorts them. What is scanned is what an
operator enters by hand, or a row a bucket.
";

/// Runs `work` where its statements are counted.
async fn counted<T: Send + 'static>(
    crowd: &Crowd,
    name: &'static str,
    costs: &mut Costs,
    work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> T {
    let begun = Instant::now();
    crowd.meter.start();
    let found = crowd.db.write("test", work).await.unwrap();
    costs.push((name, crowd.meter.stop(), begun.elapsed().as_micros()));
    found
}

/// Operations, what they cost, and what they took in microseconds.
type Costs = Vec<(&'static str, Cost, u128)>;

/// What each operation costs. The first time, statements are prepared.
async fn costs(crowd: &Crowd) -> Costs {
    once(crowd, 0).await;
    once(crowd, 1).await
}

async fn once(crowd: &Crowd, round: u64) -> Costs {
    let mut costs = Costs::new();
    enter_and_send(crowd, round, &mut costs).await;
    follow_and_empty(crowd, round, &mut costs).await;
    lists(crowd, &mut costs).await;
    people::costs(crowd, round, &mut costs).await;
    costs
}

/// As [`counted`], for a port's own method.
macro_rules! counted {
    ($crowd:ident, $costs:ident, $name:literal, $work:expr) => {{
        let begun = std::time::Instant::now();
        $crowd.meter.start();
        let found = $work.await.unwrap();
        $costs.push(($name, $crowd.meter.stop(), begun.elapsed().as_micros()));
        found
    }};
}

mod people;

async fn enter_and_send(crowd: &Crowd, round: u64, costs: &mut Costs) {
    let db = &crowd.db;
    // Two about one patient, so that the second has to wait.
    let first = message(2 * round);
    let mut second = message(2 * round + 1);
    second.subject = first.subject.clone();
    let bytes = bytes::Bytes::from_static(&[7; 1024]);
    counted!(
        crowd,
        costs,
        "begin an upload",
        db.begin(first.upload, at(0))
    );
    counted!(
        crowd,
        costs,
        "store a piece",
        db.put(first.upload, 0, 0, bytes)
    );
    db.begin(second.upload, at(0)).await.unwrap();
    let entered = counted!(crowd, costs, "enter", db.enter(&first));
    assert_eq!(entered, Entered::New);
    let entered = counted!(crowd, costs, "enter: behind another", db.enter(&second));
    assert_eq!(entered, Entered::New);
    let mut again = first.clone();
    again.upload = message(9_999).upload;
    let entered = counted!(crowd, costs, "enter: a retry", db.enter(&again));
    assert_eq!(entered, Entered::Same(State::Queued));
    counted(crowd, "what is due next", costs, |tx| send::next_due(tx)).await;

    for (claim, settle, settled) in [
        (
            "claim one",
            "settle: again",
            Settled::Again { due_at: at(1) },
        ),
        (
            "claim one again",
            "settle: refused, the next has its turn",
            Settled::Refused {
                problem: "conflict".to_owned(),
            },
        ),
        (
            "claim the next",
            "settle: accepted",
            Settled::Accepted { look_at: at(5) },
        ),
    ] {
        let until = at(2) + LEASE;
        let claimed = counted!(crowd, costs, "", Outbox::claim(db, at(2), until, 1));
        costs.last_mut().unwrap().0 = claim;
        assert_eq!(claimed.len(), 1);
        let (id, fence) = (claimed[0].message.id, claimed[0].fence);
        let outcome = AttemptOutcome::Nothing("timed-out".to_owned());
        let done = counted!(
            crowd,
            costs,
            "",
            db.settle(id, fence, at(2), &outcome, &settled)
        );
        costs.last_mut().unwrap().0 = settle;
        assert!(done);
    }
    let mend = Mend::default();
    let released = counted!(
        crowd,
        costs,
        "release",
        db.release("operator:x", first.id, &mend, at(3))
    );
    assert_eq!(released, Released::Queued);
    let claimed = Outbox::claim(db, at(3), at(3) + LEASE, 1).await.unwrap();
    let accepted = Settled::Accepted {
        look_at: at(50_000),
    };
    let outcome = AttemptOutcome::Accepted;
    let done = db.settle(first.id, claimed[0].fence, at(3), &outcome, &accepted);
    assert!(done.await.unwrap());
}

async fn follow_and_empty(crowd: &Crowd, round: u64, costs: &mut Costs) {
    let db = &crowd.db;
    counted(crowd, "which look is next", costs, |tx| {
        follow::next_look(tx)
    })
    .await;
    let looks = counted!(
        crowd,
        costs,
        "claim a look",
        db.claim_looks(at(10), at(70), 1)
    );
    assert_eq!(looks.len(), 1);
    let standing = |status, since| {
        let found = Standing {
            status,
            sub_status: None,
            since: at(since),
            answer: "{}".to_owned(),
            looked_at: at(since),
        };
        Followed {
            standing: Some(found),
            look_at: Some(at(90_000)),
        }
    };
    let found = standing(Status::Pending, 10);
    let told = counted!(
        crowd,
        costs,
        "follow: waits",
        db.followed(looks[0].id, at(10), &found)
    );
    assert!(matches!(told, TellLook::Changed(_)));
    let found = standing(Status::Completed, 20);
    let told = counted!(
        crowd,
        costs,
        "follow: completed",
        db.followed(looks[0].id, at(20), &found)
    );
    assert!(matches!(told, TellLook::Changed(_)));
    // Before everything.
    let begin = Timestamp::UNIX_EPOCH;
    counted!(
        crowd,
        costs,
        "empty: nothing due",
        db.empty(begin, begin, 1)
    );
    let emptied = counted!(
        crowd,
        costs,
        "empty: one message",
        db.empty(at(0), begin, 1)
    );
    assert_eq!(emptied, u64::from(crowd.count > 0));
    counted!(crowd, costs, "sweep: nothing due", db.sweep(begin, 1));
    counted!(
        crowd,
        costs,
        "forget events: look at 100",
        db.forget_events(begin, 100)
    );
    let owed = counted!(
        crowd,
        costs,
        "claim a delivery",
        db.claim_deliveries(at(30), at(90))
    );
    assert_eq!(owed, 1, "round {round}");
}

impl Db {
    async fn forget_events(&self, before: Timestamp, limit: u32) -> Result<u64> {
        store::gateway::Events::forget(self, before, limit).await
    }

    async fn claim_deliveries(&self, now: Timestamp, until: Timestamp) -> Result<usize> {
        let claimed = store::gateway::Webhooks::claim(self, now, until, &[], 1, 1).await?;
        Ok(claimed.len())
    }
}

async fn lists(crowd: &Crowd, costs: &mut Costs) {
    let middle = crowd.count / 2;
    let wanted = id(middle);
    counted(crowd, "find a message", costs, move |tx| {
        read::find(tx, wanted)
    })
    .await;
    counted(crowd, "its tries", costs, move |tx| {
        read::attempts(tx, wanted)
    })
    .await;
    let all = Filter::default();
    let before = Some(middle);
    for (name, filter) in [
        ("list: first 10", all.clone()),
        (
            "list: 10 from the middle",
            Filter {
                before,
                ..all.clone()
            },
        ),
        (
            "list: of a practice",
            Filter {
                to: Some(practice()),
                before,
                ..all.clone()
            },
        ),
        (
            "list: of a practice, pending",
            Filter {
                to: Some(practice()),
                bucket: Some(Bucket::Pending),
                ..all.clone()
            },
        ),
        (
            "list: of a user",
            Filter {
                user: Some(user()),
                before,
                ..all.clone()
            },
        ),
        (
            "list: refused",
            Filter {
                state: Some(State::Refused),
                ..all.clone()
            },
        ),
        (
            "list: completed",
            Filter {
                bucket: Some(Bucket::Completed),
                before,
                ..all.clone()
            },
        ),
        (
            "list: of a day",
            Filter {
                from: Some(at(-7 * 86_400)),
                until: Some(at(-6 * 86_400)),
                ..all
            },
        ),
    ] {
        let page = counted(crowd, name, costs, move |tx| list::page(tx, &filter, 10)).await;
        assert_eq!(
            page.messages.len(),
            if crowd.count > 0 {
                10
            } else {
                page.messages.len()
            }
        );
    }
    let counts = counted(crowd, "counts", costs, |tx| tally::counts(tx)).await;
    let counted_all: u64 = counts.iter().map(|(_, count)| count).sum();
    assert!(counted_all >= crowd.count);
    let day = i32::try_from(at(-7 * 86_400).as_second() / 86_400).unwrap();
    let tallies = counted(crowd, "reconcile a day", costs, move |tx| {
        tally::of_day(tx, day)
    })
    .await;
    let entered: u64 = tallies.iter().map(|tally| tally.entered).sum();
    assert_eq!(entered, if crowd.count > 0 { A_DAY } else { 0 });
}

#[tokio::test]
async fn many_messages_cost_what_few_cost() {
    let few = costs(&Crowd::of(FEW)).await;
    let many = costs(&Crowd::of(MANY)).await;
    let mut text = ABOUT.to_owned();
    writeln!(
        text,
        "| operation | statements | {FEW} messages | {MANY} messages |"
    )
    .unwrap();
    writeln!(text, "|---|---|---|---|").unwrap();
    for ((name, few, _), (_, many, _)) in few.iter().zip(&many) {
        if *name == "list: of a day" {
            let days = i64::try_from((MANY - FEW) / A_DAY).unwrap();
            assert!(
                many.steps - few.steps < 20 * days,
                "{name}: {few:?} {many:?}"
            );
        } else {
            assert_eq!(few, many, "{name}");
        }
        // The rows of a table that has one for each endpoint, or each bucket.
        assert!(many.scanned < 10, "{name}: {many:?}");
        assert_eq!(many.sorted, 0, "{name}: {many:?}");
        writeln!(
            text,
            "| {name} | {} | {} | {} |",
            many.statements, few.steps, many.steps
        )
        .unwrap();
    }
    let (connection, _folder) = database(&GATEWAY);
    text += PLANS;
    text += &plans(&connection, statements());
    assert!(
        is_up_to_date(Part::Gateway, &text),
        "docs/query-plans.md was out of date and was written anew: look at the difference"
    );
}

/// SQLite plans by statistics where somebody gathered them: the program never does, an operator may.
#[tokio::test]
async fn statistics_turn_no_plan_into_a_scan() {
    let crowd = Crowd::of(FEW);
    let connection = crowd.connection();
    connection.execute_batch("ANALYZE").unwrap();
    assert_all_fine(&connection, statements());
}

/// An empty database and one with a million finished messages: what an operation takes then and now. The times are for
/// people; what is held to is what SQLite counts.
#[tokio::test]
#[ignore = "takes a minute and 2 GB; run it with --run-ignored and --no-capture"]
async fn a_million_messages_cost_what_none_cost() {
    let none = costs(&Crowd::of(0)).await;
    let begun = Instant::now();
    let crowd = Crowd::of(A_MILLION);
    println!("filled in {:.0} s", begun.elapsed().as_secs_f64());
    let many = costs(&crowd).await;
    println!("{:42} {:>8} {:>8} {:>8} {:>8}", "", "steps", "", "µs", "");
    for ((name, none, before), (_, many, now)) in none.iter().zip(&many) {
        println!(
            "{name:42} {:8} {:8} {before:8} {now:8}",
            none.steps, many.steps
        );
        assert!(many.scanned < 10 && many.sorted == 0, "{name}: {many:?}");
        // A page of ten, a day of a hundred, or a row a day; never a message more.
        assert!(many.steps < none.steps + 200_000, "{name}: {many:?}");
    }
    let begun = Instant::now();
    let last = i32::try_from(at(0).as_second() / 86_400).unwrap();
    let tallies = crowd.db.tallies(last - 13, last).await.unwrap();
    let entered: u64 = tallies.iter().map(|tally| tally.entered).sum();
    println!("14 days ({entered} messages) in {:?}", begun.elapsed());
    let begun = Instant::now();
    let looked = crowd.db.look_at_all(at(100), LEASE).await.unwrap();
    println!(
        "look at all {looked} that are pending in {:?}",
        begun.elapsed()
    );
    let endpoint = WebhookId(Uuid::nil());
    assert!(!crowd.db.deliveries(endpoint, 10).await.unwrap().is_empty());
    assert!(crowd.db.latest().await.unwrap() > A_MILLION);
}
