//! Reads that are passed on, and what PKB's refusals say of a token.

use super::fake::{AMY, DataFault};
use super::setting::{Setting, read, stands};
use axum::http::StatusCode;

const OVER: DataFault = DataFault::Code(401, "ACC_TOKEN_EXPIRED");
const BAD: DataFault = DataFault::Code(401, "BAD_AUTHENTICATION");

#[tokio::test]
async fn a_read_goes_to_pkb_as_it_is_and_its_answer_comes_back() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    let answer = read(&running.product, "amy").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["of"], AMY.reference);
    let (path, accept) = setting.pkb.reads().pop().unwrap();
    assert_eq!(path, "/fhir/Observation?date=gt2026");
    assert!(accept.contains("application/fhir+json"));
    for fault in [
        DataFault::Says(401),
        DataFault::Says(404),
        DataFault::Says(500),
        DataFault::Code(403, "ACCESS_FROZEN_OUTWARD"),
        DataFault::Code(403, "USER_TYPE_NOT_PERM"),
        DataFault::Code(400, "SOMETHING_NEW"),
    ] {
        setting.pkb.next_data([fault]);
        let answer = read(&running.product, "amy").await;
        match fault {
            DataFault::Says(status) => {
                assert_eq!(answer.status.as_u16(), status);
                assert_eq!(answer.text, "for no reason");
            }
            DataFault::Code(status, code) => {
                assert_eq!(answer.status.as_u16(), status);
                assert!(answer.text.contains(code));
            }
        }
    }
    assert_eq!(setting.pkb.refreshes(), 0);
    assert_eq!(stands(&running.product, "amy").await, "linked");
    running.stop().await;
}

#[tokio::test]
async fn a_token_that_has_run_out_is_renewed_once_and_asked_with_once_more() {
    for fault in [OVER, BAD] {
        let setting = Setting::new().await;
        let running = setting.start().await;
        setting.link(&running, "amy", AMY).await;
        setting.pkb.next_data([fault]);
        let before = setting.pkb.reads().len();
        assert_eq!(
            read(&running.product, "amy").await.status,
            StatusCode::OK,
            "{fault:?}"
        );
        assert_eq!(setting.pkb.refreshes(), 1);
        assert_eq!(setting.pkb.reads().len(), before + 2);
        assert_eq!(setting.pkb.reused(), 0);
        running.stop().await;
    }
}

#[tokio::test]
async fn a_new_token_that_is_said_to_have_run_out_is_no_reason_for_another() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.pkb.set_data(Some(("Observation", OVER)));
    for _ in 0..3 {
        let answer = read(&running.product, "amy").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(setting.pkb.refreshes(), 1);
    // A minute later it may be another matter.
    setting.world.pass(jiff::SignedDuration::from_secs(61));
    let answer = read(&running.product, "amy").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(setting.pkb.refreshes(), 2);
    assert_eq!(stands(&running.product, "amy").await, "linked");
    running.stop().await;
}

#[tokio::test]
async fn a_new_token_that_is_taken_nowhere_needs_the_patient() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.pkb.set_data(Some(("", BAD)));
    let answer = read(&running.product, "amy").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(setting.pkb.refreshes(), 1);
    let told = setting.told("amy").await;
    assert_eq!(
        told,
        ["pending", "linked", "needs-reauthorisation: not-accepted"]
    );
    running.stop().await;
}

#[tokio::test]
async fn one_path_that_takes_no_token_ends_no_link_and_spends_one_refresh() {
    for fault in [BAD, DataFault::Code(403, "BAD_AUTHENTICATION")] {
        let setting = Setting::new().await;
        let running = setting.start().await;
        setting.link(&running, "amy", AMY).await;
        setting.pkb.set_data(Some(("Observation", fault)));
        for _ in 0..5 {
            let answer = read(&running.product, "amy").await;
            assert!(
                answer.text.contains("BAD_AUTHENTICATION"),
                "{}",
                answer.text
            );
        }
        assert_eq!(setting.pkb.refreshes(), 1);
        assert_eq!(stands(&running.product, "amy").await, "linked");
        running.stop().await;
    }
}

#[tokio::test]
async fn a_session_that_is_over_needs_the_patient_and_no_refresh() {
    for code in ["API_SESSION_EXPIRED", "API_SESSION_INVALID"] {
        let setting = Setting::new().await;
        let running = setting.start().await;
        setting.link(&running, "amy", AMY).await;
        setting.pkb.next_data([DataFault::Code(401, code)]);
        let answer = read(&running.product, "amy").await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert_eq!(
            stands(&running.product, "amy").await,
            "needs-reauthorisation: session-over"
        );
        assert_eq!(setting.pkb.refreshes(), 0);
        assert_eq!(setting.tokens("amy").await, None);
        running.stop().await;
    }
}

#[tokio::test]
async fn details_are_read_under_the_same_rules() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    let path = "/v1/patients/amy/link/refresh-details";
    for (fault, status, refreshes) in [
        (OVER, 200, 1),
        (DataFault::Code(403, "ACCESS_FROZEN_OUTWARD"), 403, 1),
        (DataFault::Says(503), 503, 1),
        (DataFault::Code(401, "API_SESSION_EXPIRED"), 409, 1),
    ] {
        setting.pkb.next_data([fault]);
        let answer = running.product.post(path, None).await;
        assert_eq!(answer.status.as_u16(), status, "{fault:?} {}", answer.text);
        assert_eq!(setting.pkb.refreshes(), refreshes, "{fault:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_token_without_a_life_does_no_harm() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.pkb.set_life(0);
    let (callback, _) = setting.begin(&running, "amy", AMY).await;
    // It has run out before it can be asked whose it is.
    let answer = setting.back(&running, &callback).await;
    assert_eq!(super::setting::result(&answer).unwrap_err(), "failed");
    setting.pkb.set_life(600);
    setting.link(&running, "amy", AMY).await;
    setting.pkb.set_life(0);
    setting.token_ends();
    let answer = read(&running.product, "amy").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    // One for the read, one for its second try, and those that are due at once because their pair was used.
    setting.world.a_moment().await;
    assert!(setting.pkb.refreshes() <= 5);
    assert_eq!(
        (
            setting.pkb.reused(),
            stands(&running.product, "amy").await.as_str()
        ),
        (0, "linked")
    );
    running.stop().await;
}
