//! The Facade FHIR API (STU3, read only): what linking needs of it.

mod mapping;
mod metadata;
mod outcome;
mod patients;
mod purview;
mod query;

use super::Context;
use super::people::Person;
use super::sessions::Caller;
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{any, get};
use outcome::Refusal;
use std::sync::Arc;
use wire::pkb::{ORGANISATION_HEADER, ResponseCode, paths};

/// The routes.
pub(super) fn router() -> Router<Arc<Context>> {
    Router::new()
        .route(
            paths::METADATA,
            get(metadata::statement).fallback(not_allowed),
        )
        .route(
            paths::PURVIEW,
            get(purview::ask).post(purview::ask).fallback(not_allowed),
        )
        // Some clients escape the sign.
        .route(
            "/fhir/Consent/%24purview",
            get(purview::ask).post(purview::ask).fallback(not_allowed),
        )
        .route(paths::PATIENTS, get(patients::search).fallback(not_allowed))
        .route(paths::PATIENT, get(patients::read).fallback(not_allowed))
        .route(paths::FHIR, any(unknown))
        .route("/fhir/{*path}", any(unknown))
}

async fn not_allowed() -> Refusal {
    let words = "This server only reads and searches.";
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", words)
}

async fn unknown() -> Refusal {
    Refusal::not_found("This sandbox has nothing at this address; /fhir/metadata says what it has.")
}

/// Whose data a caller may see.
enum Sight {
    /// Their own; a professional of this sandbox sees nobody's.
    Own(&'static Person),
    /// Any patient's, for this organisation.
    Organisation(uuid::Uuid),
}

impl Sight {
    /// # Errors
    /// The refusal that the caller deserves.
    async fn of(context: &Context, headers: &HeaderMap) -> Result<Self, Refusal> {
        match context.authenticate(headers).await? {
            // A session can do no more than it was made for.
            Caller::User(user) if user.scope != user.person.user_type => {
                Err(Refusal::code(ResponseCode::UserTypeNotPerm))
            }
            Caller::User(user) => Ok(Self::Own(user.person)),
            Caller::System { client_id } => organisation(context, headers, &client_id),
        }
    }

    /// Whether they may see this patient.
    fn includes(&self, patient: &Person) -> bool {
        match self {
            Self::Own(person) => person.public_id == patient.public_id,
            Self::Organisation(_) => true,
        }
    }
}

/// A computer system says for whom it asks, and must have been granted that.
fn organisation(context: &Context, headers: &HeaderMap, client_id: &str) -> Result<Sight, Refusal> {
    let mut named = headers.get_all(ORGANISATION_HEADER).iter();
    let (Some(value), None) = (named.next(), named.next()) else {
        let words = "A system client must send the header X-Org-Public-Id, once.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "required", words));
    };
    let id = value
        .to_str()
        .ok()
        .and_then(|text| uuid::Uuid::try_parse(text).ok())
        .ok_or_else(|| Refusal::invalid("X-Org-Public-Id must be a UUID."))?;
    let granted = context.system_clients.iter().any(|client| {
        let any = client.organisations.is_empty();
        let this = |text: &String| uuid::Uuid::try_parse(text).is_ok_and(|known| known == id);
        client.client_id == client_id && (any || client.organisations.iter().any(this))
    });
    if granted {
        Ok(Sight::Organisation(id))
    } else {
        Err(Refusal::code(ResponseCode::NoAssociation))
    }
}
