//! The guard against the wrong patient: it warns of other NHS numbers, and asks again in another way before the import.

use super::parts;
use crate::command::Command;
use crate::look::{self, INK, Tone};
use crate::snapshot::{Card, OpenMessage};
use ::preview::{Part, Place};
use eframe::egui::{Align, Context, Key, Label, Layout, Modifiers, RichText, TextStyle, Ui};

/// What the second confirmation remembers between frames.
#[derive(Default)]
pub(crate) struct GuardForm {
    read: bool,
    shown_before: bool,
}

/// Whether a second confirmation stands before the import.
pub(crate) fn stands_before(message: &OpenMessage) -> bool {
    message
        .searched
        .as_ref()
        .is_some_and(|searched| !searched.others.is_empty())
}

/// Warns of other NHS numbers; nothing if there are none.
pub(crate) fn warn(ui: &mut Ui, message: &OpenMessage) {
    if stands_before(message) {
        let words = format!(
            "Check the patient. This message may be about somebody else: it also holds NHS number {}.",
            others(message)
        );
        look::banner(ui, Tone::Bad, &words, |_| ());
    }
}

/// Says what else the search for NHS numbers came to.
pub(crate) fn notes(ui: &mut Ui, message: &OpenMessage) {
    let Some(searched) = &message.searched else {
        look::soft(
            ui,
            "Searching the documents for other patients' NHS numbers\u{2026}",
        );
        return;
    };
    if !searched.unread.is_empty() {
        let what = searched
            .unread
            .iter()
            .map(|&part| part_name(message, part))
            .collect::<Vec<_>>()
            .join(", ");
        note(
            ui,
            Tone::Warn,
            &format!("Not searched for NHS numbers: {what}. Look at the name in it yourself."),
        );
    } else if searched.others.is_empty() {
        let words = if searched.own_seen {
            "The text names this NHS number and no other."
        } else {
            "No NHS number was found in the text. Look at the name in it yourself."
        };
        let tone = if searched.own_seen {
            Tone::Good
        } else {
            Tone::Plain
        };
        note(ui, tone, words);
    }
}

fn note(ui: &mut Ui, tone: Tone, words: &str) {
    let ink = if tone == Tone::Plain { INK } else { tone.ink() };
    let text = RichText::new(format!("{} {words}", tone.sign()))
        .text_style(TextStyle::Small)
        .color(ink);
    ui.add(Label::new(text).wrap());
}

/// `943 476 5919 (page 2 of letter.pdf)`, and so on.
fn others(message: &OpenMessage) -> String {
    let Some(searched) = &message.searched else {
        return String::new();
    };
    searched
        .others
        .iter()
        .map(|found| {
            let places = found
                .places
                .iter()
                .take(3)
                .map(|place| place_name(message, place))
                .collect::<Vec<_>>()
                .join(", ");
            format!("{} ({places})", parts::number(&found.number))
        })
        .collect::<Vec<_>>()
        .join("; ")
}

fn place_name(message: &OpenMessage, place: &Place) -> String {
    let part = part_name(message, place.part);
    match place.page {
        Some(page) => format!("page {page} of {part}"),
        None => part,
    }
}

fn part_name(message: &OpenMessage, part: Part) -> String {
    let document = |index: u32| {
        usize::try_from(index)
            .ok()
            .and_then(|index| message.documents.get(index))
            .map_or("a document", |document| document.name.as_str())
    };
    match part {
        Part::Body => "the message text".to_owned(),
        Part::Coded(_) => "a coded item".to_owned(),
        Part::FileName(index) => format!("the file name {}", document(index)),
        Part::Attachment(index) => document(index).to_owned(),
    }
}

/// Draws the second confirmation; true when it should close.
///
/// It can't be given by doing the first click twice: a box has to be ticked, the focus is on Cancel, and Enter does
/// nothing but cancel.
pub(crate) fn show(
    ctx: &Context,
    message: &OpenMessage,
    form: &mut GuardForm,
    out: &mut Vec<Command>,
) -> bool {
    let who = match &message.card {
        Card::One { name, .. } => format!("{name}, NHS number"),
        _ => "the patient with NHS number".to_owned(),
    };
    let who = format!("{who} {}", parts::number(&message.row.nhs_number));
    let (done, close) = parts::dialog(ctx, "guard", "Is this the right patient?", 560.0, |ui| {
        let entered = ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter));
        let words = format!(
            "This message may be about somebody else: it also holds NHS number {}.",
            others(message)
        );
        look::banner(ui, Tone::Bad, &words, |_| ());
        ui.add(
            Label::new("If it is about somebody else, cancel and reject it as \u{201C}Wrong patient in the document\u{201D}.")
                .wrap(),
        );
        ui.checkbox(
            &mut form.read,
            format!("I have read the document; it is about {who}"),
        );
        ui.add_space(8.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let import = look::danger_if(ui, form.read, "Import for this patient");
            let cancel = look::button(ui, "Cancel");
            if !form.shown_before {
                cancel.request_focus();
                form.shown_before = true;
            }
            if import.clicked() && form.read {
                out.push(Command::Import { confirmed: true });
                return true;
            }
            cancel.clicked() || (entered && cancel.has_focus())
        })
        .inner
    });
    done || close
}
