//! The Test PAS, as a program reads it (FHIR R4) and as a person without a browser uses its forms.

use super::multipart;
use reqwest::header;
use serde_json::Value;

/// A record system at an address.
#[derive(Clone)]
pub(crate) struct Records {
    pub(crate) base: String,
    http: reqwest::Client,
}

/// A document of a record, with its bytes.
pub(crate) struct Document {
    pub(crate) resource: Value,
    pub(crate) content_type: String,
    pub(crate) bytes: Vec<u8>,
}

impl Document {
    /// Its file name.
    pub(crate) fn title(&self) -> &str {
        self.resource["content"][0]["attachment"]["title"]
            .as_str()
            .unwrap()
    }
}

impl Records {
    pub(crate) fn new(http: reqwest::Client, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            http,
        }
    }

    /// A search, as its answer's text.
    pub(crate) async fn search_text(&self, query: &str) -> String {
        let answer = self.http.get(format!("{}/fhir/{query}", self.base));
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{query}");
        answer.text().await.unwrap()
    }

    /// The resources that a search finds; all must be on its first page.
    pub(crate) async fn search(&self, query: &str) -> Vec<Value> {
        let bundle: Value = serde_json::from_str(&self.search_text(query).await).unwrap();
        let none = Vec::new();
        let entries = bundle["entry"].as_array().unwrap_or(&none);
        assert_eq!(bundle["total"], entries.len(), "{query}");
        entries
            .iter()
            .map(|entry| entry["resource"].clone())
            .collect()
    }

    /// The same; `None` when there was no good answer.
    pub(crate) async fn find(&self, query: &str) -> Option<Vec<Value>> {
        let answer = self.http.get(format!("{}/fhir/{query}", self.base));
        let answer = answer.send().await.ok().filter(|a| a.status() == 200)?;
        let bundle: Value = answer.json().await.ok()?;
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        assert_eq!(bundle["total"], entries.len(), "{query}");
        let resource = |entry: Value| entry["resource"].clone();
        Some(entries.into_iter().map(resource).collect())
    }

    /// Every resource of a type, page by page.
    pub(crate) async fn walk(&self, kind: &str) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let query = format!("{kind}?_count=200&_offset={}", all.len());
            let bundle: Value = serde_json::from_str(&self.search_text(&query).await).unwrap();
            let total = bundle["total"].as_u64().unwrap();
            let before = all.len();
            let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
            all.extend(entries.into_iter().map(|entry| entry["resource"].clone()));
            if all.len() as u64 >= total {
                return all;
            }
            assert!(all.len() > before, "an empty page of {kind}");
        }
    }

    /// A document's bytes; `None` when there was no good answer.
    pub(crate) async fn bytes(&self, document: &Value) -> Option<Vec<u8>> {
        let url = document["content"][0]["attachment"]["url"].as_str()?;
        let url = if url.contains("://") {
            url.to_owned()
        } else {
            format!("{}/fhir/{url}", self.base)
        };
        let answer = self.http.get(url).header(header::ACCEPT, "*/*");
        let answer = answer.send().await.ok().filter(|a| a.status() == 200)?;
        Some(answer.bytes().await.ok()?.to_vec())
    }

    /// The documents of a message.
    pub(crate) async fn documents_of(&self, message_id: &str) -> Vec<Value> {
        let identifier = format!("urn:x-baton:message-id%7C{message_id}");
        self.search(&format!(
            "DocumentReference?identifier={identifier}&_count=100"
        ))
        .await
    }

    /// The documents of a message in their order, with their bytes.
    pub(crate) async fn read(&self, message_id: &str) -> Vec<Document> {
        let mut documents = Vec::new();
        for resource in self.documents_of(message_id).await {
            let url = resource["content"][0]["attachment"]["url"]
                .as_str()
                .unwrap();
            let url = if url.contains("://") {
                url.to_owned()
            } else {
                format!("{}/fhir/{url}", self.base)
            };
            let answer = self.http.get(url).header(header::ACCEPT, "*/*");
            let answer = answer.send().await.unwrap();
            assert_eq!(answer.status(), 200);
            let content_type = answer.headers()[header::CONTENT_TYPE].to_str().unwrap();
            documents.push(Document {
                resource,
                content_type: content_type.to_owned(),
                bytes: answer.bytes().await.unwrap().to_vec(),
            });
        }
        documents.sort_by_key(|document| part(&document.resource));
        documents
    }

    /// Logs in by the form, as this computer's current user; the session's cookies.
    pub(crate) async fn log_in(&self, spine_user_id: &str) -> Session {
        let page = self.http.get(format!("{}/login", self.base));
        let page = page.send().await.unwrap();
        let mut cookies = cookies(page.headers());
        let csrf = hidden(&page.text().await.unwrap(), "csrf");
        let sent = self.http.post(format!("{}/login", self.base));
        let sent = sent.header(header::COOKIE, cookies.join("; "));
        let form = [
            ("csrf", csrf.as_str()),
            ("spineUserId", spine_user_id),
            ("next", "/"),
        ];
        let answer = sent.form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        cookies.extend(self::cookies(answer.headers()));
        Session {
            records: self.clone(),
            cookies: cookies.join("; "),
        }
    }
}

/// Somebody who is logged in.
pub(crate) struct Session {
    records: Records,
    cookies: String,
}

impl Session {
    /// A page's text.
    pub(crate) async fn page(&self, path: &str) -> String {
        let request = self
            .records
            .http
            .get(format!("{}{path}", self.records.base))
            .header(header::COOKIE, &self.cookies);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// Logs out by the form.
    pub(crate) async fn log_out(&self) {
        let csrf = hidden(&self.page("/logout").await, "csrf");
        let request = self
            .records
            .http
            .post(format!("{}/logout", self.records.base))
            .header(header::COOKIE, &self.cookies)
            .form(&[("csrf", csrf.as_str())]);
        assert_eq!(request.send().await.unwrap().status(), 303);
    }

    /// Loads a patient file by the form.
    pub(crate) async fn load_patients(&self, file: &[u8]) {
        let csrf = hidden(&self.page("/manage-data/load").await, "csrf");
        let (content_type, body) = multipart::form(&[
            ("csrf", None, csrf.as_bytes()),
            ("file", Some("patients.json"), file),
        ]);
        let request = self
            .records
            .http
            .post(format!("{}/manage-data/load", self.records.base))
            .header(header::COOKIE, &self.cookies)
            .header(header::CONTENT_TYPE, content_type)
            .body(body);
        assert_eq!(request.send().await.unwrap().status(), 303);
    }
}

/// The place of a document in its message.
fn part(resource: &Value) -> u32 {
    let identifiers = resource["identifier"].as_array().unwrap();
    let part = identifiers
        .iter()
        .find(|identifier| identifier["system"] == "urn:x-baton:message-part")
        .unwrap();
    let value = part["value"].as_str().unwrap();
    value.rsplit('/').next().unwrap().parse().unwrap()
}

fn cookies(headers: &header::HeaderMap) -> Vec<String> {
    let all = headers.get_all(header::SET_COOKIE).iter();
    all.map(|cookie| {
        let text = cookie.to_str().unwrap();
        text.split(';').next().unwrap().to_owned()
    })
    .collect()
}

/// The value of a form's hidden field.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).unwrap();
    rest.split('"').next().unwrap().to_owned()
}
