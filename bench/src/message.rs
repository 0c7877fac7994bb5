//! Messages with one file of any size, for rows whose sizes the load generator does not make.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use load::{Body, Credentials, HeaderMap, Ids, Method, Request, Requests, Uri};
use uuid::Uuid;
use wire::partner::{
    Attachment, Identified, RECIPIENT_TYPES, STANDARD_TYPE, SUBJECT_TYPE, SendMessage,
};
use wire::paths::partner as paths;

const ID: &str = "{message-id}";
const START: &str = "{start}";
/// The id's 36 characters in Base64: what makes each file another.
const START_LETTERS: usize = 48;

/// Sends standard messages, each with one text of a given size that begins with the message's id.
pub(crate) struct Sized {
    before_id: Vec<u8>,
    rest: Vec<u8>,
    ids: Ids,
    /// What stands between id and content, for each practice.
    practices: Vec<Vec<u8>>,
    headers: HeaderMap,
}

/// Stands for the practice while the template is made.
const PRACTICE: &str = "{practice}";

impl Sized {
    /// Messages with a file of `size` bytes, at least 36, to these practices in turn.
    pub(crate) fn new(
        size: usize,
        practices: &[String],
        ids: Ids,
        credentials: &Credentials,
    ) -> Result<Self> {
        let [recipient_type, _] = RECIPIENT_TYPES;
        let filler = STANDARD.encode("In a test nothing is about anybody. ".repeat(size / 36 + 1));
        let letters = (size.saturating_sub(36) / 3) * 4;
        let filler = filler.get(..letters).context("no such size")?;
        let message = SendMessage {
            message_id: ID.to_owned(),
            kind: STANDARD_TYPE.to_owned(),
            topic: model::topic::DISPENSE_EVENT.to_owned(),
            recipient: Identified::new(recipient_type, PRACTICE),
            subject: Identified::new(SUBJECT_TYPE, crate::world::PATIENT),
            expiry_date_time: None,
            body: None,
            attachments: vec![Attachment {
                mime_type: "text/plain".to_owned(),
                file_name: "Note.txt".to_owned(),
                content: format!("{START}{filler}"),
            }],
            coded_data_items: Vec::new(),
        };
        let text = serde_json::to_string(&message).ok().context("no JSON")?;
        let (before_id, after) = text.split_once(ID).context("no id")?;
        let (middle, after) = after.split_once(PRACTICE).context("no practice")?;
        let (between, rest) = after.split_once(START).context("no content")?;
        let practices = practices
            .iter()
            .map(|practice| format!("{middle}{practice}{between}").into_bytes());
        let mut headers = load::headers(credentials)?;
        headers.insert("content-type", "application/json".parse()?);
        Ok(Self {
            before_id: before_id.into(),
            rest: rest.into(),
            ids,
            practices: practices.collect(),
            headers,
        })
    }
}

impl Requests for Sized {
    fn next(&self, number: u64) -> Request {
        let id: Uuid = self.ids.id(number);
        let mut letters = [0; 36];
        let text = &*id.hyphenated().encode_lower(&mut letters);
        let mut start = [0; START_LETTERS];
        // 36 bytes are 48 letters, so it fits.
        let _written = STANDARD.encode_slice(text, &mut start);
        let turn = number % (self.practices.len() as u64).max(1);
        let middle = usize::try_from(turn)
            .ok()
            .and_then(|turn| self.practices.get(turn));
        let middle = middle.map_or(&[][..], Vec::as_slice);
        let parts: [&[u8]; 5] = [&self.before_id, text.as_bytes(), middle, &start, &self.rest];
        Request {
            method: Method::POST,
            path: Uri::from_static(paths::MESSAGES),
            headers: self.headers.clone(),
            body: Body::from(parts.concat()),
            message: Some(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_id_its_practice_and_its_size() {
        let credentials = Credentials {
            api_key: "key".to_owned(),
            access_token: None,
        };
        let ids = Ids::seeded(1);
        let practices = ["A".to_owned(), "B".to_owned()];
        let messages = Sized::new(36 + 3 * 100, &practices, ids, &credentials).unwrap();
        let body = messages.next(1).body.to_vec();
        let message: SendMessage = serde_json::from_slice(&body).unwrap();
        assert_eq!(message.message_id, ids.id(1).to_string());
        assert_eq!(message.recipient.id.value, "B");
        let content = STANDARD.decode(&message.attachments[0].content).unwrap();
        assert_eq!(content.len(), 336);
        assert!(content.starts_with(message.message_id.as_bytes()));
    }
}
