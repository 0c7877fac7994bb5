//! The extractor that every page but log-in starts with: somebody is logged in, or the browser is sent
//! to the log-in page and comes back afterwards.

use super::{Failure, paths};
use crate::{pas::Context, people::Practitioner};
use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderValue, Method, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use httpkit::{csrf::FormToken, page::cookie};
use minijinja::Value;
use model::Hash;
use std::sync::Arc;

/// The cookie of a browser's session.
pub(super) const COOKIE: &str = "test_pas_session";

/// Somebody is logged in.
pub(super) struct SignedIn {
    pub(super) user: Practitioner,
    context: Arc<Context>,
    form: FormToken,
}

/// The hash of the session token that the browser sent.
pub(super) fn session_hash(headers: &axum::http::HeaderMap) -> Option<Hash> {
    cookie::read(headers, COOKIE)
        .filter(|token| !token.is_empty())
        .map(|token| Hash::of(token.as_bytes()))
}

impl SignedIn {
    /// Renders one of our pages; `section` is the menu entry it belongs to.
    pub(super) fn page(
        &self,
        template: &str,
        section: &str,
        page: Value,
    ) -> Result<Response, Failure> {
        let base = minijinja::context! {
            user => minijinja::context! { name => self.user.name.as_str(), id => self.user.spine_user_id.as_str() },
            organisation => minijinja::context! {
                name => self.context.organisation.name.as_str(),
                ods_code => self.context.organisation.ods_code.as_str(),
            },
            csrf => self.form.value.as_str(),
            section,
            ..page
        };
        let html = self.context.pages.render_value(template, base)?;
        let mut response = html.into_response();
        // Records are nobody else's business, nor the next user's of this browser.
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(cookie) = &self.form.set_cookie {
            response
                .headers_mut()
                .append(header::SET_COOKIE, cookie.clone());
        }
        Ok(response)
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    Arc<Context>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let context = Arc::<Context>::from_ref(state);
        let session = match session_hash(&parts.headers) {
            Some(hash) => {
                let found = context.store.session(hash, context.clock.now()).await;
                found.map_err(|error| Failure::from(error).into_response())?
            }
            None => None,
        };
        let user = session.and_then(|id| context.user(&id).cloned());
        let Some(user) = user else {
            return Err(to_log_in(parts));
        };
        let form = context.csrf.token(&parts.headers, &*context.entropy);
        Ok(Self {
            user,
            context,
            form,
        })
    }
}

fn to_log_in(parts: &Parts) -> Response {
    let wanted = parts.uri.path_and_query().map_or("/", |p| p.as_str());
    if parts.method != Method::GET || wanted == paths::HOME {
        return Redirect::to(paths::LOG_IN).into_response();
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", wanted)
        .finish();
    Redirect::to(&format!("{}?{query}", paths::LOG_IN)).into_response()
}
