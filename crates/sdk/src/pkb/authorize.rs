//! The address where a patient approves.

use super::PkbClient;
use url::Url;
use wire::pkb::{fields, values};

/// What the authorise page is asked for.
#[derive(Clone, Copy)]
pub struct AuthorizeRequest<'a> {
    /// The client id that PKB gave.
    pub client_id: &'a str,
    /// Where the browser comes back to; one that PKB has registered. The code is bound to it.
    pub redirect_uri: &'a str,
    /// `PATIENT`.
    pub scope: &'a str,
    /// A secret of this one attempt, given back with the code.
    pub state: &'a str,
    /// PKCE: SHA-256 of the verifier, in base64url without padding.
    pub challenge: Option<&'a str>,
}

impl PkbClient {
    /// Where to send the patient's browser.
    pub fn authorize_url(&self, request: &AuthorizeRequest<'_>) -> Url {
        let mut url = self.authorize.clone();
        let mut query = url.query_pairs_mut();
        query
            .append_pair(fields::RESPONSE_TYPE, values::CODE)
            .append_pair(fields::CLIENT_ID, request.client_id)
            .append_pair(fields::REDIRECT_URI, request.redirect_uri)
            .append_pair(fields::SCOPE, request.scope)
            .append_pair(fields::STATE, request.state);
        if let Some(challenge) = request.challenge {
            query
                .append_pair(fields::CODE_CHALLENGE, challenge)
                .append_pair(fields::CODE_CHALLENGE_METHOD, values::S256);
        }
        drop(query);
        url
    }
}

impl std::fmt::Debug for AuthorizeRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthorizeRequest(…)")
    }
}
