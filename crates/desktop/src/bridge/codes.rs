//! Access codes on screen, one after the other, and who holds a permission.

use super::desk::Desk;
use super::words;
use crate::snapshot::{CodeOnScreen, Permission, Permissions, Used};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use wire::practice::{NewCode, TokenInfo};

/// So many codes follow each other unused; after that somebody has to ask again, for a screen that nobody looks at
/// should not show codes all day.
const IN_A_ROW: u32 = 10;
/// How often the toolbar's clock is looked at while a code is on screen.
const LOOK: Duration = Duration::from_secs(1);

/// What is known about codes.
#[derive(Default)]
pub(super) struct Codes {
    /// Grows with each run; what belongs to an older one is dropped.
    run: u64,
    wanted: bool,
    in_a_row: u32,
    /// The permissions will be read again in a moment.
    reading: bool,
}

impl Codes {
    /// No more of them.
    pub(super) fn stop(&mut self) {
        self.run += 1;
        self.wanted = false;
    }
}

impl Desk {
    pub(super) fn show_code(&mut self) {
        self.codes.run += 1;
        self.codes.wanted = true;
        self.codes.in_a_row = 0;
        self.make_code();
    }

    pub(super) fn hide_code(&mut self) {
        self.codes.stop();
        self.shown.code = CodeOnScreen::None;
    }

    fn make_code(&mut self) {
        let Some(agent) = self.agent.clone() else {
            return;
        };
        self.codes.in_a_row += 1;
        if self.codes.in_a_row > IN_A_ROW {
            self.codes.stop();
            self.shown.code = CodeOnScreen::Trouble {
                reason: "Nobody used a code for a while, so no more were made.".to_owned(),
            };
            return;
        }
        self.shown.code = CodeOnScreen::Making;
        let run = self.codes.run;
        self.aside(async move { agent.new_code().await }, move |desk, made| {
            if desk.codes.run == run {
                match made {
                    Ok(code) => desk.code_made(code),
                    Err(error) => {
                        desk.codes.stop();
                        let reason = words::of(&error);
                        desk.shown.code = CodeOnScreen::Trouble { reason };
                    }
                }
            }
        });
    }

    fn code_made(&mut self, code: NewCode) {
        let now = self.config.clock.now();
        let ends_at = code.expires_at.parse().unwrap_or(now);
        self.shown.code = CodeOnScreen::Shown {
            code: code.access_code,
            made_at: now,
            ends_at,
            used: None,
        };
        self.watch_code(ends_at);
    }

    /// Makes the next one when this one ends by the toolbar's clock, which may be moved in a sandbox.
    fn watch_code(&mut self, ends_at: Timestamp) {
        let (run, clock) = (self.codes.run, Arc::clone(&self.config.clock));
        let waiting = async move {
            while clock.now() < ends_at {
                let left = ends_at.duration_since(clock.now()).unsigned_abs();
                tokio::time::sleep(left.min(LOOK)).await;
            }
        };
        self.aside(waiting, move |desk, ()| {
            if desk.codes.run == run && desk.codes.wanted {
                desk.make_code();
            }
        });
    }

    /// A client system exchanged one: there is no need of another.
    pub(super) fn code_used(&mut self, used: Used) {
        if self.codes.wanted {
            self.codes.stop();
            self.shown.code = CodeOnScreen::Done(used);
        }
        self.permissions_used();
    }

    /// Something happened for which a permission may have been given or used: whoever looks at them sees it soon. Many
    /// messages in a row are one reading.
    pub(super) fn permissions_used(&mut self) {
        if self.shown.permissions.list.is_none() || self.codes.reading {
            return;
        }
        self.codes.reading = true;
        self.aside_always(tokio::time::sleep(LOOK), |desk, ()| {
            desk.codes.reading = false;
            if desk.shown.permissions.list.is_some() {
                desk.read_permissions();
            }
        });
    }

    pub(super) fn read_permissions(&mut self) {
        let Some(agent) = self.agent.clone() else {
            return;
        };
        self.aside(
            async move { agent.tokens().await },
            |desk, read| match read {
                Ok(tokens) => {
                    desk.shown.permissions = Permissions {
                        list: Some(Arc::new(permissions(tokens))),
                        trouble: None,
                    };
                }
                Err(error) => desk.shown.permissions.trouble = Some(words::of(&error)),
            },
        );
    }

    pub(super) fn withdraw(&mut self, token_id: String) {
        let Some(agent) = self.agent.clone() else {
            return;
        };
        self.aside(
            async move { agent.withdraw(&token_id).await },
            |desk, done| match done {
                Ok(()) => desk.read_permissions(),
                Err(error) => desk.shown.permissions.trouble = Some(words::of(&error)),
            },
        );
    }
}

fn permissions(tokens: Vec<TokenInfo>) -> Vec<Permission> {
    let moment = |text: &str| text.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    let mut list: Vec<_> = tokens
        .into_iter()
        .map(|token| Permission {
            made_at: moment(&token.created_at),
            last_used_at: token.last_used_at.as_deref().map(moment),
            token_id: token.token_id,
            client: token.client_name,
        })
        .collect();
    list.sort_by_key(|permission| std::cmp::Reverse(permission.made_at));
    list
}
