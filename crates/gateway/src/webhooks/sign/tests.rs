//! Signatures, held against the convention's own package.

use super::*;
use model::entropy::SeededEntropy;
use proptest::prelude::*;
use standardwebhooks::Webhook;

fn secret(seed: u64) -> SigningSecret {
    SigningSecret::new(&SeededEntropy::new(seed))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The example that the convention's own documents give.
#[test]
fn the_published_example_has_its_published_signature() {
    let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let signed = SigningSecret(Zeroizing::new(key)).sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        at(1_614_265_330),
        br#"{"test": 2432232314}"#,
    );
    let published = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert_eq!(signed.as_deref(), Some(published));
}

#[test]
fn a_secret_is_read_as_it_was_told_and_prints_nothing() {
    let made = secret(7);
    let told = made.text();
    assert!(told.reveal().starts_with("whsec_"));
    let read = SigningSecret::parse(told.reveal()).unwrap();
    assert_eq!(*read.0, *made.0);
    let bare = told.reveal().strip_prefix("whsec_").unwrap().to_owned();
    assert!(!format!("{made:?}{told:?}").contains(&bare));
    for bad in [bare.as_str(), "whsec_", "whsec_AAAA", "whsec_!", ""] {
        assert!(SigningSecret::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn two_secrets_sign_side_by_side_in_a_rotation() {
    let both = signatures(&[secret(1), secret(2)], "evt_1", at(0), b"{}");
    let [new, old] = [secret(1), secret(2)].map(|one| signatures(&[one], "evt_1", at(0), b"{}"));
    assert_eq!(both, format!("{new} {old}"));
    assert_ne!(new, old);
}

proptest! {
    #[test]
    fn the_conventions_own_package_signs_alike(
        seed: u64,
        id in "[a-z]{1,5}_[0-9]{1,19}",
        second in 0_i64..4_000_000_000,
        body: String,
    ) {
        let theirs = Webhook::new(secret(seed).text().reveal()).unwrap();
        let theirs = theirs.sign(&id, second, body.as_bytes()).unwrap();
        let ours = signatures(&[secret(seed)], &id, at(second), body.as_bytes());
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn whatever_is_changed_changes_the_signature(
        second in 0_i64..4_000_000_000,
        body in proptest::collection::vec(any::<u8>(), 1..200),
        place: prop::sample::Index,
        flip in 1_u8..,
    ) {
        let good = signatures(&[secret(3)], "evt_7", at(second), &body);
        let mut changed = body.clone();
        changed[place.index(body.len())] ^= flip;
        prop_assert_ne!(&good, &signatures(&[secret(3)], "evt_7", at(second), &changed));
        prop_assert_ne!(&good, &signatures(&[secret(3)], "evt_8", at(second), &body));
        prop_assert_ne!(&good, &signatures(&[secret(3)], "evt_7", at(second + 1), &body));
        prop_assert_ne!(&good, &signatures(&[secret(4)], "evt_7", at(second), &body));
    }
}
