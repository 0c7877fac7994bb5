//! What a patient's access token may read.

use super::{PkbClient, ReadFailure, refused};
use crate::http::{read, secret_header, stays_below};
use model::secret::Secret;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use url::Url;
use uuid::Uuid;
use wire::pkb::stu3::{MEDIA_TYPE, Parameters};
use wire::pkb::{UsersSelf, paths};

/// The largest answer to `$purview` that is read: 64 KiB.
const MAX_PURVIEW: usize = 64 * 1024;
/// The largest answer about a user that is read: 1 MiB.
const MAX_USER: usize = 1024 * 1024;
/// An answer that is passed on may take this many times as long as an ordinary one, as a whole.
const LONG_ANSWERS: u32 = 6;

/// To whom a token belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purview {
    /// A patient, or somebody who cares for one: the public id of the record.
    Patient(Uuid),
    /// Somebody else: a kind of FHIR resource, such as `Practitioner`.
    Other(&'static str),
}

impl PkbClient {
    /// To whom the token belongs.
    ///
    /// # Errors
    /// [`ReadFailure`].
    pub async fn purview(&self, access: &Secret) -> Result<Purview, ReadFailure> {
        let call = |method| self.call(method, paths::PURVIEW, MEDIA_TYPE, access);
        let get = call(Method::GET)?.timeout(self.patience.whole);
        let mut response = sent(get).await?;
        if response.status().as_u16() == 405 {
            let empty = serde_json::to_vec(&Parameters::new(Vec::new()))
                .map_err(|_| ReadFailure::Unsendable)?;
            let post = call(Method::POST)?
                .timeout(self.patience.whole)
                .header(CONTENT_TYPE, MEDIA_TYPE)
                .body(empty);
            response = sent(post).await?;
        }
        let status = response.status().as_u16();
        let answer: Parameters = good(response, MAX_PURVIEW).await?;
        answer
            .purview_reference()
            .and_then(|reference| belongs_to(reference, &self.base.at(paths::FHIR)))
            .ok_or(ReadFailure::Answered { status })
    }

    /// The patient's own details.
    ///
    /// # Errors
    /// [`ReadFailure`].
    pub async fn users_self(&self, access: &Secret) -> Result<UsersSelf, ReadFailure> {
        let request = self.call(Method::GET, paths::USERS_SELF, "application/json", access)?;
        good(sent(request.timeout(self.patience.whole)).await?, MAX_USER).await
    }

    /// Any reading, to be passed on as it is: whatever PKB answered, refusals and redirects included.
    /// `path_and_query` begins with `/` and is below PKB's address. The answer's body still streams.
    ///
    /// # Errors
    /// [`ReadFailure::NotReached`] or [`ReadFailure::Unsendable`].
    pub async fn get(
        &self,
        path_and_query: &str,
        accept: &str,
        access: &Secret,
    ) -> Result<Response, ReadFailure> {
        let request = self.call(Method::GET, path_and_query, accept, access)?;
        sent(request.timeout(self.patience.whole * LONG_ANSWERS)).await
    }

    fn call(
        &self,
        method: Method,
        path_and_query: &str,
        accept: &str,
        access: &Secret,
    ) -> Result<RequestBuilder, ReadFailure> {
        let url = self.below(path_and_query).ok_or(ReadFailure::Unsendable)?;
        let accept = HeaderValue::from_str(accept).map_err(|_| ReadFailure::Unsendable)?;
        let bearer = secret_header(&format!("Bearer {}", access.reveal()))
            .map_err(|_| ReadFailure::Unsendable)?;
        let request = self.data.request(method, url);
        Ok(request.header(ACCEPT, accept).header(AUTHORIZATION, bearer))
    }

    /// The address of a path, unless it would lead elsewhere than it seems to.
    fn below(&self, path_and_query: &str) -> Option<Url> {
        if !stays_below(path_and_query) {
            return None;
        }
        Url::parse(&self.base.at(path_and_query)).ok()
    }
}

async fn sent(request: RequestBuilder) -> Result<Response, ReadFailure> {
    request.send().await.map_err(|error| {
        if error.is_builder() {
            ReadFailure::Unsendable
        } else {
            ReadFailure::NotReached
        }
    })
}

async fn good<T: DeserializeOwned>(response: Response, limit: usize) -> Result<T, ReadFailure> {
    let status = response.status();
    if !status.is_success() {
        return Err(refused(response).await.into());
    }
    let unusable = ReadFailure::Answered {
        status: status.as_u16(),
    };
    let body = read(response, limit).await.map_err(|error| match error {
        crate::Error::Unreachable(_) => ReadFailure::NotReached,
        crate::Error::Refused(_) | crate::Error::Unintelligible(_) => unusable,
    })?;
    serde_json::from_slice(&body).map_err(|_| unusable)
}

/// Reads `Patient/<uuid>`, also with a version, or as an address below PKB's own `fhir`; `None` if it is no reference, or
/// one into somebody else's server.
fn belongs_to(reference: &str, fhir: &str) -> Option<Purview> {
    let own = reference.strip_prefix(fhir);
    let own = own.and_then(|rest| rest.strip_prefix('/'));
    let whole = own.unwrap_or(reference).split("/_history/").next()?;
    let (kind, id) = whole.split_once('/')?;
    if id.contains('/') {
        return None;
    }
    match kind {
        // Other spellings of a UUID are nobody's id in FHIR.
        "Patient" if id.len() == 36 => {
            let id = Uuid::try_parse(id).ok().filter(|id| !id.is_nil());
            id.map(Purview::Patient)
        }
        "Patient" => None,
        "Practitioner" => Some(Purview::Other("Practitioner")),
        "Organization" => Some(Purview::Other("Organization")),
        _ => Some(Purview::Other("unknown")),
    }
}

impl std::fmt::Debug for Purview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Patient(_) => f.write_str("Patient(…)"),
            Self::Other(kind) => write!(f, "Other({kind})"),
        }
    }
}

#[cfg(test)]
mod tests;
