//! Access codes: short, for a minute, for one system, once.

use crate::clinic::clinic;
use serde_json::json;
use wire::paths::{partner, practice as paths};
use wire::practice::NewCode;

#[tokio::test]
async fn a_code_has_eight_characters_without_look_alikes_and_lives_sixty_seconds() {
    let clinic = clinic().await;
    let code: NewCode = clinic
        .okafor
        .post(&clinic.world, paths::CODES, "")
        .await
        .json();
    assert_eq!(code.expires_at, "2026-11-21T12:01:00Z");
    assert_eq!(code.access_code.len(), 8);
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    assert!(
        code.access_code
            .chars()
            .all(|c| fits(c) && !"01OIL".contains(c))
    );
}

#[tokio::test]
async fn a_code_becomes_a_token_once() {
    let clinic = clinic().await;
    let code = clinic.code().await;
    let answer = clinic.partner.exchange(&clinic.world, &code).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = answer.value()["token"].as_str().unwrap().to_owned();
    assert_eq!(uuid::Uuid::parse_str(&token).unwrap().get_version_num(), 4);
    assert_eq!(
        clinic
            .partner
            .verify(&clinic.world, &token)
            .await
            .status
            .as_u16(),
        200
    );
    let again = clinic.partner.exchange(&clinic.world, &code).await;
    assert_eq!(again.faults(), ["accessCode"]);
    assert!(!again.text().contains(&code));
    assert_eq!(
        clinic
            .partner
            .verify(&clinic.world, &token)
            .await
            .status
            .as_u16(),
        200
    );
}

#[tokio::test]
async fn a_code_is_read_in_either_case_and_not_after_its_minute() {
    let clinic = clinic().await;
    let code = clinic.code().await.to_lowercase();
    clinic.wait(59);
    assert_eq!(
        clinic
            .partner
            .exchange(&clinic.world, &code)
            .await
            .status
            .as_u16(),
        200
    );
    let code = clinic.code().await;
    clinic.wait(60);
    assert_eq!(
        clinic.partner.exchange(&clinic.world, &code).await.faults(),
        ["accessCode"]
    );
}

#[tokio::test]
async fn whatever_is_wrong_with_a_code_the_answer_is_the_same() {
    let clinic = clinic().await;
    let mut answers = Vec::new();
    let used = clinic.code().await;
    assert_eq!(
        clinic
            .partner
            .exchange(&clinic.world, &used)
            .await
            .status
            .as_u16(),
        200
    );
    for code in ["AAAAAAAA", &used, "short", "far too long for a code"] {
        let answer = clinic.partner.exchange(&clinic.world, code).await;
        answers.push(answer.problem().invalid_parameters);
        assert_eq!(answer.faults(), ["accessCode"]);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    for body in [
        json!({}),
        json!({ "accessCode": null }),
        json!({ "accessCode": 7 }),
        json!({ "accessCode": ["A"] }),
    ] {
        let request = clinic
            .partner
            .posting(partner::ACCESS_TOKEN, body.to_string());
        let answer = clinic.world.call(request).await;
        assert_eq!(answer.faults(), ["accessCode"], "{body}");
    }
}

#[tokio::test]
async fn five_wrong_codes_in_a_minute_stop_this_system_and_no_other() {
    let clinic = clinic().await;
    let other = clinic.world.integrator("Other System").await;
    for guess in ["AAAAAAA2", "AAAAAAA3", "", "AAAAAAA5", "nonsense!"] {
        let answer = clinic.partner.exchange(&clinic.world, guess).await;
        assert_eq!(answer.status.as_u16(), 400, "{}", answer.text());
    }
    let good = clinic.code().await;
    let stopped = clinic.partner.exchange(&clinic.world, &good).await;
    assert_eq!(stopped.refused(), (429, "too-many-requests".to_owned()));
    let wait: i64 = stopped.header("retry-after").parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    assert_eq!(
        clinic
            .partner
            .get(&clinic.world, partner::TEST)
            .await
            .status
            .as_u16(),
        200
    );
    assert_eq!(
        other.exchange(&clinic.world, &good).await.status.as_u16(),
        200
    );
    clinic.wait(wait);
    let good = clinic.code().await;
    assert_eq!(
        clinic
            .partner
            .exchange(&clinic.world, &good)
            .await
            .status
            .as_u16(),
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_that_many_bring_at_once_makes_one_token() {
    let clinic = clinic().await;
    let code = clinic.code().await;
    let mut partners = Vec::new();
    for n in 0..12 {
        partners.push(clinic.world.integrator(&format!("System {n}")).await);
    }
    let answers = partners
        .iter()
        .map(|partner| partner.exchange(&clinic.world, &code));
    let answers = futures_util::future::join_all(answers).await;
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer.status.as_u16() == 200)
            .count(),
        1
    );
}
