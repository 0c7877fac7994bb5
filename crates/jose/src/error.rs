//! Why a token isn't taken.

/// Why a token isn't taken. It says nothing of the token's content, and nothing that helps to forge one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Longer than any token of this kind may be.
    #[error("the token is too long")]
    TooLong,
    /// Not the parts, the base64url or the header of a compact token.
    #[error("this is not a token in compact form")]
    Malformed,
    /// The header names another method than the one the caller takes.
    #[error("the token was not made by the agreed method")]
    OtherMethod,
    /// The header asks for something that is never done here: `crit`, `zip` or `b64`.
    #[error("the token's header asks for an extension that is not supported")]
    Extension,
    /// Signature or tag do not fit: another key, or a changed token.
    #[error("the token was not made with the agreed key, or was changed on its way")]
    NotAuthentic,
    /// The key given is not a key.
    #[error("the key is not a usable key")]
    BadKey,
    /// The library refuses to sign or encrypt.
    #[error("the token could not be made")]
    NotMade,
}
