//! Messages that the platform will not take: one by one, or all that are shown, they can go again.

use super::messages::{Row, address};
use super::{Failure, SignedIn, paths};
use crate::app::release as releasing;
use crate::context::Ctx;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::value::Serde;
use model::ClientMessageId;
use model::outbox::State as Standing;
use serde::Deserialize;
use store::gateway::Filter;
use wire::gateway::Release;
use wire::problem::ProblemType;

/// Messages on a page, and so the most that go again at once.
const PAGE: u32 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    before: String,
    released: Option<u32>,
    left: Option<u32>,
}

/// `GET /console/refused`.
pub(super) async fn list(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let filter = Filter {
        state: Some(Standing::Refused),
        before: wanted.before.parse().ok(),
        ..Filter::default()
    };
    let page = ctx.store.outbox.list(&filter, PAGE).await?;
    let now = ctx.now();
    let rows: Vec<_> = page.messages.iter().map(|one| Row::new(one, now)).collect();
    let last = page.messages.last().filter(|_| page.more);
    let older = last.map(|last| format!("{}?before={}", paths::REFUSED, last.number));
    let page = minijinja::context! {
        releasable => rows.iter().filter(|row| row.has_content).count(),
        rows => Serde(rows),
        older,
        newest => (!wanted.before.is_empty()).then_some(paths::REFUSED),
        released => wanted.released,
        left => wanted.left.filter(|left| *left > 0),
    };
    user.page("console/refused.html", "refused", page)
}

/// `POST /console/refused/release`: every `id` of the form.
pub(super) async fn release(
    State(ctx): State<Ctx>,
    user: SignedIn,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields: Vec<_> = url::form_urlencoded::parse(&body).collect();
    let csrf = fields.iter().find(|(name, _)| name == "csrf");
    let user = user.checked(csrf.map(|(_, value)| value.as_ref()).unwrap_or_default())?;
    let ids: Vec<ClientMessageId> = fields
        .iter()
        .filter(|(name, _)| name == "id")
        .filter_map(|(_, value)| value.parse().ok())
        .take(PAGE as usize)
        .collect();
    let (mut released, mut left) = (0, 0);
    for id in &ids {
        let Some(message) = ctx.store.outbox.find(*id).await? else {
            continue;
        };
        match releasing::release(&ctx, &user.by(), &message, Release::default()).await {
            Ok(()) => released += 1,
            // Those that need mending stay.
            Err(refusal)
                if matches!(
                    refusal.kind(),
                    ProblemType::ValidationError | ProblemType::WrongState
                ) =>
            {
                left += 1;
            }
            Err(refusal) => return Err(refusal.into()),
        }
    }
    let to = match ids.as_slice() {
        // One that needs mending is mended on its own page.
        [one] if released == 0 => address(*one),
        _ => format!("{}?released={released}&left={left}", paths::REFUSED),
    };
    Ok(Redirect::to(&to).into_response())
}
