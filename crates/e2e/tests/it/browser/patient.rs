//! The patient app and the PKB sandbox's pages, as a patient uses them: on a telephone and at a desk.

mod account;
mod console;
mod journey;
mod sandbox;
mod troubles;

use super::chromium::Chromium;
use super::window::Window;
use crate::world::World;
use crate::world::people::Person;
use std::time::Instant;

/// A good password for the app.
const PASSWORD: &str = "three plain words";

/// What sends a page's form; the button that shows a password does not.
const SUBMIT: &str = "main form .nhsuk-button:not(.nhsuk-password-input__toggle)";

/// A patient with a browser.
struct Patient<'w> {
    browser: Chromium,
    window: Window,
    world: &'w World,
}

impl<'w> Patient<'w> {
    /// Somebody with a browser in such a window.
    async fn with(world: &'w World, window: Window) -> Self {
        Self::using(world, window, Chromium::open().await).await
    }

    async fn using(world: &'w World, window: Window, browser: Chromium) -> Self {
        browser.wear(window).await;
        Self {
            browser,
            window,
            world,
        }
    }

    /// Looks at the page.
    async fn look(&self, name: &str) {
        let name = format!("patient-{name}");
        self.browser.look(self.window, &name).await;
    }

    /// Opens a page of the app.
    async fn open(&self, path: &str) {
        let base = &self.world.product.base;
        self.browser.go(&format!("{base}/patient{path}")).await;
    }

    /// Sends the page's form.
    async fn submit(&self) {
        self.browser.press(SUBMIT).await;
    }

    /// Makes an account.
    async fn sign_up(&self, email: &str) {
        self.open("/sign-up").await;
        self.browser.fill("#email", email).await;
        self.browser.fill("#password", PASSWORD).await;
        self.submit().await;
        self.is_at("Your Patients Know Best connection").await;
    }

    /// Signs in.
    async fn sign_in(&self, email: &str) {
        self.open("/sign-in").await;
        self.browser.fill("#email", email).await;
        self.browser.fill("#password", PASSWORD).await;
        self.submit().await;
    }

    /// Signs out.
    async fn sign_out(&self) {
        self.browser.press("header form button").await;
        self.is_at("Sign in").await;
    }

    /// From the app to PKB's page.
    async fn go_to_pkb(&self) {
        self.open("/connect").await;
        self.submit().await;
        let at = self.browser.window.current_url().await.unwrap();
        assert!(at.as_str().starts_with(&self.world.pkb.base), "{at}");
    }

    /// Decides at PKB's page: `approve` or `deny`.
    async fn decide(&self, person: &Person, password: &str, decision: &str) {
        self.browser.fill("#email", &person.email).await;
        self.browser.fill("#password", password).await;
        self.browser.press(&format!("#{decision}")).await;
    }

    /// Says yes at PKB's page.
    async fn approve(&self, person: &Person) {
        let began = Instant::now();
        self.decide(person, &person.password, "approve").await;
        let (window, took) = (self.window.name(), began.elapsed());
        println!("from approve to the next page ({window}): {took:?}");
    }

    /// Connects to somebody's record, as it should go.
    async fn connect(&self, person: &Person) {
        self.go_to_pkb().await;
        self.approve(person).await;
        self.is_at("You are connected").await;
    }

    /// The page's heading is this.
    async fn is_at(&self, heading: &str) {
        let found = self.browser.heading().await;
        assert_eq!(found, heading, "{}", self.browser.text().await);
    }

    /// The page says this.
    async fn reads(&self, words: &str) {
        let text = self.browser.text().await;
        assert!(text.contains(words), "no {words:?}: {text}");
    }
}
