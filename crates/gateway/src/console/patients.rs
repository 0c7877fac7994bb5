//! Patients by the app's own ids: whose link has to be made again, whose may soon have to, and all the others.
//! Nothing of what PKB says about anybody is shown.

use super::{Failure, SignedIn, paths, times};
use crate::context::{Context, Ctx};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use minijinja::value::Serde;
use model::AppUserId;
use model::pkb_link::{Lapse, Risk, Standing, State as LinkState};
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::gateway::{Patient, PatientFilter};

/// Patients on a page.
const PAGE: u32 = 50;
/// Those who need somebody's eye, on the first page.
const FIRST: u32 = 20;
/// More than these are counted as more than these.
const MOST_COUNTED: u32 = 1000;
/// The word of the filter for links that are at risk.
const AT_RISK: &str = "at-risk";

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Wanted {
    id: String,
    state: String,
    after: String,
    done: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    address: String,
    stands: &'static str,
    colour: &'static str,
    /// Why somebody should look.
    why: Option<String>,
    since: Option<String>,
    authorised: Option<String>,
}

/// How many patients need somebody's eye.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Trouble {
    /// Who have to authorise again.
    pub(super) lapsed: u64,
    /// Whose link is at risk; beyond [`MOST_COUNTED`] one more than that.
    pub(super) at_risk: u64,
    /// Who are linked, in trouble or not.
    pub(super) linked: u64,
}

/// Counts them.
pub(super) async fn trouble(ctx: &Context) -> Result<(Trouble, Vec<(LinkState, u64)>), StoreError> {
    let counts = ctx.store.patients.counts().await?;
    let count = |state: LinkState| {
        let of_it = counts.iter().filter(|(found, _)| *found == state);
        of_it.map(|(_, count)| count).sum()
    };
    let at_risk = PatientFilter {
        at_risk: true,
        ..PatientFilter::default()
    };
    let found = ctx
        .store
        .patients
        .list(&at_risk, ctx.now(), MOST_COUNTED + 1);
    let trouble = Trouble {
        lapsed: count(LinkState::NeedsReauthorisation),
        at_risk: found.await?.len() as u64,
        linked: count(LinkState::Linked),
    };
    Ok((trouble, counts))
}

/// `GET /console/patients`.
pub(super) async fn list(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let mut unknown = false;
    if let Ok(id) = AppUserId::parse(wanted.id.trim()) {
        if ctx.store.patients.get(&id).await?.is_some() {
            return Ok(Redirect::to(&one(&id)).into_response());
        }
        unknown = true;
    }
    let now = ctx.now();
    let of = |filter: PatientFilter, limit: u32| {
        let ctx = &ctx;
        async move { ctx.store.patients.list(&filter, now, limit).await }
    };
    let filter = PatientFilter {
        state: LinkState::parse(&wanted.state),
        at_risk: wanted.state == AT_RISK,
        after: AppUserId::parse(&wanted.after).ok(),
    };
    let narrowed = filter.state.is_some() || filter.at_risk;
    let first = !narrowed && filter.after.is_none();
    let mut found = of(filter, PAGE + 1).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map(|last| {
        let address = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("state", &wanted.state)
            .append_pair("after", last.id.as_str())
            .finish();
        format!("{}?{address}", paths::PATIENTS)
    });
    let rows = |found: &[Patient]| found.iter().map(|one| row(one, now)).collect::<Vec<_>>();
    // Who needs somebody's eye stands before all others.
    let (mut lapsed, mut at_risk) = (Vec::new(), Vec::new());
    if first {
        let needed = PatientFilter {
            state: Some(LinkState::NeedsReauthorisation),
            ..PatientFilter::default()
        };
        lapsed = rows(&of(needed, FIRST).await?);
        let risky = PatientFilter {
            at_risk: true,
            ..PatientFilter::default()
        };
        at_risk = rows(&of(risky, FIRST).await?);
    }
    let (trouble, counts) = trouble(&ctx).await?;
    let counts: Vec<_> = counts
        .iter()
        .map(|(state, count)| (words(*state).0, state.as_str(), *count))
        .collect();
    let page = minijinja::context! {
        rows => Serde(rows(&found)),
        lapsed => Serde(lapsed),
        at_risk => Serde(at_risk),
        trouble => Serde(trouble),
        most_counted => MOST_COUNTED,
        counts => Serde(counts),
        wanted => Serde(&wanted),
        narrowed,
        unknown,
        set_up => ctx.pkb.is_some(),
        start => (!wanted.after.is_empty()).then_some(paths::PATIENTS),
        next,
        told => (wanted.done == "deleted").then_some("The patient is gone."),
    };
    user.page("console/patients.html", "patients", page)
}

fn row(patient: &Patient, now: Timestamp) -> Row {
    let (stands, colour) = stands(patient, now);
    Row {
        id: patient.id.as_str().to_owned(),
        address: one(&patient.id),
        stands,
        colour,
        why: why(patient),
        since: patient.since.map(times::moment),
        authorised: patient.authorised_at.map(times::moment),
    }
}

/// The page of one patient.
pub(super) fn one(id: &AppUserId) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("id", id.as_str())
        .finish();
    format!("{}?{query}", paths::PATIENT)
}

/// Where a link stands, and the colour of that.
pub(super) fn stands(patient: &Patient, now: Timestamp) -> (&'static str, &'static str) {
    match patient.risk {
        Some(_) => ("Linked, at risk", "orange"),
        None => words(patient.state(now)),
    }
}

fn words(state: LinkState) -> (&'static str, &'static str) {
    match state {
        LinkState::None => ("Never linked", "grey"),
        LinkState::Pending => ("On the way", "blue"),
        LinkState::Linked => ("Linked", "green"),
        LinkState::NeedsReauthorisation => ("Has to authorise again", "red"),
        LinkState::Unlinked => ("Unlinked", "grey"),
    }
}

/// Why somebody should look at a patient's link, as the end of a sentence.
pub(super) fn why(patient: &Patient) -> Option<String> {
    if let Standing::Lapsed { why, .. } = patient.standing {
        return Some(of_lapse(why).to_owned());
    }
    let risk = patient.risk?;
    let ends = risk.ends_at.map(times::moment);
    let until = ends.map_or_else(String::new, |ends| format!("; it would end on {ends}"));
    Some(format!("{}{until}", of_risk(risk.why)))
}

/// Why a link lapsed.
pub(super) fn of_lapse(why: Lapse) -> &'static str {
    match why {
        Lapse::SessionOver => "PKB says that the session is over",
        Lapse::AnswerLost => {
            "PKB’s answer to a renewal was lost, so the tokens may be spent and are not used again"
        }
        Lapse::TokenOver => "The last token ended, and there was nothing to renew it with",
        Lapse::NotAccepted => "PKB does not take the token any more",
    }
}

fn of_risk(why: Risk) -> &'static str {
    match why {
        Risk::LastToken => "PKB gave nothing to renew the present token with",
        Risk::RefreshFailing => "The token could not be renewed in time; it is still being tried",
        Risk::SessionEnding => "The session comes to its end",
    }
}
