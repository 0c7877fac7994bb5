//! What is judged without a database: claims, headers, words.

use super::token::judge;
use super::*;
use wire::widgets::{Organisation, UserClaims};

const ISSUER: &str = "https://platform.example";
const AUDIENCE: &str = "https://gateway.example/launch";
const NOW: i64 = 1_800_000_000;

fn claims(change: impl FnOnce(&mut UserClaims)) -> UserClaims {
    let mut claims = UserClaims {
        iss: ISSUER.to_owned(),
        sub: "555000000101".to_owned(),
        aud: AUDIENCE.to_owned(),
        iat: NOW,
        exp: NOW + 60,
        jti: Uuid::nil().to_string(),
        name: "Dr Amara Okafor".to_owned(),
        organisation: Organisation {
            ods_code: "GPPRAC001".to_owned(),
            name: "Riverside".to_owned(),
        },
    };
    change(&mut claims);
    claims
}

fn judged(change: impl FnOnce(&mut UserClaims), later: i64) -> Result<i64, Refused> {
    judge(&claims(change), ISSUER, AUDIENCE, NOW + later)
}

#[test]
fn a_token_is_good_for_a_minute_and_the_skew() {
    assert_eq!(judged(|_| {}, 0), Ok(NOW + 90));
    assert_eq!(judged(|_| {}, 89), Ok(NOW + 90));
    assert_eq!(judged(|_| {}, 90), Err(Refused::Over));
    assert_eq!(judged(|_| {}, -30), Ok(NOW + 90));
    assert_eq!(judged(|_| {}, -31), Err(Refused::Early));
    assert_eq!(judged(|c| c.exp += 1, 0), Err(Refused::NotForUs));
    assert_eq!(judged(|c| c.exp = c.iat, 0), Err(Refused::NotForUs));
}

#[test]
fn a_token_is_for_one_platform_and_one_address() {
    let slash = |c: &mut UserClaims| c.iss.push('/');
    assert_eq!(judged(slash, 0), Ok(NOW + 90));
    let changes: [fn(&mut UserClaims); 4] = [
        |c| c.iss = "https://other.example".to_owned(),
        |c| c.aud = "https://other.example/launch".to_owned(),
        |c| c.aud.push('/'),
        |c| c.aud.clear(),
    ];
    for change in changes {
        assert_eq!(judged(change, 0), Err(Refused::NotForUs));
    }
}

#[test]
fn only_one_token_is_read_and_none_from_another_site() {
    let mut headers = HeaderMap::new();
    let good = Ok("a.b".to_owned());
    assert_eq!(read(&headers, Some("user=a.b")), good);
    assert_eq!(read(&headers, Some("tenant=1&user=a.b&patient=x")), good);
    for query in [
        None,
        Some(""),
        Some("user="),
        Some("user=a&user=b"),
        Some("patient=a"),
    ] {
        assert_eq!(read(&headers, query), Err(Refused::NoToken), "{query:?}");
    }
    headers.insert("sec-fetch-site", HeaderValue::from_static("none"));
    assert_eq!(read(&headers, Some("user=a.b")), good);
    headers.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
    assert_eq!(
        read(&headers, Some("user=a.b")),
        Err(Refused::FromElsewhere)
    );
    headers.insert(
        "sec-purpose",
        HeaderValue::from_static("prefetch;prerender"),
    );
    assert!(is_ahead(&headers));
}

#[test]
fn every_refusal_says_what_to_do() {
    for why in [
        Refused::NoToken,
        Refused::FromElsewhere,
        Refused::NoWidget,
        Refused::NotForUs,
        Refused::UnknownSigner,
        Refused::Over,
        Refused::Early,
        Refused::Again,
        Refused::PlatformSilent,
        Refused::NotLetIn,
        Refused::Ours,
    ] {
        let (status, title, lines) = view::words(why);
        assert!(status.is_client_error() || status.is_server_error());
        assert!(!title.is_empty() && !title.ends_with('.'));
        assert!(!lines.is_empty() && lines.iter().all(|line| line.ends_with('.')));
    }
}
