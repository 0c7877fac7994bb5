//! What is sealed opens with its key at its place, and in no other way.

use super::*;
use model::entropy::SeededEntropy;
use model::{AppUserId, AttemptId, UserId, WebhookId};
use proptest::prelude::*;
use uuid::Uuid;

fn place() -> impl Strategy<Value = SealedPlace> {
    let id = any::<u128>().prop_map(|n| WebhookId(Uuid::from_u128(n)));
    prop_oneof![
        "[a-zA-Z0-9:/._-]{1,40}".prop_map(|id| SealedPlace::UserToken(UserId::parse(&id).unwrap())),
        id.clone().prop_map(SealedPlace::WebhookSecret),
        id.prop_map(SealedPlace::FormerWebhookSecret),
        "[a-zA-Z0-9:/._-]{1,40}"
            .prop_map(|id| SealedPlace::LinkTokens(AppUserId::parse(&id).unwrap())),
        "[a-zA-Z0-9:/._-]{1,40}"
            .prop_map(|id| SealedPlace::PatientDetails(AppUserId::parse(&id).unwrap())),
        any::<u128>().prop_map(|n| SealedPlace::AttemptSecret(AttemptId(Uuid::from_u128(n)))),
    ]
}

proptest! {
    #[test]
    fn what_is_sealed_opens_at_its_place_and_nowhere_else(
        seed: u64, plain: Vec<u8>, here in place(), there in place(),
    ) {
        let entropy = SeededEntropy::new(seed);
        let key = KeyBytes::generate(&entropy);
        let sealed = seal(&key, &associated(&here), &plain, &entropy).unwrap();
        prop_assert_eq!(sealed.len(), plain.len() + 24 + 16);
        prop_assert_eq!(&*open(&key, &associated(&here), &sealed).unwrap(), &plain);
        if here != there {
            prop_assert!(open(&key, &associated(&there), &sealed).is_none());
        }
    }

    #[test]
    fn no_two_places_are_bound_to_the_same_text(here in place(), there in place()) {
        prop_assert_eq!(here == there, associated(&here) == associated(&there));
    }

    #[test]
    fn another_key_and_any_changed_bit_do_not_open(
        seed: u64, plain: Vec<u8>, here in place(), at: prop::sample::Index, bit in 0_u8..8,
    ) {
        let entropy = SeededEntropy::new(seed);
        let (key, other) = (KeyBytes::generate(&entropy), KeyBytes::generate(&entropy));
        let associated = associated(&here);
        let mut sealed = seal(&key, &associated, &plain, &entropy).unwrap();
        prop_assert!(open(&other, &associated, &sealed).is_none());
        let at = at.index(sealed.len());
        prop_assert!(open(&key, &associated, &sealed[..at]).is_none());
        sealed[at] ^= 1 << bit;
        prop_assert!(open(&key, &associated, &sealed).is_none());
    }

    #[test]
    fn what_does_not_come_from_here_does_not_open(seed: u64, bytes: Vec<u8>, here in place()) {
        let key = KeyBytes::generate(&SeededEntropy::new(seed));
        prop_assert!(open(&key, &associated(&here), &bytes).is_none());
    }

    #[test]
    fn a_signature_holds_for_its_key_purpose_and_text(seed: u64, text: String, other: String) {
        let entropy = SeededEntropy::new(seed);
        let (key, another) = (KeyBytes::generate(&entropy), KeyBytes::generate(&entropy));
        let made = mac(&key, "link", &text).unwrap();
        prop_assert!(is_mac(&key, "link", &text, &made));
        prop_assert!(!is_mac(&key, "other", &text, &made));
        prop_assert!(!is_mac(&another, "link", &text, &made));
        prop_assert_eq!(is_mac(&key, "link", &other, &made), text == other);
    }
}

#[test]
fn the_same_secret_never_looks_the_same_twice() {
    let entropy = SeededEntropy::new(1);
    let key = KeyBytes::generate(&entropy);
    let place = SealedPlace::UserToken(UserId::parse("ada").unwrap());
    let one = seal(&key, &associated(&place), b"token", &entropy).unwrap();
    assert_ne!(
        one,
        seal(&key, &associated(&place), b"token", &entropy).unwrap()
    );
}

#[test]
fn the_text_bound_in_is_what_the_documents_say() {
    let place = SealedPlace::UserToken(UserId::parse("a:b").unwrap());
    assert_eq!(associated(&place), "baton-gateway:v1:app_user:a:b:token");
}

#[test]
fn a_key_prints_nothing_and_has_32_bytes() {
    let key = KeyBytes::copy(&[0xAB; 32]).unwrap();
    assert_eq!(format!("{key:?}"), "KeyBytes(…)");
    assert!(KeyBytes::copy(&[0; 31]).is_none());
}
