//! Every way that a message goes when it is not imported at once.

use crate::world::message::{attachment, small, standard};
use crate::world::partner::{history, standing};
use crate::world::{World, message, samples};
use serde_json::json;

#[tokio::test]
async fn nobody_logged_in_makes_it_a_standard_message_that_is_reviewed() {
    let world = World::start().await;
    let token = world.token().await;
    world.toolbar_offline().await;
    let id = world
        .integrator
        .sent(&token, &small("marker-not-logged-in"))
        .await;
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), "PENDING / Awaiting instant import");
    world.advance("9m").await;
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), "PENDING / Awaiting instant import");
    world.advance("61s").await;
    let status = world
        .integrator
        .until(&id, "PENDING / Instant message timed out")
        .await;
    assert_eq!(status["type"], "ToolbarInstantMessage");
    assert_eq!(world.records.documents_of(&id).await.len(), 0);

    world.toolbar_online().await;
    let imported = world.review_and_import(&id).await;
    assert_eq!(imported["already"], false);
    let status = world
        .integrator
        .until(&id, "COMPLETED / Imported after review")
        .await;
    assert_eq!(
        history(&status),
        [
            "PENDING / Awaiting instant import",
            "PENDING / Instant message timed out",
            "PENDING / Import in progress",
            "COMPLETED / Imported after review",
        ]
    );
    assert_eq!(world.records.documents_of(&id).await.len(), 1);
}

#[tokio::test]
async fn a_failed_import_waits_with_its_reason_and_is_imported_after_review() {
    let world = World::start().await;
    let token = world.token().await;
    world
        .faults(json!({ "nextImportFails": "The record is locked by an audit." }))
        .await;
    let id = world
        .integrator
        .sent(&token, &small("marker-import-fails"))
        .await;
    let status = world
        .integrator
        .until(&id, "PENDING / Failed instant message import")
        .await;
    let reason = status["reason"].as_str().unwrap();
    assert!(
        reason.contains("The record is locked by an audit."),
        "{reason}"
    );
    assert_eq!(world.records.documents_of(&id).await.len(), 0);

    world.review_and_import(&id).await;
    let status = world
        .integrator
        .until(&id, "COMPLETED / Imported after review")
        .await;
    assert!(status.get("reason").is_none(), "{status}");
    assert_eq!(world.records.documents_of(&id).await.len(), 1);
}

#[tokio::test]
async fn a_permission_withdrawn_before_the_import_stops_it_and_every_later_send() {
    let world = World::start().await;
    let token = world.token().await;
    let second = world.token().await;
    world.toolbar_offline().await;
    let id = world
        .integrator
        .sent(&token, &small("marker-withdrawn"))
        .await;
    // Withdrawn at another PC, while this one is off the network.
    let pc = super::at(&super::another_pc(&world).await, &world).await;
    let answer = pc.call(reqwest::Method::GET, "/tokens", None).await.json();
    let tokens = answer["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), 2);
    let used = tokens
        .iter()
        .find(|token| token["lastUsedAt"].is_string())
        .unwrap();
    let path = format!("/tokens/{}", used["tokenId"].as_str().unwrap());
    assert_eq!(
        pc.call(reqwest::Method::DELETE, &path, None).await.status,
        204
    );

    let status = world
        .integrator
        .until(&id, "PENDING / Authorisation withdrawn")
        .await;
    assert_eq!(status["status"], "PENDING");
    let refused = world
        .integrator
        .send(&token, &small("marker-refused-send"))
        .await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (403, "access-token-refused")
    );
    let verified = world.integrator.verify(&token).await;
    assert_eq!(
        (verified.status, verified.problem().as_str()),
        (410, "token-gone")
    );
    // The other permission is untouched.
    assert_eq!(world.integrator.verify(&second).await.status, 200);

    world.toolbar_online().await;
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), "PENDING / Authorisation withdrawn");
    world.review_and_import(&id).await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported after review")
        .await;
}

#[tokio::test]
async fn the_practitioner_lists_and_withdraws_permissions_by_the_command_line() {
    let world = World::start().await;
    let token = world.token().await;
    let tokens = world.baton.json(&["toolbar", "tokens"]).await;
    let token_id = tokens["tokens"][0]["tokenId"].as_str().unwrap().to_owned();
    assert_eq!(tokens["tokens"].as_array().unwrap().len(), 1);
    world.baton.json(&["toolbar", "withdraw", &token_id]).await;
    assert_eq!(world.integrator.verify(&token).await.status, 410);
    let again = world.baton.run(&["toolbar", "withdraw", &token_id]).await;
    assert_ne!(again.code, 0, "{}", again.out);
}

#[tokio::test]
async fn a_message_whose_time_runs_out_expires_and_never_changes() {
    let world = World::start().await;
    world.toolbar_offline().await;
    let message = standard(vec![attachment(
        "application/pdf",
        "Letter.pdf",
        &samples::letter(),
    )]);
    let sent = world.integrator.send_standard(&message).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    let id = message::id(&message);
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), "PENDING / Awaiting review");
    world.toolbar_online().await;
    let reference = world.reference(&id).await;
    world.advance("29d").await;
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), "PENDING / Awaiting review");
    world.advance("25h").await;
    let expired = world.integrator.until(&id, "EXPIRED").await;
    assert_eq!(history(&expired), ["PENDING / Awaiting review", "EXPIRED"]);

    let imported = world.baton.run(&["toolbar", "import", &reference]).await;
    assert_ne!(imported.code, 0, "{}", imported.out);
    let rejected = world
        .baton
        .run(&["toolbar", "reject", &reference, "--reason", "too late"])
        .await;
    assert_ne!(rejected.code, 0, "{}", rejected.out);
    world.advance("1h").await;
    assert_eq!(world.integrator.status(&id).await, expired);
    assert_eq!(world.records.documents_of(&id).await.len(), 0);
}

#[tokio::test]
async fn the_sender_reads_why_a_practice_rejected_a_message() {
    let world = World::start().await;
    let message = standard(vec![attachment(
        "application/pdf",
        "Letter.pdf",
        &samples::letter(),
    )]);
    let sent = world.integrator.send_standard(&message).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    let id = message::id(&message);
    let reference = world.reference(&id).await;
    let reason = "Not our patient any more: moved in October.";
    world
        .baton
        .json(&["toolbar", "reject", &reference, "--reason", reason])
        .await;
    let status = world.integrator.until(&id, "REJECTED").await;
    assert_eq!(status["reason"], reason);
    let imported = world.baton.run(&["toolbar", "import", &reference]).await;
    assert_ne!(imported.code, 0, "{}", imported.out);
    assert_eq!(world.integrator.status(&id).await, status);
    assert_eq!(world.records.documents_of(&id).await.len(), 0);
}
