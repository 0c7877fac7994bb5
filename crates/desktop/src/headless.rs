//! Registration and its undoing without a window, for whoever sets up many PCs.

use crate::args::Args;
use crate::exit::{failed, refused, unreachable, usage};
use crate::keys;
use crate::start::Start;
use std::io::Write as _;
use std::time::Duration;
use toolbar::settings::Settings;
use toolbar::{
    Agent, AgentConfig, AgentHandle, OperationError, Pace, RegisterError, RegistrationRequest,
    State,
};

/// The device file is read within this time, on a PC that is not broken.
const SOON: Duration = Duration::from_secs(20);

/// Registers this PC, and keeps the settings that were named.
pub(crate) fn register(args: &Args, start: Start) -> anyhow::Result<()> {
    let Some(settings) = start.settings.clone() else {
        return Err(usage(
            "name the platform and the record system: --platform, and --record-system or --record-folder",
        ));
    };
    let request = match (keys::given(args)?, &args.practice) {
        (Some((key_part1, key_part2)), Some(practice)) => RegistrationRequest {
            key_part1,
            key_part2,
            organisation_code: practice.clone(),
            device_name: start.device_name.clone(),
        },
        (Some(_), None) => return Err(usage("name the practice: --practice CODE")),
        (None, _) => start
            .registration()
            .ok_or_else(|| usage("give the key: --keys-file, or --key-part-1 and --key-part-2"))?,
    };
    settings
        .write(&start.data_dir)
        .map_err(|error| usage(error.to_string()))?;
    with_agent(&start, settings, async |agent| {
        if agent.registration().is_some() {
            return Err(refused("this PC is registered already"));
        }
        let known = agent.register(request).await.map_err(|error| match error {
            RegisterError::Refused { words } => refused(words),
            RegisterError::Unreachable { words } => unreachable(words),
            RegisterError::AlreadyRegistered => refused("this PC is registered already"),
            other => failed(other.to_string()),
        })?;
        say(&format!(
            "Registered with {} ({}).",
            known.practice.name, known.practice.ods_code
        ));
        Ok(())
    })
}

/// Undoes the registration.
pub(crate) fn unregister(start: Start) -> anyhow::Result<()> {
    let Some(settings) = start.settings.clone() else {
        say("This PC is not registered.");
        return Ok(());
    };
    with_agent(&start, settings, async |agent| {
        if agent.registration().is_none() {
            say("This PC is not registered.");
            return Ok(());
        }
        agent.unregister().await.map_err(|error| match error {
            OperationError::Platform(sdk::Error::Unreachable(_)) | OperationError::Offline => {
                unreachable("the platform does not answer")
            }
            other => failed(other.to_string()),
        })?;
        say("This PC is no longer registered.");
        Ok(())
    })
}

/// Does `work` with a toolbar that has read what it knows of itself.
fn with_agent(
    start: &Start,
    settings: Settings,
    work: impl AsyncFnOnce(&AgentHandle) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let config = AgentConfig {
        data_dir: start.data_dir.clone(),
        platform_url: settings.platform_url,
        record_system: settings.record_system,
        registration: None,
        http: toolbar::pc::http().map_err(|error| failed(error.to_string()))?,
        clock: start.clock()?,
        entropy: toolbar::pc::entropy(),
        keeper: desktop::keyring::keeper(&start.data_dir),
        pace: Pace::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let agent = Agent::start(config)
            .await
            .map_err(|error| failed(error.to_string()))?;
        settled(&agent).await;
        let done = work(&agent).await;
        agent.shutdown().await;
        done
    })
}

/// Waits until it is known whether this PC is registered.
async fn settled(agent: &AgentHandle) {
    let mut state = agent.state();
    let known = state.wait_for(|state| {
        agent.registration().is_some() || matches!(state, State::NotRegistered { .. })
    });
    // What follows says what is wrong.
    let _ = tokio::time::timeout(SOON, known).await;
}

fn say(words: &str) {
    let _ = writeln!(std::io::stdout(), "{words}");
}
