//! What the pages show, and what a person does with them.

use super::{Browser, Page, signed_in};
use crate::world::{PATIENT, World};
use axum::http::{StatusCode, header};
use jiff::SignedDuration;
use model::outbox::{LEASE, State};
use model::{ClientMessageId, Clock as _, UserId};
use serde_json::json;
use store::gateway::{AttemptOutcome, Settled};

const EVIL: &str = "<script>alert('x')</script>";

/// The platform refuses what is next in turn, with these words.
async fn refuse(world: &World, detail: &str) -> ClientMessageId {
    let now = world.clock.now();
    let claimed = world.store.outbox.claim(now, now + LEASE, 1).await.unwrap();
    let id = claimed[0].message.id;
    let problem = json!({
        "type": "http://platform.test/problems/validation-error",
        "title": "T", "status": 400, "instance": "urn:uuid:x", "detail": detail,
        "invalidParameters": [{ "name": "recipient", "reason": "Unknown Recipient" }]
    });
    let outcome = AttemptOutcome::Answer {
        status: 400,
        problem: Some(problem.to_string()),
    };
    let settled = Settled::Refused {
        problem: "validation-error".to_owned(),
    };
    let settled = world
        .store
        .outbox
        .settle(id, claimed[0].fence, now, &outcome, &settled);
    assert!(settled.await.unwrap());
    id
}

/// The platform takes what is next in turn.
async fn accept(world: &World) -> ClientMessageId {
    let now = world.clock.now();
    let claimed = world.store.outbox.claim(now, now + LEASE, 1).await.unwrap();
    let settled = Settled::Accepted { look_at: now };
    let outcome = AttemptOutcome::Accepted;
    let (id, fence) = (claimed[0].message.id, claimed[0].fence);
    let settled = world
        .store
        .outbox
        .settle(id, fence, now, &outcome, &settled);
    assert!(settled.await.unwrap());
    id
}

fn moved_to(page: &Page) -> &str {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    page.header(header::LOCATION)
}

#[tokio::test]
async fn every_page_says_so_when_there_is_nothing() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    for (path, words) in [
        ("/console/messages", "No messages yet"),
        ("/console/messages?stands=refused&age=1h", "No message fits"),
        ("/console/refused", "Nothing is refused"),
        ("/console/users", "No practitioners yet"),
        ("/console/users?q=x", "Nobody fits"),
        ("/console/webhooks", "No webhooks"),
        ("/console/unfiled", "Nothing was entered"),
        ("/console/patients", "No patients yet"),
        ("/console/patients?state=at-risk", "No patient fits"),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.text.contains(words), "{path}: {}", page.text);
        assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
    }
    let nothing = browser.get("/console/messages/x").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    let unknown = browser.get("/console/messages?id=x").await;
    assert!(unknown.text.contains("No message has this id"));
}

#[tokio::test]
async fn a_list_masks_the_patient_and_a_message_shows_all_of_its_way() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let entered = world.enter().await;
    let id = refuse(&world, "Nobody there").await;
    assert_eq!(id, entered);
    let list = browser.get("/console/messages").await;
    assert!(list.text.contains("••• ••• 2140") && !list.text.contains(PATIENT));
    assert!(!list.text.contains("954 785 2140"));
    let found = browser.get(&format!("/console/messages?id={id}")).await;
    assert_eq!(moved_to(&found), format!("/console/messages/{id}"));
    let page = browser.get(&format!("/console/messages/{id}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for part in [
        "954 785 2140",
        "Entered: it is on disk here",
        "Attempt 1 was answered with a no (HTTP 400)",
        "Nobody there",
        "recipient: Unknown Recipient",
        "(to: Unknown Recipient)",
        "Because the platform found faults",
        "Refused: the platform found faults",
        "Release as it is",
        "Mend something first",
        "0.txt",
    ] {
        assert!(page.text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_refused_message_is_mended_and_released_on_its_page() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    world.enter().await;
    let id = refuse(&world, "x").await;
    let address = format!("/console/messages/{id}");
    let csrf = browser.get(&address).await.csrf();
    let release = format!("{address}/release");
    let bad = [("csrf", csrf.as_str()), ("to", "!"), ("expires", "soon")];
    let page = browser.post(&release, &bad).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("There is a problem") && page.text.contains("value=\"soon\""));
    let good = [
        ("csrf", csrf.as_str()),
        ("to", "gpprac002"),
        ("expires", "2027-01-31"),
    ];
    let page = browser.post(&release, &good).await;
    assert_eq!(moved_to(&page), format!("{address}?done=released"));
    let stored = world.stored(id).await;
    assert_eq!(
        (stored.state, stored.to.as_str()),
        (State::Queued, "GPPRAC002")
    );
    assert_eq!(stored.expires_at, "2027-01-31T23:59:59Z".parse().unwrap());
    let page = browser.get(&address).await;
    assert!(page.text.contains("operator ann"));
}

#[tokio::test]
async fn a_queued_message_is_stopped_on_its_page() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let first = world.enter().await;
    let second = world.enter().await;
    let address = format!("/console/messages/{first}");
    let page = browser.get(&address).await;
    assert!(page.text.contains("Stop this message"), "{}", page.text);
    let csrf = page.csrf();
    let stop = format!("{address}/stop");
    let pressed = [("csrf", csrf.as_str())];
    let page = browser.post(&stop, &pressed).await;
    assert_eq!(moved_to(&page), format!("{address}?done=stopped"));
    assert_eq!(world.stored(first).await.state, State::Refused);
    assert!(!world.stored(second).await.blocked);
    let page = browser.get(moved_to(&page)).await;
    for part in [
        "out of the queue",
        "Refused: a person took it out of the queue",
        "Release as it is",
        "operator ann",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(!page.text.contains("Stop this message"));
    let page = browser.post(&stop, &pressed).await;
    assert_eq!(moved_to(&page), format!("{address}?done=not-stopped"));
}

#[tokio::test]
async fn all_that_are_shown_go_again_at_once() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let mut ids = Vec::new();
    for number in 0..3 {
        ids.push(world.draft().about(number).enter(&world).await);
        refuse(&world, "x").await;
    }
    let page = browser.get("/console/refused").await;
    assert!(page.text.contains("Release all 3 shown"));
    let csrf = page.csrf();
    let texts: Vec<_> = ids.iter().map(ToString::to_string).collect();
    let mut fields = vec![("csrf", csrf.as_str())];
    fields.extend(texts.iter().map(|id| ("id", id.as_str())));
    let page = browser.post("/console/refused/release", &fields).await;
    assert_eq!(moved_to(&page), "/console/refused?released=3&left=0");
    for id in ids {
        assert_eq!(world.stored(id).await.state, State::Queued);
    }
    let page = browser.get("/console/refused?released=3&left=0").await;
    assert!(page.text.contains("3 messages are queued again."));
}

#[tokio::test]
async fn the_sums_come_out_and_red_appears_as_time_goes_by() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    for number in 0..4 {
        world.draft().about(number).enter(&world).await;
    }
    accept(&world).await;
    let calm = browser.get("/console/unfiled").await;
    assert!(
        calm.text
            .contains("Everything adds up, and nothing is late."),
        "{}",
        calm.text
    );
    assert!(!calm.text.contains("Needs a look: "));
    assert!(calm.text.contains("21 November 2026"));
    world.pass(SignedDuration::from_mins(16));
    let red = browser.get("/console/unfiled").await;
    assert!(red.text.contains("1 line below needs a look."));
    assert!(red.text.contains("Longer in the queue than it should be"));
    assert!(red.text.contains("nhsuk-error-message"));
    refuse(&world, "x").await;
    let red = browser.get("/console/unfiled").await;
    assert!(red.text.contains("Refused and waiting for a person: 1"));
    assert!(
        red.text.contains("4 entered = 1 accepted + <a"),
        "{}",
        red.text
    );
    let listed = browser
        .get("/console/messages?to=GPPRAC001&day=2026-11-21&stands=refused")
        .await;
    assert_eq!(listed.text.matches("••• •••").count(), 1);
    let late = browser.get("/console/messages").await;
    assert!(late.text.contains("In the queue for 16 minutes"));
}

#[tokio::test]
async fn a_user_is_checked_and_forgotten() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let user = world.authorised("dr/okafor & co", "token-1").await;
    let page = browser.get("/console/users").await;
    assert!(page.text.contains("Authorised") && page.text.contains("dr/okafor &amp; co"));
    let csrf = page.csrf();
    let fields = [("csrf", csrf.as_str()), ("user", user.as_str())];
    let page = browser.post("/console/users/verify", &fields).await;
    assert!(moved_to(&page).ends_with("done=verified"));
    let link = browser.post("/console/users/link", &fields).await;
    assert_eq!(link.status, StatusCode::OK, "{}", link.text);
    assert!(link.text.contains("/authorise/dr%2Fokafor%20%26%20co?t="));
    world.fake.withdraw("token-1");
    let page = browser.post("/console/users/verify", &fields).await;
    let page = browser.get(moved_to(&page)).await;
    assert!(page.text.contains("Withdrawn"), "{}", page.text);
    let page = browser.post("/console/users/forget", &fields).await;
    assert!(moved_to(&page).ends_with("done=forgotten"));
}

#[tokio::test]
async fn webhooks_are_shown_without_what_may_be_secret() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let product = crate::client::Product {
        router: browser.router.clone(),
        bearer: world.bearer().await,
    };
    let hook = json!({ "url": "https://product.example/hook?key=s3cret", "description": EVIL });
    let added = product.post("/v1/webhooks", Some(hook)).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
    let id = added.json()["webhookId"].as_str().unwrap().to_owned();
    let address = format!("/console/webhooks/{id}");
    let list = browser.get("/console/webhooks").await;
    assert!(list.text.contains("https://product.example/hook?…"));
    let csrf = browser.get(&address).await.csrf();
    let tested = browser
        .post(&format!("{address}/test"), &[("csrf", &csrf)])
        .await;
    let page = browser.get(moved_to(&tested)).await;
    for page in [&list, &page] {
        assert!(!page.text.contains("s3cret") && !page.text.contains("whsec_"));
        assert!(!page.text.contains(EVIL));
    }
    assert!(
        page.text.contains("webhook.test") && page.text.contains("Owed"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn whatever_others_wrote_is_shown_as_text() {
    let world = World::new().await;
    let browser: Browser = signed_in(&world).await;
    let user = UserId::parse(EVIL).unwrap();
    let now = world.clock.now();
    world.store.users.put(&user, Some(EVIL), now).await.unwrap();
    let mut draft = world.draft();
    draft.message.topic = EVIL.to_owned();
    draft.message.user = Some(user);
    draft.enter(&world).await;
    let id = refuse(&world, EVIL).await;
    for path in [
        "/console/messages".to_owned(),
        format!("/console/messages/{id}"),
        "/console/refused".to_owned(),
        "/console/users".to_owned(),
        "/console/unfiled".to_owned(),
        "/console/messages?to=%3Cscript%3Ealert('x')%3C/script%3E&user=%3Cscript%3Ealert('x')%3C/script%3E&id=%3Cscript%3Ealert('x')%3C/script%3E".to_owned(),
        "/console/users?q=%3Cscript%3Ealert('x')%3C/script%3E".to_owned(),
        "/console/sign-in?next=/console/%22%3E%3Cscript%3Ealert('x')%3C/script%3E".to_owned(),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.text.contains("<script>"), "{path}");
    }
}
