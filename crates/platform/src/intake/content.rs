//! Attachment contents on their way: decoded, checked, and handed on in pieces.

use model::attachment::ContentCheck;
use model::base64_text::{Decoder, NotBase64};

/// What went wrong with one content, as far as it does not depend on its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Not Base64.
    Base64,
    /// Over the size limit.
    TooLarge,
}

/// What is known of one content after it passed.
#[derive(Debug)]
pub(crate) struct Passed {
    /// Its bytes, looked at.
    pub(crate) check: ContentCheck,
    /// What ended its reading early, if something did.
    pub(crate) broken: Option<Broken>,
}

/// What the writer of contents should do next.
#[derive(Debug)]
pub(crate) enum Action {
    /// A new content begins.
    Begin,
    /// More bytes of the present one.
    Bytes(Vec<u8>),
    /// The present one is complete.
    End,
    /// The present one is broken; whatever was written goes.
    Abandon,
}

/// All contents of a request, in order.
#[derive(Default)]
pub(crate) struct Contents {
    present: Option<Present>,
    passed: Vec<Passed>,
    actions: Vec<Action>,
}

struct Present {
    decoder: Decoder,
    check: ContentCheck,
    broken: Option<Broken>,
}

impl Contents {
    pub(super) fn begin(&mut self) {
        self.present = Some(Present {
            decoder: Decoder::default(),
            check: ContentCheck::default(),
            broken: None,
        });
        self.actions.push(Action::Begin);
    }

    pub(super) fn text(&mut self, piece: &[u8]) {
        let Some(present) = self
            .present
            .as_mut()
            .filter(|present| present.broken.is_none())
        else {
            return;
        };
        // Pieces are short where a writer escapes much: they are joined before they are written.
        if !matches!(self.actions.last(), Some(Action::Bytes(_))) {
            self.actions.push(Action::Bytes(Vec::new()));
        }
        let Some(Action::Bytes(bytes)) = self.actions.last_mut() else {
            return;
        };
        let before = bytes.len();
        let taken = match present.decoder.feed(piece, bytes) {
            Ok(()) => {
                let new = bytes.get(before..).unwrap_or_default();
                present.check.feed(new).map_err(|_| Broken::TooLarge)
            }
            Err(NotBase64) => Err(Broken::Base64),
        };
        if let Err(broken) = taken {
            self.abandon(broken);
        }
    }

    /// Ends the present content; its number.
    pub(super) fn end(&mut self) -> usize {
        if let Some(mut present) = self.present.take() {
            if present.broken.is_none() {
                match std::mem::take(&mut present.decoder).finish() {
                    Ok(()) => self.actions.push(Action::End),
                    Err(NotBase64) => {
                        present.broken = Some(Broken::Base64);
                        self.actions.push(Action::Abandon);
                    }
                }
            }
            self.passed.push(Passed {
                check: present.check,
                broken: present.broken,
            });
        }
        self.passed.len().saturating_sub(1)
    }

    fn abandon(&mut self, broken: Broken) {
        if let Some(present) = &mut self.present {
            present.broken = Some(broken);
            self.actions.push(Action::Abandon);
        }
    }

    /// What has come up since the last call.
    pub(super) fn take_actions(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }

    /// What is known of a content.
    pub(super) fn passed(&self, number: usize) -> Option<&Passed> {
        self.passed.get(number)
    }
}
