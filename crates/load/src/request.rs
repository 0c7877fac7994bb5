//! What is asked next.

use crate::body::Body;
use hyper::{HeaderMap, Method, Uri};
use uuid::Uuid;

/// One request. `Host` is added when it is sent.
#[derive(Clone)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Its path, such as `/api/v1/messages`.
    pub path: Uri,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Body,
    /// The message that it carries, for the list of what was acknowledged.
    pub message: Option<Uuid>,
}

/// Where requests come from. Asked once for each, by many connections at a time, so it must be quick.
pub trait Requests: Send + Sync + 'static {
    /// The request with this number. Numbers count from 0, warm-up included, and none comes twice in a run.
    fn next(&self, number: u64) -> Request;
}

impl<F: Fn(u64) -> Request + Send + Sync + 'static> Requests for F {
    fn next(&self, number: u64) -> Request {
        self(number)
    }
}
