//! Keys survive, stay secret and sign what can be checked.

use super::*;
use crate::keeper::{FileKeeper, KEY_FILE};
use jiff::Timestamp;
use model::entropy::SeededEntropy;
use wire::practice::AssertionClaims;

fn store(dir: &Path) -> DeviceStore {
    DeviceStore::open(dir, Arc::new(FileKeeper::new(dir))).unwrap()
}

fn registered(entropy: &SeededEntropy) -> Device {
    Device::generate(entropy).unwrap().registered(Registered {
        device_id: "device-1".to_owned(),
        practice: PracticeInfo {
            ods_code: "GPPRAC001".to_owned(),
            name: "Riverside Test Practice".to_owned(),
        },
    })
}

#[test]
fn a_device_comes_back_as_it_was_kept() {
    let dir = tempfile::tempdir().unwrap();
    let entropy = SeededEntropy::new(1);
    let store = store(&dir.path().join("toolbar"));
    assert!(store.load().unwrap().is_none());
    let device = registered(&entropy);
    store.save(&device, &entropy).unwrap();
    let back = store.load().unwrap().unwrap();
    assert_eq!(back.public_key(), device.public_key());
    assert_eq!(back.registration(), device.registration());
    store.remove().unwrap();
    assert!(store.load().unwrap().is_none());
}

#[test]
fn the_file_shows_neither_seed_nor_practice_and_only_its_owner_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let entropy = SeededEntropy::new(2);
    let store = store(dir.path());
    let device = registered(&entropy);
    store.save(&device, &entropy).unwrap();
    let file = std::fs::read_to_string(dir.path().join(DEVICE_FILE)).unwrap();
    assert!(!file.contains("GPPRAC001"));
    assert!(!file.contains(&URL_SAFE_NO_PAD.encode(device.seed.as_slice())));
    assert!(!format!("{device:?}").contains("seed"));
    #[cfg(unix)]
    for name in [DEVICE_FILE, KEY_FILE] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(dir.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn without_its_key_or_under_another_a_device_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let entropy = SeededEntropy::new(3);
    let store = store(dir.path());
    store.save(&registered(&entropy), &entropy).unwrap();
    std::fs::write(dir.path().join(KEY_FILE), [7; 32]).unwrap();
    assert!(matches!(store.load(), Err(DeviceError::Damaged(_))));
    std::fs::write(dir.path().join(KEY_FILE), [7; 31]).unwrap();
    assert!(matches!(
        store.load(),
        Err(DeviceError::Keeper(KeeperError::Damaged(KEY_FILE)))
    ));
    std::fs::remove_file(dir.path().join(KEY_FILE)).unwrap();
    assert!(matches!(store.load(), Err(DeviceError::NoKey(_))));
}

#[test]
fn what_was_sealed_for_one_role_does_not_open_in_another() {
    let (key, entropy) = ([9; 32], SeededEntropy::new(4));
    let sealed = seal::seal(&key, DEVICE_FILE, b"text", &entropy).unwrap();
    assert_eq!(
        seal::open(&key, DEVICE_FILE, &sealed).unwrap().as_slice(),
        b"text"
    );
    assert!(seal::open(&key, "other.json", &sealed).is_none());
}

#[test]
fn the_key_of_this_pc_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let entropy = SeededEntropy::new(5);
    let store = store(dir.path());
    store.save(&registered(&entropy), &entropy).unwrap();
    let first = std::fs::read(dir.path().join(KEY_FILE)).unwrap();
    store.save(&registered(&entropy), &entropy).unwrap();
    assert_eq!(std::fs::read(dir.path().join(KEY_FILE)).unwrap(), first);
}

#[test]
fn an_assertion_verifies_with_the_public_key_and_says_who() {
    let entropy = SeededEntropy::new(6);
    let device = registered(&entropy);
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let jwt = device
        .assert_practitioner("555000000101", "Dr Amara Okafor", "http://p", now, &entropy)
        .unwrap();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let public = URL_SAFE_NO_PAD.decode(device.public_key()).unwrap();
    ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, public)
        .verify(
            signed.as_bytes(),
            &URL_SAFE_NO_PAD.decode(signature).unwrap(),
        )
        .unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    assert_eq!(
        URL_SAFE_NO_PAD.decode(header).unwrap(),
        br#"{"alg":"EdDSA","typ":"JWT","kid":"device-1"}"#
    );
    let claims: AssertionClaims =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(
        (claims.iss.as_str(), claims.sub.as_str()),
        ("device-1", "555000000101")
    );
    assert_eq!(claims.aud, "http://p");
    assert_eq!(claims.exp - claims.iat, 60);
}

#[test]
fn a_device_that_nobody_knows_asserts_nothing() {
    let entropy = SeededEntropy::new(7);
    let device = Device::generate(&entropy).unwrap();
    assert!(
        device
            .assert_itself("http://p", Timestamp::UNIX_EPOCH, &entropy)
            .is_none()
    );
}
