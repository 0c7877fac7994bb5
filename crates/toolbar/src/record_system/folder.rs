//! A record system that takes what is put into a folder: one sub-folder a message, whole or not there.
//!
//! A message's sub-folder is written beside (`.incoming`), noted in a ledger (`.filed`) as about to be moved, moved
//! by one rename, and noted as filed. So it is delivered once, even when the record system has taken the sub-folder
//! away before a toolbar that was killed comes back. `docs/record-systems.md` is the contract with the record system.

mod disk;
mod filing;
mod message;
mod names;
#[cfg(test)]
mod tests;

use super::{Filed, Found, ImportMessage, RecordSystem, RecordSystemError};
use async_trait::async_trait;
use filing::{Fault, Filing};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use wire::practice::CurrentUser;

/// The file that says who uses the record system, unless the settings name another.
pub const CURRENT_USER_FILE: &str = "current-user.json";
/// A file that says who is there has a few hundred bytes.
const MAX_CURRENT_USER: u64 = 64 * 1024;
/// Another toolbar that files into the same folder is waited for so long.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// A folder that a record system watches.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    current_user_file: PathBuf,
}

impl Folder {
    /// The folder at `path`, which must be there when messages come. Who uses the record system stands in
    /// `current_user_file`, or in `current-user.json` in the folder.
    pub fn new(path: &Path, current_user_file: Option<&Path>) -> Self {
        let path = path.to_owned();
        let current_user_file =
            current_user_file.map_or_else(|| path.join(CURRENT_USER_FILE), Path::to_owned);
        Self {
            path,
            current_user_file,
        }
    }

    /// Does `work` while no other toolbar files into this folder.
    async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Filing) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, RecordSystemError> {
        let filing = Arc::new(Filing::new(&self.path));
        let opened = Arc::clone(&filing);
        let lock = blocking(move || opened.lock_file()).await?;
        let lock = locked(lock).await?;
        blocking(move || {
            let done = work(&filing);
            // Held until here; the system lets go of it too when we are killed.
            drop(lock);
            done
        })
        .await
    }
}

/// Locks `file` as soon as nobody else does.
async fn locked(file: File) -> Result<File, RecordSystemError> {
    let file = Arc::new(file);
    let until = Instant::now() + LOCK_PATIENCE;
    loop {
        let tried = Arc::clone(&file);
        let result = tokio::task::spawn_blocking(move || tried.try_lock()).await;
        match result {
            Ok(Ok(())) => break,
            Ok(Err(std::fs::TryLockError::WouldBlock)) if Instant::now() < until => {
                sleep(Duration::from_millis(20)).await;
            }
            Ok(Err(std::fs::TryLockError::Error(error))) => return Err(away(&error)),
            Ok(Err(std::fs::TryLockError::WouldBlock)) | Err(_) => {
                let words = "another toolbar is filing into the folder";
                return Err(RecordSystemError::Unavailable(words.to_owned()));
            }
        }
    }
    // Nobody else has it: every trial has ended.
    Arc::into_inner(file)
        .ok_or_else(|| RecordSystemError::Unavailable("the folder's lock was lost".to_owned()))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, RecordSystemError> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.unwrap_or_else(|_| Err(Fault::Unsure(io::ErrorKind::Other.into())));
    done.map_err(|fault| match fault {
        Fault::Refused(words) => RecordSystemError::Refused { words },
        Fault::Nothing(error) => nothing_written(&error),
        Fault::Unsure(error) => away(&error),
    })
}

fn away(error: &io::Error) -> RecordSystemError {
    RecordSystemError::Unavailable(format!("the folder: {}", error.kind()))
}

/// What to say of a fault before which nothing was delivered.
fn nothing_written(error: &io::Error) -> RecordSystemError {
    let why = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "this PC\u{2019}s user may not write into it"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "there is no room left",
        _ => return away(error),
    };
    let words = format!("The record system\u{2019}s folder can\u{2019}t be used: {why}.");
    RecordSystemError::Refused { words }
}

#[async_trait]
impl RecordSystem for Folder {
    async fn current_user(&self) -> Result<Option<CurrentUser>, RecordSystemError> {
        let (folder, file) = (self.path.clone(), self.current_user_file.clone());
        let read = blocking(move || disk::current_user(&folder, &file).map_err(Fault::Unsure));
        let Some(text) = read.await? else {
            return Ok(None);
        };
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
        // It may be looked at while it is being written.
        serde_json::from_slice(text).map_err(|error| {
            RecordSystemError::Unavailable(format!(
                "the file of the current user can't be understood (line {}, column {})",
                error.line(),
                error.column()
            ))
        })
    }

    async fn find_patient(&self, nhs_number: &str) -> Result<Found, RecordSystemError> {
        Ok(Found::One {
            id: nhs_number.to_owned(),
        })
    }

    async fn import_once(&self, message: &ImportMessage) -> Result<Filed, RecordSystemError> {
        let key = names::key(&message.client_system_id, &message.message_id);
        let contents = message::contents(message).map_err(|_| RecordSystemError::Refused {
            words: "The message could not be written as JSON.".to_owned(),
        })?;
        self.alone(move |filing| filing.file(&key, &contents)).await
    }

    async fn already_filed(
        &self,
        client_system_id: &str,
        message_id: &str,
    ) -> Result<bool, RecordSystemError> {
        let key = names::key(client_system_id, message_id);
        self.alone(move |filing| filing.is_filed(&key)).await
    }
}
