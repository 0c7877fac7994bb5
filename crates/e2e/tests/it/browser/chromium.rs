//! A Chromium of its own for one test.

use super::driver::Driver;
use crate::world::wait;
use serde_json::json;
use std::mem::ManuallyDrop;
use std::time::Duration;
use thirtyfour::common::capabilities::desiredcapabilities::Capabilities;
use thirtyfour::prelude::*;

/// Widths that pages are looked at in: a desk, and a telephone held upright.
pub(super) const WIDE: u32 = 1280;
pub(super) const NARROW: u32 = 390;
const HEIGHT: u32 = 1000;

/// A browser window. It closes with this value.
pub(super) struct Chromium {
    /// Never dropped: its own way of closing would wait for two minutes.
    pub(super) window: ManuallyDrop<WebDriver>,
    driver: Driver,
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// A browser as people have it.
    pub(super) async fn open() -> Self {
        Self::start(true).await
    }

    /// A browser that runs no page's JavaScript.
    pub(super) async fn without_javascript() -> Self {
        Self::start(false).await
    }

    async fn start(javascript: bool) -> Self {
        httpkit::outbound::install_tls();
        // A browser may write to it for a moment after it was closed, so that a bit of it may stay: not in
        // everybody's temporary folder, then.
        let profile = tempfile::Builder::new()
            .prefix("chromium-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .unwrap();
        let mut wanted = DesiredCapabilities::chrome();
        let folder = format!("--user-data-dir={}", profile.path().display());
        let size = format!("--window-size={WIDE},{HEIGHT}");
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--hide-scrollbars",
            &folder,
            &size,
        ] {
            wanted.add_arg(argument).unwrap();
        }
        if !javascript {
            let blocked = json!({ "profile.managed_default_content_settings.javascript": 2 });
            wanted.add_experimental_option("prefs", blocked).unwrap();
        }
        let logged = json!({ "browser": "ALL" });
        let wanted: &mut Capabilities = wanted.as_mut();
        wanted.set("goog:loggingPrefs", logged).unwrap();
        let driver = Driver::start();
        let window = WebDriver::new(driver.url.clone(), wanted.clone())
            .await
            .unwrap();
        let limit = Duration::from_secs(30);
        window.set_page_load_timeout(limit).await.unwrap();
        window.set_script_timeout(limit).await.unwrap();
        Self {
            window: ManuallyDrop::new(window),
            driver,
            _profile: profile,
        }
    }

    pub(super) async fn go(&self, url: &str) {
        self.window.goto(url).await.unwrap();
    }

    /// The one element of a selector.
    pub(super) async fn find(&self, css: &str) -> WebElement {
        let found = self.window.find(By::Css(css)).await;
        found.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// How many elements a selector finds.
    pub(super) async fn count(&self, css: &str) -> usize {
        self.window.find_all(By::Css(css)).await.unwrap().len()
    }

    /// The text that a reader of the page sees.
    pub(super) async fn text(&self) -> String {
        self.find("body").await.text().await.unwrap()
    }

    /// The page's main heading.
    pub(super) async fn heading(&self) -> String {
        self.find("h1").await.text().await.unwrap()
    }

    /// Types into a field.
    pub(super) async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Clicks what a selector finds, and stays on the page.
    pub(super) async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Clicks what a selector finds, and waits for the page that it leads to.
    pub(super) async fn press(&self, css: &str) {
        let element = self.find(css).await;
        self.leave_by(element).await;
    }

    /// Follows the link with this text.
    pub(super) async fn follow(&self, text: &str) {
        let link = self.window.find(By::LinkText(text)).await;
        let link = link.unwrap_or_else(|error| panic!("no link {text:?}: {error}"));
        self.leave_by(link).await;
    }

    /// A click may return before the next page has come.
    async fn leave_by(&self, element: WebElement) {
        let before = self.find("html").await;
        element.click().await.unwrap();
        wait::until("the next page has come", async || {
            // While pages change, there may be none.
            let after = self.window.find(By::Css("html:has(h1)")).await;
            after.is_ok_and(|after| after != before)
        })
        .await;
    }

    /// Logs in to a Test PAS.
    pub(super) async fn log_in(&self, pas: &str, spine_user_id: &str) {
        self.go(&format!("{pas}/login")).await;
        self.fill("#spineUserId", spine_user_id).await;
        self.press("main form button").await;
    }

    /// Makes the window so wide.
    pub(super) async fn resize(&self, width: u32) {
        self.window
            .set_window_rect(0, 0, width, HEIGHT)
            .await
            .unwrap();
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.driver.end_session(self.window.session_id());
    }
}
