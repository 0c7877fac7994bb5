//! Faults of the platform and of its disk, and what they leave untouched.

use crate::world::message::{attachment, instant, small};
use crate::world::partner::standing;
use crate::world::{World, samples};
use serde_json::json;

#[tokio::test]
async fn a_platform_that_says_not_now_takes_the_same_message_later() {
    let world = World::start().await;
    let token = world.token().await;
    let message = small("marker-not-now");
    for (status, kind) in [(503, "unavailable"), (429, "too-many-requests")] {
        world
            .faults(json!({ "platformAnswers": status, "times": 1 }))
            .await;
        let answer = world.integrator.send(&token, &message).await;
        assert_eq!((answer.status, answer.problem().as_str()), (status, kind));
        let wait: u64 = answer.retry_after.unwrap().parse().unwrap();
        assert!(wait >= 1, "{wait}");
    }
    let id = world.integrator.sent(&token, &message).await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    assert_eq!(world.records.documents_of(&id).await.len(), 1);
}

#[tokio::test]
async fn bytes_that_changed_on_the_disk_never_reach_a_record() {
    let world = World::start().await;
    let token = world.token().await;
    world.toolbar_offline().await;
    let file = attachment(
        "application/pdf",
        "Letter.pdf",
        &samples::pdf_of(100_000, 1),
    );
    let id = world.integrator.sent(&token, &instant(vec![file])).await;
    let blobs = super::blobs(&world);
    let [blob] = blobs.as_slice() else {
        panic!("one file was expected, not {}", blobs.len());
    };
    let mut bytes = std::fs::read(blob).unwrap();
    bytes[20_000] ^= 1;
    std::fs::write(blob, bytes).unwrap();
    world.watch.announce_error("blob");

    world.advance("10m").await;
    world
        .integrator
        .until(&id, "PENDING / Instant message timed out")
        .await;
    world.toolbar_online().await;
    let reference = world.reference(&id).await;
    let imported = world.baton.run(&["toolbar", "import", &reference]).await;
    assert_ne!(imported.code, 0, "{}", imported.out);
    let status = world.integrator.status(&id).await;
    assert!(standing(&status).starts_with("PENDING / "), "{status}");
    assert_eq!(world.records.documents_of(&id).await.len(), 0);
    let metrics = world.integrator.get("/metrics").await.text;
    let damaged = metrics
        .lines()
        .find(|line| line.contains("damaged") && !line.starts_with('#'));
    assert!(
        damaged.is_some_and(|line| !line.ends_with(" 0")),
        "{damaged:?}"
    );
}

#[tokio::test]
async fn a_web_site_that_takes_this_machines_address_is_refused() {
    let world = World::start().await;
    let pas = &world.ready["testPas"]["url"];
    let platform = &world.ready["platform"]["url"];
    for url in [
        format!("{}/session/current", pas.as_str().unwrap()),
        format!("{}/fhir/Patient", pas.as_str().unwrap()),
        format!("{}/sandbox/v1", platform.as_str().unwrap()),
    ] {
        let call = |host: &str| world.http().get(&url).header("host", host).send();
        assert_eq!(call("evil.example").await.unwrap().status(), 403, "{url}");
        assert_eq!(call("localhost").await.unwrap().status(), 200, "{url}");
    }
}
