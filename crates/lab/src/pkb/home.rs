//! The first page: what this is, who can sign in, and where everything is; and what is said elsewhere.

use super::{Context, UserClient, demo_users};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use minijinja::value::Serde;
use minijinja::{Value, context};
use std::sync::Arc;
use wire::pkb::paths;

/// The routes.
pub(super) fn router() -> Router<Arc<Context>> {
    Router::new().route("/", get(show)).fallback(nowhere)
}

async fn show(State(context): State<Arc<Context>>) -> Response {
    let clients: Vec<_> = context.clients.iter().map(client).collect();
    let systems: Vec<_> = context
        .system_clients
        .iter()
        .map(|client| client.client_id.clone())
        .collect();
    let page = context! {
        users => Value::from(Serde(demo_users())),
        addresses => addresses(&context.base_url),
        clients,
        systems,
        strict => context.profile == super::Profile::Strict,
        profile => context.profile.as_str(),
        controls => super::switch::paths::STATE,
        log => super::switch::paths::LOG,
    };
    let page = context.pages.render_value("pkb/home.html", page);
    page.into_response()
}

fn client(client: &UserClient) -> Value {
    context! {
        id => client.client_id.as_str(),
        owner => client.owner.as_str(),
        product => client.product.as_str(),
        redirect_uris => client.redirect_uris.clone(),
        localhost => client.localhost,
    }
}

fn addresses(base: &str) -> Vec<Value> {
    [
        ("GET", paths::AUTHORIZE, "The page where a patient approves"),
        (
            "POST",
            paths::TOKEN,
            "Codes and refresh tokens become access tokens",
        ),
        (
            "GET",
            paths::USERS_SELF,
            "The signed-in user\u{2019}s own details",
        ),
        (
            "GET",
            paths::PURVIEW,
            "The signed-in user\u{2019}s public id",
        ),
        ("GET", paths::METADATA, "The FHIR STU3 API"),
        ("POST", paths::SYSTEM_TOKEN, "Tokens of computer systems"),
    ]
    .into_iter()
    .map(|(method, path, words)| {
        context! { method, url => format!("{base}{path}"), words }
    })
    .collect()
}

async fn nowhere(State(context): State<Arc<Context>>) -> Response {
    let text = "The address may be mistyped. The start page lists every address of this sandbox.";
    context
        .pages
        .notice(StatusCode::NOT_FOUND, "Page not found", text)
}
