//! The inbox: the list of what waits, the review beside it, what is pending above them, and the keys for all of it.

mod bar;
mod headings;
mod help;
mod keys;
mod list;
mod order;
mod row;
mod strip;
pub(crate) mod times;

use super::guard::{self, GuardForm};
use super::reject::{self, RejectForm};
use super::review::{self, ReviewState};
use crate::command::Command;
use crate::look::{EDGE, LINE, PAPER, WASH};
use crate::snapshot::{OpenMessage, Snapshot, Standing};
use eframe::egui::{CentralPanel, Frame, Margin, Panel, Stroke, Ui};
use jiff::Timestamp;
use model::NhsNumber;
use order::{Column, Filter, Order};
pub(crate) use row::why;
use std::collections::HashMap;

/// What the inbox remembers between frames.
#[derive(Default)]
pub struct InboxState {
    column: Column,
    backwards: bool,
    filter: Filter,
    search: String,
    order: Order,
    /// The message that the keyboard stands on.
    selected: Option<String>,
    /// The message that somebody asked to open from elsewhere.
    wanted: Option<String>,
    reveal: bool,
    focus_list: bool,
    focus_search: bool,
    /// The search box had the focus in the last frame.
    searching: bool,
    started: bool,
    names_asked: HashMap<NhsNumber, Timestamp>,
    /// Whose inbox this is, and whether the platform could be reached in the last frame.
    whose: Option<(String, bool)>,
    dialog: Dialog,
    review: ReviewState,
}

/// The dialog that is open.
#[derive(Default)]
enum Dialog {
    #[default]
    None,
    Keys,
    Reject(RejectForm),
    Guard(GuardForm),
}

impl InboxState {
    /// Selects this message and asks to open it at the next frame, whatever filter is set.
    pub fn open(&mut self, reference: &str) {
        self.wanted = Some(reference.to_owned());
    }

    /// Shows those whose import failed, and no others.
    pub fn show_failed(&mut self) {
        self.filter = Filter::Failed;
        self.search.clear();
    }

    /// Forgets what somebody else looked for. Names that were not found are asked for again after a while offline.
    fn belong_to(&mut self, standing: &Standing) {
        let whose = match standing {
            Standing::Online { who } => Some((who.spine_user_id.clone(), true)),
            Standing::Connecting { who } | Standing::Offline { who: Some(who), .. } => {
                Some((who.spine_user_id.clone(), false))
            }
            _ => None,
        };
        let same_person = whose.as_ref().map(|(id, _)| id) == self.whose.as_ref().map(|(id, _)| id);
        if !same_person && self.whose.is_some() {
            let wanted = self.wanted.take();
            *self = Self {
                wanted,
                ..Self::default()
            };
        } else if whose != self.whose {
            self.names_asked.clear();
        }
        self.whose = whose;
    }
}

/// Draws the inbox.
pub fn show(ui: &mut Ui, now: &Snapshot, local: &mut InboxState, out: &mut Vec<Command>) {
    local.belong_to(&now.standing);
    let opened = now.opened.as_deref();
    if local.review.follow(opened) {
        local.dialog = Dialog::None;
        local.focus_list = true;
        if let Some(message) = opened {
            local.selected = Some(message.row.reference.clone());
            local.reveal = true;
        }
    }
    order::refresh(local, &now.inbox);
    bring_forward(now, local, out);
    if matches!(local.dialog, Dialog::None) {
        keys::take(ui, now, local, out);
        order::refresh(local, &now.inbox);
    }

    let band = Frame::new()
        .fill(WASH)
        .inner_margin(Margin::symmetric(16, 10))
        .stroke(Stroke::NONE);
    Panel::top("inbox-bar")
        .frame(band)
        .show_separator_line(false)
        .show(ui, |ui| bar::show(ui, local));
    if now.pending.is_some() || now.told.is_some() {
        Panel::top("inbox-strip")
            .frame(
                Frame::new()
                    .fill(PAPER)
                    .inner_margin(Margin::symmetric(16, 8)),
            )
            .show_separator_line(false)
            .show(ui, |ui| strip::show(ui, now, out));
    }
    if let Some(message) = opened {
        let room = ui.available_width();
        Panel::left("inbox-list")
            .frame(Frame::new().fill(PAPER).inner_margin(Margin::same(8)))
            .default_size((room * 0.33).clamp(300.0, 420.0))
            .size_range(280.0..=(room * 0.5).max(300.0))
            .show(ui, |ui| list::show(ui, now, local, out, true));
        CentralPanel::no_frame()
            .frame(Frame::new().fill(PAPER).stroke(Stroke::new(1.0, LINE)))
            .show(ui, |ui| {
                let asked = review::show(ui, now, message, &mut local.review, out);
                take_asked(asked, message, local, out);
            });
    } else {
        CentralPanel::no_frame()
            .frame(
                Frame::new()
                    .fill(PAPER)
                    .inner_margin(Margin::symmetric(16, 8)),
            )
            .show(ui, |ui| list::show(ui, now, local, out, false));
    }
    dialogs(ui, now, local, out);
    local.started = true;
    // A pane that may be dragged has a line of its own; keep the colour near the others.
    ui.visuals_mut().widgets.noninteractive.bg_stroke = Stroke::new(1.0, EDGE);
}

/// Carries out what [`InboxState::open`] asked for.
fn bring_forward(now: &Snapshot, local: &mut InboxState, out: &mut Vec<Command>) {
    let Some(reference) = local.wanted.take() else {
        return;
    };
    if local.order.place(&now.inbox, &reference).is_none() {
        local.filter = Filter::All;
        local.search.clear();
        order::refresh(local, &now.inbox);
    }
    local.selected = Some(reference.clone());
    local.reveal = true;
    open(now, &reference, out);
}

/// Asks to open a message, unless it is open.
fn open(now: &Snapshot, reference: &str, out: &mut Vec<Command>) {
    let is_open = now
        .opened
        .as_ref()
        .is_some_and(|message| message.row.reference == reference);
    if !is_open {
        out.push(Command::Open {
            reference: reference.to_owned(),
        });
    }
}

/// What somebody asked of the review, by a click or by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nothing.
    Nothing,
    /// Import; the guard stands before it if it must.
    Import,
    /// The rejection form.
    Reject,
    /// Let it go.
    Close,
}

fn take_asked(asked: Asked, message: &OpenMessage, local: &mut InboxState, out: &mut Vec<Command>) {
    match asked {
        Asked::Nothing => {}
        Asked::Import if guard::stands_before(message) => {
            local.dialog = Dialog::Guard(GuardForm::default());
        }
        Asked::Import => out.push(Command::Import {
            reference: message.row.reference.clone(),
            confirmed: false,
        }),
        Asked::Reject => local.dialog = Dialog::Reject(RejectForm::default()),
        Asked::Close => {
            local.focus_list = true;
            out.push(Command::Close);
        }
    }
}

fn dialogs(ui: &Ui, now: &Snapshot, local: &mut InboxState, out: &mut Vec<Command>) {
    let done = match (&mut local.dialog, now.opened.as_deref()) {
        (Dialog::None, _) => false,
        (Dialog::Keys, _) => help::show(ui.ctx()),
        // What became impossible meanwhile closes its dialog; the review says why.
        (Dialog::Reject(_), Some(message)) if review::obstacle(now, message).is_some() => true,
        (Dialog::Guard(_), Some(message)) if review::import_obstacle(now, message).is_some() => {
            true
        }
        (Dialog::Reject(form), Some(message)) => reject::show(ui.ctx(), message, form, out),
        (Dialog::Guard(form), Some(message)) => guard::show(ui.ctx(), message, form, out),
        (Dialog::Reject(_) | Dialog::Guard(_), None) => true,
    };
    if done {
        local.dialog = Dialog::None;
        local.focus_list = true;
    }
}
