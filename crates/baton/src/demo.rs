//! The story, played against a running `baton up` by its public APIs and pages alone: an access code, a message
//! through the gateway, a webhook, the record; then a patient who connects their own.

mod browser;
mod form;
mod listener;
mod message;
mod patient;
mod timeline;

use crate::args::{AtGateway, DataDir};
use crate::command::gateway::call::{Client, text};
use crate::exit::{from_sdk, refused};
use crate::output;
use crate::up::sdk_dir::{self, Connection};
use anyhow::Context as _;
use listener::Listener;
use sdk::FhirClient;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use timeline::Timeline;
use wire::fhir_r4::MESSAGE_ID;
use wire::gateway::webhooks::NewWebhook;
use wire::gateway::{Event, MessageEntry};
use wire::paths::gateway as paths;

/// An instant message is in the record within a second; this is for a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Plays it and prints the timeline.
pub(crate) async fn run(folder: &Path, as_json: bool) -> anyhow::Result<()> {
    let connection = Connection::read(folder)?;
    let at = connection
        .gateway
        .clone()
        .context("that environment has no gateway: end it, and start it anew with `baton up`")?;
    let data = DataDir {
        data_dir: folder.to_owned(),
    };
    let gateway = Client::of(&AtGateway {
        data: data.clone(),
        gateway_url: None,
        gateway_key: None,
    })?;
    let mut play = Play {
        timeline: Timeline::start(as_json),
        listener: Listener::start().await?,
        gateway,
        connection,
    };
    if !as_json {
        output::line(&output::bold(
            "A pharmacy sends a document into a patient's record, through its gateway",
        ));
    }
    play.authorise(&data, &at).await?;
    let webhook = play.be_told().await?;
    let played = play.acts(folder, &at, as_json).await;
    // Whatever came of it, the next demo listens somewhere else.
    play.gateway
        .told(play.gateway.sdk.delete_webhook(&webhook))
        .await?;
    play.listener.end().await;
    let (mut played, linked) = played?;
    if let Some(told) = played.as_object_mut() {
        if let Some(done) = &linked {
            told.insert("patient".to_owned(), done.shown());
        }
        told.insert("timeline".to_owned(), Value::Array(play.timeline.steps()));
    }
    if as_json {
        return output::json(&json!({ "demo": played }));
    }
    after(
        &play.connection,
        &at,
        &text(&played, "/messageId"),
        linked.as_ref(),
    );
    Ok(())
}

/// Who plays.
struct Play {
    connection: Connection,
    gateway: Client,
    listener: Listener,
    timeline: Timeline,
}

impl Play {
    async fn authorise(&mut self, data: &DataDir, at: &sdk_dir::AtGateway) -> anyhow::Result<()> {
        let code = crate::command::toolbar::control(data)?
            .new_code()
            .await
            .map_err(from_sdk)
            .context("the toolbar made no access code; is somebody logged in to the Test PAS?")?;
        self.timeline.step(
            "the toolbar makes an access code",
            "for the signed-in practitioner, good for 60 s",
        );
        let taken = self.gateway.sdk.authorise(&at.user_id, &code.access_code);
        self.gateway.told(taken).await?;
        self.timeline.step(
            "the pharmacy hands it to its gateway",
            "which seals the token in its vault",
        );
        Ok(())
    }

    /// Has webhooks posted to the listener; the endpoint's name.
    async fn be_told(&mut self) -> anyhow::Result<String> {
        let wanted = NewWebhook {
            url: self.listener.url.clone(),
            events: Vec::new(),
            description: Some("baton demo".to_owned()),
        };
        let added = self.gateway.sdk.add_webhook(&wanted);
        let added = self.gateway.told(added).await?;
        self.listener.trust(&added.secret)?;
        self.timeline
            .step("it adds a webhook", "and keeps its secret, to check by");
        Ok(added.webhook.webhook_id)
    }

    /// The message, and then the patient, as far as that environment has one.
    async fn acts(
        &mut self,
        folder: &Path,
        at: &sdk_dir::AtGateway,
        as_json: bool,
    ) -> anyhow::Result<(Value, Option<patient::Done>)> {
        let played = self.both(folder, at).await?;
        let pkb = self.connection.pkb.clone();
        let (Some(app), Some(pkb)) = (&at.patient_app_url, pkb) else {
            return Ok((played, None));
        };
        if !as_json {
            output::line("");
            output::line(&output::bold(
                "A patient connects their record at Patients Know Best to the pharmacy's app",
            ));
        }
        let done = self.link(folder, app, &pkb).await?;
        Ok((played, Some(done)))
    }

    /// An instant message into the record, and a standard one that waits.
    async fn both(&mut self, folder: &Path, at: &sdk_dir::AtGateway) -> anyhow::Result<Value> {
        let instant = message::instant(&self.connection, &at.user_id);
        let id = self
            .enter(
                &instant,
                "an instant message is queued",
                &message::describe(&instant),
            )
            .await?;
        let told = self.until(&id, "COMPLETED").await?;
        let found = self.gateway.told(self.gateway.sdk.message(&id)).await?;
        let http = httpkit::outbound::client(Some(PATIENCE))?;
        let records = FhirClient::new(http, &self.connection.test_pas_url)?;
        let documents = records
            .find_documents(MESSAGE_ID, &id)
            .await
            .map_err(from_sdk)?
            .len();
        self.timeline.step(
            "in the patient's record",
            &format!("{documents} documents with its message id"),
        );
        let standard = message::standard(&self.connection);
        let waits = self
            .enter(
                &standard,
                "a standard message is queued",
                "for somebody at the practice to look at",
            )
            .await?;
        self.until(&waits, "PENDING").await?;
        self.timeline.step(
            "it waits at the practice",
            &format!("baton toolbar inbox --data-dir {}", folder.display()),
        );
        Ok(json!({
            "messageId": id,
            "status": found.platform_status,
            "documents": documents,
            "webhooks": told,
            "waiting": waits,
        }))
    }

    async fn enter(
        &mut self,
        entry: &MessageEntry,
        what: &str,
        detail: &str,
    ) -> anyhow::Result<String> {
        let entered = self.gateway.told(self.gateway.sdk.send(entry)).await?;
        self.timeline.step(what, detail);
        Ok(entered.message_id)
    }

    /// Listens until a webhook tells this status; the types of all that came about the message.
    async fn until(&mut self, id: &str, status: &str) -> anyhow::Result<Vec<String>> {
        let end = Instant::now() + PATIENCE;
        let mut told = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Some(event) = self.listener.next(left).await else {
                anyhow::bail!("no webhook said {status} within {} s", PATIENCE.as_secs());
            };
            if event.data.message_id.as_deref() != Some(id) {
                continue;
            }
            self.timeline
                .step("a webhook arrives, well signed", &words(&event));
            told.push(event.kind);
            match event.data.status {
                Some(now) if now == status => return Ok(told),
                Some(now) if now != "PENDING" => {
                    return Err(refused(format!("the message ended as {now}")));
                }
                _ => {}
            }
            if let Some(problem) = event.data.problem {
                return Err(refused(format!("the platform refused it: {problem}")));
            }
        }
    }
}

/// The address of a message.
fn of(id: &str) -> String {
    paths::MESSAGE.replace("{messageId}", id)
}

fn words(event: &Event) -> String {
    let more = [
        &event.data.status,
        &event.data.sub_status,
        &event.data.problem,
        &event.data.reason,
    ];
    let more = more.into_iter().flatten().map(String::as_str);
    let more = more.collect::<Vec<_>>().join(", ");
    if more.is_empty() {
        event.kind.clone()
    } else {
        format!("{}: {more}", event.kind)
    }
}

/// What a person may look at now.
fn after(
    connection: &Connection,
    at: &sdk_dir::AtGateway,
    id: &str,
    linked: Option<&patient::Done>,
) {
    output::line("");
    output::line(&format!(
        "  See it: {}/subjects?q={} (log in with {})",
        connection.test_pas_url, connection.nhs_number, connection.spine_user_id
    ));
    output::line(&format!(
        "  And at the console: {} (sign in as {})",
        at.console_url, at.console_user
    ));
    output::line(&format!(
        "  Ask for it: curl -s {}{} -H 'Authorization: Bearer {}'",
        at.url,
        of(id),
        at.api_key
    ));
    if let (Some(app), Some(done)) = (&at.patient_app_url, linked) {
        output::line(&done.after(app));
    }
    output::line("");
}
