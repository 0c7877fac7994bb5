//! Links to a practitioner's own page: for one user, for a quarter of an hour, signed by the vault, so that nobody
//! can guess another's.

use crate::context::Ctx;
use crate::vault::{Signature, VaultError};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use model::{DataKeyId, UserId};
use uuid::Uuid;
use wire::paths::gateway as paths;

/// A link works for so long.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_mins(15);
/// What the vault signs for here.
const PURPOSE: &str = "authorise-link";
/// Data key, end, signature.
const BYTES: usize = 16 + 8 + 32;

/// What a link's secret part says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It is for this user, and its time has not come.
    Good,
    /// It was for this user.
    Ended,
    /// It is none of ours, or for somebody else.
    Bad,
}

/// The address of a user's page.
pub(super) fn path(user: &UserId) -> String {
    use std::fmt::Write as _;
    let mut part = String::new();
    for byte in user.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            part.push(char::from(byte));
        } else {
            // Dots too: a user may be called `..`. Writing to a String does not fail.
            let _ = write!(part, "%{byte:02X}");
        }
    }
    paths::AUTHORISE.replace("{userId}", &part)
}

/// Makes a link, and says when it ends.
pub(crate) async fn make(ctx: &Ctx, user: &UserId) -> Result<(String, Timestamp), VaultError> {
    let ends_at = ctx.now().saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
    let signature = ctx.vault.sign(PURPOSE, &text(user, ends_at)).await?;
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.extend_from_slice(signature.key.0.as_bytes());
    bytes.extend_from_slice(&ends_at.as_millisecond().to_be_bytes());
    bytes.extend_from_slice(&signature.mac);
    let secret = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let url = format!("{}{}?t={secret}", ctx.config.base_url, path(user));
    Ok((url, ends_at))
}

/// Reads a link's secret part.
pub(super) async fn read(ctx: &Ctx, user: &UserId, secret: &str) -> Result<Shown, VaultError> {
    let Some((signature, ends_at)) = parse(secret) else {
        return Ok(Shown::Bad);
    };
    let signed = ctx
        .vault
        .is_signed(PURPOSE, &text(user, ends_at), &signature)
        .await?;
    Ok(match signed {
        false => Shown::Bad,
        true if ends_at <= ctx.now() => Shown::Ended,
        true => Shown::Good,
    })
}

fn parse(secret: &str) -> Option<(Signature, Timestamp)> {
    let bytes: [u8; BYTES] = BASE64_URL_SAFE_NO_PAD
        .decode(secret)
        .ok()?
        .try_into()
        .ok()?;
    let (key, rest) = bytes.split_first_chunk::<16>()?;
    let (ends_at, mac) = rest.split_first_chunk::<8>()?;
    let signature = Signature {
        key: DataKeyId(Uuid::from_bytes(*key)),
        mac: mac.try_into().ok()?,
    };
    let ends_at = Timestamp::from_millisecond(i64::from_be_bytes(*ends_at)).ok()?;
    Some((signature, ends_at))
}

/// What is signed. The end stands first, so that nothing in a user's id can look like one.
fn text(user: &UserId, ends_at: Timestamp) -> String {
    format!("{}:{user}", ends_at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_page_has_one_address_whatever_the_id_holds() {
        let path_of = |id: &str| path(&UserId::parse(id).unwrap());
        assert_eq!(path_of("dr-okafor"), "/authorise/dr-okafor");
        assert_eq!(path_of("a/b?c#d é"), "/authorise/a%2Fb%3Fc%23d%20%C3%A9");
        assert_eq!(path_of(".."), "/authorise/%2E%2E");
    }
}
