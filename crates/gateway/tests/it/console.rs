//! The console's front door and its pages.

mod door;
mod pages;
mod patients;

use crate::browser::{Browser, Page, body, form};
use crate::world::World;
use axum::Router;
use axum::http::StatusCode;
use gateway::GatewayConfig;
use model::Secret;

const NAME: &str = "ann";
const PASSWORD: &str = "a long enough password";

impl Browser {
    /// Loads the sign-in page and sends its form.
    async fn sign_in(&self, name: &str, password: &str) -> Page {
        let csrf = self.get("/console/sign-in").await.csrf();
        let fields = [
            ("csrf", csrf.as_str()),
            ("name", name),
            ("password", password),
        ];
        self.post("/console/sign-in", &fields).await
    }
}

/// A gateway that does not work by itself, with one operator.
async fn console(world: &World) -> Router {
    console_with(world, |_| {}).await
}

async fn console_with(world: &World, set: impl FnOnce(&mut GatewayConfig)) -> Router {
    let password = Secret::new(PASSWORD.to_owned());
    let put = world.admin().put_operator(NAME, &password).await;
    assert!(put.unwrap());
    let mut config = world.config();
    set(&mut config);
    let (gateway, _) = world.gateway(config);
    gateway.router(|router| router)
}

/// A browser with an operator at it.
async fn signed_in(world: &World) -> Browser {
    let browser = Browser::new(&console(world).await);
    let page = browser.sign_in(NAME, PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    browser
}
