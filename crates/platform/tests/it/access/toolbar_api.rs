//! The toolbar API and its callers.

use super::paths_of;
use crate::actors::{Toolbar, assert_sign_in};
use crate::sample::{ID, LLEWELLYN, OKAFOR, instant, standard, with_id};
use crate::widgets::{approved, widget};
use crate::world::{Answer, HILLSIDE, RIVERSIDE, World, request};
use axum::body::Body;
use axum::http::Method;
use jiff::SignedDuration;
use model::{Actor, Clock as _};
use std::collections::BTreeSet;
use wire::paths::practice as paths;

/// Every route that needs a session: method, path, body.
const SESSION_ROUTES: [(&str, &str, &str); 18] = [
    ("DELETE", paths::SESSION, ""),
    ("GET", paths::STREAM, ""),
    ("GET", paths::MESSAGES, ""),
    ("GET", paths::MESSAGE, ""),
    ("GET", paths::ATTACHMENT, ""),
    ("POST", paths::CLAIM, r#"{"mode":"review"}"#),
    ("POST", paths::RENEW, r#"{"fence":1}"#),
    ("POST", paths::COMPLETE, r#"{"fence":1}"#),
    ("POST", paths::FAIL, r#"{"fence":1,"reason":"why"}"#),
    ("POST", paths::REJECT, r#"{"fence":1,"reason":"why"}"#),
    ("POST", paths::RELEASE, r#"{"fence":1}"#),
    ("POST", paths::CODES, ""),
    ("GET", paths::TOKENS, ""),
    ("DELETE", paths::TOKEN, ""),
    ("GET", paths::WIDGETS, ""),
    ("PUT", paths::WIDGET_HIDDEN, ""),
    ("DELETE", paths::WIDGET_HIDDEN, ""),
    ("POST", paths::WIDGET_LAUNCHES, r#"{"revision":1}"#),
];

/// Routes with another proof than a session.
const OTHER_ROUTES: [(&str, &str, &str); 3] = [
    ("POST", paths::REGISTRATIONS, ""),
    ("DELETE", paths::REGISTRATION, ""),
    ("POST", paths::SESSIONS, ""),
];

struct Scene {
    world: World,
    reference: String,
    token: String,
    widget: String,
}

/// A standard message, a token and a widget at Riverside.
async fn scene() -> Scene {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    partner.token_of(&world, &toolbar).await;
    assert_eq!(partner.send(&world, &standard()).await.status.as_u16(), 200);
    let reference = toolbar.reference(&world, ID).await.unwrap();
    let token = toolbar.tokens(&world).await.tokens.remove(0).token_id;
    let widget = approved(&world, &partner, &widget(), &[RIVERSIDE]).await;
    Scene {
        world,
        reference,
        token,
        widget: widget.widget_id,
    }
}

impl Scene {
    fn path(&self, path: &str) -> String {
        path.replace("{messageRef}", &self.reference)
            .replace("{index}", "0")
            .replace("{tokenId}", &self.token)
            .replace("{widgetId}", &self.widget)
    }

    /// What every session route says to these headers, its stream not read.
    async fn ask(&self, route: (&str, &str, &str), headers: &[(&str, &str)]) -> (u16, String) {
        let (method, path, body) = route;
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = request(method, &self.path(path), headers, body.to_owned());
        let response = self.world.open(request).await;
        let (parts, body) = response.into_parts();
        if parts.status.is_success() {
            return (parts.status.as_u16(), String::new());
        }
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap().to_vec();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        };
        answer.refused()
    }

    async fn assert_refused(&self, who: &str, headers: &[(&str, &str)]) {
        for route in SESSION_ROUTES {
            let found = self.ask(route, headers).await;
            assert_eq!(
                found,
                (401, "unauthorized".to_owned()),
                "{} {} for {who}",
                route.0,
                route.1
            );
        }
    }
}

fn bearer(toolbar: &Toolbar) -> String {
    format!("Bearer {}", toolbar.session)
}

#[test]
fn every_route_of_the_toolbar_api_stands_in_one_of_the_two_tables() {
    let table: BTreeSet<&str> = SESSION_ROUTES
        .iter()
        .chain(&OTHER_ROUTES)
        .map(|route| route.1)
        .collect();
    for (name, path) in paths_of("practice") {
        assert!(table.contains(path.as_str()), "{name} {path} is missing");
    }
    assert_eq!(table.len(), paths_of("practice").len());
}

#[tokio::test]
async fn whoever_shows_no_live_session_is_refused_everywhere() {
    let scene = scene().await;
    let world = &scene.world;
    let partner = world.integrator("Other System").await;
    scene.assert_refused("nobody", &[]).await;
    scene
        .assert_refused("a partner's system", &[("ApiKey", &partner.key)])
        .await;
    for text in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer bas_unknown",
        "Basic dXNlcjpwYXNz",
        "bas_unknown",
        "DeviceAssertion x",
    ] {
        scene.assert_refused(text, &[("Authorization", text)]).await;
    }
    let live = Toolbar::signed_in(world, RIVERSIDE, 2, OKAFOR).await;
    let wrong_scheme = format!("Token {}", live.session);
    scene
        .assert_refused("another scheme", &[("Authorization", &wrong_scheme)])
        .await;
    let shorter = &bearer(&live)[..40];
    scene
        .assert_refused("part of a session", &[("Authorization", shorter)])
        .await;

    let signed_out = Toolbar::signed_in(world, RIVERSIDE, 3, OKAFOR).await;
    assert_eq!(
        signed_out
            .delete(world, paths::SESSION)
            .await
            .status
            .as_u16(),
        204
    );
    scene
        .assert_refused(
            "one who signed out",
            &[("Authorization", &bearer(&signed_out))],
        )
        .await;

    let blocked = Toolbar::signed_in(world, RIVERSIDE, 4, OKAFOR).await;
    let device = blocked.device.parse().unwrap();
    assert!(
        world
            .store
            .devices
            .block_device(&Actor::System, device, world.clock.now())
            .await
            .unwrap()
    );
    scene
        .assert_refused("a blocked toolbar", &[("Authorization", &bearer(&blocked))])
        .await;
    let again = assert_sign_in(world, &blocked.assertion(world, OKAFOR)).await;
    assert_eq!(again.refused(), (403, "forbidden".to_owned()));

    let unregistered = Toolbar::signed_in(world, RIVERSIDE, 5, OKAFOR).await;
    let proof = format!(
        "DeviceAssertion {}",
        unregistered.assertion(world, &unregistered.device)
    );
    let headers = [("Authorization", proof.as_str())];
    let gone = world
        .call(request(
            Method::DELETE,
            paths::REGISTRATION,
            &headers,
            Body::empty(),
        ))
        .await;
    assert_eq!(gone.status.as_u16(), 204);
    scene
        .assert_refused(
            "an unregistered toolbar",
            &[("Authorization", &bearer(&unregistered))],
        )
        .await;
    let again = assert_sign_in(world, &unregistered.assertion(world, OKAFOR)).await;
    assert_eq!(again.refused(), (401, "unauthorized".to_owned()));
}

#[tokio::test]
async fn a_session_ends_after_thirty_idle_minutes() {
    let scene = scene().await;
    let world = &scene.world;
    let toolbar = Toolbar::signed_in(world, RIVERSIDE, 2, OKAFOR).await;
    world.wait(SignedDuration::from_secs(30 * 60 - 1));
    assert_eq!(
        toolbar.get(world, paths::MESSAGES).await.status.as_u16(),
        200
    );
    world.wait(SignedDuration::from_secs(30 * 60 - 1));
    assert_eq!(
        toolbar.get(world, paths::MESSAGES).await.status.as_u16(),
        200
    );
    world.wait(SignedDuration::from_mins(30));
    scene
        .assert_refused("one who was idle", &[("Authorization", &bearer(&toolbar))])
        .await;
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_busy() {
    let scene = scene().await;
    let world = &scene.world;
    let toolbar = Toolbar::signed_in(world, RIVERSIDE, 2, OKAFOR).await;
    let quarter = SignedDuration::from_mins(15);
    for _ in 0..47 {
        world.wait(quarter);
        assert_eq!(toolbar.get(world, paths::TOKENS).await.status.as_u16(), 200);
    }
    world.wait(quarter);
    scene
        .assert_refused(
            "one of twelve hours ago",
            &[("Authorization", &bearer(&toolbar))],
        )
        .await;
}

#[tokio::test]
async fn another_practice_finds_neither_message_nor_token() {
    let scene = scene().await;
    let hillside = Toolbar::signed_in(&scene.world, HILLSIDE, 2, "555000000201").await;
    let headers = bearer(&hillside);
    for route in SESSION_ROUTES.into_iter().rev() {
        let found = scene.ask(route, &[("Authorization", &headers)]).await;
        let expected = if route.1.contains('{') {
            (404, "not-found".to_owned())
        } else if route.1 == paths::SESSION {
            (204, String::new())
        } else if route.1 == paths::CODES {
            (201, String::new())
        } else {
            (200, String::new())
        };
        assert_eq!(found, expected, "{} {}", route.0, route.1);
    }
}

#[tokio::test]
async fn a_colleague_finds_no_instant_message_that_awaits_its_import_and_no_token() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let llewellyn = Toolbar::signed_in(&world, RIVERSIDE, 2, LLEWELLYN).await;
    let token = partner.token_of(&world, &okafor).await;
    let message = with_id(instant(), ID);
    assert_eq!(
        partner
            .send_instant(&world, &token, &message)
            .await
            .status
            .as_u16(),
        200
    );
    let scene = Scene {
        reference: okafor.reference(&world, ID).await.unwrap(),
        token: okafor.tokens(&world).await.tokens.remove(0).token_id,
        // What practitioners of one practice have in common is not asked about here.
        widget: ID.to_owned(),
        world,
    };
    let headers = bearer(&llewellyn);
    for route in SESSION_ROUTES
        .into_iter()
        .filter(|route| route.1.contains('{'))
    {
        let found = scene.ask(route, &[("Authorization", &headers)]).await;
        assert_eq!(
            found,
            (404, "not-found".to_owned()),
            "{} {}",
            route.0,
            route.1
        );
    }
}

#[tokio::test]
async fn identifiers_that_are_none_are_not_found() {
    let scene = scene().await;
    let toolbar = Toolbar::signed_in(&scene.world, RIVERSIDE, 2, OKAFOR).await;
    let zero = "00000000-0000-0000-0000-000000000000";
    for odd in ["x", "%ff", "%00", zero, "..%2f..", "1"] {
        for (method, path, body) in SESSION_ROUTES
            .into_iter()
            .filter(|route| route.1.contains('{'))
        {
            let path = path
                .replace("{messageRef}", odd)
                .replace("{tokenId}", odd)
                .replace("{widgetId}", odd)
                .replace("{index}", "0");
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = scene.world.call(toolbar.calling(method, &path, body)).await;
            assert_eq!(answer.refused(), (404, "not-found".to_owned()), "{path}");
        }
    }
    for index in ["2", "99999999999", "-1", "x", "%ff", "0x0"] {
        let path = scene.path(paths::MESSAGE) + "/attachments/" + index;
        assert_eq!(
            toolbar.get(&scene.world, &path).await.refused(),
            (404, "not-found".to_owned()),
            "{index}"
        );
    }
    for query in ["after=x", "after=%ff", "after", "after=1&after=2"] {
        let answer = toolbar
            .get(&scene.world, &format!("{}?{query}", paths::MESSAGES))
            .await;
        assert!((400..500).contains(&answer.problem().status), "{query}");
    }
}
