//! Signed tokens.

use crate::{flips, with_header};
use jose::Error;
use jose::jws::{LONGEST, PublicKey, SigningKey, Unchecked};
use proptest::prelude::*;

fn check(token: &str, key: &PublicKey) -> Result<Vec<u8>, Error> {
    Unchecked::parse(token)?.check(key)
}

fn made() -> (String, PublicKey) {
    let key = SigningKey::from_seed(&[1; 32]).unwrap();
    let token = key.sign("pc", br#"{"sub":"555000000101"}"#).unwrap();
    (token, key.public().unwrap())
}

proptest! {
    #[test]
    fn what_is_signed_is_read_back(seed: [u8; 32], kid in "\\PC{0,40}", content in prop::collection::vec(any::<u8>(), 0..2000)) {
        let key = SigningKey::from_seed(&seed).unwrap();
        let token = key.sign(&kid, &content).unwrap();
        let unchecked = Unchecked::parse(&token).unwrap();
        prop_assert_eq!(unchecked.kid(), Some(kid.as_str()));
        prop_assert_eq!(unchecked.check(&key.public().unwrap()).unwrap(), content);
    }

    #[test]
    fn another_key_checks_nothing(seed: [u8; 32], other: [u8; 32]) {
        prop_assume!(seed != other);
        let token = SigningKey::from_seed(&seed).unwrap().sign("pc", b"{}").unwrap();
        let other = SigningKey::from_seed(&other).unwrap().public().unwrap();
        prop_assert_eq!(check(&token, &other), Err(Error::NotAuthentic));
    }

    #[test]
    fn no_text_makes_it_fall_over(text in "\\PC{0,200}") {
        let _ = check(&text, &PublicKey([9; 32]));
        let _ = check(&format!("eyJhbGciOiJFZERTQSJ9.{text}"), &PublicKey([9; 32]));
    }
}

#[test]
fn any_flipped_bit_is_refused() {
    let (token, key) = made();
    assert!(check(&token, &key).is_ok());
    for flipped in flips(&token) {
        assert!(check(&flipped, &key).is_err(), "{flipped}");
    }
}

#[test]
fn a_header_chooses_nothing() {
    let (token, key) = made();
    for (header, why) in [
        (r#"{"alg":"none","kid":"pc"}"#, Error::OtherMethod),
        (r#"{"alg":"eddsa","kid":"pc"}"#, Error::OtherMethod),
        (r#"{"alg":"HS256","kid":"pc"}"#, Error::OtherMethod),
        (r#"{"alg":"EdDSA","typ":"JOSE"}"#, Error::OtherMethod),
        (r#"{"alg":"EdDSA","enc":"A256GCM"}"#, Error::OtherMethod),
        (r#"{"alg":"EdDSA","crit":["exp"]}"#, Error::Extension),
        (r#"{"alg":"EdDSA","crit":null}"#, Error::Extension),
        (r#"{"alg":"EdDSA","b64":false}"#, Error::Extension),
        (r#"{"alg":"EdDSA","b64":true}"#, Error::Extension),
        (r#"{"alg":"EdDSA","zip":"DEF"}"#, Error::Extension),
        (r#"{"alg":"EdDSA","alg":"EdDSA"}"#, Error::Malformed),
        (r#"{"kid":"pc"}"#, Error::Malformed),
        (
            r#"["EdDSA",null,null,null,null,false,false,false]"#,
            Error::Malformed,
        ),
        ("", Error::Malformed),
        (r#"{"alg":"EdDSA"}"#, Error::NotAuthentic),
    ] {
        assert_eq!(
            check(&with_header(&token, header), &key),
            Err(why),
            "{header}"
        );
    }
}

#[test]
fn only_three_parts_of_unpadded_base64url() {
    let (token, key) = made();
    for text in [
        String::new(),
        "..".to_owned(),
        format!("{token}."),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}\n"),
        token.rsplit_once('.').unwrap().0.to_owned(),
        format!("{}.", token.rsplit_once('.').unwrap().0),
    ] {
        assert_eq!(check(&text, &key), Err(Error::Malformed), "{text}");
    }
}

#[test]
fn a_huge_token_is_not_looked_at_and_not_made() {
    let (token, key) = made();
    let huge = format!("{token}{}", "A".repeat(LONGEST));
    assert_eq!(check(&huge, &key), Err(Error::TooLong));
    let key = SigningKey::from_seed(&[1; 32]).unwrap();
    assert_eq!(key.sign("pc", &[0; LONGEST]), Err(Error::TooLong));
}
