//! Toolbars register, practitioners sign in at them.

use crate::auth::assertion::{self, Asserted};
use crate::auth::session;
use crate::context::{Ctx, storage};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use httpkit::problem::Refusal;
use model::device::{Device, SESSION_MAX};
use model::practitioner::Practitioner;
use model::{Actor, DeviceId, OdsCode, Secret, SessionId, SpineUserId, entropy};
use store::platform::NewSession;
use wire::practice::{PracticeInfo, PractitionerInfo, Register, Registered, SignedIn};
use wire::problem::{InvalidParameter, ProblemType};

/// Characters of a device's name.
const MAX_NAME: usize = 100;

fn key_refused() -> Refusal {
    // One answer for every reason: a key's parts must not be found one by one.
    Refusal::new(ProblemType::Forbidden).detail(
        "This registration key is not valid for this organisation, or has ended, or was used.",
    )
}

/// Registers a toolbar.
pub(crate) async fn register(ctx: &Ctx, request: Register) -> Result<Registered, Refusal> {
    let public_key = checked(&request)?;
    let now = ctx.now();
    let found = ctx
        .store
        .devices
        .registration_key(&request.key_part1)
        .await
        .map_err(storage)?
        .ok_or_else(key_refused)?;
    let same_practice =
        OdsCode::parse(&request.organisation_code).is_ok_and(|code| code == found.key.practice);
    let right = found.hash.same(&Secret::new(request.key_part2).hash());
    if !right || !same_practice || found.key.ends_at <= now {
        return Err(key_refused());
    }
    if let Some(known) = registered_before(ctx, &found.key.practice, &public_key).await? {
        return registered(ctx, &known).await;
    }
    let device = Device {
        id: DeviceId(entropy::uuid_v4(&*ctx.entropy)),
        practice: found.key.practice,
        name: request.device_name,
        public_key,
        registered_at: now,
        blocked_at: None,
    };
    let by = Actor::Device(device.id);
    if !ctx
        .store
        .devices
        .register(&by, &request.key_part1, &device)
        .await
        .map_err(storage)?
    {
        return Err(key_refused());
    }
    registered(ctx, &device).await
}

/// The device of an earlier registration whose answer was lost: a toolbar tries again with the same
/// key pair, and must not need a second key for it.
async fn registered_before(
    ctx: &Ctx,
    practice: &OdsCode,
    public_key: &[u8; 32],
) -> Result<Option<Device>, Refusal> {
    let known = ctx
        .store
        .devices
        .devices(Some(practice))
        .await
        .map_err(storage)?;
    let same = known
        .into_iter()
        .find(|device| device.public_key == *public_key);
    if same
        .as_ref()
        .is_some_and(|device| device.blocked_at.is_some())
    {
        return Err(Refusal::new(ProblemType::Forbidden).detail("This toolbar is blocked."));
    }
    Ok(same)
}

async fn registered(ctx: &Ctx, device: &Device) -> Result<Registered, Refusal> {
    let practice = practice(ctx, &device.practice).await?;
    Ok(Registered {
        device_id: device.id.to_string(),
        practice,
    })
}

fn checked(request: &Register) -> Result<[u8; 32], Refusal> {
    let fault = |name: &str, reason: &str| InvalidParameter {
        name: name.to_owned(),
        reason: reason.to_owned(),
        value: None,
    };
    let mut faults = Vec::new();
    let name = &request.device_name;
    if !(1..=MAX_NAME).contains(&name.chars().count()) || name.contains(char::is_control) {
        faults.push(fault(
            "deviceName",
            "Must be 1 to 100 characters, none of them a control character",
        ));
    }
    let key = URL_SAFE_NO_PAD
        .decode(&request.public_key)
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    match key {
        Some(key) if faults.is_empty() => Ok(key),
        Some(_) => Err(Refusal::validation(faults)),
        None => {
            faults.push(fault(
                "publicKey",
                "Must be 32 bytes in base64url without padding",
            ));
            Err(Refusal::validation(faults))
        }
    }
}

async fn practice(ctx: &Ctx, code: &OdsCode) -> Result<PracticeInfo, Refusal> {
    let found = ctx.store.directory.practice(code).await.map_err(storage)?;
    let name = found.map(|practice| practice.name).unwrap_or_default();
    Ok(PracticeInfo {
        ods_code: code.to_string(),
        name,
    })
}

/// Takes back a toolbar's own registration.
pub(crate) async fn unregister(ctx: &Ctx, assertion: &str) -> Result<(), Refusal> {
    let Asserted { device, claims, .. } = assertion::check(ctx, assertion).await?;
    if claims.sub != device.id.to_string() {
        return Err(Refusal::new(ProblemType::Forbidden)
            .detail("The assertion does not speak for the toolbar itself."));
    }
    ctx.store
        .devices
        .remove_device(&Actor::Device(device.id), device.id, ctx.now())
        .await
        .map_err(storage)?;
    Ok(())
}

/// Signs a practitioner in.
pub(crate) async fn sign_in(ctx: &Ctx, assertion: &str) -> Result<SignedIn, Refusal> {
    let Asserted {
        device,
        claims,
        ends_at,
    } = assertion::check(ctx, assertion).await?;
    let spine_user_id = SpineUserId::parse(&claims.sub)
        .map_err(|why| Refusal::fault("assertion.sub", &why.to_string()))?;
    let name = claims.name.unwrap_or_else(|| spine_user_id.to_string());
    let now = ctx.now();
    let secret = session::generate(&*ctx.entropy);
    let practitioner = Practitioner {
        practice: device.practice.clone(),
        spine_user_id,
    };
    let new = NewSession {
        id: SessionId(entropy::uuid_v7(now, &*ctx.entropy)),
        hash: secret.hash(),
        device: device.id,
        practitioner: practitioner.clone(),
        name: name.clone(),
        assertion_id: format!("{}/{}", device.id, claims.jti),
        assertion_ends: ends_at,
        at: now,
    };
    let by = Actor::Practitioner(practitioner);
    if !ctx
        .store
        .devices
        .sign_in(&by, &new)
        .await
        .map_err(storage)?
    {
        return Err(
            Refusal::new(ProblemType::Unauthorized).detail("This assertion was used before.")
        );
    }
    Ok(SignedIn {
        session: secret.reveal().to_owned(),
        expires_at: (now + SESSION_MAX).to_string(),
        practitioner: PractitionerInfo {
            spine_user_id: new.practitioner.spine_user_id.to_string(),
            name,
        },
        practice: practice(ctx, &device.practice).await?,
    })
}
