//! `baton platform`: run it, and an operator's acts on its database.

mod acts;
mod serve;

use crate::args::Platform as Command;
use model::Secret;
use std::path::Path;
use std::sync::Arc;
use store::platform::PlatformStore;

/// Runs one of the platform's commands.
pub(crate) async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    match command {
        Command::Serve {
            data,
            listen,
            base_url,
            operator_listen,
        } => serve::run(&data.data_dir, listen, base_url, operator_listen, json).await,
        Command::Practice(command) => acts::practice(command, json).await,
        Command::Client(command) => acts::client(command, json).await,
        Command::Key(command) => acts::key(command, json).await,
        Command::Device(command) => acts::device(command, json).await,
        Command::Topic(command) => acts::topic(command, json).await,
        Command::Audit(command) => acts::audit(command, json).await,
    }
}

/// Opens a platform's folder, made when missing.
pub(crate) fn open(folder: &Path) -> anyhow::Result<PlatformStore> {
    std::fs::create_dir_all(folder)?;
    let blobs =
        store::blob::DiskBlobs::open(&folder.join("blobs"), Arc::new(httpkit::entropy::OsEntropy))?;
    Ok(store_sqlite::open(
        &folder.join("platform.sqlite"),
        Arc::new(blobs),
    )?)
}

/// The key of the hash of access codes: a file beside the database, made when missing, for this user only.
pub(crate) fn code_key(folder: &Path) -> anyhow::Result<Secret> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = folder.join("code.key");
    if let Ok(text) = std::fs::read_to_string(&file) {
        return Ok(Secret::new(text.trim().to_owned()));
    }
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let text = model::entropy::text(&httpkit::entropy::OsEntropy, alphabet, 43);
    let mut new = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&file)?;
    new.write_all(text.as_bytes())?;
    new.sync_all()?;
    Ok(Secret::new(text))
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
