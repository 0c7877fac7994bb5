//! `message.json`: all of a message that is not a document. `docs/record-systems.md` tells record systems what it says.

use super::filing::Contents;
use super::names::{self, MESSAGE_FILE};
use crate::record_system::ImportMessage;
use bytes::Bytes;
use model::attachment::Kind;
use ring::digest::{SHA256, digest};
use serde::Serialize;
use std::fmt::Write as _;
use wire::fhir_r4::{KIND_DOCUMENT, KIND_NOTES};
use wire::partner::Body;
use wire::practice::CodedItem;

/// Grows when a reader of an older one would misunderstand a newer one.
const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    version: u32,
    client_system_id: &'a str,
    message_id: &'a str,
    sender: &'a str,
    topic: &'a str,
    received_at: &'a str,
    filed_at: String,
    patient: Patient<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a Body>,
    attachments: Vec<ToldFile<'a>>,
    coded_data_items: &'a [CodedItem],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Patient<'a> {
    nhs_number: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldFile<'a> {
    file: &'a str,
    file_name: &'a str,
    kind: &'static str,
    mime_type: &'static str,
    size: usize,
    sha256: String,
}

/// Every file of a message's sub-folder; `message.json` comes last.
pub(super) fn contents(message: &ImportMessage) -> Result<Contents, serde_json::Error> {
    let sent = message.attachments.iter();
    let named = sent
        .clone()
        .map(|attachment| (attachment.file_name.as_str(), attachment.kind));
    let files = names::files(named);
    let told = Told {
        version: VERSION,
        client_system_id: &message.client_system_id,
        message_id: &message.message_id,
        sender: &message.sender,
        topic: &message.topic,
        received_at: &message.received_at,
        filed_at: message.filed_at.to_string(),
        patient: Patient {
            nhs_number: &message.nhs_number,
        },
        body: message.body.as_ref(),
        attachments: sent
            .clone()
            .zip(&files)
            .map(|(attachment, file)| ToldFile {
                file,
                file_name: &attachment.file_name,
                kind: match attachment.kind {
                    Kind::ConsultationNotes => KIND_NOTES,
                    Kind::Pdf | Kind::Jpeg | Kind::Text => KIND_DOCUMENT,
                },
                mime_type: mime_type(attachment.kind),
                size: attachment.bytes.len(),
                sha256: sha256(&attachment.bytes),
            })
            .collect(),
        coded_data_items: &message.coded_data,
    };
    let mut json = serde_json::to_vec_pretty(&told)?;
    json.push(b'\n');
    let mut contents: Contents = files
        .into_iter()
        .zip(sent.map(|attachment| attachment.bytes.clone()))
        .collect();
    contents.push((MESSAGE_FILE.to_owned(), Bytes::from(json)));
    Ok(contents)
}

/// What the file is; all text is UTF-8.
fn mime_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::ConsultationNotes => "text/plain; charset=utf-8",
        Kind::Pdf | Kind::Jpeg => kind.mime_type(),
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = digest(&SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
