//! Whose record it is: who may be linked to what, by whose word, and what an end destroys.

use super::fake::{AMY, BOB, DOCTOR, DataFault, TokenFault};
use super::setting::{Setting, confirm, grant_url, id, patient, read, result, stands};
use axum::http::{StatusCode, header};
use jiff::SignedDuration;
use serde_json::json;

#[tokio::test]
async fn a_link_is_made_by_the_word_of_the_patients_own_session() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let (callback, _) = setting.begin(&running, "amy", AMY).await;
    let done = result(&setting.back(&running, &callback).await).unwrap();
    assert_eq!(stands(&running.product, "amy").await, "pending");
    let confirmed = confirm(&running.product, "amy", &done).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text);
    let amy = patient(&running.product, "amy").await;
    assert_eq!(
        amy["link"]["publicId"],
        AMY.reference.strip_prefix("Patient/").unwrap()
    );
    assert_eq!(amy["demographics"]["firstName"], AMY.name);
    assert_eq!(amy["demographics"]["nhsNumber"], AMY.nhs_number);
    assert_eq!(amy["demographics"]["readAt"], "2026-11-21T12:00:00Z");
    assert_eq!(setting.told("amy").await, ["pending", "linked"]);
    // A result works once.
    let again = confirm(&running.product, "amy", &done).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(
        again.json()["type"],
        "http://gateway.test/problems/link-refused"
    );
    running.stop().await;
}

#[tokio::test]
async fn what_one_person_began_and_another_approved_comes_to_nothing() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    // Bob begins, and has Amy approve; she comes back to the product in her own session.
    let (callback, _) = setting.begin(&running, "bob", AMY).await;
    let done = result(&setting.back(&running, &callback).await).unwrap();
    running.product.put("/v1/patients/amy").await;
    let refused = confirm(&running.product, "amy", &done).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(
        setting.told("bob").await,
        ["pending", "link-failed: not-theirs"]
    );
    // Not for Bob either, afterwards: the tokens are gone.
    let refused = confirm(&running.product, "bob", &done).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    for name in ["amy", "bob"] {
        assert_eq!(stands(&running.product, name).await, "none");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_result_is_good_for_ten_minutes() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let (callback, _) = setting.begin(&running, "amy", AMY).await;
    let done = result(&setting.back(&running, &callback).await).unwrap();
    setting.world.pass(SignedDuration::from_secs(600));
    let late = confirm(&running.product, "amy", &done).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    for unknown in ["", "x", &"x".repeat(5000)] {
        let answer = confirm(&running.product, "amy", unknown).await;
        assert!(answer.status.is_client_error(), "{}", answer.text);
    }
    running.stop().await;
}

#[tokio::test]
async fn who_is_not_a_patient_is_not_linked() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let (callback, _) = setting.begin(&running, "amy", DOCTOR).await;
    assert_eq!(
        result(&setting.back(&running, &callback).await).unwrap_err(),
        "failed"
    );
    assert_eq!(
        setting.told("amy").await,
        ["pending", "link-failed: not-a-patient"]
    );
    running.stop().await;
}

#[tokio::test]
async fn who_is_frozen_at_pkb_hears_that() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting
        .pkb
        .next_data([DataFault::Code(403, "ACCESS_FROZEN_OUTWARD")]);
    let (callback, _) = setting.begin(&running, "amy", AMY).await;
    assert_eq!(
        result(&setting.back(&running, &callback).await).unwrap_err(),
        "failed"
    );
    assert_eq!(
        setting.told("amy").await,
        ["pending", "link-failed: frozen"]
    );
    running.stop().await;
}

#[tokio::test]
async fn a_record_has_one_account_and_an_account_one_record() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    for (account, person, why) in [
        ("bob", AMY, "linked-elsewhere"),
        ("amy", BOB, "another-person"),
    ] {
        let (callback, _) = setting.begin(&running, account, person).await;
        let done = result(&setting.back(&running, &callback).await).unwrap();
        let refused = confirm(&running.product, account, &done).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{account}");
        let told = setting.told(account).await;
        assert_eq!(told.last().unwrap(), &format!("link-failed: {why}"));
    }
    assert_eq!(stands(&running.product, "amy").await, "linked");
    assert_eq!(stands(&running.product, "bob").await, "none");
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    running.stop().await;
}

#[tokio::test]
async fn a_pair_that_needs_reauthorisation_stays_a_pair_until_it_is_ended() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.pkb.end_sessions();
    assert_eq!(
        read(&running.product, "amy").await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        stands(&running.product, "amy").await,
        "needs-reauthorisation: session-over"
    );
    for (account, person) in [("bob", AMY), ("amy", BOB)] {
        let (callback, _) = setting.begin(&running, account, person).await;
        let done = result(&setting.back(&running, &callback).await).unwrap();
        let refused = confirm(&running.product, account, &done).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{account}");
    }
    // The same person may come back, and whoever it was ended for may be anybody's.
    setting.link(&running, "amy", AMY).await;
    let ended = running.product.delete("/v1/patients/amy/link").await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    setting.link(&running, "bob", AMY).await;
    setting.link(&running, "amy", BOB).await;
    running.stop().await;
}

#[tokio::test]
async fn an_end_destroys_tokens_and_details() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    let ended = running.product.delete("/v1/patients/amy/link").await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    let twice = running.product.delete("/v1/patients/amy/link").await;
    assert_eq!(twice.status, StatusCode::NO_CONTENT);
    let amy = patient(&running.product, "amy").await;
    assert_eq!(amy["link"]["state"], "unlinked");
    assert!(amy["link"]["publicId"].is_null() && amy["demographics"].is_null());
    assert_eq!(setting.tokens("amy").await, None);
    assert_eq!(setting.told("amy").await, ["pending", "linked", "unlinked"]);
    let read = read(&running.product, "amy").await;
    assert_eq!(read.status, StatusCode::CONFLICT);
    assert_eq!(
        read.json()["type"],
        "http://gateway.test/problems/link-needed"
    );
    running.stop().await;
}

#[tokio::test]
async fn without_whose_it_is_there_is_no_link_and_without_details_there_is() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting
        .pkb
        .set_data(Some(("purview", DataFault::Says(500))));
    let (callback, _) = setting.begin(&running, "amy", AMY).await;
    assert_eq!(
        result(&setting.back(&running, &callback).await).unwrap_err(),
        "failed"
    );
    assert_eq!(
        setting.told("amy").await,
        ["pending", "link-failed: not-reached"]
    );
    setting
        .pkb
        .set_data(Some(("users/self", DataFault::Says(500))));
    setting.link(&running, "amy", AMY).await;
    assert!(patient(&running.product, "amy").await["demographics"].is_null());
    // They are read later.
    let path = "/v1/patients/amy/link/refresh-details";
    let failed = running.product.post(path, None).await;
    assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE);
    setting.pkb.set_data(None);
    setting.world.pass(SignedDuration::from_secs(60));
    let done = running.product.post(path, None).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(done.json()["demographics"]["firstName"], AMY.name);
    assert_eq!(
        done.json()["demographics"]["readAt"],
        "2026-11-21T12:01:00Z"
    );
    running.stop().await;
}

#[tokio::test]
async fn whose_it_is_is_asked_again_where_pkb_fails_for_a_moment() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting
        .pkb
        .next_data([DataFault::Says(503), DataFault::Says(502)]);
    setting.link(&running, "amy", AMY).await;
    running.stop().await;
}

#[tokio::test]
async fn a_code_that_pkb_does_not_exchange_makes_no_link() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    for (fault, why) in [
        (
            TokenFault::Says(400, Some("invalid_grant"), None),
            "refused-by-pkb",
        ),
        (
            TokenFault::Says(401, Some("invalid_client"), None),
            "refused-by-pkb",
        ),
        (TokenFault::Says(503, None, None), "not-reached"),
        (TokenFault::Lost, "not-reached"),
        (TokenFault::Rubbish, "not-reached"),
    ] {
        setting.pkb.next_tokens([fault]);
        let before = setting.pkb.exchanges();
        let (callback, _) = setting.begin(&running, "amy", AMY).await;
        assert_eq!(
            result(&setting.back(&running, &callback).await).unwrap_err(),
            "failed"
        );
        let told = setting.told("amy").await;
        assert_eq!(
            told.last().unwrap(),
            &format!("link-failed: {why}"),
            "{fault:?}"
        );
        assert_eq!(setting.pkb.exchanges(), before + 1);
    }
    assert_eq!(setting.pkb.reused(), 0);
    running.stop().await;
}

#[tokio::test]
async fn a_link_without_a_refresh_token_is_at_risk_from_the_start() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.pkb.next_tokens([TokenFault::LastToken]);
    setting.link(&running, "amy", AMY).await;
    assert_eq!(
        setting.told("amy").await,
        ["pending", "linked", "at-risk: last-token"]
    );
    let amy = patient(&running.product, "amy").await;
    assert_eq!(amy["link"]["atRisk"]["endsAt"], "2026-11-21T12:09:30Z");
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    // It ends by itself, and is told without anybody asking.
    setting.token_ends();
    setting
        .world
        .until("the link has lapsed", async || {
            setting.tokens("amy").await.is_none()
        })
        .await;
    assert_eq!(
        stands(&running.product, "amy").await,
        "needs-reauthorisation: token-over"
    );
    assert_eq!(setting.pkb.refreshes(), 0);
    running.stop().await;
}

#[tokio::test]
async fn nobody_confirms_for_a_patient_who_is_not_there() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let body = json!({ "returnUrl": "https://product.example/back" });
    let begun = running
        .product
        .post("/v1/patients/nobody/link", Some(body))
        .await;
    assert_eq!(begun.status, StatusCode::NOT_FOUND);
    // One who is deleted meanwhile comes back to nothing.
    let (callback, _) = setting.begin(&running, "amy", AMY).await;
    let done = result(&setting.back(&running, &callback).await).unwrap();
    let deleted = running.product.delete("/v1/patients/amy").await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    let answer = confirm(&running.product, "amy", &done).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(
        setting
            .world
            .store
            .patients
            .get(&id("amy"))
            .await
            .unwrap()
            .is_none()
    );
    running.stop().await;
}

#[tokio::test]
async fn a_gateway_without_pkb_says_so() {
    let setting = Setting::new().await;
    let running = setting.start_with(|config| config.pkb = None).await;
    running.product.put("/v1/patients/amy").await;
    let body = json!({ "returnUrl": "https://product.example/back" });
    let begun = running
        .product
        .post("/v1/patients/amy/link", Some(body))
        .await;
    assert_eq!(begun.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        read(&running.product, "amy").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    running.stop().await;
}

#[tokio::test]
async fn a_patient_may_link_again_while_linked_and_has_the_new_tokens() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    let first = setting.tokens("amy").await.unwrap().generation;
    let grant = grant_url(&running.product, "amy").await;
    assert_eq!(stands(&running.product, "amy").await, "linked");
    let callback = setting.pkb.approve(&grant, AMY);
    let done = result(&setting.back(&running, &callback).await).unwrap();
    assert_eq!(
        confirm(&running.product, "amy", &done).await.status,
        StatusCode::OK
    );
    assert!(setting.tokens("amy").await.unwrap().generation > first);
    running.stop().await;
}

#[tokio::test]
async fn an_end_ends_what_is_under_way_too() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let end = async || {
        let ended = running.product.delete("/v1/patients/amy/link").await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
    };
    // Where there is no link yet: one at PKB, and one that waits for the product's word.
    let (at_pkb, _) = setting.begin(&running, "amy", AMY).await;
    let (back, _) = setting.begin(&running, "amy", AMY).await;
    let waits = result(&setting.back(&running, &back).await).unwrap();
    assert_eq!(stands(&running.product, "amy").await, "pending");
    end().await;
    end().await;
    assert_eq!(stands(&running.product, "amy").await, "none");
    let gone = setting.back(&running, &at_pkb).await;
    assert_eq!(gone.status, StatusCode::BAD_REQUEST);
    let refused = confirm(&running.product, "amy", &waits).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json()["reason"], "no-such-result");
    let cancelled = "link-failed: cancelled";
    let mut told = vec!["pending", "pending", cancelled];
    assert_eq!(setting.told("amy").await, told);
    // And beside a link.
    setting.link(&running, "amy", AMY).await;
    let (back, _) = setting.begin(&running, "amy", AMY).await;
    let waits = result(&setting.back(&running, &back).await).unwrap();
    end().await;
    let refused = confirm(&running.product, "amy", &waits).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(stands(&running.product, "amy").await, "unlinked");
    told.extend(["pending", "linked", "unlinked"]);
    assert_eq!(setting.told("amy").await, told);
    assert_eq!(setting.tokens("amy").await, None);
    running.stop().await;
}

#[tokio::test]
async fn a_product_reads_why_there_is_no_link() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let (callback, _) = setting.begin(&running, "amy", DOCTOR).await;
    let answer = setting.back(&running, &callback).await;
    let to = answer.header(header::LOCATION);
    assert!(to.ends_with("error=failed&reason=not-a-patient"), "{to}");
    setting.link(&running, "amy", AMY).await;
    let (callback, _) = setting.begin(&running, "amy", BOB).await;
    let done = result(&setting.back(&running, &callback).await).unwrap();
    let refused = confirm(&running.product, "amy", &done).await;
    assert_eq!(refused.json()["reason"], "another-person");
    running.stop().await;
}

#[tokio::test]
async fn an_idle_link_is_at_risk_before_its_session_ends() {
    let setting = Setting::new().await;
    let running = setting
        .start_with(|config| {
            let mut pkb = setting.config();
            pkb.session_length = Some(SignedDuration::from_hours(12));
            config.pkb = Some(pkb);
        })
        .await;
    setting.link(&running, "amy", AMY).await;
    // The last tenth of it; an idle link would be renewed after a day.
    setting.world.pass(SignedDuration::from_mins(10 * 60 + 49));
    let told = async || setting.told("amy").await;
    setting
        .world
        .until("it is told", async || {
            told().await == ["pending", "linked", "at-risk: session-ending"]
        })
        .await;
    assert_eq!(setting.pkb.refreshes(), 1);
    running.stop().await;
}
