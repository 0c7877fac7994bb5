//! Links to records at servers that are not ours: two packages that were made to test OAuth clients stand in for PKB.
//!
//! They know other addresses than PKB and other answers to "whose token is it?". [`adapter`] puts that right; the gateway
//! is as it is. What they cannot show, because they do not do it: `oidc-provider-mock` takes no client without a secret
//! (the adapter adds one), no scope but those of `OpenID` (it changes ours), and no PKCE; it never gives a new refresh
//! token for an old one, and an old one stays good; who denies is sent back without the state. `oauth2-mock-server` takes
//! every code and refresh token, however often, has one user only, and never says no but to a wrong verifier.

mod adapter;
mod oauth2_mock_server;
mod oidc_provider_mock;
mod server;

use crate::client::Answer;
use crate::pkb::setting::{Running, Setting, confirm, grant_url, patient, result};
use adapter::Adapter;
use axum::http::StatusCode;
use gateway::PkbConfig;
use serde_json::Value;
use server::Server;

/// A gateway at work whose PKB is a foreign server.
struct Abroad {
    setting: Setting,
    running: Running,
    pkb: Adapter,
}

impl Abroad {
    async fn at(server: Server, set: impl FnOnce(&mut PkbConfig)) -> Self {
        let (setting, pkb) = (Setting::new().await, Adapter::before(server).await);
        let mut config = Setting::config_at(&pkb.url);
        set(&mut config);
        let running = setting.start_with(|all| all.pkb = Some(config)).await;
        Self {
            setting,
            running,
            pkb,
        }
    }

    /// The account begins, somebody decides there, and the browser comes back.
    async fn come_back(&self, account: &str, decision: &[(&str, &str)]) -> Answer {
        let grant_url = grant_url(&self.running.product, account).await;
        let callback = self.pkb.decide(&grant_url, decision).await;
        self.setting.back(&self.running, &callback).await
    }

    /// Until the product has said whose session it was.
    async fn confirmed(&self, account: &str, decision: &[(&str, &str)]) -> Answer {
        let done = result(&self.come_back(account, decision).await).unwrap();
        confirm(&self.running.product, account, &done).await
    }

    async fn link(&self, account: &str, decision: &[(&str, &str)]) -> Value {
        let confirmed = self.confirmed(account, decision).await;
        assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text);
        let linked = patient(&self.running.product, account).await;
        assert_eq!(linked["link"]["state"], "linked");
        linked
    }

    async fn stop(self) {
        // Whatever happened, nothing was handed in twice.
        assert_eq!(self.pkb.twice(), 0);
        self.running.stop().await;
    }
}
