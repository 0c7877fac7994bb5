//! A key goes into a keyring and comes back; what a keyring says no with is understood.

use super::*;
use keyring_core::mock;
use std::sync::OnceLock;
use toolbar::keeper::KEY_FILE;

const KEY: [u8; 32] = [0xfe; 32];

/// One store for all of a test program, as a desktop has one.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands in for opening a real keyring, which may fail"
)]
fn mocked() -> keyring_core::Result<Arc<CredentialStore>> {
    static STORE: OnceLock<Arc<mock::Store>> = OnceLock::new();
    let store = STORE.get_or_init(|| mock::Store::new().unwrap());
    let store: Arc<CredentialStore> = store.clone();
    Ok(store)
}

fn none() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::PlatformFailure("no bus".into()))
}

fn fail(keyring: &Keyring, error: Error) {
    let entry = keyring.entry().unwrap();
    let mock: &mock::Cred = entry.as_any().downcast_ref().unwrap();
    mock.set_error(error);
}

fn read(keeper: &dyn KeyKeeper) -> Option<[u8; 32]> {
    keeper.read().unwrap().map(|key| *key)
}

#[test]
fn a_key_goes_in_comes_back_and_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = Keyring::new(dir.path(), mocked);
    assert_eq!(read(&keyring), None);
    keyring.keep(&KEY).unwrap();
    assert_eq!(read(&keyring), Some(KEY));
    keyring.forget().unwrap();
    keyring.forget().unwrap();
    assert_eq!(read(&keyring), None);
}

#[test]
fn every_data_directory_has_its_own_entry() {
    let user = |dir: &str| Keyring::new(Path::new(dir), mocked).user;
    assert_ne!(user("a"), user("b"));
    assert!(user("a").ends_with(&std::path::absolute("a").unwrap().display().to_string()));
}

#[test]
fn a_locked_keyring_says_so_and_no_keyring_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let keyring = Keyring::new(dir.path(), mocked);
    keyring.keep(&KEY).unwrap();
    fail(&keyring, Error::NoStorageAccess("locked".into()));
    assert!(matches!(keyring.read(), Err(KeeperError::Refused(_))));
    fail(&keyring, Error::BadEncoding(b"secret".to_vec()));
    let damaged = keyring.read().unwrap_err();
    assert!(!damaged.to_string().contains("secret"));
    keyring.entry().unwrap().set_password("short").unwrap();
    assert_eq!(keyring.read().unwrap_err(), KeeperError::Damaged(NAME));
    let absent = Keyring::new(dir.path(), none);
    assert_eq!(absent.read().unwrap_err(), KeeperError::Absent);
}

#[test]
fn a_file_moves_into_the_keyring_and_stays_where_there_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let file = FileKeeper::new(dir.path());
    file.keep(&KEY).unwrap();
    let without = Keyring::new(dir.path(), none);
    let without = MovingKeeper::new(Arc::new(without), file.clone());
    assert_eq!(read(&without), Some(KEY));
    assert_eq!(without.name(), file.name());
    let with = Keyring::new(dir.path(), mocked);
    let with = MovingKeeper::new(Arc::new(with), file);
    assert_eq!(read(&with), Some(KEY));
    assert!(!dir.path().join(KEY_FILE).exists());
    assert_eq!(read(&with), Some(KEY));
    assert_eq!(with.name(), NAME);
}

/// Run by `scripts/keyring` inside a session bus of its own, where a Secret Service is: never on the keyring of
/// whoever runs the tests.
#[test]
#[ignore = "needs a Secret Service that may be written to; scripts/keyring starts one"]
fn the_systems_own_keyring_keeps_a_key() {
    let dir = tempfile::tempdir().unwrap();
    FileKeeper::new(dir.path()).keep(&KEY).unwrap();
    let keeper = keeper(dir.path());
    assert_eq!(read(&*keeper), Some(KEY));
    assert_eq!(keeper.name(), NAME);
    assert!(!dir.path().join(KEY_FILE).exists());
    // Another process of the same user, another day.
    let again = super::keeper(dir.path());
    assert_eq!(read(&*again), Some(KEY));
    again.forget().unwrap();
    assert_eq!(read(&*keeper), None);
}
