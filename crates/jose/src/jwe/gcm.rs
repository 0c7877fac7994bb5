//! A256GCM (RFC 7518, 5.3).

use super::Sealed;
use crate::Error;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, Tag, UnboundKey};

/// Bytes of an initialisation vector: random ones may be used 2^32 times under one secret, which is more launches
/// than a practice makes.
pub(super) const IV: usize = 12;

fn key(secret: &[u8; 32]) -> Result<LessSafeKey, Error> {
    UnboundKey::new(&AES_256_GCM, secret)
        .map(LessSafeKey::new)
        .map_err(|_| Error::BadKey)
}

pub(super) fn seal(
    secret: &[u8; 32],
    iv: [u8; IV],
    aad: &[u8],
    content: &[u8],
) -> Result<Sealed, Error> {
    let mut content = content.to_vec();
    let tag = key(secret)?
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(iv),
            Aad::from(aad),
            &mut content,
        )
        .map_err(|_| Error::NotMade)?;
    Ok(Sealed {
        content,
        tag: tag.as_ref().try_into().map_err(|_| Error::NotMade)?,
    })
}

pub(super) fn open(
    secret: &[u8; 32],
    iv: [u8; IV],
    aad: &[u8],
    sealed: Sealed,
) -> Result<Vec<u8>, Error> {
    let mut content = sealed.content;
    key(secret)?
        .open_in_place_separate_tag(
            Nonce::assume_unique_for_key(iv),
            Aad::from(aad),
            Tag::from(sealed.tag),
            &mut content,
            0..,
        )
        .map_err(|_| Error::NotAuthentic)?;
    Ok(content)
}
