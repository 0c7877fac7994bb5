//! A toolbar's registration key: two parts, one practice, an end, one use or many.

use crate::actors::{Toolbar, key_pair, public_half};
use crate::world::{Answer, HILLSIDE, RIVERSIDE, World, request};
use axum::body::Body;
use axum::http::Method;
use jiff::SignedDuration;
use model::OdsCode;
use platform::admin::IssuedRegistrationKey;
use serde_json::{Value, json};
use wire::paths::practice as paths;
use wire::practice::Registered;

async fn key(world: &World, many: bool) -> IssuedRegistrationKey {
    let practice = OdsCode::parse(RIVERSIDE).unwrap();
    let hour = SignedDuration::from_hours(1);
    world
        .admin()
        .issue_registration_key(&practice, many, hour)
        .await
        .unwrap()
}

/// A form with a device key of its own.
fn form_of(key: &IssuedRegistrationKey, seed: u8) -> Value {
    json!({
        "keyPart1": key.part_1, "keyPart2": key.part_2.reveal(), "organisationCode": RIVERSIDE,
        "deviceName": "Room 1", "publicKey": public_half(&key_pair(seed)),
    })
}

fn form(key: &IssuedRegistrationKey) -> Value {
    form_of(key, 1)
}

async fn register(world: &World, form: &Value) -> Answer {
    world
        .call(request(
            Method::POST,
            paths::REGISTRATIONS,
            &[],
            form.to_string(),
        ))
        .await
}

#[tokio::test]
async fn a_good_key_registers_a_toolbar_for_its_practice() {
    let world = World::new().await;
    let answer = register(&world, &form(&key(&world, false).await)).await;
    assert_eq!(answer.status.as_u16(), 201);
    let registered: Registered = answer.json();
    assert_eq!(registered.practice.ods_code, RIVERSIDE);
    assert_eq!(registered.practice.name, "Riverside Test Practice");
    let stored = world
        .store
        .devices
        .device(registered.device_id.parse().unwrap())
        .await
        .unwrap();
    assert_eq!(stored.unwrap().name, "Room 1");
}

#[tokio::test]
async fn whatever_is_wrong_with_a_key_the_answer_is_the_same() {
    let world = World::new().await;
    let good = key(&world, false).await;
    let used = key(&world, false).await;
    assert_eq!(
        register(&world, &form_of(&used, 2)).await.status.as_u16(),
        201
    );
    let with = |name: &str, value: &str| {
        let mut form = form(&good);
        form[name] = value.into();
        form
    };
    let cases = [
        with("keyPart1", "AAAAA-AAAAA"),
        with("keyPart1", ""),
        with("keyPart2", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"),
        with("keyPart2", ""),
        with("organisationCode", HILLSIDE),
        with("organisationCode", "gpprac001"),
        with("organisationCode", ""),
        form(&used),
    ];
    let mut details = Vec::new();
    for case in &cases {
        let answer = register(&world, case).await;
        assert_eq!(answer.refused(), (403, "forbidden".to_owned()), "{case}");
        details.push(answer.problem().detail);
    }
    assert!(details.iter().all(|detail| *detail == details[0]));
    world.wait(SignedDuration::from_hours(1));
    let late = register(&world, &form(&good)).await;
    assert_eq!(late.problem().detail, details[0]);
}

#[tokio::test]
async fn a_key_for_many_registers_many_until_its_end() {
    let world = World::new().await;
    let key = key(&world, true).await;
    for seed in 0..3 {
        assert_eq!(
            register(&world, &form_of(&key, seed)).await.status.as_u16(),
            201
        );
    }
    world.wait(SignedDuration::from_secs(3599));
    assert_eq!(
        register(&world, &form_of(&key, 3)).await.status.as_u16(),
        201
    );
    world.wait(SignedDuration::from_secs(1));
    assert_eq!(
        register(&world, &form_of(&key, 4)).await.status.as_u16(),
        403
    );
    assert_eq!(world.store.devices.devices(None).await.unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_for_one_registers_one_however_many_ask_at_once() {
    let world = World::new().await;
    let key = key(&world, false).await;
    let forms: Vec<_> = (0..20).map(|seed| form_of(&key, seed)).collect();
    let answers =
        futures_util::future::join_all(forms.iter().map(|form| register(&world, form))).await;
    let registered = answers
        .iter()
        .filter(|answer| answer.status.as_u16() == 201)
        .count();
    assert_eq!(registered, 1);
    assert_eq!(world.store.devices.devices(None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_toolbar_whose_answer_was_lost_gets_it_again_with_the_key_it_used() {
    let world = World::new().await;
    let key = key(&world, false).await;
    let first = register(&world, &form(&key)).await;
    let again = register(&world, &form(&key)).await;
    assert_eq!(again.status.as_u16(), 201);
    assert_eq!(again.bytes, first.bytes);
    let mut guessed = form(&key);
    guessed["keyPart2"] = "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA".into();
    assert_eq!(
        register(&world, &guessed).await.refused().0,
        403,
        "the key must be right all the same"
    );
    let registered: Registered = first.json();
    let device = registered.device_id.parse().unwrap();
    let now = model::Clock::now(&*world.clock);
    assert!(
        world
            .store
            .devices
            .block_device(&model::Actor::System, device, now)
            .await
            .unwrap()
    );
    assert_eq!(
        register(&world, &form(&key)).await.refused().0,
        403,
        "blocked stays blocked"
    );
}

#[tokio::test]
async fn faults_of_the_form_are_named_and_leave_the_key_unused() {
    let world = World::new().await;
    let key = key(&world, false).await;
    let cases = [
        ("deviceName", json!("")),
        ("deviceName", json!("n".repeat(101))),
        ("publicKey", json!("")),
        ("publicKey", json!("AAAA")),
        (
            "publicKey",
            json!(format!("{}=", public_half(&key_pair(1)))),
        ),
        ("publicKey", json!("é".repeat(20))),
    ];
    for (name, value) in cases {
        let mut form = form(&key);
        form[name] = value.clone();
        let answer = register(&world, &form).await;
        assert_eq!(answer.faults(), [name], "{value}");
    }
    for missing in [
        "keyPart1",
        "keyPart2",
        "organisationCode",
        "deviceName",
        "publicKey",
    ] {
        let mut form = form(&key);
        form.as_object_mut().unwrap().remove(missing);
        assert_eq!(
            register(&world, &form).await.problem().status,
            400,
            "{missing}"
        );
    }
    assert_eq!(register(&world, &form(&key)).await.status.as_u16(), 201);
}

#[tokio::test]
async fn a_body_over_64_kib_is_too_large() {
    let world = World::new().await;
    let mut form = form(&key(&world, false).await);
    form["deviceName"] = "n".repeat(70_000).into();
    let answer = register(&world, &form).await;
    assert_eq!(answer.refused(), (413, "too-large".to_owned()));
}

#[tokio::test]
async fn only_the_toolbar_itself_takes_its_registration_back() {
    let world = World::new().await;
    let toolbar = Toolbar::registered(&world, RIVERSIDE, 1).await;
    let other = Toolbar::registered(&world, RIVERSIDE, 2).await;
    let unregister = |proof: String| {
        let request = request(
            Method::DELETE,
            paths::REGISTRATION,
            &[("Authorization", &proof)],
            Body::empty(),
        );
        world.call(request)
    };
    // For a practitioner, not for the toolbar.
    let proof = format!(
        "DeviceAssertion {}",
        toolbar.assertion(&world, crate::sample::OKAFOR)
    );
    assert_eq!(
        unregister(proof).await.refused(),
        (403, "forbidden".to_owned())
    );
    // Signed by another.
    let claims = toolbar.claims(&world, &toolbar.device);
    let proof = format!("DeviceAssertion {}", other.sign(&toolbar.header(), &claims));
    assert_eq!(unregister(proof).await.refused().0, 401);
    let proof = format!("Bearer {}", toolbar.assertion(&world, &toolbar.device));
    assert_eq!(unregister(proof).await.refused().0, 401);
    assert_eq!(world.store.devices.devices(None).await.unwrap().len(), 2);
    let proof = format!(
        "DeviceAssertion {}",
        toolbar.assertion(&world, &toolbar.device)
    );
    assert_eq!(unregister(proof.clone()).await.status.as_u16(), 204);
    assert_eq!(unregister(proof).await.refused().0, 401, "it is gone");
    assert_eq!(world.store.devices.devices(None).await.unwrap().len(), 1);
}
