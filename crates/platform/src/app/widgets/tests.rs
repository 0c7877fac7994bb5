//! A widget's secret at rest opens only where it was put.

use super::seal::{Place, mark, open, seal};
use model::entropy::{SeededEntropy, bytes};
use model::widget::{EncryptionSecret, Name};
use model::{ClientSystemId, Secret};
use uuid::Uuid;

const TEXT: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn a_secret_opens_only_in_its_place_under_its_key_and_unchanged() {
    let key = |text: &str| Secret::new(text.to_owned());
    let secret = EncryptionSecret::parse(key(TEXT)).unwrap();
    let (name, other) = (
        Name::parse("Letters").unwrap(),
        Name::parse("Notes").unwrap(),
    );
    let entropy = SeededEntropy::new(5);
    let client = ClientSystemId(Uuid::from_bytes(bytes(&entropy)));
    let place = Place {
        client,
        name: &name,
    };
    let sealed = seal(&key("k"), place, &secret, &entropy).unwrap();
    assert_eq!(sealed.len(), 24 + 32 + 16);
    assert!(
        !sealed
            .windows(8)
            .any(|part| TEXT.as_bytes().starts_with(part))
    );
    assert_eq!(open(&key("k"), place, &sealed), Some(secret.clone()));
    assert_ne!(seal(&key("k"), place, &secret, &entropy).unwrap(), sealed);
    assert_eq!(open(&key("l"), place, &sealed), None);
    let elsewhere = Place {
        client,
        name: &other,
    };
    assert_eq!(open(&key("k"), elsewhere, &sealed), None);
    let elsewhere = Place {
        client: ClientSystemId(Uuid::nil()),
        name: &name,
    };
    assert_eq!(open(&key("k"), elsewhere, &sealed), None);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_eq!(open(&key("k"), place, &changed), None, "{at}");
    }
    assert_eq!(open(&key("k"), place, &sealed[..20]), None);
}

#[test]
fn a_mark_depends_on_the_key_and_on_what_is_marked() {
    let key = |text: &str| Secret::new(text.to_owned());
    let first = mark(&key("k"), b"a").unwrap();
    assert_eq!(mark(&key("k"), b"a"), Some(first));
    assert_ne!(mark(&key("l"), b"a"), Some(first));
    assert_ne!(mark(&key("k"), b"b"), Some(first));
}
