//! Endpoints with their last answers, and what was posted to each.

use super::{Failure, SignedIn, paths, patients, times};
use crate::context::Ctx;
use crate::webhooks::manage;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use httpkit::problem::Refusal;
use httpkit::segment::Segment;
use jiff::Timestamp;
use minijinja::value::Serde;
use model::WebhookId;
use serde::{Deserialize, Serialize};
use store::gateway::{Answer, Delivery, DeliveryState, Happening, Webhook};
use wire::problem::ProblemType;

/// So many of the last deliveries are shown.
const SHOWN: u32 = 100;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    csrf: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    address: String,
    /// Host and path: what follows may hold a secret.
    url: String,
    description: String,
    events: String,
    disabled: Option<String>,
    added: String,
    last: Option<String>,
    last_bad: bool,
}

#[derive(Serialize)]
struct Sent {
    event: String,
    kind: &'static str,
    about: Option<String>,
    /// The page of the patient it is about.
    patient: Option<String>,
    happened: String,
    stands: &'static str,
    colour: &'static str,
    tries: u32,
    next: Option<String>,
    last: Option<String>,
}

/// `GET /console/webhooks`.
pub(super) async fn list(State(ctx): State<Ctx>, user: SignedIn) -> Result<Response, Failure> {
    let found = ctx.store.webhooks.list().await?;
    let (owed, oldest) = ctx.store.webhooks.owed().await?;
    let rows: Vec<_> = found.iter().map(row).collect();
    let page = minijinja::context! {
        rows => Serde(rows),
        owed,
        oldest => oldest.map(times::moment),
    };
    user.page("console/webhooks.html", "webhooks", page)
}

/// `GET /console/webhooks/{id}`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Segment(id): Segment<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let Ok(id) = id.parse::<WebhookId>() else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let Some(found) = ctx.store.webhooks.get(id).await? else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let deliveries = ctx.store.webhooks.deliveries(id, SHOWN).await?;
    let deliveries: Vec<_> = deliveries.iter().map(sent).collect();
    let told = match done.done.as_str() {
        "tested" => {
            "A test will be posted in a moment. Load this page again to see what came of it."
        }
        "enabled" => "The endpoint is posted to again.",
        _ => "",
    };
    let page = minijinja::context! {
        row => Serde(row(&found)),
        deliveries => Serde(deliveries),
        told,
    };
    user.page("console/webhook.html", "webhooks", page)
}

/// `POST /console/webhooks/{id}/test`.
pub(super) async fn test(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Segment(id): Segment<String>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let Ok(id) = id.parse::<WebhookId>() else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let tested = manage::test(&ctx, &user.by(), id).await;
    back(user, id, "tested", tested)
}

/// `POST /console/webhooks/{id}/enable`.
pub(super) async fn enable(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Segment(id): Segment<String>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let Ok(id) = id.parse::<WebhookId>() else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let enabled = manage::enable(&ctx, id).await;
    back(user, id, "enabled", enabled)
}

fn back(
    user: SignedIn,
    id: WebhookId,
    done: &str,
    outcome: Result<(), Refusal>,
) -> Result<Response, Failure> {
    match outcome {
        Ok(()) => Ok(Redirect::to(&format!("{}?done={done}", address(id))).into_response()),
        Err(refusal) if refusal.kind() == ProblemType::NotFound => {
            Err(Failure::NotFound(Box::new(user)))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn address(id: WebhookId) -> String {
    paths::WEBHOOK.replace("{id}", &id.to_string())
}

fn row(webhook: &Webhook) -> Row {
    let events: Vec<_> = webhook.wants.iter().map(|kind| kind.as_str()).collect();
    let disabled = webhook.disabled.as_ref().map(|(at, why)| {
        let why = match why.as_str() {
            "gone" => "it answered 410 Gone",
            _ => "somebody asked for it",
        };
        format!("Disabled since {}: {why}", times::moment(*at))
    });
    Row {
        id: webhook.id.to_string(),
        address: address(webhook.id),
        url: without_query(&webhook.url),
        description: webhook.description.clone().unwrap_or_default(),
        events: if events.is_empty() {
            "all events".to_owned()
        } else {
            events.join(", ")
        },
        disabled,
        added: times::moment(webhook.made_at),
        last: webhook.last.as_ref().map(last),
        last_bad: webhook
            .last
            .as_ref()
            .is_some_and(|(_, answer)| is_bad(answer)),
    }
}

/// An address without user, query and fragment.
fn without_query(text: &str) -> String {
    let Ok(url) = url::Url::parse(text) else {
        return String::new();
    };
    let port = url.port().map(|port| format!(":{port}"));
    format!(
        "{}://{}{}{}{}",
        url.scheme(),
        url.host_str().unwrap_or_default(),
        port.unwrap_or_default(),
        url.path(),
        if url.query().is_some() { "?…" } else { "" }
    )
}

fn last((at, answer): &(Timestamp, Answer)) -> String {
    let what = match answer {
        Answer::Status(status) => format!("HTTP {status}"),
        Answer::Nothing(why) => match why.as_str() {
            "unreachable" => "could not be reached".to_owned(),
            "timed-out" => "did not answer in time".to_owned(),
            "refused-address" => "leads to an address that is not allowed".to_owned(),
            "tls" => "no safe connection could be made".to_owned(),
            _ => "could not be posted to".to_owned(),
        },
    };
    format!("{what}, {}", times::moment(*at))
}

fn is_bad(answer: &Answer) -> bool {
    !matches!(answer, Answer::Status(200..=299))
}

fn sent(delivery: &Delivery) -> Sent {
    let (stands, colour) = match delivery.state {
        DeliveryState::Owed => ("Owed", "blue"),
        DeliveryState::Delivered => ("Delivered", "green"),
        DeliveryState::Failed => ("Given up", "red"),
    };
    let happened = &delivery.entry.happened;
    Sent {
        event: format!("evt_{}", delivery.entry.place),
        kind: happened.what.kind().as_str(),
        about: happened.what.message().map(|id| id.to_string()),
        patient: match &happened.what {
            Happening::Patient { patient, .. } => Some(patients::one(patient)),
            _ => None,
        },
        happened: times::moment(happened.at),
        stands,
        colour,
        tries: delivery.tries,
        next: (delivery.state == DeliveryState::Owed).then(|| times::moment(delivery.due_at)),
        last: delivery.last.as_ref().map(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        assert_eq!(
            without_query("https://user:pw@product.example:8443/hook?key=s3cret#x"),
            "https://product.example:8443/hook?…"
        );
    }
}
