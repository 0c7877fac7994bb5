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

/// All contents of a request, in order, as far as is known once they passed.
#[derive(Default)]
pub struct Contents {
    present: Option<Present>,
    passed: Vec<Passed>,
    actions: Vec<Action>,
}

/// Pieces of text shorter than this are joined before they are decoded: a writer that escapes every `/`
/// makes very many very short ones.
const SHORT: usize = 4 * 1024;
/// So much joined text is decoded at once.
const JOINED: usize = 16 * 1024;

/// Bytes are handed on when there are so many.
const PIECE: usize = 128 * 1024;
/// So many may come on top of that from one piece of a body.
const ROOM: usize = 64 * 1024;

struct Present {
    /// `None` for bytes that come as they are.
    decoder: Option<Decoder>,
    joined: Vec<u8>,
    check: ContentCheck,
    broken: Option<Broken>,
}

impl Contents {
    /// Begins a content in Base64.
    pub(super) fn begin(&mut self) {
        self.start(Some(Decoder::default()));
    }

    /// Begins a content whose bytes come as they are.
    pub(super) fn begin_plain(&mut self) {
        self.start(None);
    }

    fn start(&mut self, decoder: Option<Decoder>) {
        self.present = Some(Present {
            decoder,
            joined: Vec::new(),
            check: ContentCheck::default(),
            broken: None,
        });
        self.actions.push(Action::Begin);
    }

    /// A piece of the present content.
    pub(super) fn text(&mut self, piece: &[u8]) {
        let Some(present) = &mut self.present else {
            return;
        };
        if present.broken.is_some() {
            return;
        }
        if piece.len() >= SHORT && present.joined.is_empty() {
            return self.decode(piece);
        }
        present.joined.extend_from_slice(piece);
        if present.joined.len() >= JOINED {
            self.decode_joined();
        }
    }

    fn decode_joined(&mut self) {
        let Some(present) = &mut self.present else {
            return;
        };
        // A broken one was told of already.
        if present.joined.is_empty() || present.broken.is_some() {
            return;
        }
        let mut joined = std::mem::take(&mut present.joined);
        self.decode(&joined);
        joined.clear();
        if let Some(present) = &mut self.present {
            present.joined = joined;
        }
    }

    fn decode(&mut self, text: &[u8]) {
        let Some(present) = &mut self.present else {
            return;
        };
        if !matches!(self.actions.last(), Some(Action::Bytes(_))) {
            // Most contents are small; one that has filled a piece will fill the next.
            let room = if present.check.length() == 0 {
                0
            } else {
                PIECE + ROOM
            };
            self.actions.push(Action::Bytes(Vec::with_capacity(room)));
        }
        let Some(Action::Bytes(bytes)) = self.actions.last_mut() else {
            return;
        };
        let before = bytes.len();
        let decoded = if let Some(decoder) = &mut present.decoder {
            decoder.feed(text, bytes)
        } else {
            bytes.extend_from_slice(text);
            Ok(())
        };
        let taken = match decoded {
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
        self.decode_joined();
        if let Some(mut present) = self.present.take() {
            if present.broken.is_none() {
                match present.decoder.take().map_or(Ok(()), Decoder::finish) {
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
            // Bytes that were not handed on yet need not be.
            self.actions
                .pop_if(|action| matches!(action, Action::Bytes(_)));
            self.actions.push(Action::Abandon);
        }
    }

    /// What has come up since the last call. Bytes are held back until there are enough of them to be worth
    /// a walk to the disk, or no more will come.
    pub(super) fn take_actions(&mut self) -> Vec<Action> {
        let mut actions = std::mem::take(&mut self.actions);
        if let Some(Action::Bytes(bytes)) = actions.last()
            && bytes.len() < PIECE
        {
            self.actions.extend(actions.pop());
        }
        actions
    }

    /// What is known of a content.
    pub(super) fn passed(&self, number: usize) -> Option<&Passed> {
        self.passed.get(number)
    }
}
