//! The Test PAS: a small practice record system with pages for people and FHIR R4 for programs.
//!
//! Floor plan: [`web`] holds the pages (log-in, home, subjects, record, Manage Data), [`fhir`] the API,
//! [`patient_file`] reads what Manage Data is given, [`store`] is the one SQLite file behind all of it,
//! [`faults`] lets the sandbox ask for failures, [`capped`] holds no more of a list than is wanted.

mod capped;
pub mod faults;
mod fhir;
mod highlight;
mod patient;
mod patient_file;
mod store;
mod times;
mod web;

use crate::people::{Practice, Practitioner};
use axum::Router;
use faults::PasFaults;
use httpkit::{
    assets,
    csrf::{self, Csrf},
    page::{Pages, Site},
    security_headers,
};
use model::{Clock, Entropy};
use std::{fmt, path::PathBuf, sync::Arc};
use store::Store;
use wire::paths::record_system;

/// What a Test PAS is made of.
pub struct PasConfig {
    /// Folder of its database file, `pas.sqlite`; made if it isn't there.
    pub data_dir: PathBuf,
    /// The practice whose record system this is.
    pub organisation: Practice,
    /// Who may log in; the first is offered as an example on the log-in page.
    pub users: Vec<Practitioner>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Failures that were asked for.
    pub faults: Arc<PasFaults>,
}

/// Why a Test PAS can't start.
#[derive(Debug, thiserror::Error)]
pub enum PasError {
    /// The folder can't be made.
    #[error("the data folder of the Test PAS can't be made")]
    Folder(#[source] std::io::Error),
    /// The database file can't be opened.
    #[error("the database of the Test PAS can't be opened")]
    Database(#[source] store::StoreError),
}

/// A Test PAS that is open. Cheap to clone.
#[derive(Clone)]
pub struct Pas(Arc<Context>);

/// What every handler needs.
struct Context {
    organisation: Practice,
    users: Vec<Practitioner>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    faults: Arc<PasFaults>,
    store: Store,
    pages: Pages,
    csrf: Csrf,
}

#[derive(rust_embed::RustEmbed)]
#[folder = "src/templates/"]
struct Templates;

impl Pas {
    /// Opens the database and finds everything of the last run again.
    ///
    /// # Errors
    /// [`PasError`].
    pub fn open(config: PasConfig) -> Result<Self, PasError> {
        std::fs::create_dir_all(&config.data_dir).map_err(PasError::Folder)?;
        let store = Store::open(&config.data_dir.join("pas.sqlite")).map_err(PasError::Database)?;
        let site = Site {
            name: "Test PAS",
            home: "/",
            strapline: "A stand-in for a practice\u{2019}s record system. Everyone in it is made up.",
        };
        Ok(Self(Arc::new(Context {
            organisation: config.organisation,
            users: config.users,
            clock: config.clock,
            entropy: config.entropy,
            faults: config.faults,
            store,
            pages: Pages::new(site).with_templates::<Templates>(),
            csrf: Csrf::new("test_pas_form"),
        })))
    }

    /// Everything it serves.
    pub fn router(&self) -> Router {
        web::router()
            .nest(record_system::FHIR, fhir::router())
            .route(&format!("{}/", record_system::FHIR), fhir::base_route())
            .with_state(self.0.clone())
            .merge(assets::router())
            .layer(axum::middleware::from_fn(csrf::refuse_cross_site))
            .layer(axum::middleware::from_fn(security_headers::add))
    }

    /// How many patients it holds.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn patient_count(&self) -> Result<u64, PasError> {
        self.0
            .store
            .patient_count()
            .await
            .map_err(PasError::Database)
    }

    /// Loads a patient file, as Manage Data does; says how many were added and how many updated.
    ///
    /// # Errors
    /// [`LoadError`]; nothing has been loaded then.
    pub async fn load_patients(&self, file: &[u8]) -> Result<Loaded, LoadError> {
        let today = times::local_date(self.0.clock.now());
        let patients = patient_file::read(file, today).map_err(|_| LoadError::File)?;
        Ok(self.0.load(patients).await?)
    }

    /// Logs somebody in at this PC without a browser, as `up` does on its first start.
    /// Says whether the id is known.
    ///
    /// # Errors
    /// The database can't be written.
    pub async fn sign_in_at_pc(&self, spine_user_id: &str) -> Result<bool, PasError> {
        if self.0.user(spine_user_id).is_none() {
            return Ok(false);
        }
        let id = spine_user_id.to_owned();
        self.0
            .store
            .set_current_user(id)
            .await
            .map_err(PasError::Database)?;
        Ok(true)
    }
}

/// What a patient file has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Patients that were not there before.
    pub added: u64,
    /// Patients found by their NHS number and brought up to date.
    pub updated: u64,
}

/// Why a patient file was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file has faults.
    #[error("the patient file has faults")]
    File,
    /// The database can't be written.
    #[error("the database of the Test PAS can't be written")]
    Database(#[from] store::StoreError),
}

impl Context {
    fn user(&self, spine_user_id: &str) -> Option<&Practitioner> {
        self.users
            .iter()
            .find(|user| user.spine_user_id == spine_user_id)
    }

    async fn load(&self, patients: Vec<patient::Details>) -> Result<Loaded, store::StoreError> {
        let ids = patients.iter().map(|_| self.new_id()).collect();
        self.store
            .load_patients(patients, ids, self.clock.now())
            .await
    }

    fn new_id(&self) -> String {
        model::entropy::uuid_v7(self.clock.now(), &*self.entropy).to_string()
    }
}

impl fmt::Debug for Pas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pas")
            .field("organisation", &self.0.organisation)
            .finish_non_exhaustive()
    }
}
