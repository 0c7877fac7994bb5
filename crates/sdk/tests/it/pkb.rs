//! The client of PKB: what is sent, what comes of each answer, and that nothing is sent twice.

mod failures;
mod line;
mod raw;
mod reading;
mod stranger;

use crate::server::{Answer, Server};
use model::Secret;
use sdk::pkb::{AuthorizeRequest, ExchangeCode, PkbClient, Tokens};
use std::collections::BTreeMap;

const TOKENS: &str = r#"{"access_token":"a-1","token_type":"Bearer","expires_in":600,"refresh_token":"r-1","scope":"PATIENT"}"#;

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn form(body: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

#[test]
fn the_authorise_address_has_the_documented_parameters() {
    let pkb = PkbClient::new("https://pkb.example/").unwrap();
    let mut request = AuthorizeRequest {
        client_id: "our client",
        redirect_uri: "https://app.example/cb?x=1&y=2",
        scope: "PATIENT",
        state: "s&t",
        challenge: None,
    };
    let url = pkb.authorize_url(&request);
    assert!(
        url.as_str()
            .starts_with("https://pkb.example/apiAuthorize.action?")
    );
    let mut expected = map(&[
        ("response_type", "code"),
        ("client_id", "our client"),
        ("redirect_uri", "https://app.example/cb?x=1&y=2"),
        ("scope", "PATIENT"),
        ("state", "s&t"),
    ]);
    assert_eq!(form(url.query().unwrap().as_bytes()), expected);
    request.challenge = Some("abc");
    expected.extend(map(&[
        ("code_challenge", "abc"),
        ("code_challenge_method", "S256"),
    ]));
    let url = pkb.authorize_url(&request);
    assert_eq!(form(url.query().unwrap().as_bytes()), expected);
    assert_eq!(format!("{request:?}"), "AuthorizeRequest(…)");
}

#[tokio::test]
async fn a_code_is_handed_in_with_what_it_is_bound_to() {
    let server = Server::with([Answer::json(200, TOKENS), Answer::json(200, TOKENS)]).await;
    let pkb = PkbClient::new(&server.url).unwrap();
    let mut code = ExchangeCode {
        client_id: "our-client",
        code: "c+d",
        redirect_uri: "http://127.0.0.1/cb",
        verifier: None,
    };
    let tokens = pkb.exchange(&code).await.unwrap();
    let expected = Tokens {
        access: secret("a-1"),
        expires_in: 600,
        refresh: Some(secret("r-1")),
        scope: Some("PATIENT".to_owned()),
    };
    assert_eq!(tokens, expected);
    let asked = server.asked();
    assert_eq!(
        (asked.method.as_str(), asked.uri.path()),
        ("POST", "/apiToken.action")
    );
    assert_eq!(
        asked.headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert!(!asked.headers.contains_key("authorization"));
    let mut sent = map(&[
        ("grant_type", "authorization_code"),
        ("client_id", "our-client"),
        ("code", "c+d"),
        ("redirect_uri", "http://127.0.0.1/cb"),
    ]);
    assert_eq!(form(&asked.body), sent);
    code.verifier = Some("v");
    pkb.exchange(&code).await.unwrap();
    sent.extend(map(&[("code_verifier", "v")]));
    assert_eq!(form(&server.asked().body), sent);
    let printed = format!("{code:?} {tokens:?} {pkb:?}");
    for hidden in ["c+d", "a-1", "r-1", "/cb"] {
        assert!(!printed.contains(hidden), "{printed}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_handed_in_and_may_be_the_last() {
    let last = r#"{"access_token":"a-2","token_type":"bearer","expires_in":0}"#;
    let server = Server::with([Answer::json(200, last)]).await;
    let pkb = PkbClient::new(&server.url).unwrap();
    let tokens = pkb.refresh("our-client", &secret("r-1")).await.unwrap();
    assert_eq!((tokens.expires_in, tokens.refresh), (0, None));
    let sent = map(&[
        ("grant_type", "refresh_token"),
        ("client_id", "our-client"),
        ("refresh_token", "r-1"),
        ("scope", "PATIENT"),
    ]);
    assert_eq!(form(&server.asked().body), sent);
}

#[test]
fn an_address_must_be_one() {
    for bad in [
        "",
        "pkb.example",
        "ftp://pkb.example",
        "https://pkb.example?x",
    ] {
        assert!(PkbClient::new(bad).is_err(), "{bad}");
    }
}
