//! Who is let in: keys of the product, and what operators see.

use crate::world::World;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use gateway::admin::{AdminError, make_password};
use jiff::SignedDuration;
use model::{Clock as _, Secret};
use tower::ServiceExt as _;

/// A call that every key may make.
async fn call(router: &Router, authorization: Option<&str>) -> Response {
    let mut request = Request::get(wire::paths::gateway::WEBHOOKS);
    if let Some(value) = authorization {
        request = request.header(header::AUTHORIZATION, value);
    }
    let request = request.body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn a_key_opens_the_api_until_it_ends() {
    let world = World::new().await;
    let (gateway, _) = world.gateway(world.config());
    let router = gateway.router(|router| router);
    let issued = world.admin().issue_key("the product", None).await.unwrap();
    let bearer = format!("Bearer {}", issued.key.reveal());
    assert_eq!(call(&router, Some(&bearer)).await.status(), StatusCode::OK);

    let end = world.clock.now() + SignedDuration::from_mins(5);
    world.admin().end_key(&issued.id, end).await.unwrap();
    assert_eq!(call(&router, Some(&bearer)).await.status(), StatusCode::OK);
    world.pass(SignedDuration::from_mins(5));
    let refused = call(&router, Some(&bearer)).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refused.headers()[header::WWW_AUTHENTICATE], "Bearer");
    let unknown = world.admin().end_key("nobody", end).await;
    assert!(matches!(unknown, Err(AdminError::Unknown(_))));
}

#[tokio::test]
async fn anything_but_the_whole_key_is_refused_alike() {
    let world = World::new().await;
    let (gateway, _) = world.gateway(world.config());
    let router = gateway.router(|router| router);
    let bearer = world.bearer().await;
    let mut other = bearer.clone();
    let last = if other.pop() == Some('a') { 'b' } else { 'a' };
    other.push(last);
    let basic = bearer.replace("Bearer", "Basic");
    let table = [
        None,
        Some(other.as_str()),
        Some(basic.as_str()),
        Some("Bearer bgk_none_none"),
        Some("Bearer"),
        Some("Bearer bgk_"),
    ];
    for value in table {
        let refused = call(&router, value).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{value:?}");
        assert_eq!(refused.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }
}

#[tokio::test]
async fn names_and_passwords_have_rules() {
    let world = World::new().await;
    let admin = world.admin();
    let long = "x".repeat(101);
    for name in ["", "  ", "a\nb", &long] {
        let refused = admin.issue_key(name, None).await;
        assert!(matches!(refused, Err(AdminError::Invalid(_))), "{name:?}");
    }
    let past = admin.issue_key("x", Some(world.clock.now())).await;
    assert!(matches!(past, Err(AdminError::Invalid(_))));

    let short = Secret::new("elevenchars".to_owned());
    let refused = admin.put_operator("ada", &short).await;
    assert!(matches!(refused, Err(AdminError::Invalid(_))));
    let password = make_password(&*world.entropy);
    assert!(admin.put_operator(" ada ", &password).await.unwrap());
    assert!(!admin.put_operator("ada", &password).await.unwrap());
    let operators = admin.operators().await.unwrap();
    assert_eq!(operators.len(), 1);
    assert!(operators[0].password_hash.starts_with("$argon2id$"));
    admin.remove_operator("ada").await.unwrap();
    let gone = admin.remove_operator("ada").await;
    assert!(matches!(gone, Err(AdminError::Unknown(_))));
}

#[tokio::test]
async fn operators_see_health_and_figures_and_a_gateway_that_ends_is_not_ready() {
    let world = World::new().await;
    let node = world.start();
    let get = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        node.operators.clone().oneshot(request).await.unwrap()
    };
    assert_eq!(get("/health/live").await.status(), StatusCode::OK);
    assert_eq!(get("/health/ready").await.status(), StatusCode::OK);
    world.enter().await;
    world
        .until("it was sent", async || {
            let body = get("/metrics").await.into_body();
            let text = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let text = String::from_utf8_lossy(&text).into_owned();
            text.contains("baton_gateway_tries_total{outcome=\"accepted\"} 1")
        })
        .await;
    node.shutdown.begin();
    let ready = get("/health/ready").await;
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn no_call_passes_over_a_parameter_that_it_does_not_have() {
    let world = World::new().await;
    let (gateway, _) = world.gateway(world.config());
    let router = gateway.router(|router| router);
    let bearer = world.bearer().await;
    for endpoint in wire::openapi::GATEWAY.endpoints() {
        // What is asked there is PKB's to know.
        let passed_on = endpoint.id == "readPkb";
        if endpoint.access != wire::endpoints::Access::Product || passed_on {
            continue;
        }
        let path = endpoint.path.replace(['{', '}'], "");
        let ask = |key: bool| {
            let request = Request::builder()
                .method(endpoint.method.as_str())
                .uri(format!("{path}?dryrun=true&dry_run=1"));
            let request = if key {
                request.header(header::AUTHORIZATION, &bearer)
            } else {
                request
            };
            router.clone().oneshot(request.body(Body::empty()).unwrap())
        };
        // Who has no key learns nothing.
        let stranger = ask(false).await.unwrap();
        assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED, "{path}");
        let refused = ask(true).await.unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{path}");
        let body = axum::body::to_bytes(refused.into_body(), 10_000).await;
        let told: serde_json::Value = serde_json::from_slice(&body.unwrap()).unwrap();
        let faults = told["invalidParameters"].as_array().unwrap();
        let names: Vec<_> = faults.iter().map(|fault| &fault["name"]).collect();
        assert_eq!(names, ["dryrun", "dry_run"], "{path}: {told}");
    }
}
