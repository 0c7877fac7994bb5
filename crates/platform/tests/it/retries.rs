//! The same message twice (contract A.3): a retry is answered again, other content is a conflict.

use crate::actors::{Integrator, Toolbar};
use crate::faults::{remove, set};
use crate::sample::{ID, OKAFOR, base64, id, instant, pdf_of, standard, with_id};
use crate::world::{Answer, RIVERSIDE, World};
use jiff::SignedDuration;
use serde_json::{Value, json};
use wire::paths::partner;

struct Sent {
    world: World,
    partner: Integrator,
    first: Answer,
}

/// One standard message, accepted.
async fn sent() -> Sent {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let first = partner.send(&world, &standard()).await;
    assert_eq!(first.status.as_u16(), 200);
    Sent {
        world,
        partner,
        first,
    }
}

impl Sent {
    async fn assert_same(&self, text: String) {
        let again = self
            .world
            .call(self.partner.posting(partner::MESSAGES, text))
            .await;
        assert_eq!(again.status.as_u16(), 200, "{}", again.text());
        assert_eq!(again.bytes, self.first.bytes);
        assert_eq!(self.world.messages().await, 1);
    }

    async fn assert_conflict(&self, message: &Value) {
        let other = self.partner.send(&self.world, message).await;
        assert_eq!(other.refused(), (409, "message-id-conflict".to_owned()));
        assert_eq!(self.world.messages().await, 1);
    }
}

#[tokio::test]
async fn the_same_content_gets_the_first_answer_again_however_it_is_written() {
    let sent = sent().await;
    let message = standard();
    sent.assert_same(message.to_string()).await;
    sent.assert_same(serde_json::to_string_pretty(&message).unwrap())
        .await;
    let members = message.as_object().unwrap();
    let reversed: Vec<_> = members
        .iter()
        .rev()
        .map(|(name, value)| format!("{}:{value}", json!(name)))
        .collect();
    sent.assert_same(format!("{{{}}}", reversed.join(" ,\r\n")))
        .await;
    let text = message.to_string();
    for (from, to) in [
        ("\"unit\":", "\"units\":"),
        ("\"unit\":\"mmHg\"", "\"unit\":\"mmHg\",\"units\":\"mmHg\""),
        ("Seen at", "\\u0053een\\u0020at"),
        ("\"topic\":", "\"unknown\":{\"deep\":[1,2]},\"topic\":"),
        ("2026-12-01T09:00:00+01:00", "2026-12-01T08:00:00.000Z"),
        (ID, &ID.to_uppercase()),
    ] {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        sent.assert_same(text.replacen(from, to, 1)).await;
    }
    let content = message["attachments"][0]["content"].as_str().unwrap();
    let broken = content
        .as_bytes()
        .chunks(16)
        .map(|line| std::str::from_utf8(line).unwrap());
    let broken = broken.collect::<Vec<_>>().join("\\r\\n");
    sent.assert_same(text.replacen(content, &broken, 1)).await;
}

#[tokio::test]
async fn any_other_content_is_a_conflict() {
    let sent = sent().await;
    let changes = [
        ("/topic", json!("ConsultationSummary")),
        ("/recipient/id/value", json!("GPPRAC002")),
        ("/subject/id/value", json!("9876543210")),
        ("/expiryDateTime", json!("2026-12-01T09:00:01+01:00")),
        ("/expiryDateTime", Value::Null),
        ("/body", Value::Null),
        ("/body/mimeType", json!("text/html")),
        ("/body/content", json!("Seen at the pharmacy!")),
        ("/attachments/0/fileName", json!("form.pdf")),
        ("/attachments/0/content", json!(base64(&pdf_of(60)))),
        (
            "/attachments/1/mimeType",
            json!("text/vnd.qxlva.conneqt.consultation"),
        ),
        ("/codedDataItems", json!([])),
        ("/codedDataItems/0/code", json!("407555005")),
        ("/codedDataItems/0/value", json!(141)),
        ("/codedDataItems/0/unit", json!("kPa")),
        ("/codedDataItems/0/unit", Value::Null),
        ("/codedDataItems/0/additionalText", json!("Standing")),
    ];
    for (pointer, value) in changes {
        let mut message = standard();
        set(&mut message, pointer, value);
        sent.assert_conflict(&message).await;
    }
    let mut swapped = standard();
    swapped["attachments"].as_array_mut().unwrap().swap(0, 1);
    sent.assert_conflict(&swapped).await;
    let text = standard()
        .to_string()
        .replacen("\"value\":140", "\"value\":140.0", 1);
    let answer = sent
        .world
        .call(sent.partner.posting(partner::MESSAGES, text))
        .await;
    assert_eq!(answer.refused().0, 409, "a number is kept as it is written");
}

#[tokio::test]
async fn the_same_id_at_the_other_endpoint_is_a_conflict() {
    let sent = sent().await;
    let toolbar = Toolbar::signed_in(&sent.world, RIVERSIDE, 1, OKAFOR).await;
    let token = sent.partner.token_of(&sent.world, &toolbar).await;
    let answer = sent
        .partner
        .send_instant(&sent.world, &token, &instant())
        .await;
    assert_eq!(answer.refused(), (409, "message-id-conflict".to_owned()));
}

#[tokio::test]
async fn the_same_id_from_another_client_system_is_another_message() {
    let sent = sent().await;
    let other = sent.world.integrator("Other System").await;
    sent.world.wait(SignedDuration::from_millis(1));
    let mut message = standard();
    set(&mut message, "/topic", "ConsultationSummary".into());
    assert_eq!(other.send(&sent.world, &message).await.status.as_u16(), 200);
    assert_eq!(sent.world.messages().await, 2);
    let toolbar = Toolbar::signed_in(&sent.world, RIVERSIDE, 1, OKAFOR).await;
    let inbox = toolbar.inbox(&sent.world).await.messages;
    let senders: Vec<_> = inbox
        .iter()
        .map(|message| message.sender.as_str())
        .collect();
    assert_eq!(senders, ["Pharmacy First", "Other System"]);
    assert_ne!(inbox[0].message_ref, inbox[1].message_ref);
}

#[tokio::test]
async fn a_retry_after_the_expiry_has_passed_is_still_a_retry() {
    let sent = sent().await;
    sent.world.wait(SignedDuration::from_hours(24 * 20));
    sent.assert_same(standard().to_string()).await;
    let mut other = standard();
    set(&mut other, "/topic", "ConsultationSummary".into());
    let answer = sent.partner.send(&sent.world, &other).await;
    assert_eq!(
        answer.faults(),
        ["expiryDateTime"],
        "no retry, so its expiry is wrong"
    );
    let new = with_id(standard(), &id(1));
    assert_eq!(
        sent.partner.send(&sent.world, &new).await.faults(),
        ["expiryDateTime"]
    );
}

#[tokio::test]
async fn a_message_without_an_expiry_lives_thirty_days_and_its_retry_does_not_add_to_them() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let mut message = standard();
    remove(&mut message, "/expiryDateTime");
    assert_eq!(partner.send(&world, &message).await.status.as_u16(), 200);
    world.wait(SignedDuration::from_hours(1));
    assert_eq!(partner.send(&world, &message).await.status.as_u16(), 200);
    let status = partner.status(&world, ID).await.value();
    assert_eq!(status["expiryDateTime"], "2026-12-21T12:00:00Z");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_posts_of_one_message_at_once_make_one_message_and_equal_answers() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let mut message = standard();
    // Large enough for a blob.
    set(
        &mut message,
        "/attachments/0/content",
        base64(&pdf_of(140_000)).into(),
    );
    let requests =
        (0..200).map(|_| world.call(partner.posting(partner::MESSAGES, message.to_string())));
    let answers = futures_util::future::join_all(requests).await;
    for answer in &answers {
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
        assert_eq!(answer.bytes, answers[0].bytes);
    }
    assert_eq!(world.messages().await, 1);
    assert_eq!(world.blob_files().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_different_messages_with_one_id_one_wins() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let requests = (0..50).map(|n| {
        let mut message = standard();
        set(
            &mut message,
            "/attachments/0/content",
            base64(&pdf_of(140_000 + n)).into(),
        );
        world.call(partner.posting(partner::MESSAGES, message.to_string()))
    });
    let answers = futures_util::future::join_all(requests).await;
    let accepted = answers
        .iter()
        .filter(|answer| answer.status.as_u16() == 200)
        .count();
    let conflicts = answers
        .iter()
        .filter(|answer| answer.status.as_u16() == 409)
        .count();
    assert_eq!((accepted, conflicts), (1, 49));
    assert_eq!(world.messages().await, 1);
    assert_eq!(world.blob_files().len(), 1, "the losers left nothing");
}
