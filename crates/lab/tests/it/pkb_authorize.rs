//! The page that asks: whom it asks, what it refuses, and where the browser goes.

use crate::pkb_world::{
    APP, CALLBACK, CHALLENGE, OTHER, PkbWorld, clinician, encoded, parameter, patient, usual, with,
};
use axum::http::StatusCode;
use url::Url;

#[tokio::test]
async fn the_page_names_owner_product_and_what_is_asked_and_has_a_labelled_form() {
    let world = PkbWorld::documented();
    let page = world.page(&usual()).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for part in [
        "Share your record with Riverside Health &lt;app&gt;?",
        "Riverside Pharmacy Ltd",
        "contact details and NHS number",
        "90 days",
        "for=\"email\"",
        "autocomplete=\"username\"",
        "for=\"password\"",
        "autocomplete=\"current-password\"",
        "Approve",
        "Deny",
        "never your own",
        "name=\"state\" value=\"xyz\"",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("<app>"));
    assert_eq!(text.matches("<h1").count(), 1);
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("x-frame-options"), "DENY");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
    assert!(policy.ends_with("form-action 'self' http: https:"));
    assert!(page.header("set-cookie").starts_with("pkb_sandbox_form="));
}

#[tokio::test]
async fn approving_sends_the_browser_back_with_a_code_and_the_state() {
    let world = PkbWorld::documented();
    let user = patient();
    let query = with(&[("state", "a b&c=d+é")]);
    let answer = world
        .press(
            &query,
            &user.email.to_uppercase(),
            &user.password,
            "approve",
        )
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    let location = Url::parse(answer.header("location")).unwrap();
    assert!(location.as_str().starts_with(CALLBACK));
    assert_eq!(parameter(&location, "state").unwrap(), "a b&c=d+é");
    assert_eq!(parameter(&location, "code").unwrap().len(), 43);
    assert_eq!(world.count("authorised").await, 1);
}

#[tokio::test]
async fn no_state_is_sent_back_when_none_came() {
    let world = PkbWorld::documented();
    let location = world.approve(&with(&[("state", "")]), &patient()).await;
    assert_eq!(parameter(&location, "state"), None);
    assert!(parameter(&location, "code").is_some());
}

#[tokio::test]
async fn denying_needs_no_sign_in_and_tells_the_app() {
    let world = PkbWorld::documented();
    let answer = world.press(&usual(), "", "", "deny").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let location = Url::parse(answer.header("location")).unwrap();
    assert!(location.as_str().starts_with(CALLBACK));
    assert_eq!(parameter(&location, "error").unwrap(), "access_denied");
    assert_eq!(parameter(&location, "state").unwrap(), "xyz");
    assert_eq!(parameter(&location, "code"), None);
    assert_eq!(world.count("denied").await, 1);
}

#[tokio::test]
async fn a_bad_request_is_a_page_and_no_redirect() {
    let world = PkbWorld::documented();
    let long: &'static str = Box::leak("x".repeat(2001).into_boxed_str());
    for (changes, parameter) in [
        (&[("client_id", "")][..], "client_id"),
        (&[("client_id", "nobody")], "client_id"),
        (
            &[("redirect_uri", "https://evil.example/cb")],
            "redirect_uri",
        ),
        (
            &[("redirect_uri", "https://app.example/pkb/callback/../x")],
            "redirect_uri",
        ),
        (&[("redirect_uri", "javascript:alert(1)")], "redirect_uri"),
        (
            &[("client_id", OTHER), ("redirect_uri", "")],
            "redirect_uri",
        ),
        (
            &[
                ("client_id", OTHER),
                ("redirect_uri", "http://localhost:3000/"),
            ],
            "redirect_uri",
        ),
        (&[("response_type", "")], "response_type"),
        (&[("response_type", "token")], "response_type"),
        (&[("scope", "EVERYTHING")], "scope"),
        (&[("scope", "CLINICIAN")], "scope"),
        (&[("scope", "SITE")], "scope"),
        (&[("state", long)], "state"),
        (&[("code_challenge", "short")], "code_challenge"),
        (&[("code_challenge_method", "S256")], "code_challenge"),
        (
            &[
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S1"),
            ],
            "code_challenge_method",
        ),
    ] {
        let query = with(changes);
        for answer in [
            world.page(&query).await,
            world.form("/apiAuthorize.action", &query).await,
        ] {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{changes:?}");
            assert_eq!(answer.header("location"), "");
            let text = answer.text();
            assert!(
                text.contains(&format!("<strong>{parameter}</strong>")),
                "{changes:?}"
            );
            assert!(text.contains("This request can’t be used"));
            assert!(!text.contains("evil.example"), "what was sent is not shown");
        }
    }
    let twice = format!("/apiAuthorize.action?{}&state=2", encoded(&usual()));
    assert_eq!(world.get(&twice).await.status, StatusCode::BAD_REQUEST);
    let nothing = world.get("/apiAuthorize.action").await;
    assert_eq!(nothing.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.count("authorised").await, 0);
}

#[tokio::test]
async fn the_documented_redirect_rules_hold() {
    let world = PkbWorld::documented();
    let user = patient();
    for (client, uri, begins) in [
        (APP, "", "https://app.example/pkb/callback?code="),
        (APP, CALLBACK, "https://app.example/pkb/callback?code="),
        (
            APP,
            "https://app.example/pkb/callback?a=1",
            "https://app.example/pkb/callback?a=1&code=",
        ),
        (
            APP,
            "http://localhost:3000/any",
            "http://localhost:3000/any?code=",
        ),
        (OTHER, CALLBACK, "https://app.example/pkb/callback?code="),
        (OTHER, "riverside://linked", "riverside://linked?code="),
    ] {
        let query = with(&[("client_id", client), ("redirect_uri", uri)]);
        let location = world.approve(&query, &user).await;
        assert!(location.as_str().starts_with(begins), "{location}");
    }
    let query = with(&[("client_id", OTHER), ("redirect_uri", "riverside://linked")]);
    let policy = world.page(&query).await;
    let policy = policy.header("content-security-policy");
    assert!(policy.ends_with("form-action 'self' http: https: riverside:"));
}

#[tokio::test]
async fn strict_wants_state_pkce_and_exact_redirects() {
    let world = PkbWorld::strict();
    let good = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    assert_eq!(world.page(&with(&good)).await.status, StatusCode::OK);
    for (change, parameter) in [
        (("state", ""), "state"),
        (("code_challenge", ""), "code_challenge"),
        (("code_challenge_method", ""), "code_challenge_method"),
        (("code_challenge_method", "plain"), "code_challenge_method"),
        (
            ("redirect_uri", "https://app.example/pkb/callback?a=1"),
            "redirect_uri",
        ),
        (("redirect_uri", "http://localhost:3000/"), "redirect_uri"),
    ] {
        let mut changes = good.to_vec();
        changes.retain(|(name, _)| *name != change.0);
        changes.push(change);
        let answer = world.page(&with(&changes)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{change:?}");
        assert!(
            answer
                .text()
                .contains(&format!("<strong>{parameter}</strong>"))
        );
    }
}

#[tokio::test]
async fn wrong_details_are_told_kindly_and_nobody_goes_anywhere() {
    let world = PkbWorld::documented();
    let user = patient();
    for (email, password, told) in [
        (
            "",
            "",
            &["Enter your email address", "Enter your password"][..],
        ),
        (&user.email, "", &["Enter your password"]),
        (&user.email, "wrong", &["is not right"]),
        ("nobody@example.com", &user.password, &["is not right"]),
    ] {
        let answer = world.press(&usual(), email, password, "approve").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = answer.text();
        assert!(text.contains("There is a problem") && text.contains("<title>Error: "));
        for words in told {
            // In the summary and at the field.
            assert_eq!(text.matches(words).count(), 2, "{words}");
        }
        assert!(text.contains(&format!("value=\"{email}\"")) || email.is_empty());
        assert!(
            !text.contains("value=\"wrong\""),
            "a password isn't shown again"
        );
    }
    assert_eq!(world.count("authorised").await, 0);
}

#[tokio::test]
async fn guessing_passwords_comes_to_an_end() {
    let world = PkbWorld::documented();
    let user = patient();
    for _ in 0..10 {
        world.press(&usual(), &user.email, "wrong", "approve").await;
    }
    let answer = world
        .press(&usual(), &user.email, &user.password, "approve")
        .await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    world.later(600);
    let answer = world
        .press(&usual(), &user.email, &user.password, "approve")
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_of_another_site_or_of_no_page_is_not_taken() {
    let world = PkbWorld::documented();
    let user = patient();
    let mut fields = usual();
    fields.extend([("decision", "approve"), ("csrf", "A".repeat(32).leak())]);
    fields.push(("email", user.email.clone().leak()));
    fields.push(("password", user.password.clone().leak()));
    let answer = world.form("/apiAuthorize.action", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("open too long"));
    let request = axum::http::Request::post("/apiAuthorize.action")
        .header("host", "127.0.0.1:8095")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(encoded(&fields).into());
    let answer = world.call(request.unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(world.count("authorised").await, 0);
}

#[tokio::test]
async fn another_kind_of_user_is_told_so_and_stays() {
    let world = PkbWorld::documented();
    let user = clinician();
    for query in [usual(), with(&[("scope", "")])] {
        let answer = world
            .press(&query, &user.email, &user.password, "approve")
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text().contains("This account can’t be used here"));
        assert!(
            answer
                .text()
                .contains("/apiAuthorize.action?response_type=code")
        );
    }
    let query = with(&[("client_id", "any-app"), ("scope", "")]);
    let answer = world
        .press(&query, &user.email, &user.password, "approve")
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_start_page_says_what_this_is_who_can_sign_in_and_where() {
    let world = PkbWorld::documented();
    let text = world.get("/").await.text();
    let user = patient();
    for part in [
        "It is not Patients Know Best",
        user.email.as_str(),
        user.password.as_str(),
        "http://127.0.0.1:8095/apiAuthorize.action",
        "http://127.0.0.1:8095/apiToken.action",
        APP,
        CALLBACK,
        "as-documented",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let nowhere = world.get("/nowhere").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert!(nowhere.text().contains("Page not found"));
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(world.get(path).await.status, StatusCode::OK, "{path}");
    }
}
