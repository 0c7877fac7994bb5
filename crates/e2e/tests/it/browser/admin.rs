//! The platform's pages for operators, at a desk and on a telephone.

use super::chromium::Chromium;
use super::window::Window;
use crate::world::World;
use crate::world::message::{attachment, id, instant, standard};
use crate::world::wait;

/// What no page of an operator's may ever say: the sample patient's NHS number in both spellings, and words of a
/// message.
const NEVER: [&str; 4] = ["9547852140", "954 785 2140", "marker-admin", "Letter.txt"];

struct Operator<'w> {
    world: &'w World,
    browser: Chromium,
}

impl<'w> Operator<'w> {
    async fn new(world: &'w World) -> Self {
        let browser = Chromium::open().await;
        Self { world, browser }
    }

    /// Looks at what is shown in both windows.
    async fn look(&self, name: &str) {
        let text = self.browser.text().await;
        for never in NEVER {
            assert!(!text.contains(never), "{name}: {text}");
        }
        for window in [Window::Phone, Window::Desk] {
            self.browser.wear(window).await;
            self.browser.look(window, &format!("admin-{name}")).await;
        }
    }

    async fn go(&self, path: &str) {
        self.browser.go(&self.world.url(path)).await;
    }

    async fn sign_in(&self) {
        let admin = &self.world.ready["admin"];
        self.browser.go(admin["url"].as_str().unwrap()).await;
        let fill = async |css, name: &str| {
            let text = admin[name].as_str().unwrap();
            self.browser.fill(css, text).await;
        };
        fill("#name", "user").await;
        fill("#password", "password").await;
        self.browser.press("main form button").await;
    }

    async fn says(&self, words: &str) {
        let text = self.browser.text().await;
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[tokio::test]
async fn an_operator_runs_the_platform_from_a_browser() {
    let world = World::start().await;
    let at = Operator::new(&world).await;
    let browser = &at.browser;
    at.go("/").await;
    at.look("home").await;
    browser.follow("Operators’ pages").await;
    at.look("sign-in").await;
    browser.fill("#name", "operator").await;
    browser.fill("#password", "not the password").await;
    browser.press("main form button").await;
    at.says("There is a problem").await;
    at.look("sign-in-wrong").await;
    at.sign_in().await;
    assert_eq!(browser.heading().await, "Overview");
    at.look("overview-empty").await;
    at.go("/admin/messages").await;
    at.look("messages-empty").await;

    // One message goes into the record by itself, two wait for a person.
    let token = world.token().await;
    let note = attachment("text/plain", "Letter.txt", b"marker-admin");
    let message = instant(vec![note.clone()]);
    let done = world.integrator.sent(&token, &message).await;
    let automatically = "COMPLETED / Imported automatically";
    world.integrator.until(&done, automatically).await;
    let mut waits = String::new();
    for _ in 0..2 {
        let message = standard(vec![note.clone()]);
        let answer = world.integrator.send_standard(&message).await;
        assert_eq!(answer.status, 200);
        waits = id(&message);
    }
    at.go("/admin").await;
    at.look("overview").await;
    at.go("/admin/messages").await;
    assert_eq!(browser.count("tbody tr").await, 3);
    at.look("messages").await;
    at.go("/admin/messages?stands=review&practice=GPPRAC001")
        .await;
    assert_eq!(browser.count("tbody tr").await, 2);
    at.look("messages-narrowed").await;
    at.go("/admin/messages?stands=expired").await;
    at.look("messages-none").await;
    for (id, name) in [(&done, "done"), (&waits, "waits")] {
        at.go("/admin/messages").await;
        browser.fill("#id", id).await;
        browser.press("form[aria-label='One message'] button").await;
        at.says(id).await;
        at.look(&format!("message-{name}")).await;
    }
    at.go("/admin/dead").await;
    at.says("Every message can be read").await;
    at.look("dead").await;
    at.go("/admin/no-such-page").await;
    at.look("nowhere").await;

    // Late: red, and in words. The session has ended by then.
    world.advance("4d").await;
    at.go("/admin").await;
    at.says("You were signed out").await;
    at.look("sign-in-ended").await;
    at.sign_in().await;
    at.says("more than three days").await;
    at.look("overview-late").await;
}

#[tokio::test]
async fn an_operator_says_who_takes_part() {
    let world = World::start().await;
    let at = Operator::new(&world).await;
    let browser = &at.browser;
    at.sign_in().await;

    at.go("/admin/practices").await;
    browser.fill("#code", "not a code").await;
    browser.press("form:has(#code) button").await;
    at.says("There is a problem").await;
    at.look("practices-wrong").await;
    browser.fill("#code", "gpprac003").await;
    browser.fill("#name", "Moorside Test Practice").await;
    browser.press("form:has(#code) button").await;
    at.says("The practice is added").await;
    at.look("practices").await;
    browser.follow("Riverside Test Practice").await;
    at.look("practice").await;

    at.go("/admin/clients").await;
    at.look("clients").await;
    browser.fill("#name", "Moorside Pharmacy").await;
    browser.press("form:has(#name) button").await;
    at.look("client-new").await;
    browser.press("form[action$='/keys'] button").await;
    let key = browser.find("#key").await.value().await.unwrap().unwrap();
    // A key is a secret: the picture is of a sandbox that is gone by now.
    at.look("key").await;
    let good = async |key: &str| {
        let asked = world.http().get(world.url("/api/v1/test"));
        asked
            .header("ApiKey", key)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(good(&key).await, 200);
    browser.follow("Moorside Pharmacy").await;
    browser.press("form[action$='/keys/rotate'] button").await;
    let other = browser.find("#key").await.value().await.unwrap().unwrap();
    assert_eq!((good(&key).await, good(&other).await), (200, 200));
    browser.follow("Moorside Pharmacy").await;
    at.look("client").await;
    browser.click("tbody tr:nth-child(1) summary").await;
    browser
        .press("tbody tr:nth-child(1) form[action$='/keys/revoke'] button")
        .await;
    at.says("The key is revoked").await;
    assert_eq!((good(&key).await, good(&other).await), (200, 401));
    at.look("client-revoked").await;

    at.go("/admin/toolbars").await;
    at.look("toolbars").await;
    browser.press("form[action$='/block'] button").await;
    at.says("The toolbar is blocked").await;
    wait::until("the toolbar notices", async || {
        world.toolbar_state().await == "blocked"
    })
    .await;
    at.look("toolbars-blocked").await;
    browser.press("form[action$='/unblock'] button").await;
    at.says("may sign in again").await;
    browser.fill("#code", "GPPRAC003").await;
    browser.press("form:has(#code) button").await;
    at.says("It registers one toolbar").await;
    at.look("registration-key").await;

    at.go("/admin/topics").await;
    browser.fill("#name", "Vaccination Event").await;
    browser.press("form:has(#name) button").await;
    at.says("There is a problem").await;
    at.look("topics-wrong").await;
    browser.fill("#name", "VaccinationEvent").await;
    browser.press("form:has(#name) button").await;
    at.says("The topic is added").await;
    at.look("topics").await;

    at.go("/admin/widgets").await;
    at.look("widgets").await;
    browser.press("tbody a").await;
    at.look("widget").await;
    browser.fill("#reason", "Its address is a test’s").await;
    browser.press("form[action$='/refuse'] button").await;
    at.says("The widget is refused").await;
    at.look("widget-refused").await;
    browser.click("#who-2").await;
    browser.fill("#practices", "GPPRAC001, nonsense!").await;
    browser.press("form[action$='/approve'] button").await;
    at.says("There is a problem").await;
    at.look("widget-wrong").await;
    browser.fill("#practices", "GPPRAC001, GPPRAC002").await;
    browser.press("form[action$='/approve'] button").await;
    at.says("The widget is approved").await;
    at.look("widget-approved").await;

    // All of it is in the log, under the operator's name.
    at.go("/admin/audit?q=operator:operator").await;
    for act in [
        "sign in operator",
        "add practice",
        "add client system",
        "add API key",
        "end API key",
        "block device",
        "unblock device",
        "add registration key",
        "add topic",
        "refuse widget",
        "approve widget",
    ] {
        at.says(act).await;
    }
    at.look("audit").await;
    browser
        .press("form[action='/admin/audit'][method='post'] button")
        .await;
    at.says("entries fit together").await;
    at.look("audit-checked").await;
    browser.press("header form button").await;
    assert_eq!(browser.heading().await, "Sign in");
}

#[tokio::test]
async fn an_operator_issues_a_key_without_javascript() {
    let world = World::start().await;
    let browser = Chromium::without_javascript().await;
    let at = Operator {
        world: &world,
        browser,
    };
    at.sign_in().await;
    at.go("/admin/clients").await;
    at.browser.follow("Demo client system").await;
    at.browser.press("form[action$='/keys'] button").await;
    at.says("It is shown only now").await;
    at.browser.picture("no-javascript-admin-key").await;
}
