//! Live delivery: to toolbars (contract C) and to client systems (`/api/v1/events`).

mod gaps;

use crate::actors::{Integrator, Toolbar};
use crate::sample::{LLEWELLYN, OKAFOR, id, instant, standard, with_id};
use crate::sse::Stream;
use crate::world::{HILLSIDE, RIVERSIDE, World};
use axum::http::Method;
use jiff::SignedDuration;
use model::{Actor, Clock as _};
use serde_json::json;
use wire::paths::{partner, practice as paths};

struct Practice {
    world: World,
    partner: Integrator,
    okafor: Toolbar,
    llewellyn: Toolbar,
    token: String,
}

async fn practice() -> Practice {
    practice_in(World::new().await).await
}

async fn practice_in(world: World) -> Practice {
    let partner = world.integrator("Pharmacy First").await;
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let llewellyn = Toolbar::signed_in(&world, RIVERSIDE, 2, LLEWELLYN).await;
    let token = partner.token_of(&world, &okafor).await;
    Practice {
        world,
        partner,
        okafor,
        llewellyn,
        token,
    }
}

async fn listen(world: &World, toolbar: &Toolbar, after: Option<u64>) -> Stream {
    let mut request = toolbar.calling(Method::GET, paths::STREAM, "");
    if let Some(after) = after {
        request.headers_mut().insert("last-event-id", after.into());
    }
    Stream::of(world.open(request).await)
}

async fn follow(world: &World, partner: &Integrator, after: Option<u64>) -> Stream {
    let mut request = partner.posting(partner::EVENTS, "");
    *request.method_mut() = Method::GET;
    if let Some(after) = after {
        request.headers_mut().insert("last-event-id", after.into());
    }
    Stream::of(world.open(request).await)
}

impl Practice {
    async fn send(&self, n: u32) {
        let answer = self
            .partner
            .send(&self.world, &with_id(standard(), &id(n)))
            .await;
        assert_eq!(answer.status.as_u16(), 200);
    }

    async fn send_instant(&self, n: u32) {
        let message = with_id(instant(), &id(n));
        let answer = self
            .partner
            .send_instant(&self.world, &self.token, &message)
            .await;
        assert_eq!(answer.status.as_u16(), 200);
    }
}

#[tokio::test]
async fn a_stream_says_hello_first_and_then_only_what_is_new() {
    let practice = practice().await;
    practice.send(1).await;
    let mut stream = listen(&practice.world, &practice.okafor, None).await;
    let hello = stream.expect("hello").await;
    assert!(hello.data["lastEventId"].as_u64().unwrap() > 0);
    stream.assert_quiet().await;
    practice.send(2).await;
    let event = stream.expect("message").await;
    assert_eq!(event.data["message"]["messageId"], id(2));
    assert_eq!(event.data["message"]["autoImport"], false);
    assert!(event.id > hello.data["lastEventId"].as_u64());
}

#[tokio::test]
async fn a_broken_stream_goes_on_where_it_was() {
    let practice = practice().await;
    let mut stream = listen(&practice.world, &practice.okafor, None).await;
    stream.expect("hello").await;
    practice.send(1).await;
    let seen = stream.expect("message").await.id;
    drop(stream);
    practice.send(2).await;
    practice.send(3).await;
    let mut stream = listen(&practice.world, &practice.okafor, seen).await;
    assert_eq!(
        stream.expect("hello").await.data["lastEventId"].as_u64(),
        seen
    );
    for n in [2, 3] {
        assert_eq!(
            stream.expect("message").await.data["message"]["messageId"],
            id(n)
        );
    }
    stream.assert_quiet().await;
    // A place that lies ahead was given by another database.
    let mut stream = listen(&practice.world, &practice.okafor, Some(u64::MAX)).await;
    assert!(stream.expect("hello").await.data["lastEventId"].as_u64() > seen);
    practice.send(4).await;
    assert_eq!(
        stream.expect("message").await.data["message"]["messageId"],
        id(4)
    );
}

#[tokio::test]
async fn more_than_one_reading_of_missed_messages_comes_whole_and_in_order() {
    let practice = practice().await;
    let mut stream = listen(&practice.world, &practice.okafor, None).await;
    let after = stream.expect("hello").await.data["lastEventId"].as_u64();
    drop(stream);
    for n in 0..450 {
        practice.send(n).await;
    }
    let mut stream = listen(&practice.world, &practice.okafor, after).await;
    stream.expect("hello").await;
    for n in 0..450 {
        assert_eq!(
            stream.expect("message").await.data["message"]["messageId"],
            id(n)
        );
    }
    stream.assert_quiet().await;
}

#[tokio::test]
async fn an_instant_message_reaches_its_practitioner_alone_until_it_is_for_everyone() {
    let practice = practice().await;
    let hillside = Toolbar::signed_in(&practice.world, HILLSIDE, 3, "555000000201").await;
    let mut own = listen(&practice.world, &practice.okafor, None).await;
    let mut colleague = listen(&practice.world, &practice.llewellyn, None).await;
    let mut elsewhere = listen(&practice.world, &hillside, None).await;
    for stream in [&mut own, &mut colleague, &mut elsewhere] {
        stream.expect("hello").await;
    }
    practice.send_instant(1).await;
    let event = own.expect("message").await;
    assert_eq!(event.data["message"]["autoImport"], true);
    assert_eq!(
        event.data["message"]["subStatus"],
        "Awaiting instant import"
    );
    colleague.assert_quiet().await;
    // While it is being imported it is still nobody else's business.
    let reference = event.data["message"]["messageRef"]
        .as_str()
        .unwrap()
        .to_owned();
    let claimed = practice
        .okafor
        .claim(&practice.world, &reference, "automatic")
        .await;
    own.expect("message").await;
    colleague.assert_quiet().await;
    let failed = json!({ "fence": claimed.fence, "reason": "no such patient" });
    practice
        .okafor
        .act(&practice.world, "fail", &reference, failed)
        .await;
    for stream in [&mut own, &mut colleague] {
        let event = stream.expect("message").await;
        assert_eq!(
            event.data["message"]["subStatus"],
            "Failed instant message import"
        );
        assert_eq!(event.data["message"]["reason"], "no such patient");
        assert_eq!(event.data["message"]["autoImport"], false);
    }
    practice.send(2).await;
    own.expect("message").await;
    colleague.expect("message").await;
    elsewhere.assert_quiet().await;
}

#[tokio::test]
async fn a_message_that_time_converted_is_told_to_everyone() {
    let practice = practice().await;
    practice.send_instant(1).await;
    practice.world.wait(SignedDuration::from_mins(10));
    let llewellyn = Toolbar::signed_in(&practice.world, RIVERSIDE, 4, LLEWELLYN).await;
    let mut colleague = listen(&practice.world, &llewellyn, None).await;
    colleague.expect("hello").await;
    practice.world.settle().await;
    let event = colleague.expect("message").await;
    assert_eq!(
        event.data["message"]["subStatus"],
        "Instant message timed out"
    );
}

#[tokio::test]
async fn the_practitioner_is_told_when_a_code_is_used_and_nobody_else_is() {
    let practice = practice().await;
    let mut own = listen(&practice.world, &practice.okafor, None).await;
    let mut colleague = listen(&practice.world, &practice.llewellyn, None).await;
    own.expect("hello").await;
    colleague.expect("hello").await;
    practice
        .partner
        .token_of(&practice.world, &practice.okafor)
        .await;
    let event = own.expect("access-code-used").await;
    assert_eq!(event.data["clientName"], "Pharmacy First");
    assert_eq!(event.data["usedAt"], "2026-11-21T12:00:00Z");
    colleague.assert_quiet().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let practice = practice().await;
    let world = &practice.world;
    let mut signed_out = listen(world, &practice.okafor, None).await;
    signed_out.expect("hello").await;
    practice.okafor.delete(world, paths::SESSION).await;
    assert!(signed_out.expect("signed-out").await.data["reason"].is_string());
    assert!(signed_out.next().await.is_none());

    let mut blocked = listen(world, &practice.llewellyn, None).await;
    blocked.expect("hello").await;
    let device = practice.llewellyn.device.parse().unwrap();
    world
        .store
        .devices
        .block_device(&Actor::System, device, world.clock.now())
        .await
        .unwrap();
    blocked.expect("signed-out").await;
    assert!(blocked.next().await.is_none());
}

#[tokio::test]
async fn a_stream_of_an_idle_session_tells_nothing_more() {
    let practice = practice().await;
    let mut stream = listen(&practice.world, &practice.okafor, None).await;
    stream.expect("hello").await;
    practice.world.wait(SignedDuration::from_mins(31));
    practice.send(1).await;
    stream.expect("signed-out").await;
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn streams_end_when_the_server_ends() {
    let practice = practice().await;
    let mut toolbar = listen(&practice.world, &practice.okafor, None).await;
    toolbar.expect("hello").await;
    let mut client = follow(&practice.world, &practice.partner, None).await;
    let ending = async {
        tokio::task::yield_now().await;
        practice.world.shutdown.begin();
    };
    let (ended, ()) = tokio::join!(client.next(), ending);
    assert!(ended.is_none());
    assert!(toolbar.next().await.is_none());
}

#[tokio::test]
async fn a_client_system_follows_its_own_messages_through_every_change() {
    let practice = practice().await;
    let world = &practice.world;
    let other = world.integrator("Other System").await;
    let mut stream = follow(world, &practice.partner, None).await;
    practice.send_instant(1).await;
    let other_message = with_id(standard(), &id(9));
    assert_eq!(other.send(world, &other_message).await.status.as_u16(), 200);
    let reference = practice.okafor.reference(world, &id(1)).await.unwrap();
    let claimed = practice.okafor.claim(world, &reference, "automatic").await;
    let done = json!({ "fence": claimed.fence });
    assert_eq!(
        practice
            .okafor
            .act(world, "renew", &reference, done.clone())
            .await
            .status
            .as_u16(),
        200
    );
    assert_eq!(
        practice
            .okafor
            .act(world, "complete", &reference, done)
            .await
            .status
            .as_u16(),
        200
    );
    let expected = [
        ("PENDING", "Awaiting instant import"),
        ("PENDING", "Import in progress"),
        ("COMPLETED", "Imported automatically"),
    ];
    let mut first = None;
    for (status, sub_status) in expected {
        let event = stream.expect("status").await;
        first = first.or(event.id);
        assert_eq!(event.data["messageId"], id(1));
        assert_eq!(
            (
                event.data["status"].as_str(),
                event.data["subStatus"].as_str()
            ),
            (Some(status), Some(sub_status))
        );
        assert_eq!(event.data["dateTime"], "2026-11-21T12:00:00Z");
    }
    stream.assert_quiet().await;
    let mut resumed = follow(world, &practice.partner, first).await;
    assert_eq!(
        resumed.expect("status").await.data["subStatus"],
        "Import in progress"
    );
}

#[tokio::test]
async fn the_events_of_a_key_that_was_revoked_end() {
    let practice = practice().await;
    let mut stream = follow(&practice.world, &practice.partner, None).await;
    practice.send(1).await;
    stream.expect("status").await;
    let second = practice
        .world
        .admin()
        .issue_key(practice.partner.id)
        .await
        .unwrap();
    let renewed = Integrator {
        id: practice.partner.id,
        key_id: second.key_id,
        key: second.key.reveal().to_owned(),
    };
    practice
        .world
        .admin()
        .revoke_key(&practice.partner.key_id)
        .await
        .unwrap();
    assert_eq!(
        renewed
            .send(&practice.world, &with_id(standard(), &id(2)))
            .await
            .status
            .as_u16(),
        200
    );
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_client_system_has_sixteen_streams_and_no_more() {
    let practice = practice().await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(follow(&practice.world, &practice.partner, None).await);
    }
    let call = || {
        let mut request = practice.partner.posting(partner::EVENTS, "");
        *request.method_mut() = Method::GET;
        request
    };
    let refused = practice.world.open(call()).await;
    assert_eq!(refused.status().as_u16(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    drop(open.pop());
    assert_eq!(practice.world.open(call()).await.status().as_u16(), 200);
}

#[tokio::test]
async fn streams_leave_room_for_requests_that_end() {
    let practice = practice_in(World::configured(|config| config.max_streams = 2).await).await;
    let world = &practice.world;
    let mut toolbar = listen(world, &practice.okafor, None).await;
    toolbar.expect("hello").await;
    let client = follow(world, &practice.partner, None).await;
    let call = || practice.llewellyn.calling(Method::GET, paths::STREAM, "");
    let refused = world.call(call()).await;
    assert_eq!(refused.refused(), (503, "unavailable".to_owned()));
    assert_eq!(refused.header("retry-after"), "15");
    drop(client);
    let mut colleague = listen(world, &practice.llewellyn, None).await;
    colleague.expect("hello").await;
}
