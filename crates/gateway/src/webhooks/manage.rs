//! What the product and an operator do with endpoints.

use super::address;
use super::sign::SigningSecret;
use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use jiff::{SignedDuration, Timestamp};
use model::{Secret, WebhookId};
use store::gateway::{HappeningKind, NewWebhook, SealedPlace, Webhook, WebhookChange};
use wire::problem::{InvalidParameter, ProblemType};

/// After a rotation the secret before signs as well for so long.
const FORMER_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Every event makes a row for each endpoint.
const MOST_ENDPOINTS: usize = 100;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 200;

/// An endpoint as somebody asks for it.
pub(crate) struct Wanted {
    pub(crate) url: String,
    /// Names of kinds; all when empty.
    pub(crate) events: Vec<String>,
    pub(crate) description: Option<String>,
}

/// Adds an endpoint. Its secret is told this once.
pub(crate) async fn add(ctx: &Ctx, wanted: Wanted) -> Result<(Webhook, Secret), Refusal> {
    let (url, wants, description) = check(ctx, wanted)?;
    let there = ctx.store.webhooks.list().await.map_err(storage)?;
    if there.len() >= MOST_ENDPOINTS {
        return Err(Refusal::new(ProblemType::WrongState).detail(
            "There are 100 endpoints already. Delete one that is no longer needed first.",
        ));
    }
    let id = WebhookId(model::entropy::uuid_v7(ctx.now(), &*ctx.entropy));
    let secret = SigningSecret::new(&*ctx.entropy).text();
    let place = SealedPlace::WebhookSecret(id);
    let mut webhook = NewWebhook {
        id,
        url,
        description,
        wants,
        secret: ctx.vault.seal(&place, &secret).await?,
        made_at: ctx.now(),
    };
    if ctx.store.webhooks.add(&webhook).await.is_err() {
        // Its key may have gone meanwhile; or it was written, though that was not known.
        ctx.vault.read_anew().await?;
        let there = ctx.store.webhooks.get(id).await.map_err(storage)?;
        if there.is_none() {
            webhook.secret = ctx.vault.seal(&place, &secret).await?;
            ctx.store.webhooks.add(&webhook).await.map_err(storage)?;
        }
    }
    Ok((get(ctx, id).await?, secret))
}

/// One endpoint.
pub(crate) async fn get(ctx: &Ctx, id: WebhookId) -> Result<Webhook, Refusal> {
    let found = ctx.store.webhooks.get(id).await.map_err(storage)?;
    found.ok_or_else(not_found)
}

/// Gives an endpoint a new secret, told this once, and says until when the one before signs as well.
pub(crate) async fn rotate(ctx: &Ctx, id: WebhookId) -> Result<(Secret, Timestamp), Refusal> {
    let new = SigningSecret::new(&*ctx.entropy).text();
    let former_until = ctx
        .now()
        .saturating_add(FORMER_KEPT)
        .unwrap_or(Timestamp::MAX);
    if let Err(cause) = replace(ctx, id, &new, former_until).await {
        if cause.kind() == ProblemType::NotFound {
            return Err(cause);
        }
        // A key may have gone meanwhile.
        ctx.vault.read_anew().await?;
        replace(ctx, id, &new, former_until).await?;
    }
    Ok((new, former_until))
}

async fn replace(
    ctx: &Ctx,
    id: WebhookId,
    new: &Secret,
    former_until: Timestamp,
) -> Result<(), Refusal> {
    let webhook = get(ctx, id).await?;
    let present = SealedPlace::WebhookSecret(id);
    let former = ctx.vault.unseal(&present, &webhook.secret).await?;
    if former == *new {
        // The first try had been written, though it was not known.
        return Ok(());
    }
    let place = SealedPlace::FormerWebhookSecret(id);
    let change = WebhookChange::Rotate {
        secret: ctx.vault.seal(&present, new).await?,
        former: ctx.vault.seal(&place, &former).await?,
        former_until,
    };
    changed(ctx, id, &change).await
}

/// Owes an endpoint a test, enabled or not.
pub(crate) async fn test(ctx: &Ctx, by: &str, id: WebhookId) -> Result<(), Refusal> {
    let owed = ctx.store.webhooks.test(by, id, ctx.now()).await;
    found(owed.map_err(storage)?)
}

/// Posts to an endpoint again. What happened meanwhile is not told.
pub(crate) async fn enable(ctx: &Ctx, id: WebhookId) -> Result<(), Refusal> {
    changed(ctx, id, &WebhookChange::Enable).await
}

/// Deletes an endpoint, and what is owed to it.
pub(crate) async fn delete(ctx: &Ctx, id: WebhookId) -> Result<(), Refusal> {
    found(ctx.store.webhooks.delete(id).await.map_err(storage)?)
}

async fn changed(ctx: &Ctx, id: WebhookId, change: &WebhookChange) -> Result<(), Refusal> {
    let there = ctx.store.webhooks.change(id, change).await;
    found(there.map_err(storage)?)
}

fn found(there: bool) -> Result<(), Refusal> {
    if there { Ok(()) } else { Err(not_found()) }
}

/// Reads an endpoint's id from a path.
pub(crate) fn id(name: &str) -> Result<WebhookId, Refusal> {
    name.parse().map_err(|_| not_found())
}

fn not_found() -> Refusal {
    Refusal::new(ProblemType::NotFound).detail("There is no such endpoint.")
}

/// All that is wrong at once.
fn check(
    ctx: &Ctx,
    wanted: Wanted,
) -> Result<(String, Vec<HappeningKind>, Option<String>), Refusal> {
    let mut faults = Vec::new();
    // Its value is not told back: an address may hold a secret.
    let mut fault = |name: String, reason: String| {
        faults.push(InvalidParameter {
            name,
            reason,
            value: None,
        });
    };
    let url = address::parse(&wanted.url, ctx.config.allow_private_webhooks);
    let url = url.map_err(|why| fault("url".to_owned(), capital(&why.to_string())));
    let mut wants = Vec::new();
    for (place, name) in wanted.events.iter().enumerate() {
        match HappeningKind::parse(name) {
            Some(kind) if wants.contains(&kind) => {}
            Some(kind) => wants.push(kind),
            None => fault(
                format!("events[{place}]"),
                "Must be the type of an event, such as message.accepted".to_owned(),
            ),
        }
    }
    let description = wanted.description.map(|text| text.trim().to_owned());
    let description = description.filter(|text| !text.is_empty());
    if description
        .as_ref()
        .is_some_and(|text| !is_short_line(text))
    {
        let reason = "Must have at most 200 characters and no control characters";
        fault("description".to_owned(), reason.to_owned());
    }
    match url {
        Ok(url) if faults.is_empty() => Ok((url.into(), wants, description)),
        _ => Err(Refusal::validation(faults)),
    }
}

fn is_short_line(text: &str) -> bool {
    text.chars().count() <= MAX_DESCRIPTION && !text.chars().any(char::is_control)
}

/// As other faults are told.
fn capital(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
