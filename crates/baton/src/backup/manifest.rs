//! `manifest.json`: what a backup holds. It is written last; a folder without it is no backup.

use crate::exit::refused;
use anyhow::Context as _;
use httpkit::private_file;
use jiff::Timestamp;
use model::Hash;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

/// Its name in the folder.
pub(crate) const FILE: &str = "manifest.json";
/// The copy of an SQLite database.
pub(super) const SQLITE: &str = "database.sqlite";
/// What `pg_dump` wrote.
pub(super) const DUMP: &str = "database.dump";
/// The copy of a gateway's SQLite database.
pub(super) const GATEWAY_SQLITE: &str = "gateway.sqlite";
/// What `pg_dump` wrote of a gateway.
pub(super) const GATEWAY_DUMP: &str = "gateway.dump";
/// The folder of blobs, as the platform's own.
pub(super) const BLOBS: &str = "blobs";
/// The names of all blobs, one a line.
pub(super) const BLOB_LIST: &str = "blobs.txt";
/// The key of the hash of access codes.
pub(super) const CODE_KEY: &str = "code.key";
/// What this program writes and reads.
const FORMAT: u32 = 1;

/// What the database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Engine {
    Sqlite,
    Postgresql,
}

impl Engine {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgresql => "PostgreSQL",
        }
    }
}

/// A file of the backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// Whose data a backup holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Whose {
    /// A platform's, and that of every backup which doesn't say.
    #[default]
    Platform,
    Gateway,
}

/// What a backup holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    format: u32,
    /// Whose data it is.
    #[serde(default)]
    pub(super) of: Whose,
    /// The backup's own name, as the audit log has it.
    pub(crate) id: String,
    /// The version of Baton that took it.
    pub(crate) baton: String,
    pub(crate) taken_at: Timestamp,
    pub(crate) engine: Engine,
    /// The version of the tables.
    pub(crate) schema: i64,
    /// How many rows each table has.
    pub(crate) rows: BTreeMap<String, u64>,
    pub(crate) blobs: u64,
    pub(crate) blob_bytes: u64,
    /// Blobs that the rows name and that are not here, because their messages were emptied meanwhile.
    pub(crate) emptied_meanwhile: Vec<String>,
    /// Blobs that the rows name and that were missing or damaged where they were copied from.
    pub(crate) damaged: Vec<String>,
    pub(crate) files: Vec<Entry>,
}

/// What the manifest says of the rows.
pub(super) struct Rows {
    pub(super) engine: Engine,
    pub(super) schema: i64,
    /// By table.
    pub(super) counts: BTreeMap<String, u64>,
}

impl Manifest {
    /// A manifest without files.
    pub(super) fn new(of: Whose, id: String, taken_at: Timestamp, rows: Rows) -> Self {
        Self {
            format: FORMAT,
            of,
            id,
            baton: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at,
            engine: rows.engine,
            schema: rows.schema,
            rows: rows.counts,
            blobs: 0,
            blob_bytes: 0,
            emptied_meanwhile: Vec::new(),
            damaged: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Adds a file of the backup, which must not change any more.
    pub(super) fn add(&mut self, folder: &Path, name: &str) -> anyhow::Result<()> {
        self.files.push(entry(folder, name)?);
        Ok(())
    }

    /// Makes the folder a backup.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        crate::folder::write_private(folder, FILE, text.as_bytes())
    }

    /// Reads the manifest of a backup of this kind, and checks every file it names.
    pub(super) fn read(folder: &Path, of: Whose) -> anyhow::Result<Self> {
        let place = folder.join(FILE);
        let shown = place.display();
        let bytes =
            private_file::read(folder, FILE).with_context(|| format!("cannot read `{shown}`"))?;
        let Some(bytes) = bytes else {
            return Err(refused(format!(
                "`{}` is no backup, or one that was not finished: it has no {FILE}",
                folder.display()
            )));
        };
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|_| refused(format!("`{shown}` is damaged")))?;
        if manifest.format != FORMAT {
            return Err(refused(format!(
                "`{shown}` was written by Baton {}, which this version cannot read",
                manifest.baton
            )));
        }
        if manifest.of != of {
            return Err(refused(match manifest.of {
                Whose::Gateway => {
                    "this is a backup of a gateway; bring it back with `baton gateway restore`"
                }
                Whose::Platform => {
                    "this is a backup of a platform; bring it back with `baton restore`"
                }
            }));
        }
        for expected in &manifest.files {
            if entry(folder, &expected.name)? != *expected {
                return Err(refused(format!(
                    "`{}` has changed since the backup was taken; take another backup",
                    folder.join(&expected.name).display()
                )));
            }
        }
        Ok(manifest)
    }

    /// Whether the backup has this file.
    pub(super) fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.name == name)
    }

    /// All rows.
    pub(crate) fn all_rows(&self) -> u64 {
        self.rows.values().sum()
    }

    /// How many messages.
    pub(crate) fn messages(&self) -> u64 {
        self.rows.get("message").copied().unwrap_or_default()
    }

    /// The files' bytes and the blobs'.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum::<u64>() + self.blob_bytes
    }
}

fn entry(folder: &Path, name: &str) -> anyhow::Result<Entry> {
    let place = folder.join(name);
    let (bytes, hash) =
        hash(&place).with_context(|| format!("cannot read `{}`", place.display()))?;
    Ok(Entry {
        name: name.to_owned(),
        bytes,
        sha256: hash.to_hex(),
    })
}

/// A file's length and hash.
fn hash(file: &Path) -> std::io::Result<(u64, Hash)> {
    read_through(file, |_| Ok(()))
}

/// Copies a file to a new one for its owner only, on stable storage when this returns; the hash of what
/// was written.
pub(super) fn copy(from: &Path, to: &Path) -> std::io::Result<Hash> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut target = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)?;
    let (_, hash) = read_through(from, |piece| target.write_all(piece))?;
    target.sync_all()?;
    Ok(hash)
}

fn read_through(
    file: &Path,
    mut each: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<(u64, Hash)> {
    let mut file = File::open(file)?;
    let mut hasher = Sha256::new();
    let mut length = 0;
    let mut piece = vec![0; 1024 * 1024];
    loop {
        let count = file.read(&mut piece)?;
        let read = piece.get(..count).unwrap_or_default();
        if read.is_empty() {
            return Ok((length, Hash::from_bytes(hasher.finalize().into())));
        }
        hasher.update(read);
        each(read)?;
        length += read.len() as u64;
    }
}
