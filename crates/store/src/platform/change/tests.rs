//! What a change says is to be written.

use super::*;
use jiff::SignedDuration;
use model::entropy::{SeededEntropy, uuid_v4};
use model::message::{Approval, ClaimMode, Envelope, Fence, Waiting};
use model::{
    ClientMessageId, ClientSystemId, Hash, MessageRef, NhsNumber, OdsCode, SessionId, TokenId,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).unwrap()
}

/// An instant message that converts after ten minutes and expires after an hour.
fn instant() -> Stored {
    let entropy = SeededEntropy::new(3);
    let stage = Stage::new(Some(at(600)));
    let (status, sub_status, _) = show(&stage);
    Stored {
        envelope: Envelope {
            reference: MessageRef(uuid_v4(&entropy)),
            client: ClientSystemId(uuid_v4(&entropy)),
            message_id: ClientMessageId(uuid_v4(&entropy)),
            approval: Some(Approval {
                spine_user_id: spine(),
                token: TokenId(uuid_v4(&entropy)),
            }),
            topic: "ConsultationSummary".to_owned(),
            practice: OdsCode::parse("GPPRAC001").unwrap(),
            subject: NhsNumber::parse("9547852140").unwrap(),
            accepted_at: at(0),
            expires_at: at(3600),
            content_hash: Hash::of(b"content"),
        },
        stage,
        changed_at: at(0),
        history: vec![(status, sub_status, at(0))],
    }
}

fn spine() -> SpineUserId {
    SpineUserId::parse("555000000101").unwrap()
}

fn claim() -> Event {
    claim_for(ClaimMode::Automatic)
}

fn claim_for(mode: ClaimMode) -> Event {
    Event::Claim {
        holder: SessionId(uuid_v4(&SeededEntropy::new(4))),
        mode,
        lease: SignedDuration::from_mins(1),
    }
}

fn happens(stored: &mut Stored, event: &Event, seconds: i64) -> Change {
    happen(
        stored,
        &Actor::Operator("test".to_owned()),
        event,
        at(seconds),
    )
}

#[test]
fn a_new_status_moves_the_message_and_is_told_to_both_sides() {
    let mut stored = instant();
    let change = happens(&mut stored, &claim(), 5);
    assert_eq!(change.answer, Ok(()));
    let fence = Fence(1);
    let change = [change, happens(&mut stored, &Event::Imported { fence }, 6)];
    let last = change[1].lines.last().unwrap();
    assert_eq!(last.action, "complete message");
    assert_eq!(last.told, Told::Both);
    let (status, sub_status, _) = show(&stored.stage);
    let moved = last.status.unwrap();
    assert_eq!(moved.to, (status, sub_status));
    assert_ne!(moved.from, moved.to);
    assert_eq!(stored.changed_at, at(6));
    assert_eq!(stored.history.last(), Some(&(status, sub_status, at(6))));
}

#[test]
fn a_renewed_lease_is_told_to_nobody() {
    let mut stored = instant();
    assert_eq!(happens(&mut stored, &claim(), 5).lines.len(), 1);
    let lease = SignedDuration::from_mins(1);
    let fence = Fence(1);
    let renewed = happens(&mut stored, &Event::Renew { fence, lease }, 20);
    let [line] = renewed.lines.as_slice() else {
        panic!("{renewed:?}");
    };
    assert_eq!((line.told, line.status), (Told::Nobody, None));
    assert_eq!(line.action, "renew lease of message");
}

#[test]
fn time_comes_first_and_is_nobodys_doing() {
    let mut stored = instant();
    let change = happens(&mut stored, &claim_for(ClaimMode::Review), 700);
    let actions: Vec<_> = change.lines.iter().map(|line| line.action).collect();
    assert_eq!(actions, ["convert message", "claim message"]);
    assert_eq!(change.lines[0].by, Actor::System);
    assert_eq!(change.lines[0].at, at(600));
    assert_eq!(change.lines[0].only, None, "everybody may see it now");
    assert_eq!(change.lines[1].by, Actor::Operator("test".to_owned()));
    assert_eq!(change.answer, Ok(()));
}

#[test]
fn what_is_refused_still_leaves_what_time_brought() {
    let mut stored = instant();
    let change = happens(&mut stored, &claim(), 4000);
    assert!(change.answer.is_err());
    let last = change.lines.last().unwrap();
    assert_eq!((last.action, last.at), ("expire message", at(3600)));
    assert_eq!(stored.stage, Stage::Expired);
    // And the next time there is nothing left to write.
    assert!(happens(&mut stored, &claim(), 4001).lines.is_empty());
    assert!(settle(&mut stored, at(5000)).lines.is_empty());
}

#[test]
fn an_instant_message_is_told_to_its_practitioner_only() {
    let mut stored = instant();
    let change = happens(&mut stored, &claim(), 5);
    assert_eq!(change.lines[0].only, Some(spine()));
}

#[test]
fn settling_alone_stops_where_time_does() {
    let mut stored = instant();
    assert!(settle(&mut stored, at(599)).lines.is_empty());
    let change = settle(&mut stored, at(601));
    assert_eq!(change.lines.len(), 1);
    assert!(matches!(
        stored.stage,
        Stage::Waiting {
            what: Waiting::Review(_),
            ..
        }
    ));
    assert_eq!(stored.history.len(), 2);
}
