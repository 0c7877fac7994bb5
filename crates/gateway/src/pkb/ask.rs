//! PKB is asked with a live token, and what its refusals say of the token is obeyed: one that has run out is renewed
//! once, and asked with once more; a session that is over is over.

use super::flight::{Cause, renew};
use super::live::{Live, live, not_linked};
use super::{NotRead, Pkb, details};
use crate::context::{Ctx, storage};
use crate::outbox::GATEWAY;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use jiff::SignedDuration;
use model::AppUserId;
use model::pkb_link::{Lapse, State};
use reqwest::Response;
use sdk::pkb::{PkbClient, ReadFailure, Refused, refused};
use std::time::Duration;
use tracing::warn;
use wire::pkb::{ResponseCode, UsersSelf};

/// What is accepted where the product says nothing.
const ANYTHING: &str = "application/fhir+json, application/json;q=0.9, */*;q=0.5";

/// Because of what a read says, a link's tokens are renewed no more often than this.
const FORCED: SignedDuration = SignedDuration::from_mins(1);

/// A refusal must be read whole within so long: its caller waits meanwhile.
const REFUSAL: Duration = Duration::from_secs(20);

/// One question.
trait Ask: Sync {
    type Got: Send;

    fn ask(
        &self,
        client: &PkbClient,
        token: &Live,
    ) -> impl Future<Output = Result<Self::Got, Objection<Self::Got>>> + Send;
}

/// What is wrong with the token, or else.
enum Objection<G> {
    /// The session is over: both tokens are.
    SessionOver,
    /// The token has run out.
    Expired,
    /// The token is not taken, though it should be good; and what is answered if that is so only here.
    NotTaken(Result<G, NotRead>),
    /// Nothing about the token.
    Other(NotRead),
}

/// What a response code says of the token.
enum OfToken {
    SessionOver,
    Expired,
    NotTaken,
}

fn of_token(code: Option<ResponseCode>) -> Option<OfToken> {
    match code? {
        ResponseCode::ApiSessionExpired | ResponseCode::ApiSessionInvalid => {
            Some(OfToken::SessionOver)
        }
        ResponseCode::AccTokenExpired => Some(OfToken::Expired),
        ResponseCode::BadAuthentication => Some(OfToken::NotTaken),
        _ => None,
    }
}

/// Passes a read on. `path_and_query` begins with a slash. Whatever PKB answers is the answer, but for what it says of
/// the token.
pub(crate) async fn read(
    ctx: &Ctx,
    patient: &AppUserId,
    path_and_query: &str,
    accept: Option<&HeaderValue>,
) -> Result<Response, NotRead> {
    let accept = accept.and_then(|value| value.to_str().ok());
    let passing = Passing {
        path_and_query,
        accept: accept.unwrap_or(ANYTHING),
    };
    Ok(ask(ctx, patient, &passing).await?.0)
}

/// Reads anew what PKB says of the patient, and keeps it.
pub(crate) async fn read_details(ctx: &Ctx, patient: &AppUserId) -> Result<(), NotRead> {
    let (said, token) = ask(ctx, patient, &Details).await?;
    let now = ctx.now();
    let text = details::text(said).ok_or(NotRead::NotUnderstood)?;
    let sealed = details::seal(ctx, patient, &text).await;
    let sealed = sealed.map_err(|error| NotRead::Fault(error.into()))?;
    let links = &ctx.store.links;
    let kept = links
        .keep_details(patient, token.public_id, &sealed, now)
        .await;
    if kept.map_err(|error| NotRead::Fault(storage(error)))? {
        Ok(())
    } else {
        Err(not_linked(ctx, patient).await)
    }
}

async fn ask<A: Ask>(
    ctx: &Ctx,
    patient: &AppUserId,
    question: &A,
) -> Result<(A::Got, Live), NotRead> {
    let pkb = ctx.pkb.as_ref().ok_or(NotRead::NotSetUp)?;
    let mut token = live(ctx, pkb, patient).await?;
    let (mut renewed, mut looked_again) = (false, false);
    loop {
        let objection = match question.ask(&pkb.client, &token).await {
            Ok(got) => return Ok((got, token)),
            Err(Objection::Other(why)) => return Err(why),
            Err(objection) => objection,
        };
        // One path that refuses every token must not spend one refresh token after another.
        if !renewed
            && !matches!(objection, Objection::SessionOver)
            && pkb.air.may_force(&token.pair, ctx.now(), FORCED)
        {
            renew(ctx, pkb, &token.pair, Cause::Asked).await?;
            token = live(ctx, pkb, patient).await?;
            renewed = true;
            continue;
        }
        let why = match objection {
            Objection::SessionOver => Lapse::SessionOver,
            // A new token that has run out already is no reason to spend another one.
            Objection::Expired => {
                warn!("PKB says of a new token that it has run out");
                return Err(NotRead::NotUnderstood);
            }
            Objection::NotTaken(here) => match is_taken(pkb, &token).await {
                Some(true) => return Ok((here?, token)),
                Some(false) => Lapse::NotAccepted,
                None => return Err(NotRead::not_reached()),
            },
            Objection::Other(why) => return Err(why),
        };
        if lapse(ctx, &token, why).await? {
            return Err(NotRead::NotLinked(State::NeedsReauthorisation));
        }
        // Other tokens have come meanwhile, or are about to.
        if looked_again {
            return Err(NotRead::not_reached());
        }
        looked_again = true;
        token = live(ctx, pkb, patient).await?;
    }
}

/// Whether PKB takes a token where it always should: asked whose it is. `None` if it does not say.
async fn is_taken(pkb: &Pkb, token: &Live) -> Option<bool> {
    match pkb.client.purview(&token.access).await {
        Ok(_) => Some(true),
        Err(ReadFailure::Code(code)) => Some(of_token(Some(code)).is_none()),
        Err(ReadFailure::Answered { .. } | ReadFailure::NotReached | ReadFailure::Unsendable) => {
            None
        }
    }
}

/// Notes that a link's tokens are of no more use; `false` when it has others by now, or is being renewed.
async fn lapse(ctx: &Ctx, token: &Live, why: Lapse) -> Result<bool, NotRead> {
    let (patient, generation) = &token.pair;
    let lapsed = ctx
        .store
        .links
        .lapse(GATEWAY, patient, *generation, why, ctx.now())
        .await;
    let lapsed = lapsed.map_err(|error| NotRead::Fault(storage(error)))?;
    if lapsed {
        warn!(why = why.as_str(), "a patient has to authorise again");
    }
    Ok(lapsed)
}

/// Any read, passed on.
struct Passing<'a> {
    path_and_query: &'a str,
    accept: &'a str,
}

impl Ask for Passing<'_> {
    type Got = Response;

    async fn ask(&self, client: &PkbClient, token: &Live) -> Result<Response, Objection<Response>> {
        let answer = client.get(self.path_and_query, self.accept, &token.access);
        let answer = answer.await.map_err(objection)?;
        // Only here may it be about the token; a body is read for that, so it must not be long.
        if !matches!(answer.status().as_u16(), 400 | 401 | 403) {
            return Ok(answer);
        }
        let refused = tokio::time::timeout(REFUSAL, refused(answer)).await;
        let refused = refused.map_err(|_| Objection::Other(NotRead::not_reached()))?;
        match of_token(refused.code) {
            Some(OfToken::SessionOver) => Err(Objection::SessionOver),
            Some(OfToken::Expired) => Err(Objection::Expired),
            Some(OfToken::NotTaken) => Err(Objection::NotTaken(whole(refused))),
            None => whole(refused).map_err(Objection::Other),
        }
    }
}

/// A refusal that was read, as an answer to be passed on.
fn whole(refused: Refused) -> Result<Response, NotRead> {
    // Nothing, or half of it, must not look like all of it.
    if !refused.is_whole {
        return Err(NotRead::NotUnderstood);
    }
    let mut answer = axum::http::Response::builder().status(refused.status);
    if let Some(kind) = refused.content_type {
        answer = answer.header(CONTENT_TYPE, kind);
    }
    if let Some(packed) = refused.content_encoding {
        answer = answer.header(CONTENT_ENCODING, packed);
    }
    let answer = answer.body(refused.body);
    answer
        .map(Response::from)
        .map_err(|_| NotRead::NotUnderstood)
}

/// The patient's own details.
struct Details;

impl Ask for Details {
    type Got = UsersSelf;

    async fn ask(
        &self,
        client: &PkbClient,
        token: &Live,
    ) -> Result<UsersSelf, Objection<UsersSelf>> {
        client.users_self(&token.access).await.map_err(objection)
    }
}

fn objection<G>(why: ReadFailure) -> Objection<G> {
    let other = match why {
        ReadFailure::Code(code) => match of_token(Some(code)) {
            Some(OfToken::SessionOver) => return Objection::SessionOver,
            Some(OfToken::Expired) => return Objection::Expired,
            Some(OfToken::NotTaken) => return Objection::NotTaken(Err(NotRead::NotUnderstood)),
            None if code == ResponseCode::AccessFrozenOutward => NotRead::Frozen,
            None => NotRead::NotUnderstood,
        },
        ReadFailure::Answered { status } if status == 429 || status >= 500 => {
            NotRead::not_reached()
        }
        ReadFailure::Answered { .. } => NotRead::NotUnderstood,
        ReadFailure::NotReached => NotRead::not_reached(),
        ReadFailure::Unsendable => NotRead::Path,
    };
    Objection::Other(other)
}
