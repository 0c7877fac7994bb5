//! What time alone brings: expiry, conversion, the end of a lease.

use super::{INSTANT, STANDARD, expiring, life};
use crate::actors::Toolbar;
use crate::sample::{ID, OKAFOR, instant, standard};
use crate::world::RIVERSIDE;
use serde_json::json;
use wire::partner::StatusAnswer;

#[tokio::test]
async fn a_message_whose_time_runs_out_expires_at_that_moment() {
    let life = life(expiring(standard(), "2026-11-21T14:00:00Z")).await;
    life.wait(7199);
    life.assert_history(&[STANDARD], None).await;
    life.wait(1);
    let history = [STANDARD, ("EXPIRED", "", "14:00:00")];
    life.assert_history(&history, None).await;
    let toolbar = Toolbar::signed_in(&life.world, RIVERSIDE, 2, OKAFOR).await;
    let claim = toolbar
        .act(
            &life.world,
            "claim",
            &life.reference,
            json!({ "mode": "review" }),
        )
        .await;
    assert_eq!(claim.refused().0, 409);
    life.assert_history(&history, None).await;
}

#[tokio::test]
async fn an_instant_message_expires_whether_or_not_it_was_converted_first() {
    let soon = life(expiring(instant(), "2026-11-21T12:05:00Z")).await;
    soon.wait(3600);
    soon.assert_history(&[INSTANT, ("EXPIRED", "", "12:05:00")], None)
        .await;
    let later = life(expiring(instant(), "2026-11-21T12:15:00Z")).await;
    later.wait(3600);
    let history = [
        INSTANT,
        ("PENDING", "Instant message timed out", "12:10:00"),
        ("EXPIRED", "", "12:15:00"),
    ];
    later.assert_history(&history, None).await;
}

#[tokio::test]
async fn a_lease_that_runs_out_gives_the_message_back() {
    let life = life(instant()).await;
    life.wait(60);
    life.claim("automatic").await;
    life.wait(60);
    let given_back = [
        INSTANT,
        ("PENDING", "Import in progress", "12:01:00"),
        ("PENDING", "Awaiting instant import", "12:02:00"),
    ];
    life.assert_history(&given_back, None).await;
    life.wait(450);
    life.claim("automatic").await;
    // The conversion period ends while it is held, and takes effect when the lease does.
    life.wait(45);
    let holding = [
        given_back[0],
        given_back[1],
        given_back[2],
        ("PENDING", "Import in progress", "12:09:30"),
    ];
    life.assert_history(&holding, None).await;
    life.wait(3600);
    let converted = [
        &holding[..],
        &[("PENDING", "Instant message timed out", "12:10:30")],
    ]
    .concat();
    life.assert_history(&converted, None).await;
}

#[tokio::test]
async fn whoever_holds_a_message_at_its_expiry_may_still_complete_it() {
    let kept = life(expiring(standard(), "2026-11-21T12:00:30Z")).await;
    let fence = kept.claim("review").await;
    kept.wait(59);
    kept.act("complete", json!({ "fence": fence })).await;
    let history = [
        STANDARD,
        ("PENDING", "Import in progress", "12:00:00"),
        ("COMPLETED", "Imported after review", "12:00:59"),
    ];
    kept.assert_history(&history, None).await;
    let lost = life(expiring(standard(), "2026-11-21T12:00:30Z")).await;
    lost.claim("review").await;
    lost.wait(60);
    let answer: StatusAnswer = lost.partner.status(&lost.world, ID).await.json();
    assert_eq!(
        (answer.status.as_str(), answer.status_date_time.as_str()),
        ("EXPIRED", "2026-11-21T12:01:00Z")
    );
}
