//! Several practitioners, PCs and practices: who sees what, and who may do it.

use crate::world::message::{attachment, small, standard};
use crate::world::partner::standing;
use crate::world::pc::Pc;
use crate::world::{World, message, samples, wait};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn an_instant_message_waits_for_its_own_practitioner() {
    let world = World::start().await;
    let token = world.token().await;
    // Another practitioner logs in at this PC; the toolbar follows.
    let _session = world.records.log_in("555000000102").await;
    wait::until("Dr Llewellyn is signed in", async || {
        let said = world.baton.run(&["toolbar", "state", "--json"]).await;
        said.json_if_any().is_some_and(|state| {
            state["state"] == "online" && state["practitioner"]["spineUserId"] == "555000000102"
        })
    })
    .await;
    let id = world
        .integrator
        .sent(&token, &small("marker-for-dr-okafor"))
        .await;
    let shared = standard(vec![attachment("text/plain", "Note.txt", &samples::note())]);
    assert_eq!(world.integrator.send_standard(&shared).await.status, 200);
    // Once the standard one is here, the instant one would be too.
    world.reference(&message::id(&shared)).await;
    let inbox = world.baton.json(&["toolbar", "inbox"]).await;
    assert_eq!(inbox["messages"].as_array().unwrap().len(), 1);
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), "PENDING / Awaiting instant import");

    world.records.log_in("555000000101").await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
}

#[tokio::test]
async fn logging_out_of_the_record_system_signs_the_toolbar_out() {
    let world = World::start().await;
    let session = world.records.log_in("555000000101").await;
    session.log_out().await;
    wait::until("the toolbar is signed out", async || {
        world.toolbar_state().await == "signed-out"
    })
    .await;
    let refused = world.baton.run(&["toolbar", "code"]).await;
    assert_eq!(refused.code, 4, "{}", refused.err);
    assert!(!refused.err.is_empty());
    world.records.log_in("555000000103").await;
    wait::until("the toolbar is online", async || {
        world.toolbar_state().await == "online"
    })
    .await;
    world.token().await;
}

#[tokio::test]
async fn another_practice_sees_nothing() {
    let world = World::start().await;
    world.toolbar_offline().await;
    let message = standard(vec![attachment("text/plain", "Note.txt", &samples::note())]);
    assert_eq!(world.integrator.send_standard(&message).await.status, 200);
    let here = super::at(&super::another_pc(&world).await, &world).await;
    let inbox = here.inbox().await;
    let reference = inbox[0]["messageRef"].as_str().unwrap();

    let platform = world.data().join("platform");
    let base = &world.integrator.base;
    let pc = Pc::register(world.http(), base, &platform, "GPPRAC002").await;
    let there = pc.sign_in("555000000201", world.now().await).await;
    assert_eq!(there.inbox().await, Vec::<Value>::new());
    for (method, path, body) in [
        (Method::GET, String::new(), None),
        (Method::GET, "/attachments/0".to_owned(), None),
        (
            Method::POST,
            "/claim".to_owned(),
            Some(json!({ "mode": "review" })),
        ),
        (
            Method::POST,
            "/complete".to_owned(),
            Some(json!({ "fence": 1 })),
        ),
        (
            Method::POST,
            "/reject".to_owned(),
            Some(json!({ "fence": 1, "reason": "no" })),
        ),
    ] {
        let path = format!("/messages/{reference}{path}");
        let answer = there.call(method, &path, body).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (404, "not-found"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_toolbar_that_lost_its_lease_can_not_complete() {
    let world = World::start().await;
    world.toolbar_offline().await;
    let message = standard(vec![attachment("text/plain", "Note.txt", &samples::note())]);
    assert_eq!(world.integrator.send_standard(&message).await.status, 200);
    let id = message::id(&message);
    let (first, second) = (
        super::another_pc(&world).await,
        super::another_pc(&world).await,
    );
    let (first, second) = (
        super::at(&first, &world).await,
        super::at(&second, &world).await,
    );
    let inbox = first.inbox().await;
    let reference = inbox[0]["messageRef"].as_str().unwrap();
    let at = |act: &str| format!("/messages/{reference}/{act}");
    let review = Some(json!({ "mode": "review" }));

    let claimed = first.call(Method::POST, &at("claim"), review.clone()).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    let held = second
        .call(Method::POST, &at("claim"), review.clone())
        .await;
    assert_eq!(
        (held.status, held.problem().as_str()),
        (409, "message-held")
    );
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), "PENDING / Import in progress");

    world.advance("61s").await;
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), "PENDING / Awaiting review");
    let again = second.call(Method::POST, &at("claim"), review).await;
    assert_eq!(again.status, 200, "{again:?}");
    let (old, new) = (
        claimed.json()["fence"].clone(),
        again.json()["fence"].clone(),
    );
    assert!(new.as_u64() > old.as_u64(), "{old} {new}");
    for act in ["complete", "renew", "release"] {
        let lost = first
            .call(Method::POST, &at(act), Some(json!({ "fence": old })))
            .await;
        assert_eq!(
            (lost.status, lost.problem().as_str()),
            (409, "lease-lost"),
            "{act}"
        );
    }
    let done = second
        .call(Method::POST, &at("complete"), Some(json!({ "fence": new })))
        .await;
    assert_eq!(done.json()["subStatus"], "Imported after review");
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), "COMPLETED / Imported after review");
}

#[tokio::test]
async fn attachments_are_served_whole_in_part_or_not_again() {
    let world = World::start().await;
    world.toolbar_offline().await;
    let bytes = samples::photograph();
    let message = standard(vec![attachment("image/jpeg", "Photo.jpg", &bytes)]);
    assert_eq!(world.integrator.send_standard(&message).await.status, 200);
    let desk = super::at(&super::another_pc(&world).await, &world).await;
    let inbox = desk.inbox().await;
    let reference = inbox[0]["messageRef"].as_str().unwrap();
    let path = format!("/messages/{reference}/attachments/0");
    let detail = desk
        .call(Method::GET, &format!("/messages/{reference}"), None)
        .await
        .json();
    let sha256 = detail["attachments"][0]["sha256"].as_str().unwrap();
    let tag = format!("\"{sha256}\"");

    let whole = desk.fetch(&path, &[]).await;
    assert_eq!(whole.status(), 200);
    assert_eq!(whole.headers()["etag"], tag.as_str());
    assert_eq!(whole.headers()["content-type"], "image/jpeg");
    assert_eq!(whole.bytes().await.unwrap(), bytes);
    let part = desk.fetch(&path, &[("range", "bytes=100000-100099")]).await;
    assert_eq!(part.status(), 206);
    let shown = format!("bytes 100000-100099/{}", bytes.len());
    assert_eq!(part.headers()["content-range"], shown.as_str());
    assert_eq!(part.bytes().await.unwrap(), bytes[100_000..100_100]);
    let same = desk.fetch(&path, &[("if-none-match", &tag)]).await;
    assert_eq!(same.status(), 304);
    let beyond = desk.fetch(&path, &[("range", "bytes=99999999-")]).await;
    assert_eq!(beyond.status(), 416);
}
