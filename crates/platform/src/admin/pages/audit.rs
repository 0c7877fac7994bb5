//! The audit log: who did what, and whether nobody has changed it since.

use super::words::{address, moment};
use super::{Failure, Pressed, SignedIn, paths};
use crate::context::{Ctx, storage};
use axum::extract::{Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use httpkit::problem::Refusal;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::audit::{Entry, place};
use store::platform::RENEWED;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use wire::problem::ProblemType;

/// Entries that are looked at, and how many of them a page shows.
const LOOKED_AT: u32 = 5000;
const MOST: usize = 200;
/// Checking the whole log may take this long; a longer log is checked from the command line.
const WITHIN: Duration = Duration::from_secs(20);

/// One check of the whole log at a time.
pub(super) struct Verifying(Semaphore);

impl Default for Verifying {
    fn default() -> Self {
        Self(Semaphore::new(1))
    }
}

/// Which entries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
    /// Not empty: renewals of leases too.
    renewals: String,
}

#[derive(Serialize)]
struct Row {
    place: String,
    at: String,
    who: String,
    what: String,
    about: String,
}

impl Row {
    fn new(entry: Entry) -> Self {
        Self {
            place: place(entry.chain, entry.seq),
            at: moment(entry.at),
            who: entry.actor,
            what: entry.action,
            about: entry.subject,
        }
    }

    fn says(&self, sought: &str) -> bool {
        [&self.who, &self.what, &self.about]
            .iter()
            .any(|text| text.to_lowercase().contains(sought))
    }
}

/// What a check found.
#[derive(Serialize)]
struct Found {
    entries: u64,
    broken: Option<String>,
    head: String,
}

/// `GET /admin/audit`.
pub(super) async fn list(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    show(&ctx, &user, &wanted, minijinja::context! {}).await
}

/// `POST /admin/audit`: checks the whole log. Nothing is changed.
pub(super) async fn verify(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Extension(verifying): Extension<Arc<Verifying>>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let Ok(_turn) = verifying.0.try_acquire() else {
        let busy = minijinja::context! { busy => true };
        return show(&ctx, &user, &Wanted::default(), busy).await;
    };
    let log = Arc::clone(&ctx.store.audit);
    // On a task of its own: it may read from a disk for a while.
    let check = tokio::spawn(async move { timeout(WITHIN, log.verify()).await });
    let checked = check
        .await
        .map_err(|_| Refusal::new(ProblemType::InternalError))?;
    let more = match checked {
        Ok(found) => {
            let found = found.map_err(storage)?;
            minijinja::context! { found => Serde(Found {
                entries: found.entries,
                broken: found.broken_at.map(|broken| place(broken.chain, broken.seq)),
                head: found.head.to_hex(),
            }) }
        }
        Err(_) => minijinja::context! { long => true },
    };
    show(&ctx, &user, &Wanted::default(), more).await
}

async fn show(
    ctx: &Ctx,
    user: &SignedIn,
    wanted: &Wanted,
    more: minijinja::Value,
) -> Result<Response, Failure> {
    let sought = wanted.q.trim();
    let small = sought.to_lowercase();
    let renewals = !wanted.renewals.is_empty();
    let entries = ctx.store.audit.recent(LOOKED_AT).await?;
    let fits = entries
        .into_iter()
        .map(Row::new)
        .filter(|row| row.says(&small));
    let (fitting, renewed): (Vec<Row>, Vec<Row>) =
        fits.partition(|row| renewals || row.what != RENEWED);
    let mut rows = fitting;
    rows.truncate(MOST);
    let asked = if renewals { "1" } else { "" };
    let page = minijinja::context! {
        rows => Serde(rows),
        q => sought,
        renewals => asked,
        hidden => renewed.len(),
        all => address(paths::AUDIT, &[("renewals", asked)]),
        with => address(paths::AUDIT, &[("q", sought), ("renewals", "1")]),
        without => address(paths::AUDIT, &[("q", sought)]),
        looked_at => LOOKED_AT,
        most => MOST,
        ..more
    };
    user.page("admin/audit.html", "audit", page)
}
