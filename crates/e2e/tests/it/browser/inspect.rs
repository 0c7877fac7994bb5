//! Looking at a page: a picture of it, axe's opinion of it, and what the browser complained about.

use super::chromium::{Chromium, NARROW, WIDE};
use crate::world::executable::repository;
use serde_json::{Value, json};

const RUN: &str = "const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ['violations'] }).then(
    found => done(found.violations.map(v => ({
        id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 5).map(n => n.html)
    }))),
    error => done([{ id: 'axe failed', help: String(error) }]));";

/// What reaches over the window's right edge, when the page can be scrolled there.
const SIDEWAYS: &str = "const width = window.innerWidth;
if (document.documentElement.scrollWidth <= width) return [];
return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map(e => e.outerHTML.slice(0, 200));";

impl Chromium {
    /// Pictures of the page, wide and narrow; axe must find nothing in either, nothing may stick out
    /// sideways, and the browser must have nothing to complain about.
    pub(super) async fn inspect(&self, name: &str) {
        for (width, end) in [(WIDE, ""), (NARROW, "-narrow")] {
            self.resize(width).await;
            self.picture(&format!("{name}{end}")).await;
            self.is_sound(&format!("{name}{end}")).await;
        }
        self.resize(WIDE).await;
        self.no_complaints(name).await;
    }

    /// A picture of what the window shows, in `target/screenshots`.
    pub(super) async fn picture(&self, name: &str) {
        let folder = repository().join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        self.window.screenshot(&file).await.unwrap();
    }

    /// axe finds nothing in what the window shows, and nothing sticks out sideways.
    pub(super) async fn is_sound(&self, name: &str) {
        let violations = self.axe().await;
        assert!(violations.is_empty(), "{name}: {violations:#?}");
        self.fits(name).await;
    }

    /// Nothing sticks out sideways.
    pub(super) async fn fits(&self, name: &str) {
        let sideways = self.script(SIDEWAYS).await;
        assert_eq!(sideways, json!([]), "{name} sticks out sideways");
    }

    async fn axe(&self) -> Vec<Value> {
        let axe = repository().join("tools/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe)
            .expect("axe-core is not installed; `scripts/test browser` installs it");
        self.script(&axe).await;
        let found = self.window.execute_async(RUN, vec![]).await.unwrap();
        found.json().as_array().unwrap().clone()
    }

    async fn script(&self, script: &str) -> Value {
        let found = self.window.execute(script, vec![]).await.unwrap();
        found.json().clone()
    }

    /// A page that was blocked from doing something, or misses something, says so in the console. A
    /// document that was refused on purpose (404, 422) does too, and that is none.
    pub(super) async fn no_complaints(&self, name: &str) {
        let page = self.window.current_url().await.unwrap().to_string();
        for entry in self.window.browser_log().await.unwrap() {
            let said = entry.message;
            let refused_page = said.starts_with(&page) && said.contains("the server responded");
            assert!(
                format!("{:?}", entry.level).to_uppercase() != "SEVERE" || refused_page,
                "{name}: {said}"
            );
        }
    }
}
