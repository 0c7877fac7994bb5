//! What the guard lets through.

use super::*;
use model::entropy::SeededEntropy;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut out = HeaderMap::new();
    for (name, value) in pairs {
        out.append(*name, HeaderValue::from_str(value).unwrap());
    }
    out
}

#[test]
fn a_form_made_for_this_browser_holds_and_no_other() {
    let csrf = Csrf::new("t");
    let made = csrf.token(&HeaderMap::new(), &SeededEntropy::new(7));
    assert!(made.set_cookie.is_some());
    let browser = headers(&[("cookie", &format!("t={}", made.value))]);
    assert!(csrf.holds(&browser, &made.value));
    assert!(!csrf.holds(&browser, ""));
    assert!(!csrf.holds(&HeaderMap::new(), &made.value));
    assert!(!csrf.holds(&headers(&[("cookie", "t=")]), ""));
}

#[test]
fn the_token_stays_the_same_while_the_browser_keeps_it() {
    let csrf = Csrf::new("t");
    let made = csrf.token(&HeaderMap::new(), &SeededEntropy::new(7));
    let again = csrf.token(
        &headers(&[("cookie", &format!("t={}", made.value))]),
        &SeededEntropy::new(8),
    );
    assert_eq!(again.value, made.value);
    assert!(again.set_cookie.is_none());
}

#[test]
fn the_browsers_word_decides() {
    let cases: &[(&[(&'static str, &str)], bool)] = &[
        (&[], true),
        (&[("sec-fetch-site", "same-origin")], true),
        (&[("sec-fetch-site", "none")], true),
        (&[("sec-fetch-site", "cross-site")], false),
        (&[("sec-fetch-site", "same-site")], false),
        (
            &[
                ("origin", "http://127.0.0.1:5000"),
                ("host", "127.0.0.1:5000"),
            ],
            true,
        ),
        (
            &[
                ("origin", "http://127.0.0.1:8080"),
                ("host", "127.0.0.1:5000"),
            ],
            false,
        ),
        (&[("origin", "null"), ("host", "127.0.0.1:5000")], false),
    ];
    for (pairs, expected) in cases {
        assert_eq!(same_site(&headers(pairs)), *expected, "{pairs:?}");
    }
}
