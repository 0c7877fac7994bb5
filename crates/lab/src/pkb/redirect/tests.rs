//! Which addresses a browser may be sent to, and which not.

use super::*;

fn client(uris: &[&str]) -> UserClient {
    UserClient {
        client_id: "app".to_owned(),
        owner: "Owner".to_owned(),
        product: "Product".to_owned(),
        redirect_uris: uris.iter().map(|&uri| uri.to_owned()).collect(),
        localhost: false,
        user_types: Vec::new(),
    }
}

const ONE: &str = "https://client.example/cb";

fn allowed(client: &UserClient, profile: Profile, sent: &str) -> bool {
    choose(client, profile, Some(sent)).is_ok_and(|found| found.uri == sent && found.sent)
}

#[test]
fn the_only_one_stands_when_none_is_sent() {
    let found = choose(&client(&[ONE]), Profile::AsDocumented, None).unwrap();
    assert_eq!((found.uri.as_str(), found.sent), (ONE, false));
    for uris in [&[][..], &[ONE, "https://client.example/two"]] {
        let found = choose(&client(uris), Profile::AsDocumented, None);
        assert_eq!(found, Err(Fault::Needed));
    }
}

#[test]
fn more_query_parameters_are_for_the_documented_profile() {
    let client = client(&[ONE, "https://client.example/q?a=1"]);
    for (sent, strict) in [
        (ONE, true),
        ("https://client.example/cb?x=1", false),
        ("https://client.example/cb?x=1&y=/a/b", false),
        ("https://client.example/q?a=1", true),
        ("https://client.example/q?a=1&b=2", false),
    ] {
        assert!(allowed(&client, Profile::AsDocumented, sent), "{sent}");
        assert_eq!(allowed(&client, Profile::Strict, sent), strict, "{sent}");
    }
}

#[test]
fn nothing_else_passes_for_a_registered_address() {
    let client = client(&[ONE, "https://client.example/q?a=1"]);
    for sent in [
        "https://client.example/cb/",
        "https://client.example/cb/../evil",
        "https://client.example/cbx",
        "https://client.example/cb#x",
        "https://client.example/cb?x=1#y",
        "https://client.example.evil.example/cb",
        "https://client.example@evil.example/cb",
        "https://evil.example/cb?https://client.example/cb",
        "http://client.example/cb",
        "https://CLIENT.example/cb",
        "https://client.example:443/cb",
        "https://client.example/q?b=2&a=1",
        "https://client.example/q?a=12",
        "https://client.example/q",
        "https://client.example/cb?x=1\r\nset-cookie: a",
        "https://client.example/cb?x= 1",
        "https://client.example/cb?\\evil",
        "javascript:alert(1)",
        "/cb",
        "",
    ] {
        assert!(!allowed(&client, Profile::AsDocumented, sent), "{sent}");
    }
}

#[test]
fn localhost_is_for_clients_that_may_in_the_documented_profile() {
    let mut client = client(&[]);
    let here = [
        "http://localhost/",
        "http://localhost:3000/any/path?x=1",
        "https://localhost:8443/cb",
        "http://127.0.0.1:8090/pkb/callback",
        "http://[::1]:1/",
    ];
    for sent in here {
        assert!(!allowed(&client, Profile::AsDocumented, sent));
    }
    client.localhost = true;
    for sent in here {
        assert!(allowed(&client, Profile::AsDocumented, sent), "{sent}");
        assert!(!allowed(&client, Profile::Strict, sent), "{sent}");
    }
    for sent in [
        "http://localhost.evil.example/",
        "http://localhost@evil.example/",
        "http://user@localhost/",
        "ftp://localhost/",
        "http://10.0.0.1/",
    ] {
        assert!(!allowed(&client, Profile::AsDocumented, sent), "{sent}");
    }
}

#[test]
fn apps_have_schemes_of_their_own() {
    for uri in ["riverside://linked", "com.example.app:/cb"] {
        assert!(can_be_registered(uri), "{uri}");
        let client = client(&[uri]);
        assert!(allowed(&client, Profile::Strict, uri));
        assert!(allowed(
            &client,
            Profile::AsDocumented,
            &format!("{uri}?x=1")
        ));
    }
    for uri in ["javascript:alert(1)", "data:text/html,x", "http:///x#", "x"] {
        assert!(!can_be_registered(uri), "{uri}");
    }
}

#[test]
fn parameters_are_added_to_those_that_are_there() {
    let code = [("code", "a"), ("state", "x y&z")];
    assert_eq!(with(ONE, &code), format!("{ONE}?code=a&state=x+y%26z"));
    assert_eq!(
        with("riverside://linked?a=1", &code[..1]),
        "riverside://linked?a=1&code=a"
    );
    assert_eq!(
        with("https://a.example/?", &code[..1]),
        "https://a.example/?code=a"
    );
}
