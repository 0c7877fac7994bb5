//! Who makes a data call: the user whose session it is, or a computer system.

use super::Context;
use super::people::{self, Person};
pub(super) use super::profile::UserType;
use super::store::{Event, Found, State, What};
use crate::sqlite::StoreError;
use axum::http::{HeaderMap, header};
use model::{Hash, Secret};
use wire::pkb::ResponseCode;

/// Who calls.
pub(super) enum Caller {
    /// Somebody who let an app in.
    User(User),
    /// A computer system.
    System {
        /// Its client id.
        client_id: String,
    },
}

/// Somebody who let an app in.
pub(super) struct User {
    pub(super) person: &'static Person,
    /// What the session is for.
    pub(super) scope: UserType,
}

/// Why a call isn't answered.
#[derive(Debug)]
pub(super) enum Denied {
    /// The caller may not.
    Code(ResponseCode),
    /// We can't.
    Store(StoreError),
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Context {
    /// Says who makes a data call, and counts it.
    ///
    /// # Errors
    /// The documented code: `BAD_AUTHENTICATION`, `API_SESSION_INVALID`, `API_SESSION_EXPIRED`,
    /// `ACC_TOKEN_EXPIRED` or `ACCESS_FROZEN_OUTWARD`.
    pub(super) async fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, Denied> {
        let now = self.clock.now();
        let found = match bearer(headers) {
            Some(token) => {
                let token = Hash::of(token.as_bytes());
                self.store.find_token(token, now).await?
            }
            None => Found::Nothing,
        };
        let mut event = Event::new(What::Read, now);
        if let Found::User {
            session, public_id, ..
        } = &found
        {
            event = event.person(public_id).session(session);
        }
        let caller = caller(found);
        self.calls.note(match &caller {
            Ok(_) => event,
            Err(code) => event.refused(code.as_str()),
        });
        caller.map_err(Denied::Code)
    }

    /// Makes a token for a system client that lives so many seconds.
    pub(super) async fn issue_system_token(
        &self,
        client_id: &str,
        seconds: i64,
    ) -> Result<Secret, StoreError> {
        let token = self.new_secret();
        let client_id = client_id.to_owned();
        self.store
            .add_system_token(token.hash(), client_id, seconds, self.clock.now())
            .await?;
        Ok(token)
    }
}

fn caller(found: Found) -> Result<Caller, ResponseCode> {
    match found {
        Found::Nothing => Err(ResponseCode::BadAuthentication),
        Found::System { expired: true, .. } => Err(ResponseCode::AccTokenExpired),
        Found::System { client_id, .. } => Ok(Caller::System { client_id }),
        Found::User {
            public_id,
            scope,
            state,
            ..
        } => {
            match state {
                State::Good => {}
                State::TokenExpired => return Err(ResponseCode::AccTokenExpired),
                State::SessionExpired => return Err(ResponseCode::ApiSessionExpired),
                State::SessionInvalid => return Err(ResponseCode::ApiSessionInvalid),
            }
            // Somebody who isn't in the file of a newer version any more.
            let person = people::by_public_id(&public_id).ok_or(ResponseCode::ApiSessionInvalid)?;
            if person.frozen {
                return Err(ResponseCode::AccessFrozenOutward);
            }
            Ok(Caller::User(User { person, scope }))
        }
    }
}

/// The token of `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
