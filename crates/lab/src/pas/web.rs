//! The pages: log-in, home, Subjects, a subject's record, Manage Data.

mod account;
mod by_number;
mod current;
mod document;
mod home;
mod manage_data;
mod record;
mod signed_in;
mod subjects;

use super::{Context, patient_file, store::StoreError};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use httpkit::page::PageError;
use signed_in::SignedIn;
use std::sync::Arc;

/// Where pages stand; templates get them from the handlers.
mod paths {
    pub(super) const HOME: &str = "/";
    pub(super) const LOG_IN: &str = "/login";
    pub(super) const LOG_OUT: &str = "/logout";
    pub(super) const SUBJECTS: &str = "/subjects";
    pub(super) const SUBJECT: &str = "/subjects/{id}";
    pub(super) const SUBJECT_BY_NUMBER: &str = "/subjects/nhs-number/{number}";
    pub(super) const DOCUMENT: &str = "/subjects/{id}/documents/{document}";
    pub(super) const FILE: &str = "/subjects/{id}/documents/{document}/file";
    pub(super) const MANAGE_DATA: &str = "/manage-data";
    pub(super) const LOAD: &str = "/manage-data/load";
}

/// The routes.
pub(super) fn router() -> Router<Arc<Context>> {
    let load =
        post(manage_data::load).layer(DefaultBodyLimit::max(patient_file::MAX_BYTES + 64 * 1024));
    Router::new()
        .route(paths::HOME, get(home::show))
        .route(paths::LOG_IN, get(account::form).post(account::log_in))
        .route(paths::LOG_OUT, get(account::ask).post(account::log_out))
        .route(paths::SUBJECTS, get(subjects::list))
        .route(paths::SUBJECT, get(record::show))
        .route(paths::SUBJECT_BY_NUMBER, get(by_number::find))
        .route(paths::DOCUMENT, get(document::show))
        .route(paths::FILE, get(document::file))
        .route(paths::MANAGE_DATA, get(manage_data::show))
        .route(paths::LOAD, get(manage_data::form).merge(load))
        .route(wire::paths::record_system::CURRENT_USER, get(current::user))
        .fallback(home::nowhere)
}

/// A page that can't be shown.
enum Failure {
    /// There is no such thing; the page says so.
    NotFound(SignedIn),
    Store(StoreError),
    Page(PageError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<PageError> for Failure {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound(user) => {
                let text = "It may have been removed, or the address may be mistyped.";
                let context = minijinja::context! { title => "Page not found", text };
                let page = user.page("pas/notice.html", "", context);
                (
                    StatusCode::NOT_FOUND,
                    page.unwrap_or_else(IntoResponse::into_response),
                )
                    .into_response()
            }
            Self::Store(error) => {
                tracing::error!(error = %error, "test PAS database");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The record can't be read or written at the moment.",
                )
                    .into_response()
            }
            Self::Page(error) => error.into_response(),
        }
    }
}
