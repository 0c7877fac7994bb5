//! Requests of the partner API: sends, and reads of one path or many.

use crate::body::Body;
use crate::ids::Ids;
use crate::message::{Kind, Messages};
use crate::request::{Request, Requests};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, InvalidHeaderValue, USER_AGENT};
use hyper::{HeaderMap, Method, Uri};
use wire::headers::{ACCESS_TOKEN, API_KEY};
use wire::paths::partner;

/// What proves who calls. No `Debug`: these are secrets.
#[derive(Clone)]
pub struct Credentials {
    /// The client system's key.
    pub api_key: String,
    /// The practitioner's permission, for instant messages and its own check.
    pub access_token: Option<String>,
}

/// A key or token with characters that no header may have.
#[derive(Debug, thiserror::Error)]
#[error("the API key or the access token has characters that cannot be sent in a header")]
pub struct HeaderError(#[from] InvalidHeaderValue);

/// The headers of a call to the partner API.
///
/// # Errors
/// A key or token that cannot be a header's value.
pub fn headers(credentials: &Credentials) -> Result<HeaderMap, HeaderError> {
    let secret = |text: &str| -> Result<HeaderValue, HeaderError> {
        let mut value = HeaderValue::from_str(text)?;
        value.set_sensitive(true);
        Ok(value)
    };
    let named = |name: &'static str| HeaderName::from_bytes(name.as_bytes());
    let mut headers = HeaderMap::new();
    headers.insert(
        USER_AGENT,
        HeaderValue::from_static(concat!("baton-bench/", env!("CARGO_PKG_VERSION"))),
    );
    if let Ok(name) = named(API_KEY) {
        headers.insert(name, secret(&credentials.api_key)?);
    }
    if let (Some(token), Ok(name)) = (&credentials.access_token, named(ACCESS_TOKEN)) {
        headers.insert(name, secret(token)?);
    }
    Ok(headers)
}

/// A new message with every request.
pub struct Sends {
    messages: Messages,
    path: Uri,
    headers: HeaderMap,
}

impl Sends {
    /// Sends messages for this client system.
    ///
    /// # Errors
    /// A key or token that cannot be a header's value.
    pub fn new(messages: Messages, credentials: &Credentials) -> Result<Self, HeaderError> {
        let path = match messages.kind() {
            Kind::Standard => partner::MESSAGES,
            Kind::Instant => partner::INSTANT,
        };
        let mut headers = headers(credentials)?;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(Self {
            messages,
            path: Uri::from_static(path),
            headers,
        })
    }

    /// The ids that it gives, by number.
    pub fn ids(&self) -> Ids {
        self.messages.ids()
    }
}

impl Requests for Sends {
    fn next(&self, number: u64) -> Request {
        Request {
            method: Method::POST,
            path: self.path.clone(),
            headers: self.headers.clone(),
            body: self.messages.body(number),
            message: Some(self.messages.ids().id(number)),
        }
    }
}

/// Reads paths in turn, round and round.
pub struct Reads {
    paths: Vec<Uri>,
    headers: HeaderMap,
}

impl Reads {
    /// Reads these paths; those that are none are left out.
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a str>, headers: HeaderMap) -> Self {
        let paths = paths.into_iter().filter_map(|path| path.parse().ok());
        Self {
            paths: paths.collect(),
            headers,
        }
    }

    /// Asks for the status of these messages.
    ///
    /// # Errors
    /// A key that cannot be a header's value.
    pub fn statuses(
        messages: impl IntoIterator<Item = uuid::Uuid>,
        credentials: &Credentials,
    ) -> Result<Self, HeaderError> {
        let paths: Vec<_> = messages
            .into_iter()
            .map(|id| partner::status_of(&id.to_string()))
            .collect();
        Ok(Self::of(
            paths.iter().map(String::as_str),
            headers(credentials)?,
        ))
    }
}

impl Requests for Reads {
    fn next(&self, number: u64) -> Request {
        let place = number.checked_rem(self.paths.len() as u64).unwrap_or(0);
        let path = usize::try_from(place)
            .ok()
            .and_then(|place| self.paths.get(place))
            .cloned();
        Request {
            method: Method::GET,
            path: path.unwrap_or_default(),
            headers: self.headers.clone(),
            body: Body::empty(),
            message: None,
        }
    }
}
