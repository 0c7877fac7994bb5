//! The partner API and its callers.

use super::paths_of;
use crate::actors::{Integrator, Toolbar};
use crate::sample::{ID, OKAFOR, instant, standard};
use crate::widgets::widget;
use crate::world::{Answer, RIVERSIDE, World};
use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use model::{Actor, Clock as _};
use std::collections::BTreeSet;
use wire::endpoints::{Access, Endpoint, all};
use wire::paths::partner;

/// What a caller shows.
#[derive(Clone, Default)]
struct Shown {
    keys: Vec<String>,
    token: Option<String>,
}

fn key(key: &str) -> Shown {
    Shown {
        keys: vec![key.to_owned()],
        token: None,
    }
}

impl Shown {
    fn with(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }
}

/// A request that is right in everything but perhaps the caller.
fn call(endpoint: &Endpoint, shown: &Shown) -> Request<Body> {
    let path = endpoint
        .path
        .replace("{messageId}", ID)
        .replace("{kid}", ID)
        .replace("{name}", "validation-error");
    let mut request = Request::builder()
        .method(endpoint.method.as_str())
        .uri(path);
    for key in &shown.keys {
        request = request.header("ApiKey", key);
    }
    if let Some(token) = &shown.token {
        request = request.header("AccessToken", token);
    }
    let body = match endpoint.path {
        partner::MESSAGES => standard().to_string(),
        partner::INSTANT => instant().to_string(),
        partner::ACCESS_TOKEN => r#"{"accessCode":"AAAAAAAA"}"#.to_owned(),
        partner::WIDGETS => widget().to_string(),
        _ => String::new(),
    };
    request
        .header("Content-Type", "application/json")
        .body(body.into())
        .unwrap()
}

/// What the answer says: its status, and the problem's kind where it is one. Its body, which may be a
/// stream without an end, is read only then.
async fn answer(world: &World, endpoint: &Endpoint, shown: &Shown) -> (u16, String) {
    let response = world.open(call(endpoint, shown)).await;
    let status = response.status().as_u16();
    if status < 400 {
        return (status, String::new());
    }
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap().to_vec();
    let answer = Answer {
        status: parts.status,
        headers: parts.headers,
        bytes,
    };
    answer.refused()
}

struct Callers {
    world: World,
    good: Integrator,
    token: String,
    /// Those who get 401 everywhere.
    strangers: Vec<(&'static str, Shown)>,
    /// Known, but disabled.
    disabled: Shown,
    /// Tokens that give no permission.
    bad_tokens: Vec<(&'static str, String)>,
}

async fn callers() -> Callers {
    let world = World::new().await;
    let good = world.integrator("Pharmacy First").await;
    let other = world.integrator("Other System").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let withdrawn = good.token_of(&world, &toolbar).await;
    toolbar.withdraw_all(&world).await;
    let token = good.token_of(&world, &toolbar).await;
    let others = other.token_of(&world, &toolbar).await;

    let revoked = world.admin().issue_key(good.id).await.unwrap();
    world.admin().revoke_key(&revoked.key_id).await.unwrap();
    let ended = world.admin().issue_key(good.id).await.unwrap();
    world
        .admin()
        .rotate_key(&ended.key_id, SignedDuration::from_mins(5))
        .await
        .unwrap();
    world.wait(SignedDuration::from_mins(5));
    let disabled = world.integrator("Disabled System").await;
    let by = Actor::System;
    let at = world.clock.now();
    assert!(
        world
            .store
            .directory
            .set_client_disabled(&by, disabled.id, true, at)
            .await
            .unwrap()
    );

    let half = good.key.len() / 2;
    let (front, back) = good.key.split_at(half);
    let wrong_secret = format!("{front}{}", back.chars().rev().collect::<String>());
    let wrong_case = format!("{front}{}", back.to_lowercase());
    let two = Shown {
        keys: vec![good.key.clone(), good.key.clone()],
        token: None,
    };
    let strangers = vec![
        ("nobody", Shown::default()),
        ("an empty key", key("")),
        ("a word", key("secret")),
        (
            "an unknown key",
            key(&format!("bak_aaaaaaaaaaaa_{}", "A".repeat(43))),
        ),
        ("the right id with a wrong secret", key(&wrong_secret)),
        (
            "the right id with a secret in another case",
            key(&wrong_case),
        ),
        ("the id alone", key(&format!("bak_{}_", good.key_id))),
        (
            "the right key with more behind it",
            key(&format!("{}x", good.key)),
        ),
        ("a key that ended", key(ended.key.reveal())),
        ("a revoked key", key(revoked.key.reveal())),
        ("two keys", two),
    ];
    let bad_tokens = vec![
        ("another system's", others),
        ("withdrawn", withdrawn),
        ("unknown", "11111111-1111-4111-8111-111111111111".to_owned()),
        ("no UUID", "token".to_owned()),
        ("empty", String::new()),
        ("without hyphens", token.replace('-', "")),
        ("in braces", format!("{{{token}}}")),
    ];
    Callers {
        disabled: key(&disabled.key),
        world,
        good,
        token,
        strangers,
        bad_tokens,
    }
}

fn pair(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

#[test]
fn every_route_of_the_partner_api_stands_in_the_table_of_operations() {
    let table: BTreeSet<&str> = all().map(|endpoint| endpoint.path).collect();
    for module in ["partner", "operator"] {
        for (name, path) in paths_of(module) {
            assert!(table.contains(path.as_str()), "{name} {path} is missing");
        }
    }
    for endpoint in all() {
        let guarded = endpoint.path.starts_with("/api/v1/");
        assert_eq!(endpoint.access != Access::Open, guarded, "{}", endpoint.id);
    }
}

#[tokio::test]
async fn whoever_shows_no_good_key_is_refused_everywhere() {
    let callers = callers().await;
    let mut asked = 0;
    for endpoint in all().filter(|endpoint| endpoint.access.needs_key()) {
        for (who, shown) in &callers.strangers {
            for shown in [shown.clone(), shown.with(&callers.token)] {
                let found = answer(&callers.world, endpoint, &shown).await;
                assert_eq!(
                    found,
                    pair(401, "unauthorized"),
                    "{} for {who}",
                    endpoint.id
                );
                asked += 1;
            }
        }
        let found = answer(
            &callers.world,
            endpoint,
            &callers.disabled.with(&callers.token),
        )
        .await;
        assert_eq!(
            found,
            pair(403, "forbidden"),
            "{} for a disabled system",
            endpoint.id
        );
    }
    assert!(asked >= 9 * 22, "{asked}");
    assert_eq!(callers.world.messages().await, 0);
}

#[tokio::test]
async fn a_good_key_opens_every_route_that_needs_no_token() {
    let callers = callers().await;
    let shown = key(&callers.good.key);
    for endpoint in all().filter(|endpoint| endpoint.access == Access::Key) {
        let expected = match endpoint.path {
            // Right but for the code.
            partner::ACCESS_TOKEN => pair(400, "validation-error"),
            // No toolbar has this id.
            partner::WIDGET_KEY => pair(404, "not-found"),
            _ => pair(200, ""),
        };
        assert_eq!(
            answer(&callers.world, endpoint, &shown).await,
            expected,
            "{}",
            endpoint.id
        );
    }
    let status = callers.good.status(&callers.world, ID).await;
    assert_eq!(status.status.as_u16(), 200);
}

#[tokio::test]
async fn a_token_that_gives_no_permission_is_refused_without_saying_why() {
    let callers = callers().await;
    let mut answers = BTreeSet::new();
    for endpoint in all().filter(|endpoint| endpoint.access.needs_token()) {
        for (which, token) in &callers.bad_tokens {
            let shown = key(&callers.good.key).with(token);
            let expected = match endpoint.path {
                partner::INSTANT => pair(403, "access-token-refused"),
                partner::VERIFY => pair(410, "token-gone"),
                other => panic!("what does {other} say to a token that is no good?"),
            };
            let response = callers.world.call(call(endpoint, &shown)).await;
            assert_eq!(
                response.refused(),
                expected,
                "{} with a token {which}",
                endpoint.id
            );
            let problem = response.problem();
            answers.insert((endpoint.id, problem.detail, response.headers.len()));
        }
        let without = answer(&callers.world, endpoint, &key(&callers.good.key)).await;
        assert_eq!(without, pair(400, "validation-error"), "{}", endpoint.id);
        let with = answer(
            &callers.world,
            endpoint,
            &key(&callers.good.key).with(&callers.token),
        )
        .await;
        assert_eq!(with, pair(200, ""), "{}", endpoint.id);
    }
    assert_eq!(
        answers.len(),
        2,
        "one answer for each route, whatever is wrong: {answers:?}"
    );
}

#[tokio::test]
async fn open_routes_ask_for_nothing() {
    let world = World::new().await;
    for endpoint in all().filter(|endpoint| endpoint.access == Access::Open) {
        let found = answer(&world, endpoint, &Shown::default()).await;
        assert_eq!(found, pair(200, ""), "{}", endpoint.id);
    }
}
