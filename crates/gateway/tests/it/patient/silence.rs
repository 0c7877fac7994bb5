//! What the log must not hold: who a patient is, what they typed, and what came back from PKB.

use super::{EMAIL, PASSWORD, SESSION, account_of, app_with, signed_up};
use crate::browser::Browser;
use crate::canary::log::Log;
use crate::canary::{holds, shapes};
use crate::pkb::fake::{AMY, Fake};
use crate::pkb::setting::Setting;
use axum::http::StatusCode;

#[tokio::test]
async fn the_log_says_nothing_of_a_patient() {
    let log = Log::catch();
    let setting = Setting::new().await;
    let router = app_with(&setting.world, |config| {
        config.pkb = Some(setting.config());
    });
    let browser = signed_up(&router).await;
    let mut secrets: Vec<String> = vec![
        EMAIL.to_owned(),
        PASSWORD.to_owned(),
        "a wrong one, typed".to_owned(),
    ];
    let id = account_of(&setting.world, EMAIL).await.unwrap().patient;
    secrets.push(id.as_str().to_owned());
    for name in [SESSION, "baton_patient_known", "baton_patient_csrf"] {
        secrets.push(browser.cookie(name).unwrap());
    }
    let stranger = Browser::new(&router);
    stranger.patient_signs_in(EMAIL, "a wrong one, typed").await;
    stranger.patient_signs_up(EMAIL, PASSWORD).await;
    for refused in [true, false] {
        let grant_url = browser.fill("/patient/connect", &[]).await;
        let grant_url = grant_url.leads_to();
        let back = if refused {
            Fake::refuse(grant_url, "access_denied")
        } else {
            setting.pkb.approve(grant_url, AMY)
        };
        let query = url::Url::parse("http://gateway.test").unwrap();
        let query = query.join(&back).unwrap();
        for (name, value) in query.query_pairs() {
            if name != "error" {
                secrets.push(value.into_owned());
            }
        }
        browser.get(&back).await.leads_to();
        assert_eq!(stranger.get(&back).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(browser.get(&back).await.status, StatusCode::BAD_REQUEST);
    }
    secrets.push(browser.cookie(SESSION).unwrap());
    browser.get("/patient/details").await;
    browser.fill("/patient/details", &[]).await.leads_to();
    let fields = [("password", PASSWORD), ("new", "a new one, typed")];
    browser
        .fill("/patient/change-password", &fields)
        .await
        .leads_to();
    secrets.push("a new one, typed".to_owned());
    let fields = [("password", "a new one, typed")];
    browser
        .fill("/patient/delete-account", &fields)
        .await
        .leads_to();
    secrets.extend(setting.pkb.secrets());
    let person = AMY.reference.strip_prefix("Patient/").unwrap();
    for of_person in [
        person,
        AMY.name,
        AMY.nhs_number,
        "Featherstonehaugh",
        "AA1 1AA",
    ] {
        secrets.push(of_person.to_owned());
    }
    let logged = log.text();
    assert!(logged.contains("answered"), "the log is caught");
    for secret in &secrets {
        for shape in shapes(secret) {
            let shown = String::from_utf8_lossy(&shape);
            assert!(!holds(logged.as_bytes(), &shape), "{shown} is in the log");
        }
    }
}
