//! The window as a screen reader is told of it, and its buttons pressed as a screen reader presses them.

use super::screen::Screen;
use crate::world::executable::repository;
use crate::world::wait;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

fn script() -> PathBuf {
    repository().join("crates/e2e/tests/it/desktop/ear.py")
}

impl Screen {
    /// Everything that is told, in its order.
    pub(super) async fn told(&self) -> Vec<Value> {
        let told = self.python(&script(), &["list"]).await.unwrap_or_default();
        serde_json::from_str(&told).unwrap_or_default()
    }

    /// All words that are told, a line each.
    pub(super) async fn words(&self) -> String {
        let told = self.told().await;
        let word = |node: &Value| {
            let name = node["name"].as_str().unwrap_or_default();
            let text = node["text"].as_str().unwrap_or_default();
            if name.is_empty() { text } else { name }.to_owned()
        };
        told.iter().map(word).collect::<Vec<_>>().join("\n")
    }

    /// Waits until these words are told; all that is.
    pub(super) async fn hears(&self, words: &str) -> String {
        let what = format!("{words:?} is told");
        let heard = wait::found(&what, async || {
            let all = self.words().await;
            all.contains(words).then_some(all)
        });
        let within = tokio::time::timeout(Duration::from_secs(50), heard);
        let Ok(all) = within.await else {
            panic!("{words:?} is not told, but:\n{}", self.words().await)
        };
        all
    }

    /// Waits until these words are no longer told.
    pub(super) async fn hears_no_more(&self, words: &str) {
        wait::until(&format!("{words:?} is no longer told"), async || {
            let all = self.words().await;
            !all.is_empty() && !all.contains(words)
        })
        .await;
    }

    /// Waits for a button of this name that can be pressed, and presses it.
    pub(super) async fn press(&self, name: &str) {
        wait::until(&format!("{name:?} can be pressed"), async || {
            self.python(&script(), &["press", name]).await.is_some()
        })
        .await;
    }

    /// What has the keyboard's focus.
    pub(super) async fn focused(&self) -> String {
        let told = self.told().await;
        let focused = told.iter().rfind(|node| {
            let states = node["states"].as_array();
            states.is_some_and(|states| states.iter().any(|state| state == "focused"))
        });
        focused
            .and_then(|node| node["name"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    /// Goes by the Tab key to what has this name.
    pub(super) async fn tab_to(&self, name: &str) {
        wait::until(&format!("the Tab key leads to {name:?}"), async || {
            if self.focused().await == name {
                return true;
            }
            self.keys(&["Tab"]).await;
            false
        })
        .await;
    }
}
