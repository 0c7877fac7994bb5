//! Tokens that let nobody in, and what is said of each.

use super::toolbar::{Toolbar, address, register, register_as, seal, wanted};
use crate::client::{Answer, Browser};
use crate::fake::Fault;
use crate::world::World;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use gateway::widget::Registration;
use jiff::SignedDuration;
use serde_json::{Value, json};

struct Scene {
    world: World,
    browser: Browser,
    toolbar: Toolbar,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        register(&world).await;
        let (gateway, _) = world.gateway(world.config());
        let browser = Browser::new(&gateway.router(|router| router));
        let toolbar = Toolbar::new(&world);
        Self {
            world,
            browser,
            toolbar,
        }
    }

    async fn refused(&self, address: &str, status: StatusCode, words: &str) {
        let answer = self.browser.get(address).await;
        check(&answer, status, words);
        let everybody = store::gateway::UserFilter::default();
        let users = self.world.store.users.list(&everybody, 9);
        assert_eq!(users.await.unwrap(), [], "{words}");
    }

    fn with(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = Toolbar::claims(&self.world);
        change(&mut claims);
        self.toolbar.launch_with(&self.world, &claims)
    }
}

fn check(answer: &Answer, status: StatusCode, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(answer.text.contains(words), "{words}: {}", answer.text);
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(answer.header(header::REFERRER_POLICY), "no-referrer");
    assert!(!answer.text.contains("eyJ"), "no token on a page");
}

const STRANGER: &str = "We can’t tell who you are";
const UNKNOWN: &str = "Your toolbar is not known";

#[tokio::test]
async fn claims_that_are_not_for_us_or_not_for_now_are_refused() {
    let scene = Scene::new().await;
    let now = model::Clock::now(&*scene.world.clock).as_second();
    let forbidden = StatusCode::FORBIDDEN;
    for (name, value) in [
        ("iss", json!("http://other.example")),
        ("aud", json!("https://another-supplier.example/launch")),
        ("aud", json!([wanted().launch_url])),
        ("sub", json!("../x")),
        ("jti", json!("not a uuid")),
        ("exp", json!(now + 61)),
        ("organisation", json!({ "odsCode": "no code", "name": "" })),
        ("organisation", json!(null)),
    ] {
        let address = scene.with(|claims| claims[name] = value);
        scene.refused(&address, forbidden, STRANGER).await;
    }
    let old = scene.with(|claims| {
        claims["iat"] = json!(now - 90);
        claims["exp"] = json!(now - 30);
    });
    scene
        .refused(&old, StatusCode::GONE, "This took too long")
        .await;
    let early = scene.with(|claims| {
        claims["iat"] = json!(now + 31);
        claims["exp"] = json!(now + 91);
    });
    scene
        .refused(&early, forbidden, "The clocks do not agree")
        .await;
}

#[tokio::test]
async fn only_a_toolbar_that_the_platform_knows_is_believed() {
    let scene = Scene::new().await;
    let forbidden = StatusCode::FORBIDDEN;
    let (world, toolbar) = (&scene.world, &scene.toolbar);
    // Another key under a known name, and a known key under a name that nobody has.
    let claims = Toolbar::claims(world).to_string();
    let forger = jose::jws::SigningKey::from_seed(&[9; 32]).unwrap();
    let nobody = uuid::Uuid::max().to_string();
    for signed in [
        forger.sign(&toolbar.kid, claims.as_bytes()),
        toolbar.key.sign(&nobody, claims.as_bytes()),
        toolbar.key.sign("../../v1/users", claims.as_bytes()),
    ] {
        let address = address(&seal(world, &signed.unwrap()));
        scene.refused(&address, forbidden, UNKNOWN).await;
    }
    // Blocked from now on; what the gateway believed before ends within a minute.
    let before = world.fake.keys_asked();
    assert_eq!(
        scene.browser.get(&toolbar.launch(world)).await.status,
        StatusCode::SEE_OTHER
    );
    world.fake.set_toolbar(&toolbar.kid, None);
    world.pass(SignedDuration::from_secs(59));
    assert_eq!(
        scene.browser.get(&toolbar.launch(world)).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        world.fake.keys_asked() - before,
        0,
        "asked before, for the forged one"
    );
    world.pass(SignedDuration::from_secs(1));
    check(
        &scene.browser.get(&toolbar.launch(world)).await,
        forbidden,
        UNKNOWN,
    );
}

#[tokio::test]
async fn what_is_not_encrypted_for_us_is_refused() {
    let scene = Scene::new().await;
    let (world, toolbar) = (&scene.world, &scene.toolbar);
    let ours = toolbar.launch(world);
    let signed = toolbar
        .key
        .sign(&toolbar.kid, Toolbar::claims(world).to_string().as_bytes());
    let signed = signed.unwrap();
    let theirs = jose::jwe::Secret::copy(&[7; 32]).unwrap();
    let theirs = theirs.seal(
        jose::jwe::Method::A256Gcm,
        Some("JWT"),
        signed.as_bytes(),
        |iv| iv.fill(1),
    );
    scene
        .refused(&address(&theirs.unwrap()), StatusCode::FORBIDDEN, STRANGER)
        .await;
    // In the clear, cut, changed, twice, huge, or none at all.
    let title = "This page is opened from the toolbar";
    let bad = StatusCode::BAD_REQUEST;
    for address in [
        address(&signed),
        ours.rsplit_once('.').unwrap().0.to_owned(),
        format!("{ours}&user=x"),
        address(&"A".repeat(20_000)),
        "/launch".to_owned(),
        "/launch?user=".to_owned(),
    ] {
        scene.refused(&address, bad, title).await;
    }
    let mut flipped = ours.clone();
    let last = flipped.pop().unwrap();
    flipped.push(if last == 'A' { 'Q' } else { 'A' });
    scene
        .refused(&flipped, StatusCode::FORBIDDEN, STRANGER)
        .await;
    assert_eq!(
        scene.browser.get(&ours).await.status,
        StatusCode::SEE_OTHER,
        "none of it used the token up"
    );
}

#[tokio::test]
async fn another_method_than_the_registered_one_is_refused() {
    let scene = Scene::new().await;
    let gcm = scene.toolbar.launch(&scene.world);
    let cbc = Registration {
        method: model::widget::Method::A128CbcHs256,
        ..wanted()
    };
    register_as(&scene.world, &cbc).await.unwrap();
    scene.refused(&gcm, StatusCode::FORBIDDEN, STRANGER).await;
    let address = scene.toolbar.launch(&scene.world);
    assert_eq!(
        scene.browser.get(&address).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_silent_platform_loses_no_token() {
    let scene = Scene::new().await;
    let address = scene.toolbar.launch(&scene.world);
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    for (fault, words) in [
        (Fault::Down, "We could not reach the messaging platform"),
        (
            Fault::Says(503, None),
            "We could not reach the messaging platform",
        ),
        (Fault::Says(401, None), "does not let us ask who you are"),
    ] {
        scene.world.fake.set(Some(fault));
        scene.refused(&address, unavailable, words).await;
    }
    scene.world.fake.set(None);
    assert_eq!(
        scene.browser.get(&address).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn only_a_browser_that_the_toolbar_opened_uses_a_token_up() {
    let scene = Scene::new().await;
    let address = scene.toolbar.launch(&scene.world);
    let call = |method: Method, name: &'static str, value: &'static str| {
        let request = Request::builder().method(method).uri(&address);
        let request = request.header(name, value).body(Body::empty()).unwrap();
        scene.browser.send(request)
    };
    let ahead = call(Method::GET, "sec-purpose", "prefetch;prerender").await;
    assert_eq!(ahead.status, StatusCode::NO_CONTENT);
    let head = call(Method::HEAD, "accept", "*/*").await;
    assert_eq!(head.status, StatusCode::NO_CONTENT);
    let post = call(Method::POST, "accept", "*/*").await;
    assert_eq!(post.status, StatusCode::METHOD_NOT_ALLOWED);
    let sent = call(Method::GET, "sec-fetch-site", "cross-site").await;
    check(&sent, StatusCode::FORBIDDEN, "Another page sent you here");
    let opened = call(Method::GET, "sec-fetch-site", "none").await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_gateway_without_a_widget_says_so() {
    let world = World::new().await;
    let (gateway, _) = world.gateway(world.config());
    let answer = Browser::new(&gateway.router(|router| router))
        .get("/launch?user=a.b.c.d.e")
        .await;
    check(&answer, StatusCode::NOT_FOUND, "This is not set up yet");
}
