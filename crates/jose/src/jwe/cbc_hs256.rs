//! A128CBC-HS256 (RFC 7518, 5.2.3): encrypted, then authenticated; the tag is compared in constant time, and
//! nothing is decrypted before it fits.

use super::Sealed;
use crate::Error;
use aes::Aes128;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Bytes of an initialisation vector.
pub(super) const IV: usize = 16;
/// Bytes of each half of the secret: the first authenticates, the second encrypts.
const HALF: usize = 16;

fn halves(secret: &[u8; 32]) -> Result<(&[u8; HALF], &[u8; HALF]), Error> {
    let (mac, rest) = secret.split_first_chunk().ok_or(Error::BadKey)?;
    Ok((mac, rest.try_into().map_err(|_| Error::BadKey)?))
}

/// What the tag is made of: AAD, IV, ciphertext and the AAD's length in bits.
fn mac(key: &[u8; HALF], iv: &[u8; IV], aad: &[u8], content: &[u8]) -> Result<Hmac<Sha256>, Error> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Error::BadKey)?;
    let bits = u64::try_from(aad.len()).map_err(|_| Error::TooLong)? * 8;
    mac.update(aad);
    mac.update(iv);
    mac.update(content);
    mac.update(&bits.to_be_bytes());
    Ok(mac)
}

pub(super) fn seal(
    secret: &[u8; 32],
    iv: &[u8; IV],
    aad: &[u8],
    content: &[u8],
) -> Result<Sealed, Error> {
    let (mac_key, key) = halves(secret)?;
    let content =
        cbc::Encryptor::<Aes128>::new(key.into(), iv.into()).encrypt_padded_vec::<Pkcs7>(content);
    let full = mac(mac_key, iv, aad, &content)?.finalize().into_bytes();
    let tag = full.first_chunk().copied().ok_or(Error::NotMade)?;
    Ok(Sealed { content, tag })
}

pub(super) fn open(
    secret: &[u8; 32],
    iv: &[u8; IV],
    aad: &[u8],
    sealed: &Sealed,
) -> Result<Vec<u8>, Error> {
    let (mac_key, key) = halves(secret)?;
    mac(mac_key, iv, aad, &sealed.content)?
        .verify_truncated_left(&sealed.tag)
        .map_err(|_| Error::NotAuthentic)?;
    cbc::Decryptor::<Aes128>::new(key.into(), iv.into())
        .decrypt_padded_vec::<Pkcs7>(&sealed.content)
        .map_err(|_| Error::NotAuthentic)
}
