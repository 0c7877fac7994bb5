//! Key-encryption keys from bytes, text and files.

use super::*;
use crate::vault::tests::memory::MemoryKeys;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use model::entropy::SeededEntropy;
use model::{DataKeyId, Secret};
use std::fs;
use std::sync::Arc;
use store::gateway::{DataKey, VaultKeys as _};

fn entropy() -> Arc<SeededEntropy> {
    Arc::new(SeededEntropy::new(5))
}

fn text(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

#[tokio::test]
async fn a_data_key_unwraps_under_its_key_and_context_only() {
    let bytes = KeyBytes::generate(&*entropy());
    let kek = LocalKey::from_bytes(bytes.reveal(), entropy()).unwrap();
    let data_key = KeyBytes::generate(&SeededEntropy::new(9));
    let wrapped = kek.wrap("here", &data_key).await.unwrap();
    let back = kek.unwrap("here", &wrapped).await.unwrap();
    assert_eq!(back.reveal(), data_key.reveal());
    assert!(kek.unwrap("there", &wrapped).await.is_err());
    let other = LocalKey::from_bytes(data_key.reveal(), entropy()).unwrap();
    let refused = other.unwrap("here", &wrapped).await.unwrap_err();
    assert!(matches!(refused, KekError::Refused(_)));
    assert_ne!(kek.id().await, other.id().await);
}

#[tokio::test]
async fn a_text_may_be_of_either_alphabet_and_padded_or_not() {
    let bytes = [0xFB; 31]
        .iter()
        .chain(&[0x3F])
        .copied()
        .collect::<Vec<_>>();
    let padded = BASE64_STANDARD.encode(&bytes);
    let id = LocalKey::from_bytes(&bytes, entropy()).unwrap().id().await;
    for given in [
        padded.clone(),
        format!(" {padded}\n"),
        padded.trim_end_matches('=').to_owned(),
        BASE64_URL_SAFE_NO_PAD.encode(&bytes),
    ] {
        let key = LocalKey::from_text(&text(&given), entropy()).unwrap();
        assert_eq!(key.id().await, id);
    }
}

#[test]
fn what_is_no_key_is_refused_with_help() {
    let refused = |given: &str| LocalKey::from_text(&text(given), entropy()).unwrap_err();
    assert_eq!(refused("my secret password!"), BadKey::NotBase64);
    assert_eq!(refused("c2hvcnQ="), BadKey::Size(5));
    assert_eq!(refused(&BASE64_STANDARD.encode([7; 32])), BadKey::Guessable);
    assert_eq!(
        refused(&BASE64_STANDARD.encode([b'a'; 31])),
        BadKey::Size(31)
    );
    let words = BASE64_STANDARD.encode("correct horse battery staple 123");
    assert_eq!(refused(&words), BadKey::Guessable);
    assert!(
        BadKey::Size(5)
            .to_string()
            .contains("openssl rand -base64 32")
    );
}

#[tokio::test]
async fn a_file_is_made_once_for_its_owner_and_read_ever_after() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys/vault.key");
    let store = MemoryKeys::default();
    let made = LocalKey::of_file(&path, &store, entropy()).await.unwrap();
    assert_eq!(fs::read(&path).unwrap().len(), 45);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let read = LocalKey::of_file(&path, &store, entropy()).await.unwrap();
    assert_eq!(made.id().await, read.id().await);
    assert!(!format!("{read:?}").contains(fs::read_to_string(&path).unwrap().trim()));
}

#[tokio::test]
async fn a_file_that_went_is_not_made_again_once_something_is_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    let store = MemoryKeys::default();
    let key = DataKey {
        id: DataKeyId(uuid::Uuid::nil()),
        wrapped_by: "local-1".to_owned(),
        wrapped: vec![0; 72],
        made_at: jiff::Timestamp::UNIX_EPOCH,
    };
    store.add_key(&key, true).await.unwrap();
    let refused = LocalKey::of_file(&path, &store, entropy())
        .await
        .unwrap_err();
    assert!(matches!(refused, KeyFileError::Missing(_)));
    assert!(
        refused.to_string().contains("put the file back"),
        "{refused}"
    );
    assert!(!path.exists());
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_refused_with_the_command_that_mends_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    let bytes = KeyBytes::generate(&*entropy());
    fs::write(&path, bytes.reveal()).unwrap();
    for (mode, fits) in [
        (0o600, true),
        (0o400, true),
        (0o440, true),
        (0o640, true),
        (0o644, false),
        (0o660, false),
        (0o604, false),
        (0o620, false),
    ] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        match LocalKey::from_file(&path, entropy()) {
            Ok(key) => assert!(fits && key.is_some(), "{mode:o}"),
            Err(error) => {
                assert!(!fits, "{mode:o}: {error}");
                assert!(error.to_string().contains("chmod 600"), "{error}");
            }
        }
    }
}

#[test]
fn a_file_of_the_wrong_size_is_refused_and_none_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    assert!(LocalKey::from_file(&path, entropy()).unwrap().is_none());
    for bytes in [&b""[..], &[1; 31], &[0xC3; 4096]] {
        httpkit::private_file::write(folder.path(), "vault.key", bytes).unwrap();
        let refused = LocalKey::from_file(&path, entropy())
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("vault.key") && refused.contains("openssl"),
            "{refused}"
        );
    }
}
