//! Reads the entries of a transaction one by one, and keeps what is wrong with each.

use super::{
    IncomingEntry,
    parameters::{tokens, too_many},
};
use crate::pas::{
    fhir::outcome::Refusal,
    store::import::{Clinical, Columns, Planned, Subject, What, conditional_subject},
};
use axum::http::StatusCode;
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD},
};
use ring::digest;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use wire::fhir_r4::{
    DOCUMENT_KIND, DocumentReference, Identifier, Issue, Observation, Reference, SNOMED,
    bundle::{parse_resource, resource_type},
    search::Token,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IncomingBinary<'b> {
    content_type: String,
    #[serde(borrow)]
    data: Cow<'b, str>,
}

/// What is wrong so far. The gravest status wins: not understood, then not supported, then not allowed.
#[derive(Default)]
pub(super) struct Faults {
    invalid: Vec<Issue>,
    unsupported: Vec<Issue>,
    refused: Vec<Issue>,
}

impl Faults {
    /// The entries, if nothing is wrong with any.
    pub(super) fn end(self, planned: Vec<Planned>) -> Result<Vec<Planned>, Refusal> {
        let status = if !self.invalid.is_empty() {
            StatusCode::BAD_REQUEST
        } else if !self.unsupported.is_empty() {
            StatusCode::NOT_IMPLEMENTED
        } else if !self.refused.is_empty() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            return Ok(planned);
        };
        Err(Refusal::new(
            status,
            [self.invalid, self.unsupported, self.refused].concat(),
        ))
    }

    fn invalid(&mut self, at: String, text: &str) {
        self.invalid.push(Issue::error("invalid", text).at(at));
    }

    fn refuse(&mut self, code: &str, at: String, text: &str) {
        self.refused.push(Issue::error(code, text).at(at));
    }

    /// Reads one entry; `at` is where it stands.
    pub(super) fn what(&mut self, at: &str, entry: &IncomingEntry) -> Option<What> {
        let Some(request) = &entry.request else {
            self.invalid(
                format!("{at}.request"),
                "Every entry of a transaction has a request.",
            );
            return None;
        };
        let resource = entry.resource.filter(|_| request.method == "POST");
        let Some(resource) = resource else {
            let issue = Issue::error(
                "not-supported",
                "Only POST with a resource is taken in a transaction.",
            );
            self.unsupported
                .push(issue.at(format!("{at}.request.method")));
            return None;
        };
        let kind = resource_type(resource).unwrap_or_default();
        if kind.is_empty() {
            self.invalid(
                format!("{at}.resource"),
                "The resource has no resourceType.",
            );
            return None;
        }
        if request.url.trim_matches('/') != kind {
            self.invalid(
                format!("{at}.request.url"),
                "The request\u{2019}s url must be the resource\u{2019}s type.",
            );
            return None;
        }
        let at = format!("{at}.resource");
        match kind.as_str() {
            "Binary" => self.binary(&at, resource),
            "DocumentReference" => self.document(&at, resource, request.if_none_exist.as_deref()),
            "Observation" => self.observation(&at, resource, request.if_none_exist.as_deref()),
            _ => {
                let text = "Only Binary, DocumentReference and Observation can be created here.";
                self.unsupported
                    .push(Issue::error("not-supported", text).at(at));
                None
            }
        }
    }

    fn binary(&mut self, at: &str, resource: &RawValue) -> Option<What> {
        let Ok(binary) = serde_json::from_str::<IncomingBinary>(resource.get()) else {
            self.invalid(
                at.to_owned(),
                "The Binary needs contentType and data, both texts.",
            );
            return None;
        };
        let Some(bytes) = decoded(&binary.data) else {
            self.invalid(format!("{at}.data"), "The data isn\u{2019}t Base64.");
            return None;
        };
        let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &bytes);
        Some(What::Binary {
            content_type: binary.content_type,
            bytes,
            sha1: BASE64_STANDARD.encode(sha1),
        })
    }

    fn document(&mut self, at: &str, resource: &RawValue, condition: Option<&str>) -> Option<What> {
        let Ok(document) = parse_resource::<DocumentReference>(resource) else {
            self.invalid(
                at.to_owned(),
                "The DocumentReference needs a status, and its members FHIR\u{2019}s types.",
            );
            return None;
        };
        if !["current", "superseded", "entered-in-error"].contains(&document.status.as_str()) {
            self.refuse(
                "code-invalid",
                format!("{at}.status"),
                "The status is none of FHIR\u{2019}s.",
            );
        }
        let subject = self.subject(at, document.subject.as_ref());
        let only_if_none = self.condition(at, condition);
        let Some((content, url)) = document
            .content
            .first()
            .and_then(|c| Some((c, c.attachment.url.clone()?)))
        else {
            let text = "The document\u{2019}s first content needs an attachment with a url.";
            self.refuse("required", format!("{at}.content[0].attachment.url"), text);
            return None;
        };
        let attachment = &content.attachment;
        let kinds = document.kind.iter().flat_map(|kind| &kind.coding);
        let kind = kinds
            .filter(|c| c.system.as_deref() == Some(DOCUMENT_KIND))
            .find_map(|c| c.code.clone());
        let author = document.author.first().and_then(|a| a.display.clone());
        Some(What::Clinical(Box::new(Clinical {
            subject: subject?,
            only_if_none,
            identifiers: identifiers(&document.identifier),
            dated: document.date.unwrap_or_default(),
            resource: resource.get().to_owned(),
            columns: Columns::Document {
                kind: kind.unwrap_or_default(),
                title: attachment.title.clone().unwrap_or_default(),
                topic: document.description.unwrap_or_default(),
                author: author.unwrap_or_default(),
                content_type: attachment.content_type.clone(),
                url,
                size: attachment.size,
                hash: attachment.hash.clone(),
            },
        })))
    }

    fn observation(
        &mut self,
        at: &str,
        resource: &RawValue,
        condition: Option<&str>,
    ) -> Option<What> {
        let Ok(observation) = parse_resource::<Observation>(resource) else {
            self.invalid(
                at.to_owned(),
                "The Observation needs status and code, and its members FHIR\u{2019}s types.",
            );
            return None;
        };
        let known = [
            "registered",
            "preliminary",
            "final",
            "amended",
            "corrected",
            "cancelled",
            "entered-in-error",
            "unknown",
        ];
        if !known.contains(&observation.status.as_str()) {
            self.refuse(
                "code-invalid",
                format!("{at}.status"),
                "The status is none of FHIR\u{2019}s.",
            );
        }
        let coding = observation
            .code
            .coding
            .iter()
            .find(|c| c.system.as_deref() == Some(SNOMED));
        let coding = coding.or(observation.code.coding.first());
        let code = coding.and_then(|c| c.code.clone()).unwrap_or_default();
        let words = observation
            .code
            .text
            .or_else(|| coding.and_then(|c| c.display.clone()))
            .unwrap_or_default();
        if code.is_empty() && words.is_empty() {
            self.refuse(
                "required",
                format!("{at}.code"),
                "The code has neither a coding nor a text.",
            );
        }
        let subject = self.subject(at, observation.subject.as_ref());
        let only_if_none = self.condition(at, condition);
        let quantity = observation.value_quantity.unwrap_or_default();
        Some(What::Clinical(Box::new(Clinical {
            subject: subject?,
            only_if_none,
            identifiers: identifiers(&observation.identifier),
            dated: observation.effective_date_time.unwrap_or_default(),
            resource: resource.get().to_owned(),
            columns: Columns::Observation {
                code,
                words,
                value: quantity.value.map(|v| v.to_string()).unwrap_or_default(),
                unit: quantity.unit.unwrap_or_default(),
            },
        })))
    }

    fn subject(&mut self, at: &str, subject: Option<&Reference>) -> Option<Subject> {
        let read = subject
            .and_then(|s| s.reference.as_deref())
            .and_then(|reference| {
                if let Some(query) = reference.strip_prefix("Patient?") {
                    return identifier_of(query)
                        .and_then(|mut t| t.pop())
                        .as_ref()
                        .and_then(conditional_subject);
                }
                let (kind, id) = reference.rsplit_once('/')?;
                (kind == "Patient" || kind.ends_with("/Patient"))
                    .then(|| Subject::Id(id.to_owned()))
            });
        if read.is_none() {
            self.refuse(
                "required",
                format!("{at}.subject"),
                "The subject must refer to a Patient.",
            );
        }
        read
    }

    fn condition(&mut self, at: &str, condition: Option<&str>) -> Option<Vec<Token>> {
        let condition = condition?;
        let tokens = identifier_of(condition);
        if tokens.is_none() {
            let at = at.trim_end_matches(".resource");
            self.invalid(
                format!("{at}.request.ifNoneExist"),
                "Only identifier=system|value is understood, with at most 100 alternatives.",
            );
        }
        tokens
    }
}

/// The tokens of a query that has nothing but one `identifier`.
fn identifier_of(query: &str) -> Option<Vec<Token>> {
    let mut pairs = url::form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
    let (name, value) = pairs.next()?;
    let only = name == "identifier" && !value.is_empty() && pairs.next().is_none();
    (only && !too_many([&*value])).then(|| tokens(&value))
}

fn identifiers(list: &[Identifier]) -> Vec<(String, String)> {
    let pair = |i: &Identifier| Some((i.system.clone().unwrap_or_default(), i.value.clone()?));
    list.iter().filter_map(pair).collect()
}

/// Base64 with or without padding and line breaks.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text: Cow<str> = if text.contains(['\r', '\n', ' ']) {
        Cow::Owned(
            text.chars()
                .filter(|c| !matches!(c, '\r' | '\n' | ' '))
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    };
    let plain = text.trim_end_matches('=');
    BASE64_STANDARD
        .decode(text.as_bytes())
        .or_else(|_| BASE64_STANDARD_NO_PAD.decode(plain))
        .ok()
}
