//! Messages that somebody looks at, codes and permissions.

use crate::platform::{Message, Stage};
use crate::world::*;
use toolbar::{AgentEvent, OperationError};

fn for_review() -> Message {
    Message {
        stage: Stage::Review(None),
        ..letter()
    }
}

#[tokio::test]
async fn a_standard_message_waits_until_somebody_imports_it() {
    let world = World::new().await;
    let toolbar = world.online().await;
    let mut events = toolbar.events();
    world.platform.publish("m1", for_review());
    event(&mut events, |event| {
        matches!(event, AgentEvent::Waiting { .. }).then_some(())
    })
    .await;
    assert_eq!(toolbar.inbox().await.unwrap().len(), 1);
    let bytes = toolbar.attachment("m1", 0).await.unwrap().unwrap();
    assert_eq!(bytes.as_ref(), b"%PDF-1.7 letter");
    assert!(toolbar.attachment("m1", 2).await.unwrap().is_none());
    let imported = toolbar.import("m1").await.unwrap();
    assert!(!imported.already);
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
    assert_eq!(world.records.inner().transactions, 1);
}

#[tokio::test]
async fn a_failed_import_tells_the_person_why() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.records.inner().answers.push_back((false, 400));
    world.platform.publish("m1", for_review());
    match toolbar.import("m1").await {
        Err(OperationError::NotImported { reason }) => assert!(reason.contains("no more room")),
        _ => panic!("it was imported"),
    }
}

#[tokio::test]
async fn a_rejected_message_tells_its_sender_why() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.platform.publish("m1", for_review());
    toolbar.reject("m1", "Not our patient").await.unwrap();
    assert_eq!(
        world.platform.stage("m1"),
        Stage::Rejected("Not our patient".to_owned())
    );
}

#[tokio::test]
async fn permissions_are_listed_and_withdrawn() {
    let world = World::new().await;
    world.platform.inner().tokens = vec!["t1".to_owned(), "t2".to_owned()];
    let toolbar = world.online().await;
    assert_eq!(toolbar.new_code().await.unwrap().access_code, "ABCD2345");
    toolbar.withdraw("t1").await.unwrap();
    assert!(toolbar.withdraw("t1").await.is_err());
    let left = toolbar.tokens().await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].token_id, "t2");
}
