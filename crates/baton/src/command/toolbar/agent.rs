//! `baton toolbar agent`.

use crate::args::ToolbarAgent;
use crate::output;
use httpkit::clock::SystemClock;
use httpkit::entropy::OsEntropy;
use model::Secret;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use toolbar::control::ControlServer;
use toolbar::keeper::FileKeeper;
use toolbar::settings::RecordSystemSettings;
use toolbar::{Agent, AgentConfig, AgentEvent, Pace, RegistrationRequest};

/// Runs until told to end, and says what it does.
pub(crate) async fn run(args: ToolbarAgent, json: bool) -> anyhow::Result<()> {
    let shutdown = crate::command::ends_on_signal()?;
    let registration = match (args.key_part_1, args.key_part_2, args.practice) {
        (Some(part_1), Some(part_2), Some(practice)) => Some(RegistrationRequest {
            key_part1: Secret::new(part_1),
            key_part2: Secret::new(part_2),
            organisation_code: practice,
            device_name: args.device_name,
        }),
        _ => None,
    };
    let keeper = Arc::new(FileKeeper::new(&args.data_dir));
    let agent = Agent::start(AgentConfig {
        data_dir: args.data_dir.clone(),
        platform_url: plain(&args.platform_url),
        record_system: RecordSystemSettings::FhirR4 {
            url: plain(&args.record_system_url),
            record_url_template: None,
        },
        registration,
        http: httpkit::outbound::client(None)?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        keeper,
        pace: Pace::default(),
    })
    .await?;
    let control = ControlServer::start(agent.clone(), args.data_dir, &OsEntropy).await?;
    if json {
        output::json(&json!({ "ready": true, "url": control.url() }))?;
    } else {
        output::line("The toolbar runs. Ctrl-C ends it.");
    }
    let end = shutdown.begun();
    let told = tell(&agent, json);
    tokio::select! {
        () = end => {}
        told = told => told?,
    }
    agent.shutdown().await;
    Ok(())
}

fn plain(url: &url::Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// Prints changes of state and what was done, for as long as the toolbar runs.
async fn tell(agent: &toolbar::AgentHandle, json: bool) -> anyhow::Result<()> {
    let mut states = agent.state();
    let mut events = agent.events();
    loop {
        tokio::select! {
            changed = states.changed() => {
                changed?;
                let state = states.borrow_and_update().clone();
                if json { output::json(&state)? } else { output::line(&super::describe(&state)) }
            }
            event = events.recv() => match event {
                Ok(event) if json => output::json(&event)?,
                Ok(event) => output::line(&words(&event)),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            },
        }
    }
}

fn words(event: &AgentEvent) -> String {
    match event {
        AgentEvent::Imported {
            message_id,
            already: false,
            ..
        } => format!("imported {message_id}"),
        AgentEvent::Imported { message_id, .. } => {
            format!("{message_id} was in the record already")
        }
        AgentEvent::ImportFailed {
            message_id, reason, ..
        } => format!("not imported {message_id}: {reason}"),
        AgentEvent::Unreported { message_id, .. } => {
            format!("{message_id} is in the record, but the platform does not know yet")
        }
        AgentEvent::Waiting { message_id, .. } => format!("{message_id} waits for review"),
        AgentEvent::Settled {
            message_id, status, ..
        } => format!("{message_id} ended elsewhere: {status}"),
        AgentEvent::CodeUsed { client_name, .. } => format!("access code used by {client_name}"),
    }
}
