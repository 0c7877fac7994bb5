//! What waits, and for whom.

use crate::actors::Toolbar;
use crate::faults::{remove, set};
use crate::sample::{ID, LLEWELLYN, OKAFOR, PATIENT, id, instant, standard, with_id};
use crate::world::{HILLSIDE, RIVERSIDE, World};
use jiff::SignedDuration;
use serde_json::{Value, json};
use wire::paths::practice as paths;
use wire::practice::Inbox;

#[tokio::test]
async fn a_summary_says_what_the_message_is() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    assert_eq!(partner.send(&world, &standard()).await.status.as_u16(), 200);
    let mut shown: Value =
        toolbar.get(&world, paths::MESSAGES).await.value()["messages"][0].clone();
    let reference = shown["messageRef"].take();
    assert!(uuid::Uuid::parse_str(reference.as_str().unwrap()).is_ok());
    let expected = json!({
        "messageRef": null, "messageId": ID, "type": "ToolbarMessage", "status": "PENDING",
        "subStatus": "Awaiting review", "autoImport": false, "sender": "Pharmacy First",
        "topic": "DispenseEventNotification", "nhsNumber": PATIENT,
        "receivedAt": "2026-11-21T12:00:00Z", "expiresAt": "2026-12-01T08:00:00Z",
        "attachments": 2, "codedDataItems": 1,
    });
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn an_instant_message_is_shown_to_its_practitioner_until_it_is_for_everyone() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let llewellyn = Toolbar::signed_in(&world, RIVERSIDE, 2, LLEWELLYN).await;
    let hillside = Toolbar::signed_in(&world, HILLSIDE, 3, OKAFOR).await;
    let token = partner.token_of(&world, &okafor).await;
    assert_eq!(
        partner
            .send_instant(&world, &token, &instant())
            .await
            .status
            .as_u16(),
        200
    );
    let own = okafor.inbox(&world).await.messages;
    assert_eq!(own.len(), 1);
    assert!(own[0].auto_import);
    assert_eq!(own[0].kind, "ToolbarInstantMessage");
    assert!(llewellyn.inbox(&world).await.messages.is_empty());
    world.wait(SignedDuration::from_mins(10));
    world.settle().await;
    for toolbar in [&okafor, &llewellyn] {
        let shown = toolbar.inbox(&world).await.messages;
        assert_eq!(shown.len(), 1);
        assert_eq!(
            shown[0].sub_status.as_deref(),
            Some("Instant message timed out")
        );
        assert!(!shown[0].auto_import);
    }
    assert!(hillside.inbox(&world).await.messages.is_empty());
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    for n in 0..250 {
        world.wait(SignedDuration::from_millis(1));
        assert_eq!(
            partner
                .send(&world, &with_id(standard(), &id(n)))
                .await
                .status
                .as_u16(),
            200
        );
    }
    let mut seen = Vec::new();
    let mut path = paths::MESSAGES.to_owned();
    for _ in 0..10 {
        let page: Inbox = toolbar.get(&world, &path).await.json();
        seen.extend(page.messages.into_iter().map(|message| message.message_id));
        let Some(next) = page.next else { break };
        path = format!("{}?after={next}", paths::MESSAGES);
    }
    let expected: Vec<_> = (0..250).map(id).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn what_has_ended_waits_no_longer_even_before_a_worker_wrote_so() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let mut short = standard();
    set(&mut short, "/expiryDateTime", "2026-11-21T12:05:00Z".into());
    assert_eq!(partner.send(&world, &short).await.status.as_u16(), 200);
    let done = with_id(standard(), &id(2));
    assert_eq!(partner.send(&world, &done).await.status.as_u16(), 200);
    let reference = toolbar.reference(&world, &id(2)).await.unwrap();
    let fence = toolbar.claim(&world, &reference, "review").await.fence;
    assert_eq!(
        toolbar.inbox(&world).await.messages.len(),
        2,
        "a claimed one is still shown"
    );
    toolbar
        .act(&world, "complete", &reference, json!({ "fence": fence }))
        .await;
    let waiting = toolbar.inbox(&world).await.messages;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].message_id, ID);
    world.wait(SignedDuration::from_mins(5));
    assert!(toolbar.inbox(&world).await.messages.is_empty());
}

#[tokio::test]
async fn html_is_given_as_it_was_sent_and_missing_parts_are_left_out() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let html = "<p onclick=\"x()\">é</p><script>1</script>";
    let mut message = standard();
    set(
        &mut message,
        "/body",
        json!({ "mimeType": "text/html", "content": html }),
    );
    assert_eq!(partner.send(&world, &message).await.status.as_u16(), 200);
    let reference = toolbar.reference(&world, ID).await.unwrap();
    let body = toolbar.detail(&world, &reference).await.body.unwrap();
    assert_eq!(
        (body.mime_type.as_str(), body.content.as_str()),
        ("text/html", html)
    );
    let mut bare = with_id(standard(), &id(2));
    remove(&mut bare, "/body");
    remove(&mut bare, "/codedDataItems");
    assert_eq!(partner.send(&world, &bare).await.status.as_u16(), 200);
    let reference = toolbar.reference(&world, &id(2)).await.unwrap();
    let detail = toolbar.detail(&world, &reference).await;
    assert!(detail.body.is_none() && detail.coded_data_items.is_empty());
}
