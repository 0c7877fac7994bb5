//! The story, played against a running `baton up` by its public APIs alone: code, token, message,
//! record.

mod message;

use crate::args::DataDir;
use crate::exit::{from_sdk, refused};
use crate::output;
use crate::up::sdk_dir::Connection;
use anyhow::Context as _;
use sdk::{FhirClient, PartnerClient};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use wire::fhir_r4::MESSAGE_ID;
use wire::partner::StatusAnswer;

/// An instant message is in the record within a second; this is for a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// One line of the timeline.
struct Timeline {
    json: bool,
    started: Instant,
    steps: Vec<Value>,
}

impl Timeline {
    fn step(&mut self, what: &str, detail: &str) {
        let at = self.started.elapsed();
        self.steps.push(json!({ "atMillis": u64::try_from(at.as_millis()).unwrap_or(u64::MAX), "step": what, "detail": detail }));
        if !self.json {
            output::line(&format!(
                "  {:>7.3} s  {what:<34}{detail}",
                at.as_secs_f64()
            ));
        }
    }
}

/// Plays it and prints the timeline.
pub(crate) async fn run(folder: &Path, json: bool) -> anyhow::Result<()> {
    let connection = Connection::read(folder)?;
    let http = httpkit::outbound::client(Some(Duration::from_secs(60)))?;
    let partner = PartnerClient::new(http.clone(), &connection.platform_url, &connection.api_key)?;
    let toolbar = crate::command::toolbar::control(&DataDir {
        data_dir: folder.to_owned(),
    })?;
    let mut timeline = Timeline {
        json,
        started: Instant::now(),
        steps: Vec::new(),
    };
    if !json {
        output::line(&output::bold(
            "A pharmacy sends a document into a patient's record",
        ));
    }
    partner.test().await.map_err(from_sdk)?;
    timeline.step("the key is good", "GET /api/v1/test");
    let code = toolbar
        .new_code()
        .await
        .map_err(from_sdk)
        .context("the toolbar made no access code; is somebody logged in to the Test PAS?")?;
    timeline.step(
        "the toolbar makes an access code",
        "for the signed-in practitioner, good for 60 s",
    );
    let token = partner
        .exchange(&code.access_code)
        .await
        .map_err(from_sdk)?
        .token;
    timeline.step("the pharmacy exchanges it", "POST …/instant/access/token");
    let message = message::compose(&connection);
    let summary = message::describe(&message);
    partner
        .send_instant(&token, &message)
        .await
        .map_err(from_sdk)?;
    timeline.step("an instant message is accepted", &summary);
    let status = follow(&partner, &message.message_id).await?;
    let words = [Some(status.status.clone()), status.sub_status.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ");
    timeline.step("its status", &words);
    if status.status != "COMPLETED" {
        return Err(refused(format!("the message ended as {words}")));
    }
    let records = FhirClient::new(http, &connection.test_pas_url)?;
    let found = records
        .find_documents(MESSAGE_ID, &message.message_id)
        .await
        .map_err(from_sdk)?
        .len();
    timeline.step(
        "in the patient's record",
        &format!("{found} documents with its message id"),
    );
    if json {
        return output::json(
            &json!({ "demo": { "messageId": message.message_id, "status": status, "documents": found, "timeline": timeline.steps } }),
        );
    }
    output::line("");
    output::line(&format!(
        "  See it: {}/subjects?q={} (log in with {})",
        connection.test_pas_url, connection.nhs_number, connection.spine_user_id
    ));
    output::line(&format!(
        "  Ask for it: curl -s {}/api/v1/messages/{}/status -H 'ApiKey: {}'",
        connection.platform_url, message.message_id, connection.api_key
    ));
    output::line("");
    Ok(())
}

/// Asks for the status until the message has reached its end, or a person must act.
async fn follow(partner: &PartnerClient, message_id: &str) -> anyhow::Result<StatusAnswer> {
    let started = Instant::now();
    loop {
        let status = partner.status(message_id).await.map_err(from_sdk)?;
        let under_way = status.status == "PENDING"
            && matches!(
                status.sub_status.as_deref(),
                Some("Awaiting instant import" | "Import in progress")
            );
        if !under_way || started.elapsed() > PATIENCE {
            return Ok(status);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
