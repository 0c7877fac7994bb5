//! The operators' pages from their front door: who gets in, what an act leaves behind, and what no page shows.

use crate::actors::Toolbar;
use crate::browser::{Browser, Page};
use crate::sample::{ID, OKAFOR, PATIENT, standard};
use crate::world::{RIVERSIDE, World};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jiff::SignedDuration;
use model::Secret;
use store::audit::Entry;

const NAME: &str = "ann";
const PASSWORD: &str = "a long enough password";
const SESSION: &str = "baton_platform_admin_session";
const PAGES: [&str; 10] = [
    "/admin",
    "/admin/messages",
    "/admin/dead",
    "/admin/practices",
    "/admin/practices/GPPRAC001",
    "/admin/clients",
    "/admin/toolbars",
    "/admin/topics",
    "/admin/widgets",
    "/admin/audit",
];
/// Acts, each with a field that a form of it has.
const ACTS: [(&str, &str); 13] = [
    ("/admin/practices", "code"),
    ("/admin/practices/GPPRAC001", "name"),
    ("/admin/clients", "name"),
    (
        "/admin/clients/5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21/may",
        "what",
    ),
    (
        "/admin/clients/5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21/keys",
        "key",
    ),
    (
        "/admin/clients/5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21/keys/rotate",
        "key",
    ),
    (
        "/admin/clients/5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21/keys/revoke",
        "key",
    ),
    ("/admin/toolbars/block", "id"),
    ("/admin/toolbars/unblock", "id"),
    ("/admin/toolbars/keys", "code"),
    ("/admin/toolbars/keys/end", "id"),
    ("/admin/topics", "name"),
    ("/admin/audit", "q"),
];

impl Browser {
    async fn sign_in(&self, name: &str, password: &str) -> Page {
        let csrf = self.get("/admin/sign-in").await.csrf();
        let fields = [
            ("csrf", csrf.as_str()),
            ("name", name),
            ("password", password),
        ];
        self.post("/admin/sign-in", &fields).await
    }

    /// Sends a form of a page that is there.
    async fn act(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.get(page).await.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }
}

async fn add_ann(world: &World) {
    let password = Secret::new(PASSWORD.to_owned());
    assert!(world.admin().put_operator(NAME, &password).await.unwrap());
}

/// A browser with an operator at it.
async fn signed_in_at(world: &World, router: &Router) -> Browser {
    add_ann(world).await;
    let browser = Browser::new(router);
    let page = browser.sign_in(NAME, PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    browser
}

async fn signed_in(world: &World) -> Browser {
    signed_in_at(world, &world.router).await
}

/// The newest entries of the audit log.
async fn log(world: &World) -> Vec<Entry> {
    world.store.audit.recent(50).await.unwrap()
}

/// Whether ann is noted to have done this.
async fn ann_did(world: &World, action: &str) -> bool {
    let log = log(world).await;
    log.iter()
        .any(|entry| entry.actor == "operator:ann" && entry.action == action)
}

/// What stands in the field of this id.
fn field<'p>(page: &'p Page, id: &str) -> &'p str {
    let (_, rest) = page.text.split_once(&format!("id=\"{id}\"")).unwrap();
    let (tag, within) = rest.split_once('>').unwrap();
    match tag.split_once("value=\"") {
        Some((_, rest)) => rest.split('"').next().unwrap(),
        None => within.split('<').next().unwrap(),
    }
}

#[tokio::test]
async fn nobody_sees_a_page_or_acts_without_signing_in() {
    let world = World::new().await;
    let browser = Browser::new(&world.router);
    for path in PAGES {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(page.header(header::LOCATION).starts_with("/admin/sign-in"));
    }
    let csrf = browser.get("/admin/sign-in").await.csrf();
    let before = log(&world).await;
    for (path, field) in ACTS {
        let page = browser.post(path, &[("csrf", &csrf), (field, "x")]).await;
        assert_eq!(page.header(header::LOCATION), "/admin/sign-in", "{path}");
    }
    assert_eq!(log(&world).await, before);
}

#[tokio::test]
async fn nothing_is_done_by_a_form_that_is_none_of_ours() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let before = log(&world).await;
    for (path, field) in ACTS {
        let page = browser.post(path, &[("csrf", "guess"), (field, "x")]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        assert!(page.text.contains("nothing was changed"), "{path}");
        let elsewhere = Request::post(path)
            .header("sec-fetch-site", "cross-site")
            .body(Body::empty());
        let page = browser.send(elsewhere.unwrap()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(log(&world).await, before);
}

#[tokio::test]
async fn an_operator_comes_in_stays_a_while_and_goes() {
    let world = World::new().await;
    add_ann(&world).await;
    let browser = Browser::new(&world.router);
    for (name, password) in [(NAME, "not the password"), ("bob", PASSWORD)] {
        let page = browser.sign_in(name, password).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains("is not right"));
    }
    let page = browser.sign_in(NAME, PASSWORD).await;
    assert_eq!(page.header(header::LOCATION), "/admin");
    for cookie in page.headers.get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    }
    assert!(ann_did(&world, "sign in operator").await);
    for path in PAGES {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
        let policy = page.headers.get("content-security-policy");
        assert!(policy.is_some(), "{path}");
    }
    let token = browser.cookie(SESSION).unwrap();
    browser.act("/admin", "/admin/sign-out", &[]).await;
    assert!(ann_did(&world, "sign out operator").await);
    browser.keep(SESSION, &token);
    assert_eq!(browser.get("/admin").await.status, StatusCode::SEE_OTHER);
    // Not used for half an hour.
    browser.sign_in(NAME, PASSWORD).await;
    world.wait(SignedDuration::from_mins(31));
    assert_eq!(browser.get("/admin").await.status, StatusCode::SEE_OTHER);
    // Removed meanwhile.
    browser.sign_in(NAME, PASSWORD).await;
    world.admin().remove_operator(NAME).await.unwrap();
    assert_eq!(browser.get("/admin").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn guesses_lock_an_account_but_not_its_owners_browser() {
    let world = World::new().await;
    let owner = signed_in(&world).await;
    let stranger = Browser::new(&world.router);
    for _ in 0..5 {
        stranger.sign_in(NAME, "a guess of theirs").await;
    }
    let page = stranger.sign_in(NAME, PASSWORD).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let log = log(&world).await;
    assert!(log.iter().any(|entry| entry.action == "lock operator"));
    let page = owner.sign_in(NAME, PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_key_is_shown_once_works_and_is_revoked() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let added = browser
        .act(
            "/admin/clients",
            "/admin/clients",
            &[("name", "Pharmacy First")],
        )
        .await;
    let to = added.header(header::LOCATION).to_owned();
    let client = to.split('?').next().unwrap().to_owned();
    let issued = browser.act(&client, &format!("{client}/keys"), &[]).await;
    assert_eq!(issued.status, StatusCode::OK);
    assert_eq!(issued.header(header::CACHE_CONTROL), "no-store");
    let key = field(&issued, "key").to_owned();
    let asked = async |key: &str| {
        let request = Request::get("/api/v1/test").header("ApiKey", key);
        let request = request.body(Body::empty()).unwrap();
        world.call(request).await.status.as_u16()
    };
    assert_eq!(asked(&key).await, 200);
    assert!(!browser.get(&client).await.text.contains(&key));
    let key_id = model::api_key::id_of(model::api_key::CLIENT, &key).unwrap();
    let replace = [("key", key_id), ("overlap", "1h")];
    let rotate = format!("{client}/keys/rotate");
    let replaced = browser.act(&client, &rotate, &replace).await;
    let other = field(&replaced, "key").to_owned();
    assert_eq!((asked(&key).await, asked(&other).await), (200, 200));
    world.wait(SignedDuration::from_mins(61));
    browser.sign_in(NAME, PASSWORD).await;
    assert_eq!((asked(&key).await, asked(&other).await), (401, 200));
    let other_id = model::api_key::id_of(model::api_key::CLIENT, &other).unwrap();
    let revoke = format!("{client}/keys/revoke");
    browser.act(&client, &revoke, &[("key", other_id)]).await;
    assert_eq!(asked(&other).await, 401);
    for action in ["add client system", "add API key", "end API key"] {
        assert!(ann_did(&world, action).await, "{action}");
    }
    // Another client system's key is none of this one's.
    let others = world.integrator("Hospital").await;
    let theirs = model::api_key::id_of(model::api_key::CLIENT, &others.key).unwrap();
    let page = browser.act(&client, &revoke, &[("key", theirs)]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(asked(&others.key).await, 200);
}

#[tokio::test]
async fn adding_a_practice_never_renames_one() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let name = async |code: &str| {
        let code = model::OdsCode::parse(code).unwrap();
        let found = world.store.directory.practice(&code).await.unwrap();
        found.map(|practice| practice.name)
    };
    let was = name(RIVERSIDE).await;
    let before = log(&world).await.len();
    for code in [RIVERSIDE, "gpprac001 "] {
        let fields = [("code", code), ("name", "X")];
        let page = browser
            .act("/admin/practices", "/admin/practices", &fields)
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = "There is a practice with this code already";
        assert!(page.text.contains(told), "{}", page.text);
    }
    assert_eq!(name(RIVERSIDE).await, was);
    assert_eq!(log(&world).await.len(), before);
    let fields = [("code", "gpprac003"), ("name", "Moorside")];
    let page = browser
        .act("/admin/practices", "/admin/practices", &fields)
        .await;
    let added = "/admin/practices?done=added";
    assert_eq!(page.header(header::LOCATION), added);
    assert_eq!(name("GPPRAC003").await.as_deref(), Some("Moorside"));
    let (page, fields) = ("/admin/practices/gpprac003", [("name", "Moorside Surgery")]);
    let page = browser.act(page, page, &fields).await;
    let renamed = "/admin/practices/GPPRAC003?done=renamed";
    assert_eq!(page.header(header::LOCATION), renamed);
    assert_eq!(name("GPPRAC003").await.as_deref(), Some("Moorside Surgery"));
    let page = browser.act(added, "/admin/practices/GPPRAC004", &fields);
    assert_eq!(page.await.status, StatusCode::NOT_FOUND);
    assert_eq!(name("GPPRAC004").await, None);
}

#[tokio::test]
async fn a_toolbar_is_blocked_and_let_in_again() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let tokens = wire::paths::practice::TOKENS;
    assert_eq!(toolbar.get(&world, tokens).await.status.as_u16(), 200);
    let devices = world.store.devices.devices(None).await.unwrap();
    let id = devices[0].id.to_string();
    let page = "/admin/toolbars?practice=gpprac001";
    let fields = [("id", id.as_str()), ("practice", RIVERSIDE)];
    let blocked = browser.act(page, "/admin/toolbars/block", &fields).await;
    let back = "/admin/toolbars?practice=GPPRAC001&done=blocked";
    assert_eq!(blocked.header(header::LOCATION), back);
    assert_eq!(toolbar.get(&world, tokens).await.status.as_u16(), 401);
    assert!(browser.get(back).await.text.contains("Let in again"));
    browser.act(page, "/admin/toolbars/unblock", &fields).await;
    let devices = world.store.devices.devices(None).await.unwrap();
    assert_eq!(devices[0].blocked_at, None);
    for action in ["block device", "unblock device"] {
        assert!(ann_did(&world, action).await, "{action}");
    }
}

#[tokio::test]
async fn a_registration_key_is_shown_once_and_ended() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let (no_practice, no_days) = ("There is no practice with this code", "1 to 366 days");
    for (code, days, faults) in [
        ("GPPRAC999", "30", vec![no_practice]),
        (RIVERSIDE, "0", vec![no_days]),
        ("gpprac001", "a while", vec![no_days]),
        ("gpprac999", "367", vec![no_practice, no_days]),
    ] {
        let fields = [("code", code), ("days", days)];
        let page = browser
            .act("/admin/toolbars", "/admin/toolbars/keys", &fields)
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{faults:?}");
        for fault in [no_practice, no_days] {
            // Above the page, and at its field.
            let times = if faults.contains(&fault) { 2 } else { 0 };
            assert_eq!(page.text.matches(fault).count(), times, "{fault}");
        }
        assert_eq!(field(&page, "code"), code.to_uppercase());
    }
    let fields = [("code", "gpprac001"), ("days", "7"), ("many", "yes")];
    let page = browser
        .act("/admin/toolbars", "/admin/toolbars/keys", &fields)
        .await;
    let (part_1, part_2) = (field(&page, "part-1").to_owned(), field(&page, "part-2"));
    let found = world.store.devices.registration_key(&part_1).await.unwrap();
    let found = found.unwrap();
    assert!(found.key.many && found.hash.same(&Secret::new(part_2.to_owned()).hash()));
    let list = browser.get("/admin/toolbars").await;
    assert!(list.text.contains(&part_1) && !list.text.contains(part_2));
    let end = [("id", part_1.as_str())];
    browser
        .act("/admin/toolbars", "/admin/toolbars/keys/end", &end)
        .await;
    assert!(!browser.get("/admin/toolbars").await.text.contains(&part_1));
    assert!(ann_did(&world, "end registration key").await);
}

#[tokio::test]
async fn no_page_shows_a_patient_or_what_was_said() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let partner = world.integrator("Pharmacy First").await;
    let sent = partner.send(&world, &standard()).await;
    assert_eq!(sent.status.as_u16(), 200);
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let reference = toolbar.reference(&world, ID).await.unwrap();
    let claimed = toolbar.claim(&world, &reference, "review").await;
    let reason = format!(
        "{{\"fence\":{},\"reason\":\"not Mrs Example\"}}",
        claimed.fence
    );
    let path = format!("/toolbar/v1/messages/{reference}/reject");
    let rejected = toolbar.post(&world, &path, &reason).await;
    assert_eq!(rejected.status.as_u16(), 200);
    let found = browser.get(&format!("/admin/messages?id={ID}")).await;
    let message = format!("/admin/messages/{reference}");
    assert_eq!(found.header(header::LOCATION), message);
    let mut pages = PAGES.to_vec();
    pages.extend([message.as_str(), "/admin/messages?stands=rejected"]);
    for path in pages {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for never in [
            PATIENT,
            "954 785",
            "Seen at the pharmacy",
            "Form.pdf",
            "407554009",
            "Example",
        ] {
            assert!(!page.text.contains(never), "{path}: {never}");
        }
    }
    let page = browser.get(&message).await;
    assert!(page.text.contains("Rejected by the practice") && page.text.contains("Pharmacy First"));
}

#[tokio::test]
async fn renewals_of_leases_are_shown_to_those_who_ask() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let partner = world.integrator("Pharmacy First").await;
    partner.send(&world, &standard()).await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let reference = toolbar.reference(&world, ID).await.unwrap();
    let claimed = toolbar.claim(&world, &reference, "review").await;
    let (renew, fence) = (
        format!("/toolbar/v1/messages/{reference}/renew"),
        format!("{{\"fence\":{}}}", claimed.fence),
    );
    for _ in 0..2 {
        world.wait(SignedDuration::from_secs(20));
        let renewed = toolbar.post(&world, &renew, &fence).await;
        assert_eq!(renewed.status.as_u16(), 200);
    }
    let (renewal, claim) = ("renew lease of message", "claim message");
    let page = browser.get("/admin/audit").await;
    assert!(page.text.contains(claim) && !page.text.contains(renewal));
    let hidden = "2 renewals of a lease are hidden";
    assert!(page.text.contains(hidden), "{}", page.text);
    assert!(page.text.contains("/admin/audit?renewals=1"));
    let page = browser.get("/admin/audit?renewals=1").await;
    assert!(page.text.contains(claim) && page.text.contains("Hide renewals"));
    assert_eq!(page.text.matches(renewal).count(), 2);
    // Whoever searches for them alone reads why there is nothing.
    let page = browser.get("/admin/audit?q=renew").await;
    assert!(
        page.text.contains("q=renew&amp;renewals=1")
            || page.text.contains("q=renew&#38;renewals=1"),
        "{}",
        page.text
    );
    assert!(page.text.contains("entries fits"));
    let page = browser.get("/admin/audit?q=renew&renewals=1").await;
    assert_eq!(page.text.matches(renewal).count(), 2);
    assert!(!page.text.contains(claim));
}

#[tokio::test]
async fn a_form_that_does_not_say_who_sees_a_widget_shows_it_to_nobody() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let partner = world.integrator("Pharmacy First").await;
    let widget = crate::widgets::register(&world, &partner, &crate::widgets::widget()).await;
    let page = format!("/admin/widgets/{}", widget.widget_id);
    let approve = format!("{page}/approve");
    for who in ["", "everybody"] {
        let fields = [("revision", "1"), ("who", who)];
        let told = browser.act(&page, &approve, &fields).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{who}");
        assert!(told.text.contains("Say who sees it"), "{who}");
    }
    assert!(!ann_did(&world, "approve widget").await);
    let fields = [("revision", "1"), ("who", "all")];
    browser.act(&page, &approve, &fields).await;
    assert!(ann_did(&world, "approve widget").await);
}

#[tokio::test]
async fn pages_with_a_listener_of_their_own_are_nowhere_else() {
    let own = |config: &mut platform::PlatformConfig| {
        config.operator_routes = false;
        config.base_url = "https://platform.test".to_owned();
        config.operator_url = Some("http://10.0.0.1:9090".to_owned());
    };
    let world = World::configured(own).await;
    let outside = Browser::new(&world.router);
    assert_eq!(outside.get("/admin").await.status, StatusCode::NOT_FOUND);
    let home = outside.get("/").await;
    assert!(home.text.contains("/docs") && !home.text.contains("/admin"));
    let router = world.platform.operator_router();
    let browser = signed_in_at(&world, &router).await;
    assert_eq!(browser.get("/").await.header(header::LOCATION), "/admin");
    let page = browser.get("/admin").await;
    assert_eq!(page.status, StatusCode::OK);
    let (_, rest) = page.text.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let style = browser.get(rest.split('"').next().unwrap()).await;
    assert_eq!(style.status, StatusCode::OK);
    // Without TLS there, the cookie must not ask for it.
    assert!(browser.cookie(SESSION).is_some());
    let api = browser.get("/api/v1/test").await;
    assert_eq!(api.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn over_tls_cookies_are_for_tls_only() {
    let world = World::configured(|config| {
        config.base_url = "https://platform.test".to_owned();
    })
    .await;
    let browser = signed_in(&world).await;
    assert!(browser.cookie(&format!("__Host-{SESSION}")).is_some());
    assert_eq!(browser.get("/admin").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_changed_log_is_told() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let page = browser.act("/admin/audit", "/admin/audit", &[]).await;
    assert!(page.text.contains("entries fit together"), "{}", page.text);
    let page = browser.get("/admin/audit?q=ADD%20practice").await;
    assert!(page.text.contains("GPPRAC002") && !page.text.contains("add topic"));
}
