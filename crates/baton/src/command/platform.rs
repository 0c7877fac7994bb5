//! `baton platform`: run it, and an operator's acts on its database.

mod acts;
mod serve;

use crate::args::Platform as Command;
use crate::exit::refused;
use crate::folder::make_private;
use httpkit::entropy::OsEntropy;
use model::Secret;
use std::path::Path;
use std::sync::Arc;
use store::blob::DiskBlobs;
use store::platform::PlatformStore;

const DATABASE: &str = "platform.sqlite";
const CODE_KEY: &str = "code.key";
/// Characters of a code key: 256 bits.
const CODE_KEY_LENGTH: usize = 43;

/// Runs one of the platform's commands.
pub(crate) async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    match command {
        Command::Serve {
            data,
            listen,
            base_url,
            operator_listen,
            limits,
            inline_max,
        } => {
            serve::run(
                &data.data_dir,
                listen,
                base_url,
                operator_listen,
                limits,
                inline_max,
                json,
            )
            .await
        }
        Command::Practice(command) => acts::practice(command, json).await,
        Command::Client(command) => acts::client(command, json).await,
        Command::Key(command) => acts::key(command, json).await,
        Command::Device(command) => acts::device(command, json).await,
        Command::Topic(command) => acts::topic(command, json).await,
        Command::Audit(command) => acts::audit(command, json).await,
    }
}

/// Opens a platform's folder to serve, and clears what a crash may have left half written. Nobody else
/// serves from it until this process has ended.
pub(crate) fn open_to_serve(folder: &Path) -> anyhow::Result<PlatformStore> {
    make_private(folder)?;
    crate::lock::take(folder)?;
    let blobs = blobs(folder)?;
    blobs.clear_incoming()?;
    Ok(store_sqlite::open(&folder.join(DATABASE), Arc::new(blobs))?)
}

/// Opens a platform's folder to manage it, beside a server that may run.
fn open(folder: &Path) -> anyhow::Result<PlatformStore> {
    let file = folder.join(DATABASE);
    if !file.is_file() {
        let folder = folder.display();
        return Err(refused(format!(
            "there is no platform in `{folder}`; start one, or name its folder with --data-dir"
        )));
    }
    Ok(store_sqlite::open(&file, Arc::new(blobs(folder)?))?)
}

fn blobs(folder: &Path) -> anyhow::Result<DiskBlobs> {
    Ok(DiskBlobs::open(&folder.join("blobs"), Arc::new(OsEntropy))?)
}

/// The key of the hash of access codes: a file beside the database, made when missing.
pub(crate) fn code_key(folder: &Path) -> anyhow::Result<Secret> {
    let file = folder.join(CODE_KEY);
    if let Ok(text) = std::fs::read_to_string(&file) {
        let text = text.trim().to_owned();
        anyhow::ensure!(
            text.len() >= CODE_KEY_LENGTH,
            "`{}` is too short to be a key; remove it to have a new one made",
            file.display()
        );
        return Ok(Secret::new(text));
    }
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let text = model::entropy::text(&OsEntropy, alphabet, CODE_KEY_LENGTH);
    crate::folder::write_private(folder, CODE_KEY, text.as_bytes())?;
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
