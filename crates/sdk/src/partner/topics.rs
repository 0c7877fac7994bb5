//! The list of topics, asked for again only when it has changed.

use super::PartnerClient;
use crate::Error;
use crate::http::{MAX_ANSWER, read, send_if_changed};
use reqwest::header::{ETAG, HeaderValue, IF_NONE_MATCH};
use wire::partner::Topic;
use wire::paths::partner as paths;

/// The topics, and the name of this state of the list.
#[derive(Clone, Debug)]
pub struct TopicList {
    /// The topics.
    pub topics: Vec<Topic>,
    /// The list's entity tag, if the platform gave one.
    pub etag: Option<String>,
}

impl PartnerClient {
    /// The topics, unless they are still those of `etag`: then `None`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn topics_since(&self, etag: Option<&str>) -> Result<Option<TopicList>, Error> {
        let mut request = self.get(paths::TOPICS);
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let Some(response) = send_if_changed(request).await? else {
            return Ok(None);
        };
        let etag = response
            .headers()
            .get(ETAG)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = read(response, MAX_ANSWER).await?;
        let topics = serde_json::from_slice(&body).map_err(|error| Error::json(&error))?;
        Ok(Some(TopicList { topics, etag }))
    }
}
