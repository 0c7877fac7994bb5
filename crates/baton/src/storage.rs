//! Where a platform's data is: one folder, or a database server and a blob store that nodes share. Whoever
//! needs a store gets it here.

mod beside;
mod blob_url;
mod bucket;
pub(crate) mod code_key;
pub(crate) mod database_url;
mod folder;
pub(crate) mod gateway;
mod no_blobs;
mod owner;
pub(crate) mod rows;
mod server;

pub(crate) use blob_url::BlobPlace;
pub(crate) use no_blobs::NoBlobs;
pub(crate) use owner::new_name;
pub(crate) use server::told;

use crate::args::Storage;
use crate::exit::refused;
use crate::folder::make_private;
use anyhow::Context as _;
use beside::Beside;
use model::Secret;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use store::blob::{Blobs, DiskBlobs};
use store::platform::PlatformStore;
use store_postgres::Settings;
use store_s3::S3Blobs;
use url::Url;

/// The database's file in a platform's folder.
pub(crate) const DATABASE: &str = "platform.sqlite";
/// The folder of blobs in a platform's folder.
pub(crate) const BLOBS: &str = "blobs";
/// The folder of what is on its way to a bucket; its files have no names, so any number may share it.
const SPOOL: &str = "spool";

/// Which database.
pub(crate) enum Database {
    /// SQLite, in this file.
    File(PathBuf),
    /// PostgreSQL.
    Server(Settings),
}

/// Where a platform's data is.
pub(crate) struct Place {
    /// The data folder.
    pub(crate) folder: PathBuf,
    pub(crate) database: Database,
    pub(crate) blobs: BlobPlace,
    code_key: Option<PathBuf>,
    /// The bucket, once somebody wants it.
    bucket: OnceLock<Arc<S3Blobs>>,
}

/// A platform's data, ready to be served.
pub(crate) struct Served {
    pub(crate) store: PlatformStore,
    /// The key of the hash of access codes.
    pub(crate) code_key: Secret,
}

/// What becomes of a schema that this program is newer than, on a server. One in a file is always brought
/// up to date: only one program serves from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OldSchema {
    /// An operator does it, when every node can work with the new one.
    Refuse,
    /// It is brought up to date at once.
    Migrate,
}

impl Place {
    /// Reads the flags.
    ///
    /// # Errors
    /// What is wrong with a URL, without quoting it.
    pub(crate) fn of(folder: &Path, storage: &Storage) -> anyhow::Result<Self> {
        let database = match &storage.database_url {
            Some(url) => {
                let settings = Settings {
                    url: url.clone(),
                    connections: storage.database_connections,
                };
                database_url::check(&settings)?;
                Database::Server(settings)
            }
            None => Database::File(folder.join(DATABASE)),
        };
        let blobs = match &storage.blob_url {
            Some(url) => BlobPlace::parse(url)?,
            None => BlobPlace::Folder(folder.join(BLOBS)),
        };
        Ok(Self {
            folder: folder.to_owned(),
            database,
            blobs,
            code_key: storage.code_key.clone(),
            bucket: OnceLock::new(),
        })
    }

    /// For people: where the rows are.
    pub(crate) fn shown(&self) -> String {
        match &self.database {
            Database::File(file) => file.display().to_string(),
            Database::Server(settings) => database_url::shown(settings),
        }
    }

    /// Opens everything to serve, makes sure that the blobs are this platform's, and clears what a crash may
    /// have left half written. A database in a file is this process's until it ends; nodes on one server
    /// are as many as you like.
    pub(crate) async fn open_to_serve(&self, old: OldSchema) -> anyhow::Result<Served> {
        let alone = matches!(self.database, Database::File(_));
        if alone {
            self.take_folder()?;
        }
        let in_folder = match &self.blobs {
            BlobPlace::Folder(blobs) => {
                make_private(blobs)?;
                Some((blobs, Arc::new(folder::shared(blobs)?)))
            }
            BlobPlace::Bucket(_) => None,
        };
        let blobs: Arc<dyn Blobs> = match &in_folder {
            Some((_, opened)) => Arc::<DiskBlobs>::clone(opened),
            None => self.blobs().await?,
        };
        let store = match &self.database {
            Database::File(file) => store_sqlite::open(file, blobs)
                .with_context(|| format!("cannot open `{}`", self.folder.display()))?,
            Database::Server(settings) => server::open(settings, blobs, old).await?,
        };
        // Before anything is deleted, here or by the platform's work.
        self.check_owner(&store).await?;
        match in_folder {
            Some((blobs, opened)) if alone => {
                if *blobs != self.folder.join(BLOBS) {
                    crate::lock::take(blobs)?;
                }
                opened.clear_incoming()?;
            }
            Some((blobs, _)) => folder::clear_left_behind(blobs)
                .with_context(|| format!("cannot clear `{}`", blobs.display()))?,
            None => {}
        }
        let code_key = self.code_key().await?;
        Ok(Served { store, code_key })
    }

    /// Opens the rows to manage them, beside servers that may run. Blobs are not opened: whoever manages
    /// practices needs no right to read documents.
    pub(crate) async fn open_to_manage(&self) -> anyhow::Result<PlatformStore> {
        let blobs = Arc::new(NoBlobs);
        match &self.database {
            Database::File(file) => {
                self.has_file(file)?;
                Ok(store_sqlite::open(file, blobs)?)
            }
            Database::Server(settings) => server::open(settings, blobs, OldSchema::Refuse).await,
        }
    }

    /// Refuses when there is no database in the folder: commands make none.
    pub(crate) fn has_file(&self, file: &Path) -> anyhow::Result<()> {
        if file.is_file() {
            return Ok(());
        }
        Err(refused(format!(
            "there is no platform in `{}`; start one, or name its folder with --data-dir (or its \
             database with --database-url)",
            self.folder.display()
        )))
    }

    /// The blobs, opened beside servers that may run.
    pub(crate) async fn blobs(&self) -> anyhow::Result<Arc<dyn Blobs>> {
        match &self.blobs {
            BlobPlace::Folder(blobs) => {
                make_private(blobs)?;
                Ok(Arc::new(folder::shared(blobs)?))
            }
            BlobPlace::Bucket(url) => {
                let bucket = self.bucket(url)?;
                let answer = bucket.check().await;
                answer.map_err(|error| bucket::told(&error, url))?;
                Ok(bucket)
            }
        }
    }

    /// The key of the hash of access codes, made when there is none.
    pub(crate) async fn code_key(&self) -> anyhow::Result<Secret> {
        match &self.code_key {
            Some(file) => code_key::given(file),
            None => code_key::kept(&self.beside_key()?).await,
        }
    }

    /// The same, or `None` when there is none yet: for whoever only looks.
    pub(crate) async fn code_key_if_any(&self) -> anyhow::Result<Option<Secret>> {
        match &self.code_key {
            Some(file) => code_key::given(file).map(Some),
            None => code_key::if_any(&self.beside_key()?).await,
        }
    }

    /// Puts a restored key where [`Place::code_key`] will look for it. A file that the operator looks
    /// after stays as it is, and so does a key that is there already.
    pub(crate) async fn put_code_key(&self, key: &Secret) -> anyhow::Result<()> {
        if self.code_key.is_none() {
            code_key::put(&self.beside_key()?, key).await?;
        }
        Ok(())
    }

    /// Where the code key is kept: with the database's file, or else where all nodes look.
    fn beside_key(&self) -> anyhow::Result<Beside<'_>> {
        match self.database {
            Database::File(_) => Ok(Beside::Folder(&self.folder)),
            Database::Server(_) => self.beside_blobs(),
        }
    }

    fn beside_blobs(&self) -> anyhow::Result<Beside<'_>> {
        Ok(match &self.blobs {
            BlobPlace::Folder(blobs) => Beside::Folder(blobs),
            BlobPlace::Bucket(url) => Beside::Bucket(self.bucket(url)?, url),
        })
    }

    /// The bucket, which all that is in it shares: one client, one set of connections.
    fn bucket(&self, url: &Url) -> anyhow::Result<Arc<S3Blobs>> {
        if let Some(opened) = self.bucket.get() {
            return Ok(Arc::clone(opened));
        }
        let opened = Arc::new(bucket::open(url, &self.spool()?)?);
        Ok(Arc::clone(self.bucket.get_or_init(|| opened)))
    }

    fn spool(&self) -> anyhow::Result<PathBuf> {
        let spool = self.folder.join(SPOOL);
        make_private(&spool)?;
        Ok(spool)
    }

    fn take_folder(&self) -> anyhow::Result<()> {
        make_private(&self.folder)?;
        crate::lock::take(&self.folder)
    }
}
