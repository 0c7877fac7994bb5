//! The transaction bundle of one message, with a mark in place of each attachment's bytes.

use crate::record_system::{ImportAttachment, ImportMessage};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::attachment::Kind;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::Serialize;
use uuid::Uuid;
use wire::fhir_r4::bundle::raw_resource;
use wire::fhir_r4::search::identifier_query;
use wire::fhir_r4::{
    Attachment, Binary, Bundle, BundleEntry, BundleKind, CodeableConcept, Coding, DOCUMENT_KIND,
    Decimal, DocumentContent, DocumentReference, EntryRequest, Identifier, KIND_DOCUMENT,
    KIND_NOTES, MESSAGE_ID, MESSAGE_PART, Observation, Quantity, Reference, ResourceType, SNOMED,
    URN_UUID,
};
use wire::practice::CodedItem;

/// The text that stands where the bytes of attachment `index` go.
pub(super) fn mark(marks: Uuid, index: usize) -> String {
    format!("[{marks}/{index}]")
}

/// Whether the entry at `place` of [`skeleton`]'s bundle is a `Binary`.
pub(super) fn is_binary(place: usize, message: &ImportMessage) -> bool {
    place < message.attachments.len() * 2 && place.is_multiple_of(2)
}

/// The bundle, with marks: for each attachment a `Binary` and its document, then the coded items.
pub(super) fn skeleton(
    message: &ImportMessage,
    marks: Uuid,
    mut urns: impl FnMut() -> Uuid,
) -> Result<String, serde_json::Error> {
    let part = |what, index| part(&message.client_system_id, &message.message_id, what, index);
    let mut entries = Vec::new();
    for (index, attachment) in message.attachments.iter().enumerate() {
        let binary_url = format!("{URN_UUID}{}", urns());
        entries.push(entry(
            Some(binary_url.clone()),
            &binary(attachment, mark(marks, index)),
            ResourceType::Binary,
            None,
        )?);
        let part = part("attachment", index);
        entries.push(entry(
            Some(format!("{URN_UUID}{}", urns())),
            &document(message, attachment, &part, binary_url),
            ResourceType::DocumentReference,
            Some(&part),
        )?);
    }
    for (index, item) in message.coded_data.iter().enumerate() {
        let part = part("coded", index);
        entries.push(entry(
            Some(format!("{URN_UUID}{}", urns())),
            &observation(message, item, &part),
            ResourceType::Observation,
            Some(&part),
        )?);
    }
    serde_json::to_string(&Bundle::new(BundleKind::Transaction, entries))
}

/// How many entries [`skeleton`]'s bundle has.
pub(super) fn entries(message: &ImportMessage) -> usize {
    message.attachments.len() * 2 + message.coded_data.len()
}

/// The name under which the record system knows one part of a message.
pub(super) fn part(client_system_id: &str, message_id: &str, what: &str, index: usize) -> String {
    format!("{client_system_id}/{message_id}/{what}/{index}")
}

fn entry(
    full_url: Option<String>,
    resource: &impl Serialize,
    kind: ResourceType,
    part: Option<&str>,
) -> Result<BundleEntry, serde_json::Error> {
    Ok(BundleEntry {
        full_url,
        resource: Some(raw_resource(resource)?),
        request: Some(EntryRequest {
            method: "POST".to_owned(),
            url: kind.name().to_owned(),
            if_none_exist: part.map(|part| identifier_query(MESSAGE_PART, part)),
        }),
        ..BundleEntry::default()
    })
}

fn identifiers(message: &ImportMessage, part: &str) -> Vec<Identifier> {
    vec![
        Identifier::new(MESSAGE_PART, part),
        Identifier::new(MESSAGE_ID, &*message.message_id),
    ]
}

fn content_type(kind: Kind) -> &'static str {
    match kind {
        // The contract promises UTF-8; a browser that isn't told guesses something else.
        Kind::Text | Kind::ConsultationNotes => "text/plain; charset=utf-8",
        Kind::Pdf | Kind::Jpeg => kind.mime_type(),
    }
}

fn binary(attachment: &ImportAttachment, mark: String) -> Binary {
    Binary {
        resource_type: ResourceType::Binary,
        id: None,
        content_type: content_type(attachment.kind).to_owned(),
        data: mark,
    }
}

fn document(
    message: &ImportMessage,
    attachment: &ImportAttachment,
    part: &str,
    binary_url: String,
) -> DocumentReference {
    let kind = match attachment.kind {
        Kind::ConsultationNotes => KIND_NOTES,
        Kind::Pdf | Kind::Jpeg | Kind::Text => KIND_DOCUMENT,
    };
    // FHIR R4 wants SHA-1 here; nothing of ours relies on it.
    let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, &attachment.bytes);
    DocumentReference {
        resource_type: ResourceType::DocumentReference,
        id: None,
        identifier: identifiers(message, part),
        status: "current".to_owned(),
        kind: Some(CodeableConcept {
            coding: vec![Coding::new(DOCUMENT_KIND, kind)],
            text: None,
        }),
        subject: Some(Reference::patient(&message.patient_id)),
        date: Some(message.filed_at.to_string()),
        author: vec![Reference::display(&*message.sender)],
        description: Some(message.topic.clone()),
        content: vec![DocumentContent {
            attachment: Attachment {
                content_type: Some(content_type(attachment.kind).to_owned()),
                url: Some(binary_url),
                size: Some(attachment.bytes.len() as u64),
                hash: Some(STANDARD.encode(sha1)),
                title: Some(attachment.file_name.clone()),
            },
        }],
    }
}

fn observation(message: &ImportMessage, item: &CodedItem, part: &str) -> Observation {
    let value = item.value.as_deref().and_then(Decimal::parse);
    Observation {
        resource_type: ResourceType::Observation,
        id: None,
        identifier: identifiers(message, part),
        status: "final".to_owned(),
        code: CodeableConcept {
            coding: vec![Coding::new(SNOMED, &*item.code)],
            text: item.additional_text.clone(),
        },
        subject: Some(Reference::patient(&message.patient_id)),
        effective_date_time: Some(message.received_at.clone()),
        value_quantity: value.map(|value| Quantity {
            value: Some(value),
            unit: item.unit.clone(),
        }),
    }
}
