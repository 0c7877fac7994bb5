//! The server of the control API.

use super::file::{self, Control};
use super::{Launch, Offline, Reject, answer, guard, paths};
use crate::AgentHandle;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router, middleware};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use httpkit::lifecycle::Shutdown;
use httpkit::serve::Bound;
use model::{Entropy, Secret, entropy};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::task::JoinHandle;
use wire::practice::{Inbox, Tokens, WidgetLaunched, Widgets};
use wire::problem::ProblemType;

/// No order is longer.
const MAX_BODY: usize = 16 * 1024;

/// A running control API. It ends, and its file goes, when this is dropped.
#[derive(Debug)]
pub struct ControlServer {
    url: String,
    dir: PathBuf,
    task: JoinHandle<()>,
}

impl ControlServer {
    /// Serves orders to `toolbar` on a free port of the loopback interface, and writes `control.json` into
    /// `data_dir`.
    ///
    /// # Errors
    /// The port can't be had or the file can't be written.
    pub async fn start(
        toolbar: AgentHandle,
        data_dir: PathBuf,
        entropy: &dyn Entropy,
    ) -> io::Result<Self> {
        let secret: [u8; 32] = entropy::bytes(entropy);
        let secret = Secret::new(URL_SAFE_NO_PAD.encode(secret));
        let bound = Bound::to(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let url = bound.url();
        let control = Control {
            url: url.clone(),
            secret: secret.clone(),
        };
        let dir = data_dir.clone();
        tokio::task::spawn_blocking(move || file::write(&dir, &control))
            .await
            .map_err(io::Error::other)??;
        let app = router(toolbar, secret);
        let task = tokio::spawn(async move {
            // It ends with this task.
            if let Err(error) = bound.serve(app, Shutdown::default()).await {
                tracing::error!(%error, "control API ended");
            }
        });
        Ok(Self {
            url,
            dir: data_dir,
            task,
        })
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for ControlServer {
    fn drop(&mut self) {
        self.task.abort();
        file::remove(&self.dir, &self.url);
    }
}

/// Every route, behind the guard.
fn router(toolbar: AgentHandle, secret: Secret) -> Router {
    Router::new()
        .route(paths::STATE, get(state))
        .route(paths::CODES, post(new_code))
        .route(paths::MESSAGES, get(messages))
        .route(paths::MESSAGE, get(message))
        .route(paths::IMPORT, post(import))
        .route(paths::REJECT, post(reject))
        .route(paths::TOKENS, get(tokens))
        .route(paths::TOKEN, delete(withdraw))
        .route(paths::WIDGETS, get(widgets))
        .route(paths::LAUNCHES, post(launch))
        .route(paths::OFFLINE, post(offline))
        .fallback(nothing_here)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(secret, guard::guard))
        .with_state(toolbar)
}

async fn nothing_here() -> Response {
    answer::problem(ProblemType::NotFound, "There is no such order.")
}

/// Says no more: the JSON library's own words may quote what came.
fn not_an_order() -> Response {
    answer::problem(
        ProblemType::MalformedJson,
        "The body is not what this order takes.",
    )
}

async fn state(State(toolbar): State<AgentHandle>) -> Response {
    let state = toolbar.state().borrow().clone();
    Json(state).into_response()
}

async fn new_code(State(toolbar): State<AgentHandle>) -> Response {
    answer::json(toolbar.new_code().await)
}

async fn messages(State(toolbar): State<AgentHandle>) -> Response {
    let inbox = |messages| Inbox {
        messages,
        next: None,
    };
    answer::json(toolbar.inbox().await.map(inbox))
}

async fn widgets(State(toolbar): State<AgentHandle>) -> Response {
    let widgets = toolbar.widgets().borrow().as_ref().clone();
    Json(Widgets { widgets }).into_response()
}

async fn launch(
    State(toolbar): State<AgentHandle>,
    Path(widget): Path<String>,
    body: Result<Json<Launch>, JsonRejection>,
) -> Response {
    let Ok(Json(body)) = body else {
        return not_an_order();
    };
    let launched = toolbar.launch_widget(&widget, body.patient.as_deref());
    answer::json(
        launched
            .await
            .map(|launch_url| WidgetLaunched { launch_url }),
    )
}

async fn message(State(toolbar): State<AgentHandle>, Path(message): Path<String>) -> Response {
    answer::json(toolbar.message(&message).await)
}

async fn import(State(toolbar): State<AgentHandle>, Path(message): Path<String>) -> Response {
    answer::json(toolbar.import(&message).await)
}

async fn reject(
    State(toolbar): State<AgentHandle>,
    Path(message): Path<String>,
    body: Result<Json<Reject>, JsonRejection>,
) -> Response {
    let Ok(Json(body)) = body else {
        return not_an_order();
    };
    answer::json(toolbar.reject(&message, &body.reason).await)
}

async fn tokens(State(toolbar): State<AgentHandle>) -> Response {
    answer::json(toolbar.tokens().await.map(|tokens| Tokens { tokens }))
}

async fn withdraw(State(toolbar): State<AgentHandle>, Path(token): Path<String>) -> Response {
    match toolbar.withdraw(&token).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        error => answer::json(error),
    }
}

async fn offline(
    State(toolbar): State<AgentHandle>,
    body: Result<Json<Offline>, JsonRejection>,
) -> Response {
    let Ok(Json(body)) = body else {
        return not_an_order();
    };
    toolbar.set_offline(body.offline);
    StatusCode::NO_CONTENT.into_response()
}
