//! Linking that is killed: somebody links for the first time, and somebody whose link stands says yes again. Both go on
//! as people do: they load the page again, and begin anew where that is no use.

use super::count::Counts;
use super::pair::{Pair, Template};
use crate::world::linking::{App, Patient};

/// Whose link stands, and stays.
pub(super) const LINKED: [usize; 1] = [3];
/// Who has none.
const NEW: usize = 4;
/// A death costs one attempt at most.
const ATTEMPTS: usize = 3;

/// One run.
pub(super) async fn run(template: &Template, plan: &str) -> Counts {
    let mut pair = Pair::of(template, Some(plan)).await;
    let mut counts = Counts::default();
    let linked = pair.patient(LINKED[0]);
    let new = pair.patient(NEW);
    for patient in [&new, &linked] {
        pair.insist("the patient is known", async |app: &App| {
            app.put(patient).await
        })
        .await;
        let mut done = false;
        for _ in 0..ATTEMPTS {
            let deaths = pair.deaths;
            done = attempt(&mut pair, patient, &mut counts).await;
            // The link that stood stands, whatever became of the attempt.
            if pair.deaths > deaths {
                look(&mut pair, &linked, &mut counts).await;
            }
            if done {
                break;
            }
        }
        assert!(done, "{ATTEMPTS} attempts made no link");
    }
    for patient in [&new, &linked] {
        look(&mut pair, patient, &mut counts).await;
    }
    let journal = pair.end().await;
    counts.kills += pair.deaths;
    counts.reused += pair.reused().await;
    assert!(journal.told(&new, "patient.linked") >= 1);
    for patient in [&new, &linked] {
        let ended = journal.told(patient, "patient.needs-reauthorisation");
        assert_eq!(ended, 0, "{patient:?}");
    }
    counts
}

/// A link that must stand.
async fn look(pair: &mut Pair, patient: &Patient, counts: &mut Counts) {
    let (state, reason) = pair.stands(patient).await;
    counts.links += 1;
    if state == "linked" {
        counts.kept += 1;
    } else {
        println!("needless: {} stands at {state} {reason}", patient.id);
        counts.needless += 1;
    }
}

/// From the button to the product's word; whether there is a link now.
async fn attempt(pair: &mut Pair, patient: &Patient, counts: &mut Counts) -> bool {
    let grant_url = pair.insist("it is begun", async |app: &App| app.begin(patient).await);
    let grant_url = grant_url.await;
    let location = pair.pkb.people.approve(&grant_url, &patient.person).await;
    // A page that did not come is loaded again: the same code, which must not be sent a second time.
    let result = pair.insist("the patient is back", async |app: &App| {
        app.come_back(&location).await
    });
    let Ok(result) = result.await else {
        return false;
    };
    let confirmed = pair.insist("it is confirmed", async |app: &App| {
        app.confirm(patient, &result).await
    });
    match confirmed.await {
        200 => true,
        // Used: by the word whose answer was lost.
        409 => {
            let (state, _) = pair.stands(patient).await;
            if state != "linked" {
                println!("needless: a result that was given is worth nothing");
                counts.needless += 1;
                counts.links += 1;
            }
            state == "linked"
        }
        other => panic!("confirmed with {other}"),
    }
}
