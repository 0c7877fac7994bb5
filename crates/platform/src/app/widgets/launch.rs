//! A practitioner opens a widget: the toolbar's tokens are judged, encrypted for the supplier, and noted.

use super::seal::{self, Place};
use super::{fault, not_shown};
use crate::auth::session::SignedIn;
use crate::auth::signed::{Signed, timely};
use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use jiff::Timestamp;
use jose::jwe;
use model::WidgetId;
use model::device::Device;
use model::widget::launch::{
    Claims, Expected, PATIENT, USER, User, check_patient, check_user, named,
};
use model::widget::{Content, Method};
use serde::de::DeserializeOwned;
use store::platform::{Launch, Launched, Widget};
use uuid::Uuid;
use wire::practice::{LaunchWidget, WidgetLaunched};
use wire::widgets::{PatientClaims, UserClaims};

/// A token that may be used.
struct Token<'a> {
    /// `user` or `patient`.
    kind: &'static str,
    id: Uuid,
    /// Until when its id must be remembered.
    until: Timestamp,
    /// As the toolbar signed it.
    signed: &'a str,
}

/// Opens a widget: the address with the tokens for it.
///
/// # Errors
/// 404 for a widget that the practice does not see as the practitioner saw it; 400 that says what is wrong with a
/// token, which is not used up then.
pub(crate) async fn launch(
    ctx: &Ctx,
    who: &SignedIn,
    id: WidgetId,
    request: LaunchWidget,
) -> Result<WidgetLaunched, Refusal> {
    let widgets = &ctx.store.widgets;
    let practice = &who.0.practitioner.practice;
    let widget = widgets.widget(id).await.map_err(storage)?;
    let widget = widget
        .filter(|widget| {
            widget.standing.revision == request.revision
                && widget.standing.state.is_shown_to(practice)
        })
        .ok_or_else(not_shown)?;
    let tokens = judged(ctx, who, &widget.content, &request).await?;
    let launch_url = address(ctx, &widget, &tokens).await?;
    let launch = Launch {
        widget: id,
        revision: request.revision,
        who: who.0.practitioner.clone(),
        device: who.0.device,
        tokens: tokens
            .iter()
            .map(|token| (token.id.to_string(), token.until))
            .collect(),
        noted: tokens
            .iter()
            .map(|token| named(token.kind, token.id, token.signed))
            .collect(),
        at: ctx.now(),
    };
    match widgets
        .launch(&who.actor(), &launch)
        .await
        .map_err(storage)?
    {
        Launched::Noted => Ok(WidgetLaunched { launch_url }),
        Launched::NotShown => Err(not_shown()),
        Launched::UsedBefore => Err(Refusal::fault(USER, "Was used before")),
    }
}

/// The tokens that the widget needs, and no others.
async fn judged<'a>(
    ctx: &Ctx,
    who: &SignedIn,
    content: &Content,
    request: &'a LaunchWidget,
) -> Result<Vec<Token<'a>>, Refusal> {
    let user = wanted(USER, content.needs.user(), request.user.as_deref())?;
    let patient = wanted(PATIENT, content.needs.patient(), request.patient.as_deref())?;
    let Some(user) = user else {
        return Ok(Vec::new());
    };
    let device = ctx.store.devices.device(who.0.device).await;
    let device = device.map_err(storage)?.ok_or_else(not_shown)?;
    let expected = Expected {
        issuer: &ctx.config.base_url,
        audience: content.launch_url.as_str(),
    };
    let now = ctx.now();
    let user = user_token(user, &device, expected, who, now)?;
    let patient = patient
        .map(|text| patient_token(text, &device, expected, user.id, now))
        .transpose()?;
    Ok([user].into_iter().chain(patient).collect())
}

fn wanted<'a>(
    kind: &'static str,
    needed: bool,
    given: Option<&'a str>,
) -> Result<Option<&'a str>, Refusal> {
    match (needed, given) {
        (true, None) => Err(Refusal::fault(kind, "Is required: the widget asks for it")),
        // The supplier did not ask for it, so it must not learn it.
        (false, Some(_)) => Err(Refusal::fault(
            kind,
            "Must be left out: the widget does not ask for it",
        )),
        (_, given) => Ok(given),
    }
}

fn user_token<'a>(
    text: &'a str,
    device: &Device,
    expected: Expected<'_>,
    who: &SignedIn,
    now: Timestamp,
) -> Result<Token<'a>, Refusal> {
    let claims: UserClaims = signed(USER, text, device)?;
    let until = in_time(USER, claims.iat, claims.exp, now)?;
    let user = User {
        name: &claims.name,
        ods_code: &claims.organisation.ods_code,
    };
    let common = Claims {
        issuer: &claims.iss,
        audience: &claims.aud,
        subject: &claims.sub,
        id: &claims.jti,
    };
    let id = check_user(common, user, expected, &who.0.practitioner, &who.0.name)
        .map_err(|why| refused(USER, &why.to_string()))?;
    Ok(Token {
        kind: USER,
        id,
        until,
        signed: text,
    })
}

fn patient_token<'a>(
    text: &'a str,
    device: &Device,
    expected: Expected<'_>,
    user: Uuid,
    now: Timestamp,
) -> Result<Token<'a>, Refusal> {
    let claims: PatientClaims = signed(PATIENT, text, device)?;
    let until = in_time(PATIENT, claims.iat, claims.exp, now)?;
    let common = Claims {
        issuer: &claims.iss,
        audience: &claims.aud,
        subject: &claims.sub,
        id: &claims.jti,
    };
    let id = check_patient(common, &claims.user_jti, expected, user)
        .map_err(|why| refused(PATIENT, &why.to_string()))?;
    Ok(Token {
        kind: PATIENT,
        id,
        until,
        signed: text,
    })
}

fn signed<T: DeserializeOwned>(
    kind: &'static str,
    text: &str,
    device: &Device,
) -> Result<T, Refusal> {
    let claims = Signed::read(text).and_then(|signed| signed.claims(device));
    claims.ok_or_else(|| refused(kind, "is not a JWT that this toolbar signed"))
}

fn in_time(
    kind: &'static str,
    issued_at: i64,
    ends_at: i64,
    now: Timestamp,
) -> Result<Timestamp, Refusal> {
    timely(issued_at, ends_at, now).ok_or_else(|| {
        refused(
            kind,
            "is not valid at this time, which may be this computer's clock",
        )
    })
}

fn refused(kind: &'static str, why: &str) -> Refusal {
    let mut letters = why.chars();
    let first = letters.next().map(char::to_uppercase);
    let why: String = first.into_iter().flatten().chain(letters).collect();
    Refusal::fault(kind, &why)
}

/// The widget's address with the tokens, encrypted under its secret.
async fn address(ctx: &Ctx, widget: &Widget, tokens: &[Token<'_>]) -> Result<String, Refusal> {
    let address = &widget.content.launch_url;
    if tokens.is_empty() {
        return Ok(address.as_str().to_owned());
    }
    let secret = secret(ctx, widget).await?;
    let method = match widget.content.method {
        Method::A256Gcm => jwe::Method::A256Gcm,
        Method::A128CbcHs256 => jwe::Method::A128CbcHs256,
    };
    let mut sealed = Vec::with_capacity(tokens.len());
    for token in tokens {
        let text = secret
            .seal(method, Some("JWT"), token.signed.as_bytes(), |bytes| {
                ctx.entropy.fill(bytes);
            })
            .map_err(|error| Refusal::internal(&error))?;
        sealed.push((token.kind, text));
    }
    let query: Vec<_> = sealed
        .iter()
        .map(|(kind, text)| (*kind, text.as_str()))
        .collect();
    Ok(address.with(&query))
}

async fn secret(ctx: &Ctx, widget: &Widget) -> Result<jwe::Secret, Refusal> {
    let widgets = &ctx.store.widgets;
    let sealed = widgets.secret(widget.id, widget.standing.revision).await;
    let sealed = sealed.map_err(storage)?.ok_or_else(not_shown)?;
    let place = Place {
        client: widget.client,
        name: &widget.content.name,
    };
    let Some(secret) = seal::open(&ctx.config.code_key, place, &sealed) else {
        tracing::error!(widget = %widget.id, "the widget's secret does not open; was the code key replaced?");
        return Err(fault().detail(
            "The widget's secret can't be opened here. Its supplier has to register it again.",
        ));
    };
    jwe::Secret::copy(secret.reveal().as_bytes()).map_err(|error| Refusal::internal(&error))
}
