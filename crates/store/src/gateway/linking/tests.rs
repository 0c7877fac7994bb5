//! The rules of a link, without a database: every flight's end in every standing.

use super::*;
use model::DataKeyId;
use model::pkb_link::Risk;
use uuid::Uuid;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).unwrap()
}

fn record(n: u128) -> PublicId {
    PublicId(Uuid::from_u128(n))
}

fn pair(tokens: &str) -> NewPair {
    NewPair {
        tokens: Sealed {
            key: DataKeyId(Uuid::nil()),
            bytes: tokens.into(),
        },
        has_refresh: true,
        obtained_at: at(0),
        good_until: at(600),
        due_at: at(400),
        risk: None,
    }
}

fn new_link(n: u128) -> NewLink {
    NewLink {
        public_id: record(n),
        pair: pair("first"),
        details: None,
    }
}

fn patient() -> Link {
    Link {
        id: AppUserId::parse("amy").unwrap(),
        standing: Standing::None,
        since: None,
        linked_at: None,
        authorised_at: None,
        risk: None,
        generation: 0,
        fence: 0,
        pair: None,
        details: None,
    }
}

/// A link whose flight 7 is under way, of generation 1.
fn in_flight() -> Link {
    let mut link = patient();
    let told = link.authorised(&new_link(1), 1, at(1));
    assert_eq!(told, Ok(vec![PatientHappening::Linked]));
    link.fence = 7;
    link
}

fn not_spent() -> Landed {
    Landed::NotSpent {
        retry_at: at(90),
        risk: None,
    }
}

#[test]
fn a_refused_authorisation_changes_nothing() {
    let mut link = in_flight();
    let was = link.clone();
    let refused = link.authorised(&new_link(2), 9, at(9));
    assert_eq!(refused, Err(Failure::AnotherPerson));
    assert_eq!(link, was);
}

#[test]
fn only_the_last_flight_is_heard() {
    for fence in [0, 6, 8] {
        for landed in [Landed::Renewed(pair("x")), not_spent()] {
            let mut link = in_flight();
            let was = link.clone();
            let heard = link.land(fence, None, &landed, 9, at(9));
            assert_eq!((heard, link), (Landing::NotHeard, was));
        }
    }
    // Without a flight of its own, a link hears none.
    let mut link = in_flight();
    link.fence = 0;
    let heard = link.land(0, None, &not_spent(), 9, at(9));
    assert_eq!(heard, Landing::NotHeard);
}

#[test]
fn what_has_landed_so_is_told_so_whatever_came_after_it() {
    for fence in [0, 8] {
        let mut link = in_flight();
        link.fence = fence;
        let was = link.clone();
        let landed = Landed::Renewed(pair("x"));
        let heard = link.land(7, Some(RENEWED), &landed, 9, at(9));
        assert_eq!((heard, link), (Landing::Again, was));
    }
}

#[test]
fn what_ended_otherwise_is_not_heard() {
    let words = [RENEWED, NOT_SPENT, FREED, DROPPED]
        .into_iter()
        .chain(Lapse::ALL.iter().map(|why| why.as_str()));
    for was in words {
        let lapsed = Lapse::ALL.iter().copied().map(Landed::Lapsed);
        let all = [Landed::Renewed(pair("x")), not_spent()].into_iter();
        for landed in all.chain(lapsed) {
            let mut link = in_flight();
            let (before, same) = (link.clone(), was == outcome(&landed));
            let heard = link.land(7, Some(was), &landed, 9, at(9));
            let expected = if same {
                Landing::Again
            } else {
                Landing::NotHeard
            };
            assert_eq!(heard, expected, "{was} {landed:?}");
            assert_eq!(link, before);
        }
    }
}

#[test]
fn a_lost_answer_comes_only_to_what_lapsed_for_it() {
    let come = |why| {
        let mut link = in_flight();
        assert!(link.lapse(why, at(5)).is_some());
        assert_eq!(link.pair, None);
        let lost = Lapse::AnswerLost.as_str();
        let landed = Landed::Renewed(pair("second"));
        let heard = link.land(7, Some(lost), &landed, 9, at(9));
        (heard, link)
    };
    for why in Lapse::ALL.iter().copied() {
        let (heard, link) = come(why);
        if why == Lapse::AnswerLost {
            let ended = Ended {
                outcome: RENEWED,
                told: vec![PatientHappening::Linked],
            };
            assert_eq!(heard, Landing::Ended(ended));
            assert_eq!((link.generation, link.fence), (9, 7));
            assert!(link.tokens().is_some());
        } else {
            assert_eq!(heard, Landing::NotHeard);
            assert_eq!(link.tokens(), None);
        }
    }
}

#[test]
fn a_lease_that_ended_is_lost_only_if_it_may_have_called() {
    let mut link = in_flight();
    let was = link.clone();
    let freed = link.give_up(false, at(9));
    assert_eq!((freed.outcome, freed.told.len()), (FREED, 0));
    assert_eq!(link, was);
    let lost = link.give_up(true, at(9));
    assert_eq!(lost.outcome, "answer-lost");
    let told = PatientHappening::NeedsReauthorisation(Lapse::AnswerLost);
    assert_eq!(lost.told, [told]);
    assert_eq!(link.fence, 7, "its own answer may still come");
}

#[test]
fn whatever_replaces_or_ends_tokens_forgets_their_flight() {
    let mut link = in_flight();
    assert!(link.authorised(&new_link(1), 9, at(9)).is_ok());
    assert_eq!(link.fence, 0);
    let mut link = in_flight();
    assert_eq!(link.unlink(at(9)), Some(PatientHappening::Unlinked));
    assert_eq!((link.fence, link.public_id()), (0, None));
    assert_eq!(link.pair, None);
}

#[test]
fn a_risk_goes_with_the_tokens() {
    let mut link = in_flight();
    let risk = AtRisk {
        why: Risk::RefreshFailing,
        since: at(3),
        ends_at: None,
    };
    let landed = Landed::NotSpent {
        retry_at: at(90),
        risk: Some(risk),
    };
    let Landing::Ended(ended) = link.land(7, None, &landed, 9, at(9)) else {
        panic!("not heard");
    };
    assert_eq!(ended.told, [PatientHappening::AtRisk(Risk::RefreshFailing)]);
    assert_eq!((link.risk, link.generation), (Some(risk), 1));
    assert!(link.lapse(Lapse::SessionOver, at(10)).is_some());
    assert_eq!(link.risk, None);
}
