//! A client of Patients Know Best (PKB): the patient's way there, tokens, and what a token may read.
//!
//! ```
//! # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/pkb.in")); } use doc::{pkb, run};
//! # run(async { let url = pkb().await;
//! use sdk::pkb::{AuthorizeRequest, ExchangeCode, PkbClient, Purview};
//!
//! let pkb = PkbClient::new(&url)?;
//!
//! // The patient's browser goes there …
//! let grant = pkb.authorize_url(&AuthorizeRequest {
//!     client_id: "baton-demo-app",
//!     redirect_uri: "http://127.0.0.1:8090/pkb/callback",
//!     scope: "PATIENT",
//!     state: "made-of-32-random-bytes",
//!     challenge: None,
//! });
//! assert_eq!(grant.path(), "/apiAuthorize.action");
//!
//! // … and comes back with a code, which is good once.
//! let tokens = pkb
//!     .exchange(&ExchangeCode {
//!         client_id: "baton-demo-app",
//!         code: "from-the-redirect",
//!         redirect_uri: "http://127.0.0.1:8090/pkb/callback",
//!         verifier: None,
//!     })
//!     .await?;
//!
//! // Whose token is it?
//! let Purview::Patient(public_id) = pkb.purview(&tokens.access).await? else {
//!     return Err("not a patient".into());
//! };
//! assert_eq!(public_id.to_string(), "1d4a8b2d-f885-499f-ba51-50600312f316");
//! let details = pkb.users_self(&tokens.access).await?;
//! assert_eq!(details.nhs_number(), Some("9547852140"));
//!
//! // Later. Connect, note that the token is being used, send it, and store the new pair before you use it.
//! if let Some(refresh) = &tokens.refresh {
//!     let line = pkb.connect().await?;
//!     let next = line.refresh("baton-demo-app", refresh).await?;
//!     assert!(next.expires_in > 0);
//! }
//! # Ok(()) });
//! ```
//!
//! A refresh token is good once, and a second use ends the patient's session. So nothing here is ever sent
//! twice on its own: token calls go over a fresh connection each ([`TokenLine`]), redirects aren't followed, and
//! [`TokenFailure`] tells whether a token is surely unspent.

mod authorize;
mod failure;
mod line;
mod place;
mod reading;
mod refused;
mod tokens;

pub use authorize::AuthorizeRequest;
pub use failure::{ReadFailure, TokenFailure, Unusable};
pub use line::TokenLine;
pub use reading::Purview;
pub use refused::{MAX_REFUSED, Refused, refused, response_code};
pub use tokens::{ExchangeCode, Tokens};

use crate::http::Base;
use place::Place;
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use std::time::Duration;
use url::Url;
use wire::pkb::paths;

const USER_AGENT: &str = concat!("baton/", env!("CARGO_PKG_VERSION"));

/// How long to wait for PKB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection, TLS included. Never longer than half of [`Self::whole`].
    pub connect: Duration,
    /// For a whole token call, connecting included, or reading of details; for each pause of [`PkbClient::get`].
    pub whole: Duration,
}

impl Patience {
    fn connecting(self) -> Duration {
        self.connect.min(self.whole / 2)
    }
}

impl Default for Patience {
    /// 5 s and 20 s.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            whole: Duration::from_secs(20),
        }
    }
}

/// Calls PKB, or its sandbox. Cheap to clone; prints no more than an address.
#[derive(Clone, Debug)]
pub struct PkbClient {
    base: Base,
    authorize: Url,
    patience: Patience,
    /// Where calls go that spend something.
    tokens: Place,
    /// For calls that only read.
    data: reqwest::Client,
}

impl PkbClient {
    /// A client of the PKB at `base`, for instance `https://sandbox.patientsknowbest.com`.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn new(base: &str) -> Result<Self, Unusable> {
        Self::with_patience(base, Patience::default())
    }

    /// The same, with time-outs of its own.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn with_patience(base: &str, patience: Patience) -> Result<Self, Unusable> {
        let base = Base::parse(base)?;
        let authorize = Url::parse(&base.at(paths::AUTHORIZE)).map_err(|_| Unusable::Address)?;
        // The error says that a provider is installed, which is all we want.
        drop(rustls::crypto::ring::default_provider().install_default());
        let token = Url::parse(&base.at(paths::TOKEN)).map_err(|_| Unusable::Address)?;
        // No redirects, and not by way of whatever the environment names: tokens are for the other end alone.
        let data = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(patience.connecting())
            .redirect(Policy::none())
            .no_proxy()
            .tcp_nodelay(true)
            .read_timeout(patience.whole)
            .build()
            .map_err(|_| Unusable::Tls)?;
        Ok(Self {
            base,
            authorize,
            patience,
            tokens: Place::of(&token)?,
            data,
        })
    }

    /// Whether PKB itself answers where tokens are handed in, and not a proxy that has lost it: asked without a token,
    /// by a method that spends nothing, so any refusal will do.
    pub async fn answers(&self) -> bool {
        let knock = self.data.get(self.base.at(paths::TOKEN));
        let answer = knock.timeout(self.patience.connecting()).send().await;
        answer.is_ok_and(|answer| {
            let status = answer.status();
            !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS
        })
    }
}
