//! `baton gateway`: run it, look after its store, and ask a running one.

mod acts;
mod backup;
pub(crate) mod call;
mod db;
pub(crate) mod messages;
mod patients;
pub(crate) mod pkb;
pub(crate) mod serve;
mod users;
mod webhooks;
mod widget;

use crate::args::Gateway as Command;

/// Runs one of the gateway's commands.
pub(crate) async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    match command {
        Command::Serve(args) => serve::run(*args, json).await,
        Command::Key(command) => acts::key(command, json).await,
        Command::Operator(command) => acts::operator(command, json).await,
        Command::Keys(command) => acts::keys(command, json).await,
        Command::Ready { url } => super::platform::ready(&url, json).await,
        Command::Db(command) => db::run(command, json).await,
        Command::Backup { data, to } => backup::take(&data, &to, json).await,
        Command::Restore { data, from } => backup::restore(&data, &from, json).await,
        Command::Doctor(args) => super::doctor::gateway(*args, json).await,
        Command::User(command) => users::run(command, json).await,
        Command::Message(command) => messages::run(command, json).await,
        Command::Patient(command) => patients::run(command, json).await,
        Command::Webhook(command) => webhooks::run(command, json).await,
        Command::Widget(command) => widget::run(command, json).await,
    }
}
