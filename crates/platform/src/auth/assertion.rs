//! Device assertions: JWTs of the shape of RFC 7523, signed with a toolbar's Ed25519 key.

use super::signed::{Signed, timely};
use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use jiff::Timestamp;
use model::device::Device;
use wire::practice::AssertionClaims;
use wire::problem::ProblemType;

/// An assertion that checked.
pub(crate) struct Asserted {
    pub(crate) device: Device,
    pub(crate) claims: AssertionClaims,
    pub(crate) ends_at: Timestamp,
}

fn refused(why: &str) -> Refusal {
    Refusal::new(ProblemType::Unauthorized).detail(why)
}

/// Checks signature, audience, times and that the device is not blocked. Whether the assertion was
/// used before is for the transaction that uses it.
pub(crate) async fn check(ctx: &Ctx, text: &str) -> Result<Asserted, Refusal> {
    let not_one = || refused("The assertion is not a signed JWT of a registered toolbar.");
    let signed = Signed::read(text).ok_or_else(not_one)?;
    let device = ctx
        .store
        .devices
        .device(signed.by())
        .await
        .map_err(storage)?
        .ok_or_else(not_one)?;
    let claims: AssertionClaims = signed.claims(&device).ok_or_else(not_one)?;
    let ends_at =
        check_claims(&claims, &device, &ctx.config.base_url, ctx.now()).map_err(refused)?;
    if device.blocked_at.is_some() {
        return Err(Refusal::new(ProblemType::Forbidden).detail("This toolbar is blocked."));
    }
    Ok(Asserted {
        device,
        claims,
        ends_at,
    })
}

fn check_claims(
    claims: &AssertionClaims,
    device: &Device,
    audience: &str,
    now: Timestamp,
) -> Result<Timestamp, &'static str> {
    if claims.iss != device.id.to_string() {
        return Err("The assertion was issued by another toolbar.");
    }
    if claims.aud.trim_end_matches('/') != audience {
        return Err("The assertion is for another platform.");
    }
    let until = timely(claims.iat, claims.exp, now)
        .ok_or("The assertion is not valid at this time. Check this computer's clock.")?;
    if claims.jti.is_empty() || claims.jti.len() > 128 {
        return Err("The assertion has no usable jti.");
    }
    Ok(until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use model::DeviceId;
    use uuid::Uuid;

    fn device() -> Device {
        Device {
            id: DeviceId(Uuid::nil()),
            practice: model::OdsCode::parse("GPPRAC001").unwrap(),
            name: "PC".to_owned(),
            public_key: [0; 32],
            registered_at: Timestamp::UNIX_EPOCH,
            blocked_at: None,
        }
    }

    fn claims(now: Timestamp) -> AssertionClaims {
        AssertionClaims {
            iss: Uuid::nil().to_string(),
            sub: "1".to_owned(),
            name: None,
            aud: "http://here".to_owned(),
            iat: now.as_second(),
            exp: now.as_second() + 60,
            jti: "x".to_owned(),
        }
    }

    #[test]
    fn claims_must_be_of_here_and_now() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let check = |change: &dyn Fn(&mut AssertionClaims), later: i64| {
            let mut claims = claims(now);
            change(&mut claims);
            check_claims(
                &claims,
                &device(),
                "http://here",
                now + SignedDuration::from_secs(later),
            )
            .is_ok()
        };
        assert!(check(&|_| {}, 0));
        assert!(
            check(&|_| {}, 89) && !check(&|_| {}, 90),
            "skew is allowed, more is not"
        );
        assert!(check(&|_| {}, -30) && !check(&|_| {}, -31));
        assert!(!check(&|c| c.exp += 1, 0), "too long a life");
        assert!(!check(&|c| c.aud = "http://there".to_owned(), 0));
        assert!(!check(&|c| c.iss = Uuid::max().to_string(), 0));
        assert!(!check(&|c| c.jti.clear(), 0));
        assert!(!check(&|c| c.iat = i64::MAX, 0));
    }
}
