//! At the edges: keys that are being replaced, paths and methods that are none, a listener for operators.

use crate::actors::Integrator;
use crate::world::World;
use axum::body::Body;
use axum::http::Method;
use jiff::SignedDuration;
use wire::paths::{operator, partner};

fn pair(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

#[tokio::test]
async fn health_and_metrics_can_have_a_listener_of_their_own() {
    use tower::ServiceExt as _;
    let world = World::new().await;
    for (path, expected) in [
        (operator::LIVE, 200),
        (operator::METRICS, 200),
        (partner::TEST, 404),
    ] {
        let request = crate::world::request(Method::GET, path, &[], Body::empty());
        let answer = world
            .platform
            .operator_router()
            .oneshot(request)
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{path}");
    }
}

#[tokio::test]
async fn a_rotated_key_works_until_its_overlap_ends_and_the_new_one_at_once() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let new = world
        .admin()
        .rotate_key(&partner.key_id, SignedDuration::from_mins(5))
        .await
        .unwrap();
    let renewed = Integrator {
        key: new.key.reveal().to_owned(),
        key_id: new.key_id,
        id: partner.id,
    };
    let minute = SignedDuration::from_mins(1);
    for passed in 0..7 {
        assert_eq!(
            renewed.get(&world, partner::TEST).await.status.as_u16(),
            200
        );
        let old = partner.get(&world, partner::TEST).await.status.as_u16();
        assert_eq!(
            old,
            if passed < 5 { 200 } else { 401 },
            "after {passed} minutes"
        );
        world.wait(minute);
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    for path in [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/nothing",
        "/toolbar/v1",
        "/api/v1/messages/",
        "//",
        "/api/v1/%ff",
    ] {
        let answer = partner.get(&world, path).await;
        if path != "/" || answer.status.as_u16() == 404 {
            assert_eq!(answer.refused(), pair(404, "not-found"), "{path}");
        }
    }
    for (method, path) in [
        (Method::DELETE, partner::TEST),
        (Method::PUT, partner::MESSAGES),
        (Method::GET, partner::INSTANT),
        (Method::GET, partner::ACCESS_TOKEN),
        (Method::POST, partner::TOPICS),
        (Method::PATCH, "/toolbar/v1/messages"),
    ] {
        let request =
            crate::world::request(method, path, &[("ApiKey", &partner.key)], Body::empty());
        let answer = world.call(request).await;
        assert_eq!(answer.refused(), pair(405, "method-not-allowed"), "{path}");
        assert!(!answer.header("allow").is_empty(), "{path}");
    }
    let odd = [
        "/api/v1/messages/%ff/status",
        "/api/v1/messages/x/status",
        "/api/v1/messages/%00/status",
    ];
    for path in odd {
        assert_eq!(
            partner.get(&world, path).await.refused(),
            pair(404, "not-found"),
            "{path}"
        );
    }
}
