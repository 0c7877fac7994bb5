//! One client system: what it may do, and its keys.

use super::clients::page_of;
use super::words::{address, moment};
use super::{Done, Failure, Pressed, SignedIn, done, paths};
use crate::admin::{AdminError, IssuedKey};
use crate::context::Ctx;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use minijinja::value::Serde;
use model::ClientSystemId;
use model::organisation::{ApiKeyInfo, ClientSystem};
use serde::{Deserialize, Serialize};

/// For how long a key still works that another one replaces: the value of the form, and what it is called.
const OVERLAPS: [(&str, &str, SignedDuration); 4] = [
    ("24h", "24 hours", SignedDuration::from_hours(24)),
    ("1h", "1 hour", SignedDuration::from_hours(1)),
    ("7d", "7 days", SignedDuration::from_hours(168)),
    ("30d", "30 days", SignedDuration::from_hours(720)),
];

/// What a client system may do from now on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct May {
    csrf: String,
    what: String,
}

/// A button beside a key.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct OfKey {
    csrf: String,
    key: String,
    overlap: String,
}

#[derive(Serialize)]
struct Key {
    id: String,
    issued: String,
    ends: Option<String>,
    good: bool,
}

impl Key {
    fn new(key: &ApiKeyInfo, now: Timestamp) -> Self {
        Self {
            id: key.key_id.clone(),
            issued: moment(key.issued_at),
            ends: key.ends_at.map(moment),
            good: key.ends_at.is_none_or(|end| end > now),
        }
    }
}

async fn find(ctx: &Ctx, user: SignedIn, id: &str) -> Result<(ClientSystem, SignedIn), Failure> {
    let found = match id.parse::<ClientSystemId>() {
        Ok(id) => ctx.store.directory.client(id).await?,
        Err(_) => None,
    };
    match found {
        Some(client) => Ok((client, user)),
        None => Err(Failure::NotFound(Box::new(user))),
    }
}

/// `GET /admin/clients/{id}`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(id): Path<String>,
    Query(wanted): Query<Done>,
) -> Result<Response, Failure> {
    let (client, user) = find(&ctx, user, &id).await?;
    let now = ctx.now();
    let keys = ctx.store.directory.api_keys_of(client.id).await?;
    // Those that work stand first, the newest of them on top.
    let mut keys: Vec<Key> = keys.iter().rev().map(|key| Key::new(key, now)).collect();
    keys.sort_by_key(|key| !key.good);
    let told = match wanted.done.as_str() {
        "added" => "The client system is added. Issue a key for it below.",
        "disabled" => "It is disabled: each of its calls is refused.",
        "enabled" => "It is enabled.",
        "instant" => "It may send instant messages.",
        "standard" => "It may send standard messages only.",
        "revoked" => "The key is revoked: calls with it are refused from now on.",
        _ => "",
    };
    let id = client.id.to_string();
    let page = minijinja::context! {
        told,
        page => page_of(client.id),
        id => id.as_str(),
        name => client.name,
        disabled => client.disabled,
        instant => client.instant,
        messages => address(paths::MESSAGES, &[("client", &id)]),
        keys => Serde(keys),
        overlaps => OVERLAPS.map(|(value, text, _)| minijinja::context! { value, text }).to_vec(),
    };
    user.page("admin/client.html", "clients", page)
}

/// `POST /admin/clients/{id}/may`.
pub(super) async fn may(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(id): Path<String>,
    Form(wanted): Form<May>,
) -> Result<Response, Failure> {
    let user = user.checked(&wanted.csrf)?;
    let (client, user) = find(&ctx, user, &id).await?;
    let (directory, by, now) = (&ctx.store.directory, user.by(), ctx.now());
    let what = wanted.what.as_str();
    let changed = match what {
        "disabled" | "enabled" => {
            let disabled = what == "disabled";
            directory.set_client_disabled(&by, client.id, disabled, now)
        }
        "instant" | "standard" => {
            let instant = what == "instant";
            directory.set_client_instant(&by, client.id, instant, now)
        }
        _ => return Err(Failure::NotFound(Box::new(user))),
    };
    changed.await?;
    Ok(done(&page_of(client.id), what))
}

/// `POST /admin/clients/{id}/keys`: a further key, shown once.
pub(super) async fn issue(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(id): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let (client, user) = find(&ctx, user, &id).await?;
    let issued = user.admin().issue_key(client.id).await?;
    shown(&user, &client, &issued, None)
}

/// `POST /admin/clients/{id}/keys/rotate`: a key in the place of another, shown once.
pub(super) async fn rotate(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(id): Path<String>,
    Form(of): Form<OfKey>,
) -> Result<Response, Failure> {
    let user = user.checked(&of.csrf)?;
    let (client, user) = find(&ctx, user, &id).await?;
    let overlap = OVERLAPS.iter().find(|(value, ..)| *value == of.overlap);
    let (Some((_, words, overlap)), true) = (overlap, is_its(&ctx, &client, &of.key).await?) else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let issued = user.admin().rotate_key(&of.key, *overlap).await?;
    shown(&user, &client, &issued, Some((&of.key, words)))
}

/// `POST /admin/clients/{id}/keys/revoke`.
pub(super) async fn revoke(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(id): Path<String>,
    Form(of): Form<OfKey>,
) -> Result<Response, Failure> {
    let user = user.checked(&of.csrf)?;
    let (client, user) = find(&ctx, user, &id).await?;
    if !is_its(&ctx, &client, &of.key).await? {
        return Err(Failure::NotFound(Box::new(user)));
    }
    match user.admin().revoke_key(&of.key).await {
        Ok(()) => Ok(done(&page_of(client.id), "revoked")),
        Err(AdminError::Unknown(_)) => Err(Failure::NotFound(Box::new(user))),
        Err(error) => Err(error.into()),
    }
}

/// Whether a key is this client system's own.
async fn is_its(ctx: &Ctx, client: &ClientSystem, key: &str) -> Result<bool, Failure> {
    let found = ctx.store.directory.api_key(key).await?;
    Ok(found.is_some_and(|found| found.info.client == client.id))
}

/// The one page that shows a key.
fn shown(
    user: &SignedIn,
    client: &ClientSystem,
    issued: &IssuedKey,
    replaced: Option<(&str, &str)>,
) -> Result<Response, Failure> {
    let page = minijinja::context! {
        name => client.name.as_str(),
        back => page_of(client.id),
        key_id => issued.key_id.as_str(),
        key => issued.key.reveal(),
        replaced => replaced.map(|(key, _)| key),
        overlap => replaced.map(|(_, words)| words),
    };
    user.page("admin/key.html", "clients", page)
}
