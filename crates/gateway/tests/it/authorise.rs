//! `/authorise/{userId}`: what a practitioner sees, without scripts.

use crate::client::{Answer, Browser, Product};
use crate::fake::Fault;
use crate::users::{happened, product, token_of};
use crate::world::{BASE, World};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jiff::SignedDuration;
use store::gateway::HappeningKind;
use wire::problem::ProblemType;

/// A world with a user, her product, and a browser that followed a link.
async fn visit() -> (World, Product, Browser, String) {
    let world = World::new().await;
    let product = product(&world).await;
    let body = serde_json::json!({ "name": "Dr Ada <Okafor>" });
    product
        .call(axum::http::Method::PUT, "/v1/users/ada", Some(body))
        .await;
    let path = link(&product, "ada").await;
    let browser = Browser::new(&product.router);
    (world, product, browser, path)
}

/// The path and query of a new link.
async fn link(product: &Product, user: &str) -> String {
    let answer = product
        .post(&format!("/v1/users/{user}/authorisation-link"), None)
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(answer.json()["expiresAt"], "2026-11-21T12:15:00Z");
    let url = answer.json()["url"].as_str().unwrap().to_owned();
    url.strip_prefix(BASE).unwrap().to_owned()
}

fn title(answer: &Answer) -> &str {
    let (_, rest) = answer.text.split_once("<title>").unwrap();
    rest.split("</title>").next().unwrap()
}

#[tokio::test]
async fn a_practitioner_gives_permission_sees_it_and_checks_it() {
    let (world, _, browser, path) = visit().await;
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(title(&page), "Enter your access code – Baton gateway");
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    assert!(
        page.header(header::CONTENT_SECURITY_POLICY)
            .contains("default-src 'self'")
    );
    for expected in [
        "Dr Ada &lt;Okafor&gt;",
        "only for 60 seconds",
        "Pre-approved messages",
        "autocomplete=\"off\"",
        "autocapitalize=\"characters\"",
        "spellcheck=\"false\"",
        "inputmode=\"text\"",
    ] {
        assert!(page.text.contains(expected), "{expected}: {}", page.text);
    }
    let sent = browser
        .submit(&page, "code", &[("accessCode", "omo7 - uahg")])
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let done = browser.get(sent.header(header::LOCATION)).await;
    assert_eq!(title(&done), "Permission given – Baton gateway");
    assert_eq!(
        token_of(&world, "ada").await.unwrap().reveal(),
        "token-of-OMO7UAHG"
    );

    let again = browser.get(&path).await;
    assert_eq!(title(&again), "You have given permission – Baton gateway");
    assert!(
        again.text.contains("21 November 2026 at 12:00"),
        "{}",
        again.text
    );
    let checked = browser.submit(&again, "verify", &[]).await;
    assert!(checked.text.contains("still good"), "{}", checked.text);
}

#[tokio::test]
async fn a_withdrawal_that_checking_finds_leads_to_a_new_code() {
    let (world, _, browser, path) = visit().await;
    world.authorised("ada", "t-1").await;
    let page = browser.get(&path).await;
    world.fake.withdraw("t-1");
    let checked = browser.submit(&page, "verify", &[]).await;
    assert!(
        checked.text.contains("you withdrew your permission"),
        "{}",
        checked.text
    );
    let later = browser.get(&path).await;
    assert!(later.text.contains("You withdrew your permission"));
    let sent = browser
        .submit(&later, "code", &[("accessCode", "OMO7UAHG")])
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let expected = [
        HappeningKind::Authorised,
        HappeningKind::Withdrawn,
        HappeningKind::Authorised,
    ];
    assert_eq!(happened(&world).await, expected);
}

#[tokio::test]
async fn an_authorisation_can_be_replaced_and_checking_may_fail() {
    let (world, _, browser, path) = visit().await;
    world.authorised("ada", "t-1").await;
    let page = browser.get(&path).await;
    world.fake.set(Some(Fault::Down));
    let checked = browser.submit(&page, "verify", &[]).await;
    assert_eq!(checked.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        checked.text.contains("We could not check this"),
        "{}",
        checked.text
    );
    world.fake.set(None);
    let replace = browser.get(&format!("{path}&replace=1")).await;
    assert!(
        replace
            .text
            .contains("You gave permission on 21 November 2026"),
        "{}",
        replace.text
    );
    browser
        .submit(&replace, "code", &[("accessCode", "OMO7UAHG")])
        .await;
    assert_eq!(
        token_of(&world, "ada").await.unwrap().reveal(),
        "token-of-OMO7UAHG"
    );
}

#[tokio::test]
async fn every_refusal_is_told_at_the_top_and_at_the_field_with_what_to_do() {
    let (world, _, browser, path) = visit().await;
    for (fault, code, status, words) in [
        (
            None,
            "OMO7",
            422,
            &["8 letters and numbers", "value=\"OMO7\""][..],
        ),
        (
            Some(Fault::Problem(ProblemType::ValidationError)),
            "OMO7UAHG",
            422,
            &["not right", "Make a new code"],
        ),
        (
            Some(Fault::Says(429, Some(42))),
            "OMO7UAHG",
            429,
            &["Wait 42 seconds"],
        ),
        (
            Some(Fault::Down),
            "OMO7UAHG",
            503,
            &["could not reach", "may be used up"],
        ),
        (
            Some(Fault::Problem(ProblemType::Unauthorized)),
            "OMO7UAHG",
            503,
            &["You did nothing wrong"],
        ),
    ] {
        world.fake.set(fault);
        let page = browser.get(&path).await;
        let sent = browser.submit(&page, "code", &[("accessCode", code)]).await;
        assert_eq!(sent.status.as_u16(), status, "{fault:?}");
        assert!(title(&sent).starts_with("Error: "), "{}", title(&sent));
        assert!(sent.text.contains("href=\"#accessCode\""));
        assert!(sent.text.contains("id=\"accessCode-error\""));
        for words in words {
            assert!(sent.text.contains(words), "{words}: {}", sent.text);
        }
        assert!(
            !sent.text.contains("OMO7UAHG"),
            "a code that may work is not shown"
        );
    }
    assert!(happened(&world).await.is_empty());
}

#[tokio::test]
async fn without_a_good_link_nobody_learns_who_is_a_user() {
    let (world, product, browser, path) = visit().await;
    product.put("/v1/users/bob").await;
    let (_, secret) = path.split_once("?t=").unwrap();
    let mut changed = secret.to_owned();
    changed.replace_range(40..41, if &secret[40..41] == "A" { "B" } else { "A" });
    for path in [
        "/authorise/ada".to_owned(),
        "/authorise/nobody".to_owned(),
        "/authorise/ada?t=".to_owned(),
        "/authorise/ada?t=x".to_owned(),
        format!("/authorise/bob?t={secret}"),
        format!("/authorise/nobody?t={secret}"),
        format!("/authorise/ada?t={changed}"),
        format!("/authorise/ada?t={secret}&t={secret}"),
    ] {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(title(&answer), "This page needs a link – Baton gateway");
        assert!(answer.text.contains("authorisation-link"));
    }
    let page = browser.get(&path).await;
    let stolen = browser
        .submit(&page, "code", &[("t", "x"), ("accessCode", "OMO7UAHG")])
        .await;
    assert_eq!(stolen.status, StatusCode::FORBIDDEN);
    world.pass(SignedDuration::from_mins(15) - SignedDuration::from_secs(1));
    assert_eq!(browser.get(&path).await.status, StatusCode::OK);
    world.pass(SignedDuration::from_secs(1));
    let ended = browser.get(&path).await;
    assert_eq!(ended.status, StatusCode::FORBIDDEN);
    assert_eq!(title(&ended), "This link has run out – Baton gateway");
    assert!(happened(&world).await.is_empty());
}

#[tokio::test]
async fn a_link_outlives_a_rotation_of_keys_and_a_user_may_be_gone() {
    let (world, product, browser, path) = visit().await;
    world.vault.rotate().await.unwrap();
    assert_eq!(browser.get(&path).await.status, StatusCode::OK);
    product.delete("/v1/users/ada").await;
    let gone = browser.get(&path).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(
        gone.text.contains("Your account is not set up here"),
        "{}",
        gone.text
    );
}

#[tokio::test]
async fn an_open_page_needs_no_link() {
    let world = World::new().await;
    let mut config = world.config();
    config.open_authorise_page = true;
    let (gateway, _) = world.gateway(config);
    let product = Product {
        router: gateway.router(|router| router),
        bearer: world.bearer().await,
    };
    product.put("/v1/users/a%2Fb").await;
    let browser = Browser::new(&product.router);
    let page = browser.get("/authorise/a%2Fb").await;
    let sent = browser
        .submit(&page, "code", &[("accessCode", "OMO7UAHG")])
        .await;
    assert_eq!(sent.header(header::LOCATION), "/authorise/a%2Fb?done=1");
    assert!(token_of(&world, "a/b").await.is_some());
    let nobody = browser.get("/authorise/nobody").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn another_site_cannot_send_the_form() {
    let (world, _, browser, path) = visit().await;
    let page = browser.get(&path).await;
    let tricked = browser
        .submit(&page, "code", &[("accessCode", "OMO7UAHG"), ("csrf", "x")])
        .await;
    assert_eq!(tricked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        tricked.text.contains("open for too long"),
        "{}",
        tricked.text
    );
    let elsewhere = Request::post(&path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("what=code&accessCode=OMO7UAHG"));
    let refused = browser.send(elsewhere.unwrap()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(happened(&world).await.is_empty());
}
