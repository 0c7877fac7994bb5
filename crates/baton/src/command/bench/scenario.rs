//! What is asked of the server, made ready.

use super::server::Server;
use crate::args::{Bench, Scenario};
use crate::exit::{from_sdk, refused, usage};
use anyhow::Context as _;
use httpkit::entropy::OsEntropy;
use load::{
    Credentials, Ids, Kind, Length, Messages, Mode, Plan, Reads, Recipe, Requests, Sends, Shape,
    Target, Watch,
};
use sdk::PartnerClient;
use std::sync::Arc;
use std::time::Duration;
use wire::paths::partner;

/// How many messages a status run asks about, in turn.
const ASKED_ABOUT: u64 = 64;

/// What to run.
pub(super) struct Prepared {
    pub(super) requests: Arc<dyn Requests>,
    /// Whether it leaves messages behind.
    pub(super) sends: bool,
}

/// Checks the key, gets a token where one is needed, and makes the requests.
pub(super) async fn prepare(
    bench: &Bench,
    server: &Server,
    target: &Target,
) -> anyhow::Result<Prepared> {
    let http = httpkit::outbound::client(Some(Duration::from_secs(30)))?;
    let partner = PartnerClient::new(http, target.address(), &server.api_key)
        .map_err(|error| usage(error.to_string()))?;
    partner.test().await.map_err(told)?;
    let token = match bench.scenario {
        Scenario::Instant | Scenario::Token => Some(token(bench, server, &partner).await?),
        _ => None,
    };
    let credentials = Credentials {
        api_key: server.api_key.clone(),
        access_token: token,
    };
    let send = async |kind, shape| -> anyhow::Result<Prepared> {
        let recipe = |shape| Recipe {
            kind,
            shape,
            practice: server.practice.clone(),
            patient: server.patient.clone(),
            distinct: true,
        };
        try_one(&recipe(Shape::Tiny), &credentials, &partner).await?;
        let messages = Messages::new(&recipe(shape), Ids::fresh(&OsEntropy));
        Ok(Prepared {
            requests: Arc::new(Sends::new(messages, &credentials)?),
            sends: true,
        })
    };
    match bench.scenario {
        Scenario::Standard => send(Kind::Standard, Shape::Tiny).await,
        Scenario::Instant => send(Kind::Instant, Shape::Tiny).await,
        Scenario::Large => send(Kind::Standard, Shape::TenLarge).await,
        Scenario::Status => {
            let messages = send(Kind::Standard, Shape::Tiny).await?;
            statuses(messages.requests, &credentials, bench, target).await
        }
        Scenario::Token => {
            let token = credentials.access_token.as_deref().unwrap_or_default();
            if !partner.verify(token).await.map_err(told)? {
                return Err(refused("the access token is no longer good"));
            }
            Ok(Prepared {
                requests: Arc::new(Reads::of([partner::VERIFY], load::headers(&credentials)?)),
                sends: false,
            })
        }
    }
}

/// Sends one small message: a refusal is told in the server's words before there is any load.
async fn try_one(
    recipe: &Recipe,
    credentials: &Credentials,
    partner: &PartnerClient,
) -> anyhow::Result<()> {
    let messages = Messages::new(recipe, Ids::fresh(&OsEntropy));
    let message = serde_json::from_slice(&messages.body(0).to_vec())?;
    let sent = match (&credentials.access_token, recipe.kind) {
        (Some(token), Kind::Instant) => partner.send_instant(token, &message).await,
        _ => partner.send_standard(&message).await,
    };
    sent.map(drop).map_err(told)
}

/// A refusal with every fault that it names, in the server's words.
fn told(error: sdk::Error) -> anyhow::Error {
    let Some(problem) = error.refusal().and_then(|refusal| refusal.problem.as_ref()) else {
        return from_sdk(error);
    };
    let faults = problem
        .invalid_parameters
        .iter()
        .map(|fault| format!("{}: {}", fault.name, fault.reason));
    let words: Vec<_> = std::iter::once(problem.title.clone())
        .chain(problem.detail.clone())
        .chain(faults)
        .collect();
    let text = format!("refused with {}: {}", problem.status, words.join("; "));
    // Somebody else's words: they must not steer the terminal.
    refused(text.replace(char::is_control, "\u{fffd}"))
}

/// Sends a few messages to ask about.
async fn statuses(
    requests: Arc<dyn Requests>,
    credentials: &Credentials,
    bench: &Bench,
    target: &Target,
) -> anyhow::Result<Prepared> {
    let plan = Plan {
        target: target.clone(),
        mode: Mode::Closed { connections: 8 },
        length: Length::Count(ASKED_ABOUT),
        warm_up: Duration::ZERO,
        requests,
        patience: bench.patience,
        keep_acknowledged: true,
    };
    let sent = load::run(plan, &Watch::default()).await?;
    anyhow::ensure!(
        !sent.acknowledged.is_empty(),
        "the messages to ask about were not accepted"
    );
    Ok(Prepared {
        requests: Arc::new(Reads::statuses(sent.acknowledged, credentials)?),
        sends: false,
    })
}

/// The token of the flags, or a new one: the toolbar of our own `up` makes a code, which is exchanged.
async fn token(bench: &Bench, server: &Server, partner: &PartnerClient) -> anyhow::Result<String> {
    if let Some(token) = &server.token {
        return Ok(token.clone());
    }
    let toolbar = crate::command::toolbar::control(&bench.data)?;
    let code = toolbar
        .new_code()
        .await
        .map_err(from_sdk)
        .context("the toolbar made no access code; is somebody logged in to the Test PAS?")?;
    let exchanged = partner.exchange(&code.access_code).await;
    Ok(exchanged.map_err(told)?.token)
}
