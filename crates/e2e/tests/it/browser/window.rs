//! A window of exactly the size of a telephone or a desk's screen, and a look at the page in it.

use super::chromium::Chromium;
use crate::world::executable::repository;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// The narrowest telephone that is still about.
const NARROWEST: (u32, u32) = (320, 640);

/// A window as people have it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Window {
    /// Held upright.
    Phone,
    Desk,
}

impl Window {
    fn size(self) -> (u32, u32) {
        match self {
            Self::Phone => (390, 844),
            Self::Desk => (1280, 900),
        }
    }

    /// As pictures and accounts are named.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Desk => "desk",
        }
    }
}

impl Chromium {
    /// The browser shows pages in such a window from now on.
    pub(super) async fn wear(&self, window: Window) {
        self.measure(window.size()).await;
    }

    async fn measure(&self, (width, height): (u32, u32)) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        let devtools = self.window.cdp();
        let done = devtools.send_raw("Emulation.setDeviceMetricsOverride", size);
        done.await.unwrap();
    }

    /// A picture of the whole page, whatever of it the window shows; axe must find nothing, nothing may stick out
    /// sideways, not in the narrowest window either, and the browser must have nothing to complain about.
    pub(super) async fn look(&self, window: Window, name: &str) {
        let name = format!("{name}-{}", window.name());
        self.whole_picture(&name).await;
        self.is_sound(&name).await;
        if window == Window::Phone {
            self.measure(NARROWEST).await;
            self.fits(&format!("{name}, narrowest,")).await;
            self.wear(window).await;
        }
        self.no_complaints(&name).await;
    }

    async fn whole_picture(&self, name: &str) {
        let folder = repository().join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let devtools = self.window.cdp();
        let taken = devtools.send_raw("Page.captureScreenshot", whole).await;
        let taken = taken.unwrap();
        let bytes = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }
}
