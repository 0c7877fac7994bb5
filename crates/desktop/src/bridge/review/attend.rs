//! One open message from claim to decision: its documents are fetched, checked and searched while it is looked at.

use crate::bridge::desk::Desk;
use crate::bridge::search::{self, Searcher, Words};
use crate::bridge::{Step, words};
use crate::snapshot::{Act, Coded, Content, Document, Holding};
use model::NhsNumber;
use model::attachment::Kind;
use preview::{Block, Part, PreviewError, Span};
use tokio::sync::{mpsc, oneshot};
use toolbar::{AgentHandle, Opened, OperationError};
use wire::partner::Body;
use wire::practice::{AttachmentInfo, CodedItem, Detail};

/// What somebody decided.
pub(super) enum Deed {
    Import,
    Reject(String),
}

/// What is attended to.
pub(super) struct Attended {
    pub(super) number: u64,
    pub(super) reference: String,
    pub(super) back: mpsc::UnboundedSender<Step>,
    pub(super) searcher: Option<Searcher>,
}

impl Attended {
    /// Claims the message, shows it, waits for the decision and carries it out; without one it is given back.
    pub(super) async fn attend(self, agent: AgentHandle, mut decided: oneshot::Receiver<Deed>) {
        let number = self.number;
        let opened = match agent.open(&self.reference).await {
            Ok(opened) => opened,
            Err(error) => {
                self.step(move |desk| desk.not_opened(number, &error));
                return;
            }
        };
        let detail = opened.detail().clone();
        self.step(move |desk| desk.claimed(number, &detail));
        self.watch_claim(&opened);
        let deed = {
            let reading = self.read(&opened);
            tokio::pin!(reading);
            tokio::select! {
                biased;
                deed = &mut decided => deed,
                () = &mut reading => decided.await,
            }
        };
        let (act, result) = match deed {
            Ok(Deed::Import) => (Act::Import, opened.import().await.map(drop)),
            Ok(Deed::Reject(reason)) => (Act::Reject, opened.reject(&reason).await.map(drop)),
            Err(_) => {
                // If it doesn't work, the claim ends by itself.
                let _ = opened.release().await;
                return;
            }
        };
        let reference = self.reference.clone();
        self.step(move |desk| desk.done(number, &reference, act, result));
    }

    fn step(&self, step: impl FnOnce(&mut Desk) + Send + 'static) {
        let _ = self.back.send(Box::new(step));
    }

    fn watch_claim(&self, opened: &Opened) {
        let (number, back, mut held) = (self.number, self.back.clone(), opened.held());
        tokio::spawn(async move {
            while held.changed().await.is_ok() {
                let now = *held.borrow_and_update();
                if let toolbar::Holding::Lost { why } = now {
                    let reason = words::sentence(&why.to_string());
                    let _ = back.send(Box::new(move |desk| desk.claim_lost(number, reason)));
                    return;
                }
            }
        });
    }

    /// Fetches every document, and searches all of them when they are here.
    async fn read(&self, opened: &Opened) {
        let number = self.number;
        let detail = opened.detail();
        let mut words = Words::of(detail);
        if let Some(sent) = detail.body.clone() {
            let blocks = body(sent, self.searcher.clone())
                .await
                .unwrap_or_else(|error| {
                    words.unread(Part::Body);
                    plain(error.words().to_owned())
                });
            words.body(&blocks);
            self.step(move |desk| {
                if let Some(open) = desk.opened_mut(number) {
                    open.body = blocks;
                }
            });
        }
        for (place, info) in detail.attachments.iter().enumerate() {
            let fetched = opened.attachment(info.index).await;
            let kind = Kind::from_mime_type(&info.mime_type);
            let part = Part::Attachment(search::index(place));
            match (fetched, kind) {
                (Ok(bytes), Some(kind)) => {
                    let document = preview::Document::new(kind, bytes.to_vec());
                    words.document(part, document.clone());
                    self.step(move |desk| desk.document_here(number, place, document));
                }
                (Ok(_), None) => {
                    words.unread(part);
                    let reason = "This kind of document can't be shown.".to_owned();
                    self.step(move |desk| desk.document_not_here(number, place, reason));
                }
                (Err(error), _) => {
                    words.unread(part);
                    let reason = words::of(&error);
                    self.step(move |desk| desk.document_not_here(number, place, reason));
                }
            }
        }
        let Some(searched) = search::search(words, self.searcher.clone()).await else {
            return;
        };
        self.step(move |desk| {
            if let Some(open) = desk.opened_mut(number) {
                open.searched = Some(searched);
            }
        });
    }
}

impl Desk {
    fn not_opened(&mut self, number: u64, error: &OperationError) {
        if let Some(open) = self.opened_mut(number) {
            open.holding = match error {
                OperationError::HeldBy { name } => Holding::Theirs { name: name.clone() },
                other => Holding::Lost {
                    reason: words::of(other),
                },
            };
        }
    }

    fn claimed(&mut self, number: u64, detail: &Detail) {
        let row = self.row(&detail.summary);
        if let Some(open) = self.opened_mut(number) {
            open.holding = Holding::Ours;
            if let Some(row) = row {
                let before = std::mem::replace(&mut open.row, row);
                // What it waits for was told before the claim changed its state.
                open.row.why = before.why;
                open.row.reason = open.row.reason.take().or(before.reason);
                open.row.patient = open.row.patient.take().or(before.patient);
                open.row.open_at = None;
            }
            open.documents = detail.attachments.iter().map(loading).collect();
            open.coded = detail.coded_data_items.iter().map(coded).collect();
        }
    }

    pub(super) fn claim_lost(&mut self, number: u64, reason: String) {
        let open = self.review.open.as_ref();
        let deciding = open.is_some_and(|open| open.number == number && open.decide.is_some());
        if !self.drop_pending(number, &reason) && !deciding {
            return;
        }
        if let Some(open) = self.opened_mut(number) {
            open.holding = Holding::Lost { reason };
        }
    }

    fn document_not_here(&mut self, number: u64, place: usize, reason: String) {
        let open = self.opened_mut(number);
        if let Some(document) = open.and_then(|open| open.documents.get_mut(place)) {
            document.content = Content::NotShown { reason };
        }
    }
}

/// The words for the practice, fit to be drawn; HTML is read in the worker's process, for it may mean harm.
async fn body(body: Body, searcher: Option<Searcher>) -> Result<Vec<Block>, PreviewError> {
    if !body.mime_type.eq_ignore_ascii_case("text/html") {
        let (text, _) = preview::text::visible(&body.content);
        return Ok(plain(text));
    }
    let searcher = searcher.ok_or(PreviewError::NoWorker)?;
    let reading = tokio::task::spawn_blocking(move || searcher.html(&body.content));
    reading.await.unwrap_or(Err(PreviewError::Stopped))
}

fn plain(text: String) -> Vec<Block> {
    let spans = vec![Span {
        text,
        bold: false,
        italic: false,
        underline: false,
    }];
    vec![Block::Paragraph { spans }]
}

fn loading(info: &AttachmentInfo) -> Document {
    let (name, _) = preview::text::visible(&info.file_name);
    Document {
        name,
        kind: match Kind::from_mime_type(&info.mime_type) {
            Some(Kind::Pdf) => "PDF",
            Some(Kind::Jpeg) => "Picture",
            Some(Kind::Text) => "Text",
            Some(Kind::ConsultationNotes) => "Consultation notes",
            None => "Document",
        },
        size: info.size,
        content: Content::Loading,
    }
}

fn coded(item: &CodedItem) -> Coded {
    let value = item.value.as_ref().map(|value| match &item.unit {
        Some(unit) => format!("{value} {unit}"),
        None => value.clone(),
    });
    Coded {
        code: item.code.clone(),
        value,
        words: item.additional_text.clone(),
    }
}

/// The NHS number that a message is about, if it is one.
pub(in crate::bridge) fn own(detail: &Detail) -> Option<NhsNumber> {
    NhsNumber::parse(&detail.summary.nhs_number).ok()
}
