//! The console's pages of patients: who needs somebody's eye, and one link with its journal.

use super::{NAME, PASSWORD};
use crate::browser::{Browser, Page};
use crate::pkb::fake::{AMY, BOB};
use crate::pkb::setting::{Setting, read, stands};
use axum::http::{StatusCode, header};
use model::Secret;
use serde_json::json;

async fn signed_in(setting: &Setting, router: &axum::Router) -> Browser {
    let password = Secret::new(PASSWORD.to_owned());
    let admin = setting.world.admin();
    admin.put_operator(NAME, &password).await.unwrap();
    let browser = Browser::new(router);
    let page = browser.sign_in(NAME, PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    browser
}

fn moved_to(page: &Page) -> &str {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    page.header(header::LOCATION)
}

#[tokio::test]
async fn who_has_to_authorise_again_stands_first_and_nobodys_details_are_shown() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "p-1", AMY).await;
    let browser = signed_in(&setting, &running.node.router).await;
    let calm = browser.get("/console/patients").await;
    assert_eq!(calm.status, StatusCode::OK, "{}", calm.text);
    assert!(
        calm.text
            .contains("Every link that was made and not ended can be used.")
    );
    assert!(
        !browser
            .get("/console/unfiled")
            .await
            .text
            .contains("PKB records")
    );

    setting.pkb.end_sessions();
    read(&running.product, "p-1").await;
    assert_eq!(
        stands(&running.product, "p-1").await,
        "needs-reauthorisation: session-over"
    );
    setting.link(&running, "p-2", BOB).await;
    let page = browser.get("/console/patients").await;
    for part in [
        "1 patient has to authorise again",
        "PKB says that the session is over",
        "Have to authorise again",
        "/console/patient?id=p-1",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let (first, second) = (page.text.find("?id=p-1"), page.text.find("?id=p-2"));
    assert!(first < second);
    let unfiled = browser.get("/console/unfiled").await;
    assert!(unfiled.text.contains("1 patient has to authorise again"));
    let one = browser.get("/console/patient?id=p-1").await;
    assert!(one.text.contains("Only the patient can put this right"));
    for page in [&page, &unfiled, &one] {
        for detail in [AMY.name, "Featherstonehaugh", AMY.nhs_number, "1980"] {
            assert!(!page.text.contains(detail), "{detail}");
        }
    }
    let found = browser.get("/console/patients?id=p-2").await;
    assert_eq!(moved_to(&found), "/console/patient?id=p-2");
    let nobody = browser.get("/console/patients?id=p-9").await;
    assert!(nobody.text.contains("No patient has this id"));
    let linked = browser.get("/console/patients?state=linked").await;
    assert!(linked.text.contains("p-2") && !linked.text.contains("p-1"));
    running.stop().await;
}

#[tokio::test]
async fn a_renewal_is_in_the_journal_and_a_link_is_ended_by_hand() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let hook = json!({ "url": "https://product.example/hook", "events": ["patient.linked"] });
    let hook = running.product.post("/v1/webhooks", Some(hook)).await;
    assert_eq!(hook.status, StatusCode::CREATED, "{}", hook.text);
    setting.link(&running, "p-1", AMY).await;
    setting.token_ends();
    let renewed = read(&running.product, "p-1").await;
    assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.text);
    let browser = signed_in(&setting, &running.node.router).await;
    let address = "/console/patient?id=p-1";
    let hook = hook.json()["webhookId"].as_str().unwrap().to_owned();
    let told = browser.get(&format!("/console/webhooks/{hook}")).await;
    assert!(told.text.contains("patient.linked"), "{}", told.text);
    assert!(
        told.text.contains(&format!("href=\"{address}\"")),
        "{}",
        told.text
    );
    let page = browser.get(address).await;
    assert!(page.text.contains("Renewed"), "{}", page.text);
    let csrf = page.csrf();
    let stale = [("csrf", "x"), ("id", "p-1")];
    let refused = browser.post("/console/patient/unlink", &stale).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let fields = [("csrf", csrf.as_str()), ("id", "p-1")];
    let ended = browser.post("/console/patient/unlink", &fields).await;
    assert_eq!(moved_to(&ended), format!("{address}&done=unlinked"));
    let page = browser.get(moved_to(&ended)).await;
    assert!(page.text.contains("The link is ended."), "{}", page.text);
    assert!(!page.text.contains("End this link"));
    let twice = browser.post("/console/patient/unlink", &fields).await;
    assert_eq!(moved_to(&twice), format!("{address}&done=nothing"));
    let last = setting.told("p-1").await.pop();
    assert_eq!(last.as_deref(), Some("unlinked"));
    let nobody = browser.get("/console/patient?id=nobody").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);

    let evil = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    running.product.put(&format!("/v1/patients/{evil}")).await;
    for path in [
        "/console/patients".to_owned(),
        format!("/console/patient?id={evil}"),
        format!("/console/patients?id={evil}x"),
        format!("/console/patients?state={evil}&after={evil}"),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.text.contains("<script>"), "{path}");
    }
    running.stop().await;
}
