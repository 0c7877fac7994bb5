//! `baton platform`: run it, and an operator's acts on its database.

pub(crate) mod acts;
mod operators;
mod ready;
mod serve;
mod widgets;

use crate::args::Platform as Command;
pub(crate) use ready::run as ready;
use store::platform::PlatformStore;

/// Runs one of the platform's commands.
pub(crate) async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    match command {
        Command::Serve(serve) => serve::run(*serve, json).await,
        Command::Ready { url } => ready(&url, json).await,
        Command::Practice(command) => acts::practice(command, json).await,
        Command::Client(command) => acts::client(command, json).await,
        Command::Key(command) => acts::key(command, json).await,
        Command::Device(command) => acts::device(command, json).await,
        Command::Topic(command) => acts::topic(command, json).await,
        Command::Widget(command) => widgets::run(command, json).await,
        Command::Operator(command) => operators::run(command, json).await,
        Command::Audit(command) => acts::audit(command, json).await,
    }
}

/// The topics that a new platform has.
pub(crate) async fn add_initial_topics(
    store: &PlatformStore,
    by: &model::Actor,
    now: jiff::Timestamp,
) -> anyhow::Result<()> {
    if store.directory.topics().await?.is_empty() {
        for topic in model::topic::INITIAL {
            store.directory.add_topic(by, topic, now).await?;
        }
    }
    Ok(())
}
