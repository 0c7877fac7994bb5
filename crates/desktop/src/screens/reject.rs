//! Rejection: a reason from a list, words, and what the sender will read.

mod reasons;

use super::parts;
use crate::command::Command;
use crate::look::{self, INK, INK_SOFT, Tone, WASH};
use crate::snapshot::OpenMessage;
use eframe::egui::{
    Align, Context, CornerRadius, Frame, Label, Layout, Margin, RichText, ScrollArea, TextEdit,
    TextStyle, Ui,
};

/// The most characters that a sender is sent.
const LONGEST: usize = 500;

/// The reasons that can be chosen; the last needs words.
const REASONS: [&str; 6] = [
    "Not our patient",
    "Wrong patient in the document",
    "Duplicate",
    "Unreadable",
    "Not for this practice",
    OTHER,
];
const OTHER: &str = "Other";

/// What the form remembers between frames.
#[derive(Default)]
pub(crate) struct RejectForm {
    reason: Option<&'static str>,
    words: String,
    shown_before: bool,
}

impl RejectForm {
    /// What the sender will read; empty until a reason is chosen.
    fn sent(&self) -> String {
        let words = self.words.trim();
        match self.reason {
            None => String::new(),
            Some(OTHER) => words.to_owned(),
            Some(reason) if words.is_empty() => format!("{reason}."),
            Some(reason) => format!("{reason}. {words}"),
        }
    }

    /// Why it can't be sent yet, in words.
    fn obstacle(&self) -> Option<String> {
        let length = self.sent().chars().count();
        match self.reason {
            None => Some("Choose a reason.".to_owned()),
            Some(OTHER) if length == 0 => Some("Write the reason in words.".to_owned()),
            Some(_) if length > LONGEST => Some(format!(
                "{} too long.",
                parts::count(length - LONGEST, "character", "characters")
            )),
            Some(_) => None,
        }
    }
}

/// Draws it; true when it should close.
pub(crate) fn show(
    ctx: &Context,
    message: &OpenMessage,
    form: &mut RejectForm,
    out: &mut Vec<Command>,
) -> bool {
    let (done, close) = parts::dialog(ctx, "reject", "Reject this message", 560.0, |ui| {
        look::soft(
            ui,
            &format!(
                "Nothing goes into the record, and {} is told why.",
                message.row.sender
            ),
        );
        ui.spacing_mut().item_spacing.y = 2.0;
        let first = !std::mem::replace(&mut form.shown_before, true);
        reasons::show(ui, &mut form.reason, &REASONS, first);
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.add_space(4.0);
        words(ui, form);
        what_is_sent(ui, message, &form.sent());
        deeds(ui, message, form, out)
    });
    done || close
}

fn words(ui: &mut Ui, form: &mut RejectForm) {
    let name = if form.reason == Some(OTHER) {
        "In your words"
    } else {
        "In your words, if you like"
    };
    let label = ui.label(name);
    ui.add(
        TextEdit::multiline(&mut form.words)
            .desired_rows(3)
            .desired_width(f32::INFINITY)
            .margin(Margin::symmetric(8, 7)),
    )
    .labelled_by(label.id);
}

fn what_is_sent(ui: &mut Ui, message: &OpenMessage, sent: &str) {
    let length = sent.chars().count();
    ui.horizontal(|ui| {
        ui.label(format!("{} will read", message.row.sender));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (sign, ink) = if length > LONGEST {
                (format!("{} ", Tone::Bad.sign()), Tone::Bad.ink())
            } else {
                (String::new(), INK_SOFT)
            };
            let text = RichText::new(format!("{sign}{length} of {LONGEST} characters"));
            ui.label(text.text_style(TextStyle::Small).color(ink));
        });
    });
    Frame::new()
        .fill(WASH)
        .corner_radius(CornerRadius::same(4))
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ScrollArea::vertical()
                .id_salt("reject-sent")
                .max_height(96.0)
                .show(ui, |ui| {
                    let (words, ink) = if sent.is_empty() {
                        ("Nothing yet", INK_SOFT)
                    } else {
                        (sent, INK)
                    };
                    ui.add(Label::new(RichText::new(words).color(ink)).wrap());
                });
        });
}

fn deeds(ui: &mut Ui, message: &OpenMessage, form: &RejectForm, out: &mut Vec<Command>) -> bool {
    let obstacle = form.obstacle();
    ui.horizontal(|ui| {
        let reject = look::danger_if(ui, obstacle.is_none(), "Reject");
        let cancel = look::button(ui, "Cancel");
        if let Some(words) = &obstacle {
            let text = RichText::new(words)
                .text_style(TextStyle::Small)
                .color(INK_SOFT);
            ui.label(text);
        }
        if reject.clicked() && obstacle.is_none() {
            out.push(Command::Reject {
                reference: message.row.reference.clone(),
                reason: form.sent(),
            });
            return true;
        }
        cancel.clicked()
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_reads_the_reason_and_the_words() {
        let mut form = RejectForm::default();
        assert_eq!(form.sent(), "");
        form.reason = Some("Duplicate");
        assert_eq!(form.sent(), "Duplicate.");
        form.words = "  We have it from Monday. ".to_owned();
        assert_eq!(form.sent(), "Duplicate. We have it from Monday.");
    }

    #[test]
    fn other_needs_words_and_nothing_is_longer_than_five_hundred_characters() {
        let mut form = RejectForm {
            reason: Some(OTHER),
            ..RejectForm::default()
        };
        assert!(form.obstacle().is_some());
        form.words = "ŵ".repeat(500);
        assert!(form.obstacle().is_none());
        form.reason = Some("Duplicate");
        assert_eq!(form.obstacle().as_deref(), Some("11 characters too long."));
    }
}
