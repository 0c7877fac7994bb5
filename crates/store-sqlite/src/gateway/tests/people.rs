//! What operations about patients cost, with many patients and with few.

use super::Costs;
use super::crowd::{Crowd, at};
use crate::gateway::links;
use crate::gateway::patients::list;
use model::pkb_link::{ATTEMPT, Lapse, State};
use model::{AppUserId, AttemptId, DataKeyId, Hash, PublicId};
use rusqlite::params;
use store::gateway::{
    Flight, Landed, Linked, Links as _, NewAttempt, NewLink, NewPair, PatientFilter, Patients as _,
    Sealed, Way,
};
use store::row::Cells as _;
use uuid::Uuid;

const BY: &str = "product:abc";

fn patient(n: u64) -> AppUserId {
    AppUserId::parse(&format!("p{n:08}")).unwrap()
}

fn sealed(size: usize) -> Sealed {
    Sealed {
        key: DataKeyId(Uuid::nil()),
        bytes: vec![7; size],
    }
}

/// The `round`th hash of a kind.
fn hash(round: u64, of: &str) -> Hash {
    Hash::of(format!("{of} {round}").as_bytes())
}

fn attempt(round: u64, patient: &AppUserId) -> NewAttempt {
    NewAttempt {
        id: AttemptId(Uuid::from_u128(u128::from(round) + 1)),
        patient: patient.clone(),
        state: hash(round, "state"),
        way: Way::Product {
            return_url: "https://product.example/back".to_owned(),
        },
        redirect_uri: "https://gateway.example/pkb/callback".to_owned(),
        verifier: Some(sealed(60)),
        made_at: at(0),
        until: at(0) + ATTEMPT,
    }
}

fn pair() -> NewPair {
    NewPair {
        tokens: sealed(200),
        has_refresh: true,
        obtained_at: at(5),
        good_until: at(600),
        due_at: at(90_000),
        risk: None,
    }
}

/// What each operation costs.
pub(super) async fn costs(crowd: &Crowd, round: u64, costs: &mut Costs) {
    let id = AppUserId::parse(&format!("q{round}")).unwrap();
    begin_and_link(crowd, round, &id, costs).await;
    renew(crowd, &id, costs).await;
    pages(crowd, costs).await;
    end(crowd, &id, costs).await;
}

async fn begin_and_link(crowd: &Crowd, round: u64, id: &AppUserId, costs: &mut Costs) {
    let db = &crowd.db;
    let put = counted!(crowd, costs, "put a patient", db.put(id, at(0)));
    assert!(put);
    let new = attempt(round, id);
    let begun = counted!(crowd, costs, "begin an attempt", db.begin(BY, &new));
    assert!(begun);
    let burned = counted!(crowd, costs, "burn an attempt", db.burn(new.id, at(1)));
    assert!(burned);
    let record = PublicId(Uuid::from_u128(u128::MAX - u128::from(round)));
    let (result, secret) = (hash(round, "result"), sealed(900));
    let waits = counted!(
        crowd,
        costs,
        "let an attempt wait",
        db.await_word(new.id, result, record, &secret, at(600))
    );
    assert!(waits);
    let link = NewLink {
        public_id: record,
        pair: pair(),
        details: Some((sealed(800), at(5))),
    };
    let linked = counted!(
        crowd,
        costs,
        "link a patient",
        db.link(BY, new.id, &link, at(5))
    );
    assert_eq!(linked, Linked::Linked);
    let swept = counted!(
        crowd,
        costs,
        "sweep attempts: nothing due",
        db.sweep(BY, at(6), 100)
    );
    assert_eq!(swept, 0);
}

async fn renew(crowd: &Crowd, id: &AppUserId, costs: &mut Costs) {
    let db = &crowd.db;
    let whose = id.clone();
    let link = super::counted(crowd, "read a link's tokens", costs, move |tx| {
        links::hold(tx, &whose)
    })
    .await;
    let generation = link.unwrap().generation;
    counted!(
        crowd,
        costs,
        "note that tokens are used",
        db.used(id, generation, at(400))
    );
    let due = super::counted(crowd, "which links are due", costs, |tx| {
        let bounds = params![at(500).as_millisecond(), 10];
        tx.all(links::DUE, bounds, |cells| {
            cells.take::<AppUserId>("patient.id")
        })
    })
    .await;
    assert_eq!(due, std::slice::from_ref(id));
    let flight = counted!(
        crowd,
        costs,
        "take a flight",
        db.take_flight(BY, id, generation, "node", at(500), at(560))
    );
    let Flight::Yours { fence, .. } = flight else {
        panic!("{flight:?}");
    };
    let calling = counted!(
        crowd,
        costs,
        "note its call",
        db.calling(id, fence, at(501))
    );
    assert!(calling);
    let settled = counted!(
        crowd,
        costs,
        "settle flights: nothing due",
        db.settle_flights(BY, at(502), 100)
    );
    assert_eq!(settled, 0);
    let landed = Landed::Renewed(pair());
    let kept = counted!(
        crowd,
        costs,
        "land a flight",
        db.land(BY, id, fence, &landed, at(503))
    );
    assert!(kept);
    counted!(
        crowd,
        costs,
        "forget flights: nothing due",
        db.forget_flights(at(-1_000), 100)
    );
}

async fn pages(crowd: &Crowd, costs: &mut Costs) {
    let middle = Some(patient(crowd.count / 2));
    let of = |state| PatientFilter {
        state,
        after: middle.clone(),
        ..PatientFilter::default()
    };
    let risky = PatientFilter {
        at_risk: true,
        ..PatientFilter::default()
    };
    for (name, filter, found) in [
        ("patients: first 10", PatientFilter::default(), 10),
        ("patients: 10 from the middle", of(None), 10),
        ("patients: linked", of(Some(State::Linked)), 10),
        (
            "patients: lapsed",
            of(Some(State::NeedsReauthorisation)),
            10,
        ),
        ("patients: never linked", of(Some(State::None)), 10),
        ("patients: unlinked", of(Some(State::Unlinked)), 10),
        ("patients: pending", of(Some(State::Pending)), 0),
        ("patients: at risk", risky, 0),
    ] {
        let page = super::counted(crowd, name, costs, move |tx| {
            list::page(tx, &filter, at(6), 10)
        })
        .await;
        assert!(crowd.count == 0 || page.len() == found, "{name}");
    }
}

async fn end(crowd: &Crowd, id: &AppUserId, costs: &mut Costs) {
    let db = &crowd.db;
    let generation = db.tokens(id).await.unwrap().unwrap().generation;
    let lapsed = counted!(
        crowd,
        costs,
        "lapse a link",
        db.lapse(BY, id, generation, Lapse::SessionOver, at(600))
    );
    assert!(lapsed);
    let unlinked = counted!(crowd, costs, "unlink a patient", db.unlink(BY, id, at(601)));
    assert!(unlinked);
    let delete = db.delete(BY, id, at(602));
    assert!(counted!(crowd, costs, "delete a patient", delete));
}
