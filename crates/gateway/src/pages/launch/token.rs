//! Reads a launch's token: encrypted for our widget, signed by a toolbar that the platform knows, for us, and for now.

use super::{Refused, ours};
use crate::context::Ctx;
use jose::jwe::Secret;
use jose::jws::Unchecked;
use jose::{Lifetime, Untimely};
use model::device::{ASSERTION_MAX, CLOCK_SKEW};
use model::{DeviceId, OdsCode, SpineUserId};
use store::gateway::{SealedPlace, WidgetSecret};
use uuid::Uuid;
use wire::widgets::UserClaims;

/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 200;
/// What is in an encrypted token.
const CONTENT: &str = "JWT";

/// A token that checked. Whether it was used before is for the transaction that uses it.
pub(super) struct Checked {
    pub(super) device: DeviceId,
    pub(super) jti: Uuid,
    /// The first second at which it is good no more.
    pub(super) ends_at: i64,
    pub(super) spine_user_id: SpineUserId,
    pub(super) ods_code: OdsCode,
    pub(super) name: String,
}

/// Checks a token.
pub(super) async fn check(ctx: &Ctx, token: &str) -> Result<Checked, Refused> {
    let (widget, signed) = decrypt(ctx, token).await?;
    let unchecked = Unchecked::parse(&signed).map_err(|_| Refused::NotForUs)?;
    let device: DeviceId = unchecked
        .kid()
        .and_then(|kid| kid.parse().ok())
        .ok_or(Refused::UnknownSigner)?;
    let key = ctx.toolbars.find(ctx, device).await?;
    let claims = unchecked.check(&key).map_err(|_| Refused::UnknownSigner)?;
    let claims: UserClaims = serde_json::from_slice(&claims).map_err(|_| Refused::NotForUs)?;
    let ends_at = judge(
        &claims,
        ctx.config.platform_name(),
        widget.launch_url.as_str(),
        ctx.now().as_second(),
    )?;
    Ok(Checked {
        device,
        jti: Uuid::parse_str(&claims.jti).map_err(|_| Refused::NotForUs)?,
        ends_at,
        spine_user_id: SpineUserId::parse(&claims.sub).map_err(|_| Refused::NotForUs)?,
        ods_code: OdsCode::parse(&claims.organisation.ods_code).map_err(|_| Refused::NotForUs)?,
        name: name_of(&claims),
    })
}

/// Opens the encryption with a secret of ours; the method is the one that the widget was registered with.
async fn decrypt(ctx: &Ctx, token: &str) -> Result<(WidgetSecret, String), Refused> {
    let secrets = ctx.store.launches.secrets().await;
    let secrets = secrets.map_err(|error| ours(&error))?;
    if secrets.is_empty() {
        return Err(Refused::NoWidget);
    }
    let mut refused = Refused::NotForUs;
    for widget in secrets {
        let place = SealedPlace::WidgetSecret(widget.id);
        // One that does not open must not stand in the way of the others.
        let plain = match ctx.vault.unseal(&place, &widget.secret).await {
            Ok(plain) => plain,
            Err(error) => {
                refused = ours(&error);
                continue;
            }
        };
        let Ok(secret) = Secret::copy(plain.reveal().as_bytes()) else {
            continue;
        };
        match secret.open(crate::widget::method(widget.method), token) {
            Ok(opened) if is_signed(opened.cty.as_deref()) => {
                let signed = String::from_utf8(opened.content).map_err(|_| Refused::NotForUs)?;
                return Ok((widget, signed));
            }
            Err(jose::Error::Malformed | jose::Error::TooLong) => return Err(Refused::NoToken),
            _ => {}
        }
    }
    Err(refused)
}

fn is_signed(content: Option<&str>) -> bool {
    content.is_some_and(|content| content.eq_ignore_ascii_case(CONTENT))
}

/// Whether the claims are for us and for now; the first second at which they are not.
pub(super) fn judge(
    claims: &UserClaims,
    issuer: &str,
    audience: &str,
    now: i64,
) -> Result<i64, Refused> {
    if claims.iss.trim_end_matches('/') != issuer || claims.aud != audience {
        return Err(Refused::NotForUs);
    }
    let lifetime = Lifetime {
        longest: ASSERTION_MAX.as_secs(),
        skew: CLOCK_SKEW.as_secs(),
    };
    lifetime
        .check(claims.iat, claims.exp, now)
        .map_err(|why| match why {
            Untimely::Senseless => Refused::NotForUs,
            Untimely::Early => Refused::Early,
            Untimely::Over => Refused::Over,
        })
}

/// A name for pages; the id where there is none.
fn name_of(claims: &UserClaims) -> String {
    let name: String = claims
        .name
        .trim()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_NAME)
        .collect();
    if name.is_empty() {
        claims.sub.clone()
    } else {
        name
    }
}
