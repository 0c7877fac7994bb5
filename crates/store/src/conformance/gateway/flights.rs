//! Flights: a refresh token is never sent twice, whoever dies when.

use super::people::{LEASE, People, UNDER_WAY, at_risk, patient, record};
use super::sealing::{key, sealed};
use crate::conformance::world::{at, race};
use crate::gateway::{Flight, GatewayStore, Landed, Linked, PatientHappening, Tokens};
use model::AppUserId;
use model::pkb_link::{Lapse, Risk, Standing};

const LINKED: PatientHappening = PatientHappening::Linked;

fn not_spent(retry_at: i64) -> Landed {
    Landed::NotSpent {
        retry_at: at(retry_at),
        risk: None,
    }
}

async fn standing(people: &People, id: &AppUserId) -> Standing {
    people.get(id).await.standing
}

async fn due(people: &People, now: i64, limit: u32) -> Vec<AppUserId> {
    let due = people.store.links.due(at(now), limit).await.unwrap();
    for (id, generation) in &due {
        let tokens = people.tokens(id).await.unwrap();
        assert_eq!(tokens.generation, *generation);
    }
    due.into_iter().map(|(id, _)| id).collect()
}

pub async fn a_flight_raced_is_one_callers(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let tokens = people.tokens(&id).await.unwrap();
    let flights = race(12, |_| {
        let (people, id, generation) = (people.clone(), id.clone(), tokens.generation);
        async move { people.ask_for(&id, generation, 20).await }
    });
    let (mut yours, mut others) = (Vec::new(), 0);
    for flight in flights.await {
        match flight {
            Flight::Yours { fence, tokens } => yours.push((fence, tokens)),
            Flight::Others { until } => {
                assert_eq!(until, at(20 + LEASE));
                others += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((yours.len(), others), (1, 11));
    assert_eq!(yours[0].1, tokens);
    assert_eq!(people.journal(&id).await.len(), 1);
}

pub async fn a_flight_is_for_the_present_tokens(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let first = people.tokens(&id).await.unwrap().generation;
    let fence = people.call(&id, 20).await;
    assert!(people.renew(&id, fence, "second", 21).await);
    assert_eq!(people.ask_for(&id, first, 22).await, Flight::Renewed);
    let fence = people.call(&id, 23).await;
    // Somebody is at it again: whoever has older tokens takes the present ones first.
    assert_eq!(people.ask_for(&id, first, 24).await, Flight::Renewed);
    assert!(people.renew(&id, fence, "third", 25).await);
    assert_eq!(people.outcomes(&id).await, ["renewed", "renewed"]);
}

pub async fn there_is_no_flight_without_a_link(store: GatewayStore) {
    let people = People::new(store).await;
    let never = people.add("never").await;
    let unlinked = people.linked("unlinked", 1).await;
    let lapsed = people.linked("lapsed", 2).await;
    let [first, second] = [&unlinked, &lapsed].map(|id| people.tokens(id));
    let [first, second] = [first.await.unwrap(), second.await.unwrap()];
    assert!(people.unlink(&unlinked, 20).await);
    let fence = people.call(&lapsed, 20).await;
    let landed = Landed::Lapsed(Lapse::SessionOver);
    assert!(people.land(&lapsed, fence, &landed, 21).await);
    for (id, generation) in [
        (&never, 0),
        (&unlinked, first.generation),
        (&lapsed, second.generation),
        (&patient("nobody"), 0),
    ] {
        assert_eq!(people.ask_for(id, generation, 30).await, Flight::NotLinked);
    }
}

pub async fn a_call_is_noted_once_by_whoever_has_the_flight(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let fence = people.take(&id, 20).await;
    assert!(!people.calling(&id, fence + 1, 21).await);
    assert!(!people.calling(&patient("nobody"), fence, 21).await);
    let noted = race(6, |_| {
        let (people, id) = (people.clone(), id.clone());
        async move { people.calling(&id, fence, 21).await }
    });
    assert_eq!(noted.await.into_iter().filter(|noted| *noted).count(), 1);
    assert!(!people.calling(&id, fence, 22).await);
    assert!(people.renew(&id, fence, "second", 23).await);
    assert!(!people.calling(&id, fence, 24).await);
    let line = people.journal(&id).await.remove(0);
    assert_eq!(line.called_at, Some(at(21)));
}

pub async fn nothing_is_sent_after_the_lease_ended(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let fence = people.take(&id, 20).await;
    assert!(!people.calling(&id, fence, 20 + LEASE).await);
    let other = people.take(&id, 20 + LEASE).await;
    assert!(other > fence);
    assert!(!people.calling(&id, fence, 21).await);
    assert!(people.calling(&id, other, 20 + LEASE).await);
}

pub async fn new_tokens_take_the_place_of_the_former(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let first = people.tokens(&id).await.unwrap();
    let used = people.store.links.used(&id, first.generation, at(300));
    used.await.unwrap();
    let was = people.get(&id).await;
    let fence = people.call(&id, 400).await;
    assert!(people.renew(&id, fence, "second", 401).await);
    let second = people.tokens(&id).await.unwrap();
    let pair = people.pair("second", 401);
    let expected = Tokens {
        generation: second.generation,
        sealed: pair.tokens,
        obtained_at: at(401),
        good_until: pair.good_until,
        used: false,
        ..first.clone()
    };
    assert_eq!(second, expected);
    assert!(second.generation > first.generation);
    assert_eq!(people.get(&id).await, was);
    // Nobody is told that all goes on as it did.
    assert_eq!(people.told(&id).await, [LINKED]);
    assert_eq!(due(&people, 850, 10).await, []);
    assert_eq!(due(&people, 851, 10).await, [id]);
}

pub async fn a_landing_may_be_repeated(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let landings = [
        Landed::Renewed(people.pair("second", 21)),
        Landed::NotSpent {
            retry_at: at(90),
            risk: Some(at_risk(Risk::RefreshFailing, 21)),
        },
        Landed::Lapsed(Lapse::SessionOver),
    ];
    for landed in landings {
        let fence = people.call(&id, 20).await;
        let all = race(4, |_| {
            let (people, id, landed) = (people.clone(), id.clone(), landed.clone());
            async move { people.land(&id, fence, &landed, 21).await }
        });
        assert_eq!(all.await, [true; 4]);
        let (was, tokens) = (people.get(&id).await, people.tokens(&id).await);
        let told = people.told(&id).await.len();
        assert!(people.land(&id, fence, &landed, 25).await);
        assert_eq!(people.get(&id).await, was);
        assert_eq!(people.tokens(&id).await, tokens);
        assert_eq!(people.told(&id).await.len(), told);
        // But it has ended as it ended.
        let other = match landed {
            Landed::Renewed(_) => not_spent(99),
            _ => Landed::Renewed(people.pair("other", 26)),
        };
        assert!(!people.land(&id, fence, &other, 26).await);
        assert_eq!(people.tokens(&id).await, tokens);
    }
}

pub async fn what_was_not_spent_is_tried_again(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let first = people.tokens(&id).await.unwrap();
    for failures in 1..=2 {
        let fence = people.call(&id, 500).await;
        assert!(people.land(&id, fence, &not_spent(700), 501).await);
        let expected = Tokens {
            failures,
            ..first.clone()
        };
        assert_eq!(people.tokens(&id).await, Some(expected));
    }
    assert_eq!(due(&people, 699, 10).await, []);
    assert_eq!(due(&people, 700, 10).await, std::slice::from_ref(&id));
    let fence = people.call(&id, 700).await;
    assert!(people.renew(&id, fence, "second", 701).await);
    assert_eq!(people.tokens(&id).await.unwrap().failures, 0);
    let expected = ["renewed", "not-spent", "not-spent"];
    assert_eq!(people.outcomes(&id).await, expected);
    assert_eq!(people.told(&id).await, [LINKED]);
}

pub async fn a_risk_is_told_once_for_each_reason(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let failing = |since| Landed::NotSpent {
        retry_at: at(90),
        risk: Some(at_risk(Risk::RefreshFailing, since)),
    };
    let renewed = |tokens, risk| {
        let mut pair = people.pair(tokens, 50);
        pair.risk = risk;
        Landed::Renewed(pair)
    };
    let land = |landed: Landed| {
        let (people, id) = (people.clone(), id.clone());
        async move {
            let fence = people.call(&id, 30).await;
            assert!(people.land(&id, fence, &landed, 31).await);
            people.get(&id).await.risk
        }
    };
    let told = || async { people.told(&id).await.len() };
    let first = at_risk(Risk::RefreshFailing, 31);
    assert_eq!(land(failing(31)).await, Some(first));
    assert_eq!(told().await, 2);
    // It has been known since the first time; when it would end may move.
    let again = land(failing(45)).await.unwrap();
    assert_eq!((again.since, again.ends_at), (at(31), Some(at(1_045))));
    assert_eq!(told().await, 2);
    // A renewal that only brings nothing makes nothing better.
    assert_eq!(land(not_spent(90)).await, Some(again));
    assert_eq!(land(renewed("second", None)).await, None);
    assert_eq!(told().await, 2);
    assert_eq!(land(failing(60)).await.map(|risk| risk.since), Some(at(60)));
    let ending = at_risk(Risk::SessionEnding, 61);
    assert_eq!(land(renewed("third", Some(ending))).await, Some(ending));
    let later = land(renewed("fourth", Some(at_risk(Risk::SessionEnding, 70))));
    assert_eq!(later.await.map(|risk| risk.since), Some(at(61)));
    let risky = [
        Risk::RefreshFailing,
        Risk::RefreshFailing,
        Risk::SessionEnding,
    ];
    let expected: Vec<_> = std::iter::once(LINKED)
        .chain(risky.map(PatientHappening::AtRisk))
        .collect();
    assert_eq!(people.told(&id).await, expected);
}

pub async fn a_session_that_is_over_ends_the_tokens(store: GatewayStore) {
    let people = People::new(store).await;
    for (n, why) in (1..).zip(Lapse::ALL) {
        let id = people.linked(why.as_str(), n).await;
        let details = people.get(&id).await.details;
        let fence = people.call(&id, 20).await;
        let landed = Landed::Lapsed(*why);
        assert!(people.land(&id, fence, &landed, 21).await);
        let found = people.get(&id).await;
        let (public_id, why) = (record(n), *why);
        assert_eq!(found.standing, Standing::Lapsed { public_id, why });
        assert_eq!((found.since, found.linked_at), (Some(at(21)), Some(at(10))));
        assert_eq!(found.details, details);
        assert_eq!(people.tokens(&id).await, None);
        assert_eq!(people.outcomes(&id).await, [why.as_str()]);
        let told = PatientHappening::NeedsReauthorisation(why);
        assert_eq!(people.told(&id).await, [LINKED, told]);
        assert!(people.unlink(&id, 30).await);
    }
    assert!(people.nothing_is_sealed().await);
}

pub async fn an_older_flight_changes_nothing(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let old = people.take(&id, 20).await;
    let now = 20 + LEASE;
    let new = people.call(&id, now).await;
    assert!(new > old);
    let tokens = people.tokens(&id).await;
    for landed in [
        Landed::Renewed(people.pair("late", now)),
        not_spent(900),
        Landed::Lapsed(Lapse::SessionOver),
    ] {
        assert!(!people.land(&id, old, &landed, now).await);
        assert!(!people.land(&id, new + 1, &landed, now).await);
        assert!(!people.land(&id, 0, &landed, now).await);
        assert!(!people.land(&patient("nobody"), new, &landed, now).await);
    }
    assert_eq!(people.tokens(&id).await, tokens);
    assert_eq!(people.outcomes(&id).await, [UNDER_WAY, "freed"]);
    assert!(people.renew(&id, new, "second", now).await);
    assert_eq!(people.told(&id).await, [LINKED]);
}

pub async fn new_tokens_under_a_key_that_is_not_there_are_not_kept(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let fence = people.call(&id, 20).await;
    let mut pair = people.pair("second", 21);
    pair.tokens = sealed(key(9).id, "second");
    let landed = Landed::Renewed(pair);
    let failed = people
        .store
        .links
        .land("gateway", &id, fence, &landed, at(21));
    assert!(failed.await.is_err());
    // The flight is still under way, and may land.
    assert_eq!(people.outcomes(&id).await, [UNDER_WAY]);
    assert!(people.renew(&id, fence, "second", 22).await);
    let tokens = people.tokens(&id).await.unwrap();
    assert_eq!(tokens.sealed, sealed(people.key, "second"));
}

pub async fn a_flight_whose_tokens_went_meanwhile_is_dropped(store: GatewayStore) {
    let people = People::new(store).await;
    let unlinked = people.linked("unlinked", 1).await;
    let linked = people.linked("linked", 2).await;
    let first = people.call(&unlinked, 20).await;
    let second = people.call(&linked, 20).await;
    assert!(people.unlink(&unlinked, 25).await);
    let again = people.authorise(&linked, record(2), "anew", 25).await;
    assert_eq!(again, Linked::Linked);
    let tokens = people.tokens(&linked).await;
    assert!(!people.renew(&unlinked, first, "late", 30).await);
    assert!(!people.renew(&linked, second, "late", 30).await);
    let over = Landed::Lapsed(Lapse::SessionOver);
    assert!(!people.land(&linked, second, &over, 30).await);
    assert_eq!(standing(&people, &unlinked).await, Standing::Unlinked);
    assert_eq!(people.tokens(&linked).await, tokens);
    for id in [&unlinked, &linked] {
        let line = people.journal(id).await.remove(0);
        assert_eq!(line.ended, Some((at(25), "dropped".to_owned())));
    }
    // They hold nobody up, and are not settled later.
    assert_eq!(people.settle(1_000).await, 0);
    assert!(people.take(&linked, 31).await > second);
}

pub async fn landing_and_unlinking_at_once_leaves_no_tokens(store: GatewayStore) {
    let people = People::new(store).await;
    for n in 0..6_u8 {
        let id = people.linked(&format!("p{n}"), n.into()).await;
        let fence = people.call(&id, 20).await;
        race(2, |which| {
            let (people, id) = (people.clone(), id.clone());
            async move {
                if which == 0 {
                    assert!(people.unlink(&id, 30).await);
                } else {
                    people.renew(&id, fence, "second", 30).await;
                }
            }
        })
        .await;
        assert_eq!(standing(&people, &id).await, Standing::Unlinked);
        assert_eq!(people.tokens(&id).await, None);
        let told = people.told(&id).await;
        assert_eq!(told, [LINKED, PatientHappening::Unlinked]);
    }
    assert!(people.nothing_is_sealed().await);
}
