//! The patient app: its front door, its pages, and the way to PKB and back, attacked.

mod account;
mod door;
mod forms;
mod linking;
mod silence;

use crate::browser::{Browser, Page};
use crate::world::{BASE, World};
use axum::Router;
use axum::http::{StatusCode, header};
use gateway::{GatewayConfig, PkbConfig};
use model::patient::Email;

const EMAIL: &str = "amy@example.com";
const PASSWORD: &str = "three random words";
const SESSION: &str = "baton_patient_session";
/// Nobody is there.
const NO_PKB: &str = "http://127.0.0.1:9";

impl Browser {
    /// Loads the page and sends its form with these fields.
    async fn fill(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.get(path).await.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        self.post(path, &all).await
    }

    async fn patient_signs_up(&self, email: &str, password: &str) -> Page {
        let fields = [("email", email), ("password", password)];
        self.fill("/patient/sign-up", &fields).await
    }

    async fn patient_signs_in(&self, email: &str, password: &str) -> Page {
        let fields = [("email", email), ("password", password)];
        self.fill("/patient/sign-in", &fields).await
    }
}

impl Page {
    fn leads_to(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        self.header(header::LOCATION)
    }

    /// Every `Set-Cookie` of this name.
    fn sets(&self, name: &str) -> Vec<&str> {
        let all = self.headers.get_all(header::SET_COOKIE).iter();
        all.map(|cookie| cookie.to_str().unwrap())
            .filter(|cookie| cookie.split('=').next() == Some(name))
            .collect()
    }
}

/// A gateway with the patient app, and a PKB that is not there.
fn app(world: &World) -> Router {
    app_with(world, |_| {})
}

fn app_with(world: &World, set: impl FnOnce(&mut GatewayConfig)) -> Router {
    let mut config = world.config();
    let pkb = PkbConfig::new(NO_PKB.to_owned(), "test-app".to_owned(), BASE);
    config.pkb = Some(pkb);
    config.patient_app = true;
    set(&mut config);
    let (gateway, _) = world.gateway(config);
    gateway.router(|router| router)
}

/// A browser with a patient at it.
async fn signed_up(router: &Router) -> Browser {
    let browser = Browser::new(router);
    let page = browser.patient_signs_up(EMAIL, PASSWORD).await;
    assert_eq!(page.leads_to(), "/patient");
    browser
}

async fn account_of(world: &World, email: &str) -> Option<store::gateway::Account> {
    let email = Email::parse(email).unwrap();
    world.store.accounts.by_email(&email).await.unwrap()
}
