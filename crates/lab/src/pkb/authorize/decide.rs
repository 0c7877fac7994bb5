//! What a decision leads to: a code for the app, or the news that there is none.

use super::super::Context;
use super::super::people::Person;
use super::super::redirect;
use super::super::request::Request;
use super::super::store::{Event, NewCode, What};
use super::is_right_kind;
use httpkit::problem::Refusal;
use wire::pkb::fields;
use wire::pkb::token::errors;

/// What a user decided.
#[derive(Clone, Copy)]
pub(in super::super) enum Decision {
    /// Signed in, and lets the app in.
    Approve(&'static Person),
    /// Does not, signed in or not.
    Deny(Option<&'static Person>),
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Decided {
    /// The browser goes back to the app, to this address.
    Back(String),
    /// Another kind of user than the app asked for: nobody goes anywhere.
    WrongKind,
}

impl Context {
    /// Carries a decision out.
    pub(in super::super) async fn decide(
        &self,
        request: &Request<'_>,
        decision: Decision,
    ) -> Result<Decided, Refusal> {
        let (person, approved) = match decision {
            Decision::Approve(person) => (Some(person), true),
            Decision::Deny(person) => (person, false),
        };
        if person.is_some_and(|person| !is_right_kind(request, person.user_type)) {
            return Ok(Decided::WrongKind);
        }
        let answer = match person {
            Some(person) if approved && !self.controls.take_denial() => {
                let code = self.new_code(request, person).await?;
                vec![(fields::CODE, code)]
            }
            _ => {
                self.denied(person).await?;
                let words = "The user did not approve.".to_owned();
                vec![
                    (fields::ERROR, errors::ACCESS_DENIED.to_owned()),
                    (fields::ERROR_DESCRIPTION, words),
                ]
            }
        };
        let state = request.state.as_deref();
        let answer: Vec<(&str, &str)> = answer
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(state.map(|state| (fields::STATE, state)))
            .collect();
        Ok(Decided::Back(redirect::with(
            &request.redirect.uri,
            &answer,
        )))
    }

    async fn new_code(&self, request: &Request<'_>, person: &Person) -> Result<String, Refusal> {
        let code = self.new_secret();
        let new = NewCode {
            hash: code.hash(),
            client_id: request.client.client_id.clone(),
            redirect_uri: request.redirect.uri.clone(),
            redirect_was_sent: request.redirect.sent,
            public_id: person.public_id.clone(),
            scope: person.user_type,
            scope_was_asked: request.scope.is_some(),
            challenge: request.challenge.clone(),
            seconds: self.controls.state().code_seconds,
        };
        let added = self.store.add_code(new, self.clock.now()).await;
        added.map_err(|error| Refusal::internal(&error))?;
        Ok(code.reveal().to_owned())
    }

    async fn denied(&self, person: Option<&Person>) -> Result<(), Refusal> {
        let mut event = Event::new(What::Denied, self.clock.now());
        if let Some(person) = person {
            event = event.person(&person.public_id);
        }
        let logged = self.store.log(event).await;
        logged.map_err(|error| Refusal::internal(&error))
    }
}
