//! An app's request to be let in, checked: what the page is made of, and what a code is bound to.

use super::Context;
use super::parameters::Parameters;
use super::pkce::{self, Challenge, Method};
use super::profile::{Profile, UserClient, UserType};
use super::redirect::{self, Fault, Redirect};
use std::fmt::Write as _;
use wire::pkb::{fields, values};

/// The parameters of a request; they are the page's hidden fields too.
pub(super) const PARAMETERS: [&str; 7] = [
    fields::RESPONSE_TYPE,
    fields::CLIENT_ID,
    fields::REDIRECT_URI,
    fields::SCOPE,
    fields::STATE,
    fields::CODE_CHALLENGE,
    fields::CODE_CHALLENGE_METHOD,
];

/// The longest `state`, in bytes.
const LONGEST_STATE: usize = 2000;

/// A request that can be put to a user.
pub(super) struct Request<'c> {
    pub(super) client: &'c UserClient,
    pub(super) redirect: Redirect,
    /// The kind of user that may sign in; none named: any that the client is for.
    pub(super) scope: Option<UserType>,
    pub(super) state: Option<String>,
    pub(super) challenge: Option<Challenge>,
}

/// A request that can't. The browser isn't sent back with that: documented, and safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadRequest {
    pub(super) parameter: &'static str,
    pub(super) words: String,
}

fn bad(parameter: &'static str, words: impl Into<String>) -> BadRequest {
    BadRequest {
        parameter,
        words: words.into(),
    }
}

impl Context {
    /// Reads and checks a request.
    pub(super) fn request(&self, encoded: &[u8]) -> Result<Request<'_>, BadRequest> {
        let sent = Parameters::read(encoded, &PARAMETERS)
            .map_err(|repeated| bad(repeated.0, "It was sent more than once."))?;
        let strict = self.profile == Profile::Strict;
        let client = sent
            .get(fields::CLIENT_ID)
            .ok_or_else(|| bad(fields::CLIENT_ID, "It is missing."))?;
        let client = self
            .client(client)
            .ok_or_else(|| bad(fields::CLIENT_ID, "No client of this sandbox has this id."))?;
        let wanted = sent.get(fields::REDIRECT_URI);
        let redirect = redirect::choose(client, self.profile, wanted)
            .map_err(|fault| redirect_fault(fault, client, self.profile))?;
        match sent.get(fields::RESPONSE_TYPE) {
            Some(values::CODE) => {}
            Some(_) => {
                return Err(bad(
                    fields::RESPONSE_TYPE,
                    "It must be \u{201c}code\u{201d}.",
                ));
            }
            None => {
                return Err(bad(
                    fields::RESPONSE_TYPE,
                    "It is missing; it must be \u{201c}code\u{201d}.",
                ));
            }
        }
        let scope = sent.get(fields::SCOPE).map(scope).transpose()?;
        if scope.is_some_and(|scope| !client.user_types.contains(&scope)) {
            let words = "This client may not ask for this scope.";
            return Err(bad(fields::SCOPE, words));
        }
        let state = sent.owned(fields::STATE);
        if state
            .as_ref()
            .is_some_and(|state| state.len() > LONGEST_STATE)
        {
            let words = format!("It is longer than {LONGEST_STATE} bytes.");
            return Err(bad(fields::STATE, words));
        }
        if strict && state.is_none() {
            return Err(bad(
                fields::STATE,
                "It is missing; this sandbox runs strict.",
            ));
        }
        Ok(Request {
            client,
            redirect,
            scope,
            state,
            challenge: challenge(&sent, strict)?,
        })
    }
}

fn scope(sent: &str) -> Result<UserType, BadRequest> {
    UserType::parse(sent).ok_or_else(|| {
        let words = "It must be PATIENT, CLINICIAN or TEAMCOORD.";
        bad(fields::SCOPE, words)
    })
}

fn redirect_fault(fault: Fault, client: &UserClient, profile: Profile) -> BadRequest {
    let mut words = match fault {
        Fault::Needed => "It is missing, and this client has not exactly one.".to_owned(),
        Fault::NotRegistered => "It is not one that is registered for this client.".to_owned(),
    };
    if fault == Fault::NotRegistered {
        // Writing to a String does not fail.
        let _ = match profile {
            Profile::Strict => write!(words, " It must be exactly the same."),
            Profile::AsDocumented if client.localhost => write!(
                words,
                " Addresses of localhost are allowed, and so are more query parameters on a registered address."
            ),
            Profile::AsDocumented => write!(
                words,
                " More query parameters on a registered address are allowed."
            ),
        };
    }
    bad(fields::REDIRECT_URI, words)
}

fn challenge(sent: &Parameters, strict: bool) -> Result<Option<Challenge>, BadRequest> {
    let method = sent.get(fields::CODE_CHALLENGE_METHOD);
    let Some(value) = sent.owned(fields::CODE_CHALLENGE) else {
        if strict {
            let words = "It is missing; this sandbox runs strict and wants PKCE.";
            return Err(bad(fields::CODE_CHALLENGE, words));
        }
        return match method {
            Some(_) => Err(bad(
                fields::CODE_CHALLENGE,
                "It is missing, though its method was sent.",
            )),
            None => Ok(None),
        };
    };
    if !pkce::well_formed(&value) {
        let words = "It must be 43 to 128 characters: letters, digits and - . _ ~";
        return Err(bad(fields::CODE_CHALLENGE, words));
    }
    let method = Method::parse(method)
        .filter(|method| !strict || *method == Method::S256)
        .ok_or_else(|| bad(fields::CODE_CHALLENGE_METHOD, "It must be S256."))?;
    Ok(Some(Challenge { value, method }))
}
