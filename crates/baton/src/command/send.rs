//! `baton send`: documents into a patient's record, through a gateway.

mod files;

use super::gateway::call::{Client, list, text};
use super::status;
use crate::args::{Coded, Send};
use crate::exit::{refused, usage};
use crate::output;
use anyhow::Context as _;
use files::Document;
use httpkit::entropy::OsEntropy;
use serde_json::Value;
use wire::gateway::{INSTANT, MessageEntry, STANDARD};
use wire::partner::{Body, CodedDataItem};

const CONSULTATION: &str = "text/vnd.qxlva.conneqt.consultation";

/// Sends, or asks whether it would be taken.
pub(crate) async fn run(args: Send, as_json: bool) -> anyhow::Result<()> {
    let gateway = Client::of(&args.at)?;
    let entry = entry(&args, &gateway)?;
    let documents = documents(&args)?;
    let bar = files::bar(&documents);
    let files = files::to_send(documents, bar.as_ref());
    if args.dry_run {
        let answer = gateway.value(gateway.sdk.dry_run(&entry, files)).await;
        files::done(bar);
        return dry(&args, &answer?, as_json);
    }
    let entered = gateway.sdk.send_files(&entry, files).await;
    files::done(bar);
    let id = entry.message_id.unwrap_or_default();
    let not_taken = entered.as_ref().err().map(|error| not_taken(error, &id));
    let entered = gateway.value(async { entered }).await;
    let entered = entered.with_context(|| not_taken.unwrap_or_default())?;
    if !args.wait {
        if as_json {
            return output::json(&entered);
        }
        output::line(&format!(
            "{}  {}",
            text(&entered, "/messageId"),
            text(&entered, "/state")
        ));
        output::remark(&format!(
            "Follow it: baton status {} --watch",
            text(&entered, "/messageId")
        ));
        return Ok(());
    }
    status::follow(
        &gateway,
        &text(&entered, "/messageId"),
        status::Until::APersonIsNeeded,
        as_json,
    )
    .await
}

/// What comes before the reason. With its id the same can be sent again, and nothing is sent twice; what was refused
/// would be refused again.
fn not_taken(error: &sdk::Error, id: &str) -> String {
    match error {
        sdk::Error::Refused(refusal) if !refusal.is_temporary() => "not taken".to_owned(),
        _ => format!("not known to be taken; send it again with --id {id}"),
    }
}

fn entry(args: &Send, gateway: &Client) -> anyhow::Result<MessageEntry> {
    let user_id = match (&args.user, args.standard) {
        (_, true) => None,
        (Some(user), false) => Some(user.clone()),
        (None, false) => Some(gateway.user.clone().ok_or_else(|| {
            usage("an instant message goes in a user's name: --user ID, or --standard to have it reviewed")
        })?),
    };
    let id = args
        .id
        .clone()
        .unwrap_or_else(|| model::entropy::uuid_v4(&OsEntropy).to_string());
    Ok(MessageEntry {
        kind: if args.standard { STANDARD } else { INSTANT }.to_owned(),
        user_id,
        message_id: Some(id),
        topic: args.topic.clone(),
        to: args.to.clone(),
        nhs_number: args.patient.replace([' ', '-'], ""),
        body: args.notes.as_ref().map(|notes| Body {
            mime_type: "text/plain".to_owned(),
            content: notes.clone(),
        }),
        files: Vec::new(),
        coded_data_items: args.codes.iter().map(item).collect(),
        expiry_date_time: args.expiry.map(|at| at.to_string()),
    })
}

fn item(coded: &Coded) -> CodedDataItem {
    CodedDataItem {
        code: coded.code.clone(),
        value: coded.value.clone(),
        unit: coded.unit.clone(),
        additional_text: None,
    }
}

fn documents(args: &Send) -> anyhow::Result<Vec<Document>> {
    let plain = args.files.iter().map(|file| {
        let ending = file
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default()
            .to_ascii_lowercase();
        let mime_type = match ending.as_str() {
            "pdf" => "application/pdf",
            "jpg" | "jpeg" => "image/jpeg",
            "txt" => "text/plain",
            _ => {
                return Err(usage(format!(
                    "`{}` cannot be sent: its name must end in .pdf, .jpg, .jpeg or .txt",
                    file.display()
                )));
            }
        };
        Document::of(file, mime_type)
    });
    let notes = args
        .consultation
        .iter()
        .map(|file| Document::of(file, CONSULTATION));
    plain.chain(notes).collect()
}

/// What would become of it.
fn dry(args: &Send, answer: &Value, as_json: bool) -> anyhow::Result<()> {
    if let Some(file) = &args.preview
        && let Some(picture) = answer.pointer("/preview/content").and_then(Value::as_str)
    {
        std::fs::write(file, picture)
            .with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    let acceptable = answer.get("acceptable") == Some(&Value::Bool(true));
    if as_json {
        output::json(answer)?;
    } else {
        for warning in list(answer, "warnings").iter().filter_map(Value::as_str) {
            output::line(&format!("warning: {}", output::plain(warning)));
        }
        if acceptable {
            output::line("It would be taken. Nothing was sent.");
        }
    }
    if acceptable {
        return Ok(());
    }
    let faults = list(answer, "invalidParameters")
        .iter()
        .map(|fault| format!("\n  {}: {}", text(fault, "/name"), text(fault, "/reason")));
    Err(refused(format!(
        "it would not be taken:{}",
        faults.collect::<String>()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_after_a_fault_it_is_said_to_send_again() {
        let refused = |status| {
            sdk::Error::Refused(Box::new(sdk::Refusal {
                status,
                problem: None,
                words: String::new(),
                retry_after: None,
                date: None,
            }))
        };
        for status in [400, 401, 409, 413] {
            assert_eq!(not_taken(&refused(status), "ID"), "not taken");
        }
        for status in [429, 500, 503] {
            assert!(not_taken(&refused(status), "ID").contains("--id ID"));
        }
        let odd = sdk::Error::Unintelligible("odd".to_owned());
        assert!(not_taken(&odd, "ID").contains("--id ID"));
    }
}
