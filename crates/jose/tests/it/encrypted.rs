//! Encrypted tokens.

use crate::{flips, with_header};
use jose::Error;
use jose::jwe::{LONGEST, Method, Secret};
use proptest::prelude::*;

const METHODS: [Method; 2] = [Method::A256Gcm, Method::A128CbcHs256];

fn secret() -> Secret {
    Secret::copy(b"0123456789abcdef0123456789ABCDEF").unwrap()
}

fn made(method: Method) -> String {
    secret()
        .seal(method, Some("JWT"), b"a.signed.token", |iv| iv.fill(3))
        .unwrap()
}

proptest! {
    #[test]
    fn what_is_sealed_is_opened(key: [u8; 32], chance: [u8; 16], content in prop::collection::vec(any::<u8>(), 0..2000)) {
        for method in METHODS {
            let secret = Secret::copy(&key).unwrap();
            let token = secret
                .seal(method, None, &content, |iv| iv.copy_from_slice(&chance[..iv.len()]))
                .unwrap();
            let opened = secret.open(method, &token).unwrap();
            prop_assert_eq!(&opened.content, &content);
            prop_assert_eq!(opened.cty, None);
        }
    }

    #[test]
    fn another_secret_opens_nothing(key: [u8; 32], other: [u8; 32]) {
        prop_assume!(key != other);
        for method in METHODS {
            let token = Secret::copy(&key).unwrap().seal(method, None, b"x", |iv| iv.fill(0)).unwrap();
            let opened = Secret::copy(&other).unwrap().open(method, &token);
            prop_assert_eq!(opened.err(), Some(Error::NotAuthentic));
        }
    }

    #[test]
    fn no_text_makes_it_fall_over(text in "\\PC{0,200}") {
        for method in METHODS {
            let _ = secret().open(method, &text);
            let head = made(method);
            let head = head.split_once('.').unwrap().0;
            let _ = secret().open(method, &format!("{head}..{text}"));
        }
    }
}

#[test]
fn any_flipped_bit_is_refused() {
    for method in METHODS {
        let token = made(method);
        let opened = secret().open(method, &token).unwrap();
        assert_eq!(opened.content, b"a.signed.token");
        assert_eq!(opened.cty.as_deref(), Some("JWT"));
        for flipped in flips(&token) {
            assert!(secret().open(method, &flipped).is_err(), "{flipped}");
        }
    }
}

#[test]
fn the_caller_names_the_method_and_the_header_does_not() {
    for (made_by, read_by) in [
        (Method::A256Gcm, Method::A128CbcHs256),
        (Method::A128CbcHs256, Method::A256Gcm),
    ] {
        let opened = secret().open(read_by, &made(made_by));
        assert_eq!(opened.err(), Some(Error::OtherMethod));
    }
}

#[test]
fn a_header_asks_for_nothing() {
    for method in METHODS {
        let enc = method.name();
        for (header, why) in [
            (
                format!(r#"{{"alg":"A256KW","enc":"{enc}"}}"#),
                Error::OtherMethod,
            ),
            (
                format!(r#"{{"alg":"RSA-OAEP","enc":"{enc}"}}"#),
                Error::OtherMethod,
            ),
            (
                r#"{"alg":"dir","enc":"A128GCM"}"#.to_owned(),
                Error::OtherMethod,
            ),
            (r#"{"alg":"dir"}"#.to_owned(), Error::OtherMethod),
            (
                format!(r#"{{"alg":"dir","enc":"{enc}","zip":"DEF"}}"#),
                Error::Extension,
            ),
            (
                format!(r#"{{"alg":"dir","enc":"{enc}","crit":[]}}"#),
                Error::Extension,
            ),
            (
                format!(r#"{{"alg":"dir","enc":"{enc}","b64":false}}"#),
                Error::Extension,
            ),
            (
                format!(r#"{{"alg":"dir","enc":"{enc}","enc":"{enc}"}}"#),
                Error::Malformed,
            ),
            (
                format!(r#"{{"alg":"dir","enc":"{enc}"}} "#),
                Error::NotAuthentic,
            ),
        ] {
            let opened = secret().open(method, &with_header(&made(method), &header));
            assert_eq!(opened.err(), Some(why), "{header}");
        }
    }
}

#[test]
fn only_five_parts_with_nothing_in_the_second_and_whole_iv_and_tag() {
    for method in METHODS {
        let token = made(method);
        let parts: Vec<&str> = token.split('.').collect();
        let [head, key, iv, content, tag] = parts.as_slice() else {
            panic!("five parts")
        };
        assert!(key.is_empty());
        for text in [
            String::new(),
            "....".to_owned(),
            format!("{token}."),
            format!("{token}="),
            format!("{head}.AAAA.{iv}.{content}.{tag}"),
            format!("{head}..{}.{content}.{tag}", iv.get(..4).unwrap()),
            format!("{head}..{iv}.{content}."),
            format!("{head}..{iv}.{content}.{}", tag.get(..4).unwrap()),
            format!("{head}..{iv}.{content}.{tag}AAAA"),
        ] {
            let opened = secret().open(method, &text);
            assert_eq!(opened.err(), Some(Error::Malformed), "{text}");
        }
        let short = format!("{head}..{iv}..{tag}");
        assert_eq!(
            secret().open(method, &short).err(),
            Some(Error::NotAuthentic)
        );
    }
}

#[test]
fn a_huge_token_is_not_looked_at_and_not_made() {
    for method in METHODS {
        let huge = format!("{}{}", made(method), "A".repeat(LONGEST));
        assert_eq!(secret().open(method, &huge).err(), Some(Error::TooLong));
        let sealed = secret().seal(method, None, &[0; LONGEST], |iv| iv.fill(0));
        assert_eq!(sealed, Err(Error::TooLong));
    }
}

#[test]
fn a_secret_is_32_bytes_and_prints_nothing() {
    assert!(Secret::copy(&[0; 31]).is_err() && Secret::copy(&[0; 33]).is_err());
    assert_eq!(format!("{:?}", secret()), "Secret(…)");
    let opened = secret().open(Method::A256Gcm, &made(Method::A256Gcm));
    assert_eq!(format!("{:?}", opened.unwrap()), "Opened(…)");
}
