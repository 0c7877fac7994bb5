//! Filing one message: beside, noted, moved, noted again. What each moment of a death leaves is told where it passes.

use super::disk;
use crate::record_system::Filed;
use bytes::Bytes;
use faultpoint::Point;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Sub-folders that are being written.
const INCOMING: &str = ".incoming";
/// The ledger: one small file for each message.
const LEDGER: &str = ".filed";
/// Locked by whoever files.
const LOCK: &str = ".lock";

/// Why a message was not filed.
#[derive(Debug)]
pub(super) enum Fault {
    /// It never will be, in words for the practice.
    Refused(String),
    /// The disk refuses; nothing was delivered.
    Nothing(io::Error),
    /// The disk refuses; it is not known whether it was delivered.
    Unsure(io::Error),
}

/// What the ledger says of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// Its sub-folder is whole and about to be moved, or was moved: while it is among the incoming, it was not.
    Moving,
    /// It was delivered.
    Filed,
}

impl Entry {
    const fn word(self) -> &'static str {
        match self {
            Self::Moving => "moving\n",
            Self::Filed => "filed\n",
        }
    }
}

/// The files of one message, by name.
pub(super) type Contents = Vec<(String, Bytes)>;

/// A record system's folder.
pub(super) struct Filing {
    folder: PathBuf,
    incoming: PathBuf,
    ledger: PathBuf,
}

impl Filing {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            incoming: folder.join(INCOMING),
            ledger: folder.join(LEDGER),
        }
    }

    /// The file that is locked while something is filed. A folder that is missing is not made: a drive that isn't
    /// there must not be taken for an empty one.
    pub(super) fn lock_file(&self) -> Result<File, Fault> {
        if !self.folder.is_dir() {
            return Err(Fault::Nothing(io::ErrorKind::NotFound.into()));
        }
        let open = || {
            disk::make_dir(&self.ledger)?;
            disk::make_dir(&self.incoming)?;
            File::options()
                .create(true)
                .append(true)
                .open(self.ledger.join(LOCK))
        };
        open().map_err(Fault::Nothing)
    }

    /// Files a message, unless it was filed.
    pub(super) fn file(&self, key: &str, contents: &Contents) -> Result<Filed, Fault> {
        match self.noted(key).map_err(Fault::Unsure)? {
            Some(Entry::Filed) => return Ok(Filed::Already),
            // It was whole when this was noted.
            Some(Entry::Moving) if self.incoming.join(key).is_dir() => {
                return self.deliver(key).map(|()| Filed::Now);
            }
            Some(Entry::Moving) => {
                self.note(key, Entry::Filed).map_err(Fault::Unsure)?;
                return Ok(Filed::Already);
            }
            None => {}
        }
        self.sweep();
        if self.folder.join(key).exists() {
            // Somebody has removed the ledger.
            self.note(key, Entry::Filed).map_err(Fault::Unsure)?;
            return Ok(Filed::Already);
        }
        self.write(key, contents).map_err(|error| {
            // What stays is swept before the next message is written.
            let _ = disk::remove(&self.incoming.join(key));
            match error.kind() {
                io::ErrorKind::InvalidFilename => Fault::Refused(
                    "The record system\u{2019}s folder can\u{2019}t take the name of an attachment."
                        .to_owned(),
                ),
                _ => Fault::Nothing(error),
            }
        })?;
        self.note(key, Entry::Moving).map_err(Fault::Unsure)?;
        // Dead here: it is still among the incoming, whole, and the next try moves it.
        faultpoint::disk(Point::FolderMoving).map_err(Fault::Unsure)?;
        self.deliver(key).map(|()| Filed::Now)
    }

    /// Whether a message was delivered. If not, nothing of it is kept.
    pub(super) fn is_filed(&self, key: &str) -> Result<bool, Fault> {
        match self.noted(key).map_err(Fault::Unsure)? {
            Some(Entry::Moving) if self.incoming.join(key).is_dir() => {
                // The note goes first: without its sub-folder, it would say that the message was delivered.
                self.unnote(key).map_err(Fault::Unsure)?;
                // Dead here: a sub-folder without a note, which is swept.
                faultpoint::disk(Point::FolderTakenBack).map_err(Fault::Unsure)?;
                fs::remove_dir_all(self.incoming.join(key)).map_err(Fault::Unsure)?;
                Ok(false)
            }
            Some(Entry::Moving | Entry::Filed) => Ok(true),
            None => Ok(self.folder.join(key).exists()),
        }
    }

    /// Writes the sub-folder beside; all of it is on stable storage when this returns.
    fn write(&self, key: &str, contents: &Contents) -> io::Result<()> {
        let beside = self.incoming.join(key);
        // This one place must be free; sweeping may have failed.
        disk::remove(&beside)?;
        fs::create_dir(&beside)?;
        for (name, bytes) in contents {
            // Dead here: a sub-folder without a note, which is swept.
            faultpoint::disk(Point::FolderWrite)?;
            disk::write_new(&beside.join(name), bytes)?;
        }
        disk::sync_dir(&beside)?;
        disk::sync_dir(&self.incoming)?;
        // Dead here: the same.
        faultpoint::disk(Point::FolderWritten)
    }

    /// Moves a sub-folder to where the record system sees it, and notes that.
    fn deliver(&self, key: &str) -> Result<(), Fault> {
        let deliver = || {
            fs::rename(self.incoming.join(key), self.folder.join(key))?;
            // Dead here: noted as moving and no longer among the incoming, so that it was delivered.
            faultpoint::disk(Point::FolderMoved)?;
            disk::sync_dir(&self.folder)?;
            disk::sync_dir(&self.incoming)?;
            self.note(key, Entry::Filed)?;
            faultpoint::disk(Point::FolderFiled)
        };
        deliver().map_err(Fault::Unsure)
    }

    /// Removes what was never noted: its toolbar has died, for whoever is here is alone. File managers and virus
    /// scanners leave files of their own here. What can't be removed is in nobody's way.
    fn sweep(&self) {
        let entries = match fs::read_dir(&self.incoming) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::warn!(%error, "the folder's incoming can't be swept");
                return;
            }
        };
        for entry in entries {
            let swept = entry.and_then(|entry| {
                let noted = match entry.file_name().to_str() {
                    Some(key) => self.noted(key)?.is_some(),
                    None => false,
                };
                if noted {
                    Ok(())
                } else {
                    disk::remove(&entry.path())
                }
            });
            if let Err(error) = swept {
                tracing::warn!(%error, "something stays in the folder's incoming");
            }
        }
    }

    fn noted(&self, key: &str) -> io::Result<Option<Entry>> {
        let text = match fs::read_to_string(self.ledger.join(key)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let entries = [Entry::Moving, Entry::Filed];
        let entry = entries.into_iter().find(|entry| entry.word() == text);
        // Nobody knows what it said, so that it must not be filed again without somebody looking.
        entry.map(Some).ok_or(io::ErrorKind::InvalidData.into())
    }

    fn note(&self, key: &str, entry: Entry) -> io::Result<()> {
        disk::replace(&self.ledger, key, entry.word().as_bytes())
    }

    fn unnote(&self, key: &str) -> io::Result<()> {
        fs::remove_file(self.ledger.join(key))?;
        disk::sync_dir(&self.ledger)
    }
}
