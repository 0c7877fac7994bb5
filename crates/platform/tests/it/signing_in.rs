//! Assertions with which a practitioner signs in: signed, fresh, for here, and used once.

use crate::actors::{Toolbar, assert_sign_in, key_pair};
use crate::sample::OKAFOR;
use crate::world::{RIVERSIDE, World};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use ring::hmac;
use serde_json::{Value, json};
use wire::paths::practice as paths;
use wire::practice::SignedIn;

fn unauthorized() -> (u16, String) {
    (401, "unauthorized".to_owned())
}

#[tokio::test]
async fn a_good_assertion_makes_a_session_for_twelve_hours() {
    let world = World::new().await;
    let toolbar = Toolbar::registered(&world, RIVERSIDE, 1).await;
    let answer = assert_sign_in(&world, &toolbar.assertion(&world, OKAFOR)).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let signed_in: SignedIn = answer.json();
    assert_eq!(signed_in.expires_at, "2026-11-22T00:00:00Z");
    assert_eq!(signed_in.practitioner.spine_user_id, OKAFOR);
    assert_eq!(signed_in.practitioner.name, "Dr Amara Okafor");
    assert_eq!(signed_in.practice.ods_code, RIVERSIDE);
}

#[tokio::test]
async fn claims_that_are_not_of_here_and_now_are_refused() {
    let world = World::new().await;
    let toolbar = Toolbar::registered(&world, RIVERSIDE, 1).await;
    let other = Toolbar::registered(&world, RIVERSIDE, 2).await;
    let now = toolbar.claims(&world, OKAFOR)["iat"].as_i64().unwrap();
    let changes: [(&str, &[(&str, Value)]); 12] = [
        (
            "expired",
            &[("iat", json!(now - 120)), ("exp", json!(now - 60))],
        ),
        (
            "just expired",
            &[("iat", json!(now - 60)), ("exp", json!(now - 30))],
        ),
        (
            "of the future",
            &[("iat", json!(now + 31)), ("exp", json!(now + 60))],
        ),
        ("living too long", &[("exp", json!(now + 61))]),
        (
            "of absurd times",
            &[("iat", json!(i64::MIN)), ("exp", json!(i64::MAX))],
        ),
        (
            "for another platform",
            &[("aud", json!("http://other.test"))],
        ),
        (
            "for a longer name",
            &[("aud", json!("http://platform.test.evil.test"))],
        ),
        ("of another issuer", &[("iss", json!(other.device))]),
        ("without an id", &[("jti", json!(""))]),
        ("with a huge id", &[("jti", json!("j".repeat(129)))]),
        (
            "with a list of audiences",
            &[("aud", json!([crate::world::BASE]))],
        ),
        ("with times as text", &[("exp", json!("soon"))]),
    ];
    for (what, changes) in changes {
        let mut claims = toolbar.claims(&world, OKAFOR);
        for (name, value) in changes {
            claims[name] = value.clone();
        }
        let answer = assert_sign_in(&world, &toolbar.sign(&toolbar.header(), &claims)).await;
        assert_eq!(answer.refused(), unauthorized(), "an assertion {what}");
    }
    for subject in ["", "a b", &"1".repeat(33), "1'; DROP"] {
        let answer = assert_sign_in(&world, &toolbar.assertion(&world, subject)).await;
        assert_eq!(
            answer.refused(),
            (400, "validation-error".to_owned()),
            "{subject}"
        );
    }
}

#[tokio::test]
async fn an_assertion_is_taken_once() {
    let world = World::new().await;
    let toolbar = Toolbar::registered(&world, RIVERSIDE, 1).await;
    let assertion = toolbar.assertion(&world, OKAFOR);
    assert_eq!(
        assert_sign_in(&world, &assertion).await.status.as_u16(),
        200
    );
    assert_eq!(
        assert_sign_in(&world, &assertion).await.refused(),
        unauthorized()
    );
    // Still remembered for as long as it would be valid, whatever is cleaned up.
    world.wait(SignedDuration::from_secs(89));
    let now = model::Clock::now(&*world.clock);
    world
        .store
        .devices
        .forget_old_sessions(now - SignedDuration::from_hours(12), now)
        .await
        .unwrap();
    assert_eq!(
        assert_sign_in(&world, &assertion).await.refused(),
        unauthorized()
    );
    // The same id from another toolbar is another assertion.
    let other = Toolbar::registered(&world, RIVERSIDE, 2).await;
    let mut claims = other.claims(&world, OKAFOR);
    claims["jti"] = "same".into();
    assert_eq!(
        assert_sign_in(&world, &other.sign(&other.header(), &claims))
            .await
            .status
            .as_u16(),
        200
    );
    claims["iss"] = toolbar.device.clone().into();
    assert_eq!(
        assert_sign_in(&world, &toolbar.sign(&toolbar.header(), &claims))
            .await
            .status
            .as_u16(),
        200
    );
}

#[tokio::test]
async fn the_header_does_not_choose_how_the_signature_is_checked() {
    let world = World::new().await;
    let toolbar = Toolbar::registered(&world, RIVERSIDE, 1).await;
    let claims = toolbar.claims(&world, OKAFOR);
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = json!({ "alg": "none", "typ": "JWT", "kid": toolbar.device });
    let unsigned = format!("{}.{}.", part(&none), part(&claims));
    assert_eq!(
        assert_sign_in(&world, &unsigned).await.refused(),
        unauthorized()
    );
    // HMAC keyed with the public key, which anybody may know.
    let hs256 = json!({ "alg": "HS256", "typ": "JWT", "kid": toolbar.device });
    let signed = format!("{}.{}", part(&hs256), part(&claims));
    let public = ring::signature::KeyPair::public_key(&toolbar.keys).as_ref();
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, public),
        signed.as_bytes(),
    );
    let keyed = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
    assert_eq!(
        assert_sign_in(&world, &keyed).await.refused(),
        unauthorized()
    );
    for alg in ["none", "HS256", "ES256", "eddsa", ""] {
        let header = json!({ "alg": alg, "kid": toolbar.device });
        let answer = assert_sign_in(&world, &toolbar.sign(&header, &claims)).await;
        assert_eq!(answer.refused(), unauthorized(), "{alg}, well signed");
    }
}

#[tokio::test]
async fn a_signature_of_somebody_else_or_over_something_else_is_refused() {
    let world = World::new().await;
    let toolbar = Toolbar::registered(&world, RIVERSIDE, 1).await;
    let other = Toolbar::registered(&world, RIVERSIDE, 2).await;
    let claims = toolbar.claims(&world, OKAFOR);
    let of_other_key = other.sign(&toolbar.header(), &claims);
    let of_other_device = toolbar.sign(&other.header(), &claims);
    let stranger = Toolbar {
        device: toolbar.device.clone(),
        keys: key_pair(9),
        session: String::new(),
    };
    let of_stranger = stranger.sign(&toolbar.header(), &claims);
    let unknown = json!({ "alg": "EdDSA", "kid": crate::sample::id(1) });
    let of_unknown = toolbar.sign(&unknown, &claims);
    for assertion in [of_other_key, of_other_device, of_stranger, of_unknown] {
        assert_eq!(
            assert_sign_in(&world, &assertion).await.refused(),
            unauthorized()
        );
    }
    let good = toolbar.sign(&toolbar.header(), &claims);
    let parts: Vec<_> = good.split('.').collect();
    let mut raised = claims.clone();
    raised["sub"] = "555000000102".into();
    let tampered = format!(
        "{}.{}.{}",
        parts[0],
        URL_SAFE_NO_PAD.encode(raised.to_string()),
        parts[2]
    );
    let cut = &good[..good.len() - 4];
    let padded = format!("{good}==");
    let twice = format!("{good}.{}", parts[2]);
    let nonsense = ["", ".", "..", "...", "a.b.c", parts[0], "é.é.é"];
    for text in nonsense
        .into_iter()
        .chain([tampered.as_str(), cut, &padded, &twice])
    {
        assert_eq!(
            assert_sign_in(&world, text).await.refused(),
            unauthorized(),
            "{text}"
        );
    }
    let huge = format!("{}.{}", "a".repeat(60_000), good);
    assert_eq!(
        assert_sign_in(&world, &huge).await.refused(),
        unauthorized()
    );
    assert_eq!(
        assert_sign_in(&world, &good).await.status.as_u16(),
        200,
        "none of them used it up"
    );
}

#[tokio::test]
async fn signing_out_ends_this_session_and_no_other() {
    let world = World::new().await;
    let mut toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let first = std::mem::take(&mut toolbar.session);
    toolbar.sign_in(&world, OKAFOR).await;
    assert_eq!(
        toolbar.delete(&world, paths::SESSION).await.status.as_u16(),
        204
    );
    assert_eq!(
        toolbar.get(&world, paths::TOKENS).await.refused(),
        unauthorized()
    );
    toolbar.session = first;
    assert_eq!(
        toolbar.get(&world, paths::TOKENS).await.status.as_u16(),
        200
    );
}
