//! Encrypted tokens: JWE in compact form (RFC 7516) under a secret that both sides have, `alg` `dir`.

mod cbc_hs256;
mod gcm;
#[cfg(test)]
mod tests;

use crate::Error;
use crate::parts::{Read, Written, decode, decode_array, encode, header, split};
use zeroize::Zeroizing;

/// Bytes of the longest encrypted token taken: a signed one of the longest kind, in base64url once more.
pub const LONGEST: usize = 12 * 1024;
/// The one way of agreeing on a key, as a header names it.
pub const ALGORITHM: &str = "dir";

/// How the content is encrypted. Agreed beforehand; a token never chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// AES-256 in Galois/Counter mode.
    A256Gcm,
    /// AES-128 in CBC mode with HMAC SHA-256.
    A128CbcHs256,
}

impl Method {
    /// The member `enc` of a header.
    pub fn name(self) -> &'static str {
        match self {
            Self::A256Gcm => "A256GCM",
            Self::A128CbcHs256 => "A128CBC-HS256",
        }
    }
}

/// A shared secret: the content encryption key itself. It prints nothing and is wiped when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Takes a copy of 32 bytes.
    ///
    /// # Errors
    /// [`Error::BadKey`] of any other number.
    pub fn copy(bytes: &[u8]) -> Result<Self, Error> {
        let mut secret = Self(Zeroizing::new([0; 32]));
        if bytes.len() != secret.0.len() {
            return Err(Error::BadKey);
        }
        secret.0.copy_from_slice(bytes);
        Ok(secret)
    }

    /// Encrypts `content`; `cty` says what it is (`JWT` when it is a signed token). `fill` fills a buffer with bytes
    /// that nobody can predict and that have never been used with this secret.
    ///
    /// # Errors
    /// [`Error::NotMade`] if the library refuses; [`Error::TooLong`] if nobody would take the token.
    pub fn seal(
        &self,
        method: Method,
        cty: Option<&str>,
        content: &[u8],
        fill: impl FnOnce(&mut [u8]),
    ) -> Result<String, Error> {
        let head = header(&Written {
            alg: ALGORITHM,
            enc: Some(method.name()),
            typ: None,
            cty,
            kid: None,
        })?;
        let (iv, sealed) = match method {
            Method::A256Gcm => {
                let mut iv = [0; gcm::IV];
                fill(&mut iv);
                (
                    encode(&iv),
                    gcm::seal(&self.0, iv, head.as_bytes(), content)?,
                )
            }
            Method::A128CbcHs256 => {
                let mut iv = [0; cbc_hs256::IV];
                fill(&mut iv);
                (
                    encode(&iv),
                    cbc_hs256::seal(&self.0, &iv, head.as_bytes(), content)?,
                )
            }
        };
        let (content, tag) = (encode(&sealed.content), encode(&sealed.tag));
        let token = format!("{head}..{iv}.{content}.{tag}");
        if token.len() > LONGEST {
            return Err(Error::TooLong);
        }
        Ok(token)
    }

    /// The content of a token that was encrypted by `method` under this secret.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::Malformed`], [`Error::OtherMethod`], [`Error::Extension`], and
    /// [`Error::NotAuthentic`] for every other reason alike.
    pub fn open(&self, method: Method, token: &str) -> Result<Opened, Error> {
        let [head, key, iv, content, tag] = split(token, LONGEST)?;
        let header = Read::decode(head)?;
        if header.alg != ALGORITHM || header.enc.as_deref() != Some(method.name()) {
            return Err(Error::OtherMethod);
        }
        // Under `dir` nothing stands where a wrapped key would.
        if !key.is_empty() {
            return Err(Error::Malformed);
        }
        let sealed = Sealed {
            content: decode(content)?,
            tag: decode_array(tag)?,
        };
        let content = match method {
            Method::A256Gcm => gcm::open(&self.0, decode_array(iv)?, head.as_bytes(), sealed)?,
            Method::A128CbcHs256 => {
                cbc_hs256::open(&self.0, &decode_array(iv)?, head.as_bytes(), &sealed)?
            }
        };
        Ok(Opened {
            content,
            cty: header.cty,
        })
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What was in an encrypted token. It prints nothing.
pub struct Opened {
    /// The content.
    pub content: Vec<u8>,
    /// What the header calls it.
    pub cty: Option<String>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened(…)")
    }
}

/// Ciphertext and tag; the tag of either method has 16 bytes.
struct Sealed {
    content: Vec<u8>,
    tag: [u8; 16],
}
