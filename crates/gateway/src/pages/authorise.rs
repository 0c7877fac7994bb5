//! `/authorise/{userId}`: a practitioner enters an access code, sees that it worked, and may look again later.

mod view;

use super::link::{self, Shown};
use crate::app::capture_code::{self, NotTaken};
use crate::app::users;
use crate::context::Ctx;
use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use httpkit::problem::chain;
use httpkit::segment::Segment;
use model::UserId;
use model::gateway_user::Authorisation;
use serde::Deserialize;
use store::gateway::User;
use tracing::error;
use view::{Said, View};

/// Who did what is done here, as events and rows name them.
const BY: &str = "practitioner";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// A link's secret part.
    t: String,
    /// The code was taken a moment ago.
    done: Option<String>,
    /// Another code, although there is an authorisation.
    replace: Option<String>,
}

/// What the forms send.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Sent {
    csrf: String,
    t: String,
    /// `code` or `verify`.
    what: String,
    access_code: String,
}

/// The user whose page is asked for, and the link's secret part.
struct Visit {
    user: User,
    secret: String,
}

/// `GET`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    Segment(id): Segment<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let visit = admit(&ctx, &id, asked.t).await?;
    let said = match visit.user.authorisation {
        Authorisation::Authorised if asked.done.is_some() => Said::Done,
        Authorisation::Authorised if asked.replace.is_none() => Said::Already,
        _ => Said::Ask,
    };
    visit.view(&ctx, &headers).page(said, StatusCode::OK)
}

/// `POST`.
pub(super) async fn act(
    State(ctx): State<Ctx>,
    Segment(id): Segment<String>,
    headers: HeaderMap,
    sent: Result<Form<Sent>, FormRejection>,
) -> Result<Response, Failure> {
    let sent = sent.map(|Form(sent)| sent).unwrap_or_default();
    let mut visit = admit(&ctx, &id, sent.t).await?;
    if !guarded(&headers, &sent.csrf) {
        let said = Said::PageTooOld;
        return visit
            .view(&ctx, &headers)
            .page(said, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let id = visit.user.id.clone();
    if sent.what == "verify" {
        return Ok(match users::verify(&ctx, BY, &id).await {
            Ok(user) => {
                visit.user = user;
                let said = match visit.user.authorisation {
                    Authorisation::Authorised => Said::StillGood,
                    Authorisation::Withdrawn => Said::FoundWithdrawn,
                    Authorisation::None => Said::Ask,
                };
                visit.view(&ctx, &headers).page(said, StatusCode::OK)?
            }
            Err(_) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                visit.view(&ctx, &headers).page(Said::NotVerified, status)?
            }
        });
    }
    match capture_code::take(&ctx, BY.to_owned(), &id, &sent.access_code).await {
        // So that loading the page again does not send a code again.
        Ok(_) => Ok(Redirect::to(&visit.address("done=1")).into_response()),
        Err(NotTaken::NoSuchUser) => Err(Failure::NoUser(ctx)),
        Err(why) => {
            let status = match &why {
                NotTaken::Shape | NotTaken::Wrong => StatusCode::UNPROCESSABLE_ENTITY,
                NotTaken::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::SERVICE_UNAVAILABLE,
            };
            let typed = sent.access_code;
            visit.view(&ctx, &headers).page(
                Said::NotTaken {
                    why: &why,
                    typed: &typed,
                },
                status,
            )
        }
    }
}

/// Lets somebody in who has a link for this user, or anybody where that is allowed. Who has none learns nothing
/// about users.
async fn admit(ctx: &Ctx, id: &str, secret: String) -> Result<Visit, Failure> {
    let no_user = || Failure::NoUser(ctx.clone());
    let id = UserId::parse(id).map_err(|_| Failure::NoLink(ctx.clone(), Shown::Bad))?;
    if !ctx.config.open_authorise_page {
        let shown = link::read(ctx, &id, &secret).await;
        match shown.map_err(|error| ours(ctx, &error))? {
            Shown::Good => {}
            shown => return Err(Failure::NoLink(ctx.clone(), shown)),
        }
    }
    let found = ctx.store.users.get(&id).await;
    let user = found.map_err(|error| ours(ctx, &error))?;
    let user = user.ok_or_else(no_user)?;
    Ok(Visit { user, secret })
}

impl Visit {
    fn view<'v>(&'v self, ctx: &'v Ctx, headers: &'v HeaderMap) -> View<'v> {
        View {
            ctx,
            headers,
            user: &self.user,
            secret: &self.secret,
            here: link::path(&self.user.id),
            replace: self.address("replace=1"),
        }
    }

    /// This page's address with something more in its query.
    fn address(&self, query: &str) -> String {
        let path = link::path(&self.user.id);
        if self.secret.is_empty() {
            return format!("{path}?{query}");
        }
        // What got past the link's check is base64url; anything else is not carried on.
        let carried: String = self
            .secret
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .collect();
        format!("{path}?t={carried}&{query}")
    }
}

fn guarded(headers: &HeaderMap, token: &str) -> bool {
    view::CSRF.holds(headers, token)
}

/// Logs what the page does not say.
fn ours(ctx: &Ctx, error: &(dyn std::error::Error + 'static)) -> Failure {
    error!(
        cause = chain(error),
        "the authorisation page can't be shown"
    );
    Failure::Ours(ctx.clone())
}

/// A page that can't be shown.
pub(super) enum Failure {
    /// No link, or none that is good.
    NoLink(Ctx, Shown),
    /// The user is not there, or not any more.
    NoUser(Ctx),
    /// A fault of ours, logged already.
    Ours(Ctx),
    /// A fault in a template.
    Page(httpkit::page::PageError),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::NoLink(ctx, shown) => view::no_link(&ctx, shown),
            Self::NoUser(ctx) => view::no_user(&ctx),
            Self::Ours(ctx) => view::ours(&ctx),
            Self::Page(error) => error.into_response(),
        }
    }
}
