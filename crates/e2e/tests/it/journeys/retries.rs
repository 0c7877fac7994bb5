//! The same message more than once: one message, one import, the same answer (contract A.3).

use crate::world::World;
use crate::world::message::{attachment, instant, small};
use crate::world::samples;
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn the_same_message_two_hundred_times_at_once_is_one_message() {
    let world = World::start().await;
    let token = world.token().await;
    let files = vec![
        attachment("application/pdf", "Letter.pdf", &samples::letter()),
        attachment("text/plain", "Note.txt", &samples::note()),
    ];
    let message = instant(files);
    let answers = join_all((0..200).map(|_| world.integrator.send(&token, &message))).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer, &answers[0]);
    }
    let id = crate::world::message::id(&message);
    let status = world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    assert_eq!(world.records.documents_of(&id).await.len(), 2);
    // And once more, long after.
    let again = world.integrator.send(&token, &message).await;
    assert_eq!(again, answers[0]);
    assert_eq!(world.integrator.status(&id).await, status);
    let inbox = world.baton.json(&["toolbar", "inbox"]).await;
    assert_eq!(inbox["messages"], json!([]));
}

#[tokio::test]
async fn the_same_id_with_other_content_is_a_conflict() {
    let world = World::start().await;
    let token = world.token().await;
    let message = small("marker-first-content");
    let id = world.integrator.sent(&token, &message).await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    let mut other = small("marker-other-content");
    other["messageId"] = json!(id);
    let conflict = world.integrator.send(&token, &other).await;
    assert_eq!(
        (conflict.status, conflict.problem().as_str()),
        (409, "message-id-conflict")
    );
    let filed = world.records.read(&id).await;
    assert_eq!(filed.len(), 1);
    assert!(String::from_utf8_lossy(&filed[0].bytes).contains("marker-first-content"));
}
