//! A renewal that is killed: three tokens are over, two are asked for by several readers at once, one is due at the
//! start. After the death, the journal says what must have become of each link; the restarted gateway must agree.

use super::count::Counts;
use super::journal::Flight;
use super::pair::{Pair, Template};
use crate::world::linking::{App, Patient};

/// Nobody has read their records.
pub(super) const ASKED: [usize; 2] = [0, 1];
/// Their records were read: they are renewed without being asked for.
pub(super) const DUE: [usize; 1] = [2];
/// Readers of each record.
const READERS: usize = 4;

/// What the journal of the dead says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// Nothing was sent.
    NotCalled,
    /// The call was noted, and nothing came of it.
    Called,
    /// The new pair is there.
    Renewed,
    /// The link had ended before.
    Lapsed,
}

impl Left {
    fn of(last: Option<&Flight>) -> Self {
        match last {
            None => Self::NotCalled,
            Some(flight) => match (flight.outcome.as_deref(), flight.called) {
                (Some("renewed"), _) => Self::Renewed,
                (Some("freed" | "not-spent"), _) | (None, false) => Self::NotCalled,
                (None, true) => Self::Called,
                (Some(_), _) => Self::Lapsed,
            },
        }
    }
}

/// One run.
pub(super) async fn run(template: &Template, plan: &str) -> Counts {
    let mut pair = Pair::of(template, Some(plan)).await;
    let patients: Vec<_> = ASKED.iter().chain(&DUE).map(|&n| pair.patient(n)).collect();
    // Whether it got ready or not, everybody asks for everything.
    read_all(&pair.app, &patients).await;
    let journal = pair.stop().await;
    let left: Vec<_> = patients
        .iter()
        .map(|patient| Left::of(journal.flights(patient).last()))
        .collect();
    assert!(pair.start(None), "it does not start again");
    let mut counts = Counts {
        kills: pair.deaths,
        ..Counts::default()
    };
    for (patient, left) in patients.iter().zip(left) {
        let (state, reason) = pair.stands(patient).await;
        let renewed = pair.renewed(patient).await;
        count(&mut counts, left, (&state, &reason), renewed);
        if state != "linked" {
            connect_again(&mut pair, patient).await;
        }
    }
    counts.reused += pair.reused().await;
    let journal = pair.end().await;
    for patient in &patients {
        // Linked in the template, and perhaps again.
        let ended = journal.told(patient, "patient.needs-reauthorisation");
        let linked = journal.told(patient, "patient.linked");
        assert_eq!(linked, 1 + ended, "{patient:?}");
        assert!(ended <= 1, "{patient:?}");
    }
    counts
}

/// Everybody reads at once; a gateway that dies answers nobody.
async fn read_all(app: &App, patients: &[Patient]) {
    let reads = patients.iter().flat_map(|patient| {
        (0..READERS).map(move |_| {
            let (app, patient) = (app.clone(), patient.clone());
            tokio::spawn(async move { app.read(&patient).await })
        })
    });
    let reads: Vec<_> = reads.collect();
    for read in reads {
        read.await.unwrap();
    }
}

fn count(counts: &mut Counts, left: Left, (state, reason): (&str, &str), renewed: u64) {
    counts.links += 1;
    match (left, state, reason) {
        (Left::NotCalled | Left::Renewed, "linked", "") => {
            assert_eq!(renewed, 1, "one renewal of one token that was over");
            counts.kept += 1;
        }
        // It can't be known, so the token is not sent again.
        (Left::Called, "needs-reauthorisation", "answer-lost") => match renewed {
            0 => counts.window += 1,
            1 => counts.in_memory += 1,
            more => panic!("renewed {more} times"),
        },
        (Left::Called, "linked", _) => panic!("whose answer is not known was used again"),
        _ => {
            println!("needless: {left:?}, but it stands at {state} {reason}");
            counts.needless += 1;
        }
    }
}

/// The patient says yes again, and the record can be read.
async fn connect_again(pair: &mut Pair, patient: &Patient) {
    pair.app.connect(&pair.pkb, patient).await;
    let (state, _) = pair.stands(patient).await;
    assert_eq!(state, "linked");
}

#[test]
fn the_counts_see_a_token_that_is_used_twice_and_a_session_that_is_lost_for_nothing() {
    super::walk::block_on(async {
        let template = Template::make(&ASKED, &[], &[]).await;
        // Something on the way sends each call twice: the sandbox ends the session, and calls it by its name.
        let mut pair = Pair::doubling(&template).await;
        let patient = pair.patient(ASKED[0]);
        pair.app.read(&patient).await.unwrap();
        let (state, reason) = pair.stands(&patient).await;
        assert_eq!(
            (&*state, &*reason),
            ("needs-reauthorisation", "session-over")
        );
        assert!(pair.reused().await >= 1);
        let left = Left::of(pair.end().await.flights(&patient).last());
        assert_eq!(left, Left::Lapsed);
        let mut counts = Counts::default();
        count(&mut counts, left, (&state, &reason), 1);
        assert_eq!(counts.needless, 1);

        // And one that ended at PKB, behind the gateway's back.
        let mut pair = Pair::of(&template, None).await;
        let patient = pair.patient(ASKED[1]);
        pair.pkb
            .people
            .end_sessions(&patient.person, "invalid")
            .await;
        pair.app.read(&patient).await.unwrap();
        let (state, reason) = pair.stands(&patient).await;
        let mut counts = Counts::default();
        count(&mut counts, Left::NotCalled, (&state, &reason), 0);
        assert_eq!((counts.needless, counts.kept), (1, 0));
        assert_eq!(pair.reused().await, 0);
        pair.end().await;
    });
}
