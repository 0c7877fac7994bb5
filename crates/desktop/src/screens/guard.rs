//! The guard against the wrong patient: it warns of other NHS numbers, and asks again in another way before the import.

use super::parts;
use crate::command::Command;
use crate::look::{self, INK, Tone};
use crate::snapshot::{Card, Content, OpenMessage};
use ::preview::{Part, Place};
use eframe::egui::{Context, Key, Label, Modifiers, RichText, TextStyle, Ui};

/// What the second confirmation remembers between frames.
#[derive(Default)]
pub(crate) struct GuardForm {
    read: bool,
    shown_before: bool,
}

/// Whether a second confirmation stands before the import: another number was found, what may hold one was not read, or
/// there is a document that nobody can have looked at.
pub(crate) fn stands_before(message: &OpenMessage) -> bool {
    let care = message
        .searched
        .as_ref()
        .is_some_and(::preview::Searched::needs_care);
    care || message.holds_unseen()
}

/// The documents that can't be shown.
fn unseen(message: &OpenMessage) -> Vec<&str> {
    let hidden = message
        .documents
        .iter()
        .filter(|document| matches!(document.content, Content::NotShown { .. }));
    hidden.map(|document| document.name.as_str()).collect()
}

/// Warns of other NHS numbers and of what could not be searched; nothing if there is nothing to warn of.
pub(crate) fn warn(ui: &mut Ui, message: &OpenMessage) {
    if stands_before(message) {
        let words = format!("Check the patient. {}", dangers(message));
        look::banner(ui, Tone::Bad, &words, |_| ());
    }
}

/// What speaks for a confirmation, in sentences.
fn dangers(message: &OpenMessage) -> String {
    let Some(searched) = &message.searched else {
        return String::new();
    };
    let others = (!searched.others.is_empty()).then(|| {
        format!(
            "This message may be about somebody else: it also holds NHS number {}.",
            others(message)
        )
    });
    let failed = (!searched.failed.is_empty()).then(|| {
        format!(
            "{} could not be searched for other patients' NHS numbers.",
            names(message, &searched.failed)
        )
    });
    let unseen = unseen(message);
    let unseen = (!unseen.is_empty())
        .then(|| format!("Nobody has been able to read {} here.", unseen.join(", ")));
    let sentences: Vec<String> = others.into_iter().chain(failed).chain(unseen).collect();
    sentences.join(" ")
}

fn names(message: &OpenMessage, parts: &[Part]) -> String {
    let names: Vec<String> = parts.iter().map(|&part| part_name(message, part)).collect();
    names.join(", ")
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
    let pictures: Vec<Part> = searched
        .unread
        .iter()
        .filter(|part| !searched.failed.contains(part))
        .copied()
        .collect();
    if !pictures.is_empty() {
        let what = names(message, &pictures);
        note(
            ui,
            Tone::Warn,
            &format!("Not searched for NHS numbers: {what}. Look at the name in it yourself."),
        );
    } else if !searched.needs_care() {
        let found = if searched.own_seen {
            "The text names this NHS number and no other."
        } else {
            "No NHS number was found in the text. Look at the name in it yourself."
        };
        if searched.pictures {
            note(
                ui,
                Tone::Plain,
                &format!("{found} Pictures in it were not searched."),
            );
        } else if searched.own_seen {
            note(ui, Tone::Good, found);
        } else {
            note(ui, Tone::Plain, found);
        }
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
        let words = dangers(message);
        look::banner(ui, Tone::Bad, &words, |_| ());
        ui.add(
            Label::new("If it is about somebody else, cancel and reject it as \u{201C}Wrong patient in the document\u{201D}.")
                .wrap(),
        );
        let hidden = unseen(message);
        let confirmed = if hidden.is_empty() {
            format!("I have read the document; it is about {who}")
        } else {
            ui.add(
                Label::new("Better ask the sender for it again, or reject the message as \u{201C}Unreadable\u{201D}.")
                    .wrap(),
            );
            format!(
                "I could not read {}, and still want it in the record of {who}",
                hidden.join(", ")
            )
        };
        ui.checkbox(&mut form.read, confirmed);
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let import = look::danger_if(ui, form.read, "Import for this patient");
            let cancel = look::button(ui, "Cancel");
            if !form.shown_before {
                cancel.request_focus();
                form.shown_before = true;
            }
            if import.clicked() && form.read {
                out.push(Command::Import {
                    reference: message.row.reference.clone(),
                    confirmed: true,
                });
                return true;
            }
            cancel.clicked() || (entered && cancel.has_focus())
        })
        .inner
    });
    done || close
}
