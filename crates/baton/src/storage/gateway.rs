//! Where a gateway's data is: a folder with one file, or a schema of a database server; and the key that seals
//! its data keys.

use super::{Database, OldSchema, database_url, told};
use crate::args::{GatewayData, KeySources};
use crate::exit::{refused, usage};
use crate::folder::make_private;
use anyhow::Context as _;
use gateway::vault::kek::{KeyEncryption, LocalKey};
use gateway::vault::{Vault, VaultError};
use httpkit::entropy::OsEntropy;
use jiff::Timestamp;
use model::{Clock, Entropy, Secret};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::gateway::GatewayStore;
use store_postgres::Settings;

/// The database's file in a gateway's folder.
pub(crate) const DATABASE: &str = "gateway.sqlite";
/// The key-encryption key's file in a gateway's folder.
pub(crate) const KEY: &str = "gateway.key";

/// Where a gateway's data is.
pub(crate) struct GatewayPlace {
    /// The data folder.
    pub(crate) folder: PathBuf,
    pub(crate) database: Database,
}

impl GatewayPlace {
    /// Reads the flags.
    ///
    /// # Errors
    /// What is wrong with a URL, without quoting it.
    pub(crate) fn of(data: &GatewayData) -> anyhow::Result<Self> {
        Self::at(
            &data.data_dir,
            data.database_url.as_ref(),
            data.database_connections,
        )
    }

    /// A folder, or a database server.
    pub(crate) fn at(
        folder: &Path,
        url: Option<&Secret>,
        connections: u32,
    ) -> anyhow::Result<Self> {
        let database = match url {
            Some(url) => {
                let settings = Settings {
                    url: url.clone(),
                    connections,
                };
                database_url::check(&settings)?;
                Database::Server(settings)
            }
            None => Database::File(folder.join(DATABASE)),
        };
        Ok(Self {
            folder: folder.to_owned(),
            database,
        })
    }

    /// For people: where the rows are.
    pub(crate) fn shown(&self) -> String {
        match &self.database {
            Database::File(file) => file.display().to_string(),
            Database::Server(settings) => {
                format!("the schema `gateway` of {}", database_url::shown(settings))
            }
        }
    }

    /// Opens it to serve. A database in a file is this process's until it ends; nodes on one server are as
    /// many as you like. What a process was sending that died is free at once where there can be no other.
    pub(crate) async fn open_to_serve(
        &self,
        old: OldSchema,
        now: Timestamp,
    ) -> anyhow::Result<GatewayStore> {
        let alone = matches!(self.database, Database::File(_));
        if alone {
            make_private(&self.folder)?;
            crate::lock::take(&self.folder)?;
        }
        let store = self.open(old).await?;
        if alone {
            store.outbox.lost_all(now).await?;
        }
        Ok(store)
    }

    /// Opens it to manage, beside servers that may run.
    pub(crate) async fn open_to_manage(&self) -> anyhow::Result<GatewayStore> {
        if let Database::File(file) = &self.database {
            self.has_file(file)?;
        }
        self.open(OldSchema::Refuse).await
    }

    async fn open(&self, old: OldSchema) -> anyhow::Result<GatewayStore> {
        match &self.database {
            Database::File(file) => store_sqlite::open_gateway(file)
                .with_context(|| format!("cannot open `{}`", self.folder.display())),
            Database::Server(settings) => {
                let told = |error| told(error, settings);
                if old == OldSchema::Migrate {
                    store_postgres::migrate_gateway(settings)
                        .await
                        .map_err(told)?;
                }
                store_postgres::open_gateway(settings, Arc::new(OsEntropy))
                    .await
                    .map_err(told)
            }
        }
    }

    /// Refuses when there is no database in the folder: commands make none.
    pub(crate) fn has_file(&self, file: &Path) -> anyhow::Result<()> {
        if file.is_file() {
            return Ok(());
        }
        Err(refused(format!(
            "there is no gateway in `{}`; start one, or name its folder with --data-dir (or its database \
             with --database-url)",
            self.folder.display()
        )))
    }

    /// The key-encryption key's file.
    pub(crate) fn key_file(&self, keys: &KeySources) -> PathBuf {
        keys.key_file
            .clone()
            .unwrap_or_else(|| self.folder.join(KEY))
    }

    /// The vault of an opened store. A key file that is missing is made, while nothing was sealed yet.
    pub(crate) async fn vault(
        &self,
        keys: &KeySources,
        store: &GatewayStore,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Vault> {
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let kek = match &keys.key {
            Some(text) => LocalKey::from_text(text, Arc::clone(&entropy))
                .map_err(|error| usage(format!("BATON_GATEWAY_KEY {error}")))?,
            None => {
                let file = self.key_file(keys);
                if let Some(folder) = file.parent() {
                    make_private(folder)?;
                }
                LocalKey::of_file(&file, &*store.vault, Arc::clone(&entropy))
                    .await
                    .map_err(|error| refused(httpkit::problem::chain(&error)))?
            }
        };
        let mut former: Vec<Arc<dyn KeyEncryption>> = Vec::new();
        for file in &keys.former_key_files {
            let key = LocalKey::from_file(file, Arc::clone(&entropy))
                .map_err(|error| refused(httpkit::problem::chain(&error)))?;
            let Some(key) = key else {
                return Err(usage(format!("there is no `{}`", file.display())));
            };
            former.push(Arc::new(key));
        }
        Vault::open(
            Arc::new(kek),
            former,
            Arc::clone(&store.vault),
            clock,
            entropy,
        )
        .await
        .map_err(|error| self.vault_told(keys, error))
    }

    fn vault_told(&self, keys: &KeySources, error: VaultError) -> anyhow::Error {
        match error {
            VaultError::UnknownKek { .. } => refused(format!(
                "the key in {} is not the one that this gateway's secrets are sealed under; give that one \
                 with --key-file, or as --former-key-file to go over to the present one. Nothing was changed",
                if keys.key.is_some() {
                    "BATON_GATEWAY_KEY".to_owned()
                } else {
                    format!("`{}`", self.key_file(keys).display())
                }
            )),
            other => anyhow::Error::new(other).context(self.shown()),
        }
    }
}

#[cfg(test)]
mod tests;
