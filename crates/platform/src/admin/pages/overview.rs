//! The first page: how many messages stand where, how long they have waited, and what needs a look.

use super::words::{address, ago};
use super::{Failure, SignedIn, paths};
use crate::context::Ctx;
use axum::extract::State;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use minijinja::value::Serde;
use model::device::{SESSION_IDLE, SESSION_MAX};
use model::message::{Status, SubStatus};
use model::widget::life::State as WidgetState;
use serde::Serialize;
use store::platform::Waits;

/// Practices on the page: those where something has waited longest.
const MOST: usize = 20;
/// Condemned blobs are deleted within a minute; after this long one is stuck.
pub(super) const STUCK: SignedDuration = SignedDuration::from_mins(10);
/// Older than this is late: somebody at the practice ought to have looked.
const LATE: SignedDuration = SignedDuration::from_hours(72);

/// What waits at a practice.
#[derive(Serialize)]
pub(super) struct Line {
    code: String,
    pub(super) name: String,
    page: String,
    messages: String,
    pub(super) waiting: u64,
    by_age: [u64; 4],
    oldest: Option<String>,
    late: bool,
    #[serde(skip)]
    since: Option<Timestamp>,
}

impl Line {
    pub(super) fn new(waits: &Waits, now: Timestamp) -> Self {
        let code = waits.practice.as_str();
        Self {
            code: code.to_owned(),
            name: waits.name.clone(),
            page: paths::PRACTICE.replace("{code}", code),
            messages: address(
                paths::MESSAGES,
                &[("practice", code), ("stands", "waiting")],
            ),
            waiting: waits.by_age.iter().sum(),
            by_age: waits.by_age,
            oldest: waits.oldest.map(|at| ago(at, now)),
            late: waits.oldest.is_some_and(|at| now.duration_since(at) > LATE),
            since: waits.oldest,
        }
    }
}

/// The moments that part young from old: an hour, a day and three days ago.
pub(super) fn marks(now: Timestamp) -> [Timestamp; 3] {
    [1, 24, 72].map(|hours| {
        now.saturating_sub(SignedDuration::from_hours(hours))
            .unwrap_or(Timestamp::MIN)
    })
}

/// `GET /admin`.
pub(super) async fn show(State(ctx): State<Ctx>, user: SignedIn) -> Result<Response, Failure> {
    let now = ctx.now();
    let oversight = &ctx.store.oversight;
    let counts = ctx.store.messages.counts().await?;
    let waits = oversight.waits(marks(now)).await?;
    let before = |period| now.saturating_sub(period).unwrap_or(Timestamp::MIN);
    let signed_in = oversight
        .signed_in(before(SESSION_MAX), before(SESSION_IDLE))
        .await?;
    let dead = oversight.dead(now, 100).await?;
    let condemned = dead.condemned.iter();
    let stuck = condemned.filter(|(_, at)| now.duration_since(*at) > STUCK);
    let widgets = ctx.store.widgets.widgets().await?;
    let asking = widgets
        .iter()
        .filter(|widget| widget.standing.state == WidgetState::AwaitingApproval);
    let mut ages = [0_u64; 4];
    for (sum, at) in ages.iter_mut().zip(0..) {
        *sum = waits.iter().filter_map(|one| one.by_age.get(at)).sum();
    }
    let mut lines: Vec<Line> = waits.iter().map(|one| Line::new(one, now)).collect();
    lines.retain(|line| line.waiting > 0);
    lines.sort_by_key(|line| line.since);
    let hidden = lines.len().saturating_sub(MOST);
    let late = lines.iter().filter(|line| line.late).count();
    lines.truncate(MOST);
    let page = minijinja::context! {
        places => Serde(places(&counts)),
        ages => ages.to_vec(),
        waiting => ages.iter().sum::<u64>(),
        lines => Serde(lines),
        late,
        hidden,
        signed_in,
        practices => waits.len(),
        unreadable => dead.messages.len(),
        stuck => stuck.count(),
        asking => asking.count(),
    };
    user.page("admin/overview.html", "overview", page)
}

/// One number of the first row.
#[derive(Serialize)]
struct Number {
    name: &'static str,
    count: u64,
    list: String,
}

fn places(counts: &[(Status, Option<SubStatus>, u64)]) -> Vec<Number> {
    let of = |(value, name, _): (&str, &'static str, _)| Number {
        name,
        count: counts
            .iter()
            .filter(|(status, sub, _)| super::words::status(*status, *sub).0 == name)
            .map(|(_, _, count)| count)
            .sum(),
        list: address(paths::MESSAGES, &[("stands", value)]),
    };
    super::words::PLACES.into_iter().map(of).collect()
}
