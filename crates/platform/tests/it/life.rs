//! The life of a message (contract B) as its sender sees it, with a clock that is moved by hand.

mod time;

use crate::actors::{Integrator, Toolbar};
use crate::faults::set;
use crate::sample::{ID, OKAFOR, instant, standard};
use crate::world::{RIVERSIDE, World};
use jiff::SignedDuration;
use serde_json::{Value, json};
use wire::partner::StatusAnswer;

struct Life {
    world: World,
    partner: Integrator,
    toolbar: Toolbar,
    reference: String,
}

/// A message of its own kind, accepted at noon.
async fn life(message: Value) -> Life {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let sent = if message["type"] == "ToolbarInstantMessage" {
        let token = partner.token_of(&world, &toolbar).await;
        partner.send_instant(&world, &token, &message).await
    } else {
        partner.send(&world, &message).await
    };
    assert_eq!(sent.status.as_u16(), 200, "{}", sent.text());
    let reference = toolbar.reference(&world, ID).await.unwrap();
    Life {
        world,
        partner,
        toolbar,
        reference,
    }
}

fn expiring(mut message: Value, at: &str) -> Value {
    set(&mut message, "/expiryDateTime", at.into());
    message
}

impl Life {
    fn wait(&self, seconds: i64) {
        self.world.wait(SignedDuration::from_secs(seconds));
    }

    async fn claim(&self, mode: &str) -> u64 {
        self.toolbar
            .claim(&self.world, &self.reference, mode)
            .await
            .fence
    }

    async fn act(&self, act: &str, body: Value) {
        let answer = self
            .toolbar
            .act(&self.world, act, &self.reference, body)
            .await;
        assert_eq!(answer.status.as_u16(), 200, "{act}: {}", answer.text());
    }

    /// Asserts every line of the history, before a worker has run and after, and what follows from it.
    async fn assert_history(&self, expected: &[(&str, &str, &str)], reason: Option<&str>) {
        let before: StatusAnswer = self.partner.status(&self.world, ID).await.json();
        self.world.settle().await;
        let after: StatusAnswer = self.partner.status(&self.world, ID).await.json();
        assert_eq!(before, after, "a worker changes nothing that a reader sees");
        let found: Vec<_> = before
            .history
            .iter()
            .map(|entry| {
                let sub_status = entry.sub_status.as_deref().unwrap_or_default();
                let time = entry
                    .date_time
                    .strip_prefix("2026-11-21T")
                    .unwrap_or(&entry.date_time);
                (
                    entry.status.as_str(),
                    sub_status,
                    time.trim_end_matches('Z'),
                )
            })
            .collect();
        assert_eq!(found, expected);
        let last = before.history.last().unwrap();
        assert_eq!(
            (&before.status, &before.sub_status),
            (&last.status, &last.sub_status)
        );
        assert_eq!(before.status_date_time, last.date_time);
        assert_eq!(before.reason.as_deref(), reason);
        assert_eq!(before.message_id, ID);
    }
}

const STANDARD: (&str, &str, &str) = ("PENDING", "Awaiting review", "12:00:00");
const INSTANT: (&str, &str, &str) = ("PENDING", "Awaiting instant import", "12:00:00");

#[tokio::test]
async fn a_standard_message_is_reviewed_and_imported() {
    let life = life(standard()).await;
    life.assert_history(&[STANDARD], None).await;
    life.wait(3600);
    let toolbar = Toolbar::signed_in(&life.world, RIVERSIDE, 2, OKAFOR).await;
    let fence = toolbar
        .claim(&life.world, &life.reference, "review")
        .await
        .fence;
    life.assert_history(
        &[STANDARD, ("PENDING", "Import in progress", "13:00:00")],
        None,
    )
    .await;
    life.wait(5);
    toolbar
        .act(
            &life.world,
            "complete",
            &life.reference,
            json!({ "fence": fence }),
        )
        .await;
    let history = [
        STANDARD,
        ("PENDING", "Import in progress", "13:00:00"),
        ("COMPLETED", "Imported after review", "13:00:05"),
    ];
    life.assert_history(&history, None).await;
    life.wait(60 * 60 * 24 * 20);
    life.assert_history(&history, None).await;
}

#[tokio::test]
async fn an_instant_message_is_imported_automatically() {
    let life = life(instant()).await;
    life.assert_history(&[INSTANT], None).await;
    life.wait(2);
    let fence = life.claim("automatic").await;
    life.wait(1);
    life.act("renew", json!({ "fence": fence })).await;
    life.wait(1);
    life.act("complete", json!({ "fence": fence })).await;
    let history = [
        INSTANT,
        ("PENDING", "Import in progress", "12:00:02"),
        ("COMPLETED", "Imported automatically", "12:00:04"),
    ];
    life.assert_history(&history, None).await;
}

#[tokio::test]
async fn an_instant_message_that_nobody_takes_becomes_a_standard_one() {
    let life = life(instant()).await;
    life.wait(599);
    life.assert_history(&[INSTANT], None).await;
    life.wait(1);
    let converted = [
        INSTANT,
        ("PENDING", "Instant message timed out", "12:10:00"),
    ];
    life.assert_history(&converted, None).await;
    let fence = life.claim("review").await;
    life.act("complete", json!({ "fence": fence })).await;
    let history = [
        INSTANT,
        converted[1],
        ("PENDING", "Import in progress", "12:10:00"),
        ("COMPLETED", "Imported after review", "12:10:00"),
    ];
    life.assert_history(&history, None).await;
}

#[tokio::test]
async fn a_failed_import_waits_for_review_with_its_reason() {
    let life = life(instant()).await;
    let fence = life.claim("automatic").await;
    life.wait(3);
    life.act(
        "fail",
        json!({ "fence": fence, "reason": "no such patient" }),
    )
    .await;
    let history = [
        INSTANT,
        ("PENDING", "Import in progress", "12:00:00"),
        ("PENDING", "Failed instant message import", "12:00:03"),
    ];
    life.assert_history(&history, Some("no such patient")).await;
    life.wait(600);
    life.assert_history(&history, Some("no such patient")).await;
}

#[tokio::test]
async fn a_failed_import_of_a_standard_message_leaves_it_as_it_was() {
    let life = life(standard()).await;
    let fence = life.claim("review").await;
    life.act(
        "fail",
        json!({ "fence": fence, "reason": "no such patient" }),
    )
    .await;
    let history = [
        STANDARD,
        ("PENDING", "Import in progress", "12:00:00"),
        STANDARD,
    ];
    life.assert_history(&history, None).await;
}

#[tokio::test]
async fn permission_withdrawn_before_the_import_makes_it_a_standard_message() {
    let life = life(instant()).await;
    life.wait(7);
    life.toolbar.withdraw_all(&life.world).await;
    let history = [INSTANT, ("PENDING", "Authorisation withdrawn", "12:00:07")];
    life.assert_history(&history, None).await;
    life.wait(600);
    life.assert_history(&history, None).await;
}

#[tokio::test]
async fn permission_withdrawn_during_an_import_that_fails_makes_it_a_standard_message() {
    let life = life(instant()).await;
    life.claim("automatic").await;
    life.toolbar.withdraw_all(&life.world).await;
    life.wait(60);
    let history = [
        INSTANT,
        ("PENDING", "Import in progress", "12:00:00"),
        ("PENDING", "Authorisation withdrawn", "12:01:00"),
    ];
    life.assert_history(&history, None).await;
}

#[tokio::test]
async fn a_rejected_message_says_why() {
    let life = life(standard()).await;
    let fence = life.claim("review").await;
    life.wait(9);
    life.act(
        "reject",
        json!({ "fence": fence, "reason": "Not our patient" }),
    )
    .await;
    let history = [
        STANDARD,
        ("PENDING", "Import in progress", "12:00:00"),
        ("REJECTED", "", "12:00:09"),
    ];
    life.assert_history(&history, Some("Not our patient")).await;
}

#[tokio::test]
async fn the_status_answer_has_the_members_of_the_contract_and_no_more() {
    let life = life(standard()).await;
    let answer = life.partner.status(&life.world, ID).await.value();
    let expected = json!({
        "messageId": ID, "type": "ToolbarMessage", "status": "PENDING", "subStatus": "Awaiting review",
        "statusDateTime": "2026-11-21T12:00:00Z", "expiryDateTime": "2026-12-01T08:00:00Z",
        "history": [{ "status": "PENDING", "subStatus": "Awaiting review", "dateTime": "2026-11-21T12:00:00Z" }],
    });
    assert_eq!(answer, expected);
    let other = life.world.integrator("Other System").await;
    assert_eq!(
        other.status(&life.world, ID).await.refused(),
        (404, "not-found".to_owned())
    );
    assert_eq!(
        life.partner
            .status(&life.world, &ID.to_uppercase())
            .await
            .status
            .as_u16(),
        200
    );
}
