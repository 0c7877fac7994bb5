//! The PKB sandbox: a stand-in for Patients Know Best, where a patient lets an app see their record.
//!
//! Floor plan: [`authorize`] is the page that asks, `token` swaps codes and refresh tokens, `sessions`
//! knows whose a token is, `store` keeps it all in one SQLite file, [`controls`] makes it misbehave,
//! `switch` are the controls' routes. `fhir`, `rest` and `system` are the data, `people` whose it is.

mod authorize;
mod calls;
mod controls;
mod fhir;
mod home;
mod interfere;
mod parameters;
mod people;
mod pkce;
mod profile;
mod redirect;
mod request;
mod rest;
mod sessions;
mod sign_in;
mod store;
mod switch;
mod system;
mod token;

pub use crate::sqlite::StoreError;
pub use controls::{PkbAnswers, PkbCalls, PkbChange, PkbControlFault, PkbControls, PkbState};
pub use profile::{Profile, SystemClient, UserClient, UserType};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use httpkit::csrf::{self, Csrf};
use httpkit::front::{self, Front};
use httpkit::metrics::{HttpMetrics, Metrics};
use httpkit::page::{Pages, Site};
use httpkit::problem::Refusal;
use httpkit::{assets, operator, security_headers};
use model::{Clock, Entropy, Secret};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;

/// The largest body that anything here takes, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// What a PKB sandbox is made of.
pub struct PkbConfig {
    /// Folder of its database file, `pkb.sqlite`; made if it isn't there.
    pub data_dir: PathBuf,
    /// Absolute URL of this server, without a slash at its end.
    pub base_url: String,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// What it was told to do other than usual.
    pub controls: Arc<PkbControls>,
    /// How strict it is.
    pub profile: Profile,
    /// The apps that it knows.
    pub clients: Vec<UserClient>,
    /// The computer systems that it knows.
    pub system_clients: Vec<SystemClient>,
}

/// Why a PKB sandbox can't start.
#[derive(Debug, thiserror::Error)]
pub enum PkbError {
    /// The folder can't be made.
    #[error("the data folder of the PKB sandbox can't be made")]
    Folder(#[source] std::io::Error),
    /// The database file can't be opened.
    #[error("the database of the PKB sandbox can't be opened")]
    Database(#[source] StoreError),
    /// A redirect URI of a client is none.
    #[error(
        "`{0}` can't be a redirect URI: it must be absolute, without a fragment or a user name, in plain ASCII"
    )]
    RedirectUri(String),
    /// Two clients have one id, or one has none.
    #[error("every client needs an id of its own; `{0}` is not")]
    ClientId(String),
}

/// Somebody who can sign in, for those who show it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DemoUser {
    /// Name, for people.
    pub name: String,
    /// What they sign in with.
    pub email: String,
    /// What they sign in with. Made up, like everything about them.
    pub password: String,
    /// Public id.
    pub public_id: String,
    /// NHS number, if they have one: ten digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nhs_number: Option<String>,
    /// Kind of user.
    pub user_type: &'static str,
    /// What is special about them; empty if nothing.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
}

/// Everybody who can sign in.
pub fn demo_users() -> Vec<DemoUser> {
    let users = people::everyone().iter();
    let shown = users.map(|person| DemoUser {
        name: person.display_name(),
        email: person.email.clone(),
        password: person.password.clone(),
        public_id: person.public_id.clone(),
        nhs_number: person.nhs_number().map(str::to_owned),
        user_type: person.user_type.as_str(),
        note: person.note(),
    });
    shown.collect()
}

/// A PKB sandbox that is open. Cheap to clone.
#[derive(Clone)]
pub struct Pkb {
    context: Arc<Context>,
    metrics: Metrics,
    front: Front,
}

/// What every handler needs.
struct Context {
    base_url: String,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    controls: Arc<PkbControls>,
    profile: Profile,
    clients: Vec<UserClient>,
    system_clients: Vec<SystemClient>,
    store: Store,
    calls: calls::Calls,
    sign_ins: sign_in::SignIns,
    pages: Pages,
    csrf: Csrf,
}

#[derive(rust_embed::RustEmbed)]
#[folder = "src/templates/"]
struct Templates;

impl Pkb {
    /// Opens the database and finds everything of the last run again.
    ///
    /// # Errors
    /// [`PkbError`].
    pub fn open(config: PkbConfig) -> Result<Self, PkbError> {
        check(&config)?;
        std::fs::create_dir_all(&config.data_dir).map_err(PkbError::Folder)?;
        let store = Store::open(&config.data_dir.join("pkb.sqlite")).map_err(PkbError::Database)?;
        let site = Site {
            name: "PKB sandbox",
            home: "/",
            strapline: "A stand-in to test against. It is not Patients Know Best, and everyone in it is made up.",
        };
        let metrics = Metrics::default();
        let front = Front {
            base_url: config.base_url.as_str().into(),
            clock: Arc::clone(&config.clock),
            entropy: Arc::clone(&config.entropy),
            metrics: HttpMetrics::new(&metrics),
        };
        let context = Context {
            base_url: config.base_url,
            clock: config.clock,
            entropy: config.entropy,
            controls: config.controls,
            profile: config.profile,
            clients: config.clients,
            system_clients: config.system_clients,
            store,
            calls: calls::Calls::default(),
            sign_ins: sign_in::SignIns::default(),
            pages: Pages::new(site).with_templates::<Templates>(),
            csrf: Csrf::new("pkb_sandbox_form"),
        };
        Ok(Self {
            context: Arc::new(context),
            metrics,
            front,
        })
    }

    /// Everything it serves.
    pub fn router(&self) -> Router {
        let context = Arc::clone(&self.context);
        let data = Router::new()
            .merge(authorize::router())
            .merge(token::router())
            .merge(fhir::router())
            .merge(rest::router())
            .merge(system::router())
            .layer(from_fn_with_state(
                Arc::clone(&context),
                interfere::interfere,
            ));
        let ready = async |context: Arc<Context>| {
            let ready = context.store.ready().await;
            ready.map_err(|error| Refusal::unavailable(&error))
        };
        let router = data
            .merge(home::router())
            .merge(switch::router())
            .merge(operator::routes(self.metrics.clone(), ready))
            .with_state(context)
            .merge(assets::router())
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .layer(from_fn(csrf::refuse_cross_site))
            .layer(from_fn(security_headers::add));
        front::guard(router, self.front.clone())
    }
}

/// Whether the clients are such that no request can be misread.
fn check(config: &PkbConfig) -> Result<(), PkbError> {
    let mut ids: Vec<&str> = Vec::new();
    let systems = config.system_clients.iter().map(|client| &client.client_id);
    for id in config
        .clients
        .iter()
        .map(|client| &client.client_id)
        .chain(systems)
    {
        if id.is_empty() || ids.contains(&id.as_str()) {
            return Err(PkbError::ClientId(id.clone()));
        }
        ids.push(id);
    }
    let uris = config
        .clients
        .iter()
        .flat_map(|client| &client.redirect_uris);
    match uris
        .into_iter()
        .find(|uri| !redirect::can_be_registered(uri))
    {
        Some(uri) => Err(PkbError::RedirectUri(uri.clone())),
        None => Ok(()),
    }
}

impl Context {
    fn client(&self, client_id: &str) -> Option<&UserClient> {
        self.clients
            .iter()
            .find(|client| client.client_id == client_id)
    }

    /// A code or token: 256 unpredictable bits.
    fn new_secret(&self) -> Secret {
        let bytes = model::entropy::bytes::<32>(&*self.entropy);
        Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl fmt::Debug for Pkb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkb")
            .field("profile", &self.context.profile)
            .finish_non_exhaustive()
    }
}
