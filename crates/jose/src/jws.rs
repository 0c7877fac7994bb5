//! Signed tokens: JWS in compact form (RFC 7515) with Ed25519, `alg` `EdDSA` (RFC 8037).
//!
//! To check one: [`Unchecked::parse`], find the key of its [`kid`](Unchecked::kid), [`Unchecked::check`]. The
//! content is reachable only behind the signature.

#[cfg(test)]
mod tests;

use crate::Error;
use crate::parts::{Read, Written, decode, decode_array, encode, header, split};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

/// Bytes of the longest signed token taken. One with an address and two names in it has some 1,500.
pub const LONGEST: usize = 8 * 1024;
/// The one algorithm, as a header names it.
pub const ALGORITHM: &str = "EdDSA";

/// A key that signs. It prints nothing of itself.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// The key that belongs to a seed of 32 random bytes.
    ///
    /// # Errors
    /// [`Error::BadKey`] if the library refuses the seed.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, Error> {
        Ed25519KeyPair::from_seed_unchecked(seed)
            .map(Self)
            .map_err(|_| Error::BadKey)
    }

    /// The key that checks what this one signs.
    ///
    /// # Errors
    /// [`Error::BadKey`] never happens: the key has 32 bytes.
    pub fn public(&self) -> Result<PublicKey, Error> {
        self.0
            .public_key()
            .as_ref()
            .try_into()
            .map(PublicKey)
            .map_err(|_| Error::BadKey)
    }

    /// Signs `content` as a JWT; `kid` says which key this is.
    ///
    /// # Errors
    /// [`Error::NotMade`] if the header can't be written; [`Error::TooLong`] if nobody would take the token.
    pub fn sign(&self, kid: &str, content: &[u8]) -> Result<String, Error> {
        self.sign_as(
            &Written {
                alg: ALGORITHM,
                enc: None,
                typ: Some("JWT"),
                cty: None,
                kid: Some(kid),
            },
            content,
        )
    }

    fn sign_as(&self, head: &Written<'_>, content: &[u8]) -> Result<String, Error> {
        let mut token = header(head)?;
        token.push('.');
        token.push_str(&encode(content));
        let signature = encode(self.0.sign(token.as_bytes()).as_ref());
        token.push('.');
        token.push_str(&signature);
        if token.len() > LONGEST {
            return Err(Error::TooLong);
        }
        Ok(token)
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// A key that checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// Reads the member `x` of a JWK: 32 bytes in base64url.
    ///
    /// # Errors
    /// [`Error::BadKey`] of anything else.
    pub fn from_x(x: &str) -> Result<Self, Error> {
        decode_array(x).map(Self).map_err(|_| Error::BadKey)
    }

    /// The member `x` of a JWK.
    pub fn x(&self) -> String {
        encode(&self.0)
    }
}

/// A signed token of which nothing is believed yet.
pub struct Unchecked<'a> {
    signed: &'a str,
    content: &'a str,
    signature: [u8; 64],
    kid: Option<String>,
}

impl<'a> Unchecked<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::Malformed`], [`Error::OtherMethod`] if it isn't `EdDSA` or is of a type that
    /// isn't a JWT, [`Error::Extension`].
    pub fn parse(token: &'a str) -> Result<Self, Error> {
        let [head, content, signature] = split(token, LONGEST)?;
        let header = Read::decode(head)?;
        if header.alg != ALGORITHM
            || header.enc.is_some()
            || header
                .typ
                .is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT"))
        {
            return Err(Error::OtherMethod);
        }
        let end = head.len() + 1 + content.len();
        Ok(Self {
            signed: token.get(..end).ok_or(Error::Malformed)?,
            content,
            signature: decode_array(signature)?,
            kid: header.kid,
        })
    }

    /// Which key it claims to be signed with. Look the key up among those you trust.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The content, if `key` signed it.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`] if it did not; [`Error::Malformed`] if the content isn't base64url.
    pub fn check(&self, key: &PublicKey) -> Result<Vec<u8>, Error> {
        UnparsedPublicKey::new(&ED25519, key.0)
            .verify(self.signed.as_bytes(), &self.signature)
            .map_err(|_| Error::NotAuthentic)?;
        decode(self.content)
    }
}
