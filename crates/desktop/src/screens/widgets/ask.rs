//! The question for which patient a widget is to open.

use super::WidgetsState;
use crate::command::Command;
use crate::look::{self, INK, INK_SOFT, Tone};
use crate::snapshot::{Card, Snapshot, Widget};
use eframe::egui::{Align, Key, Label, Layout, RichText, TextStyle, Ui};
use model::NhsNumber;

/// Draws it.
pub(super) fn show(
    ui: &mut Ui,
    now: &Snapshot,
    widget: &Widget,
    local: &mut WidgetsState,
    out: &mut Vec<Command>,
) {
    ui.add(
        Label::new(
            RichText::new(format!("Open {} for which patient?", widget.name))
                .text_style(TextStyle::Heading)
                .color(INK),
        )
        .wrap(),
    );
    let field = look::field(
        ui,
        "NHS number",
        "10 digits, with or without spaces",
        &mut local.number,
        false,
    );
    if !local.shown_before {
        field.request_focus();
        local.shown_before = true;
    }
    let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    let number = NhsNumber::parse(&digits(&local.number)).ok();
    let (said, ink) = said(now, number.as_ref(), &local.number);
    let shown =
        ui.add(Label::new(RichText::new(said).text_style(TextStyle::Small).color(ink)).wrap());
    crate::screens::parts::announce(&shown);
    ui.add_space(6.0);
    let mut close = false;
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        let open = look::primary_if(ui, number.is_some(), "Open").clicked();
        if let Some(number) = &number
            && (open || entered)
        {
            out.push(Command::LaunchWidget {
                id: widget.id.clone(),
                patient: Some(number.clone()),
            });
            close = true;
        }
        if look::button(ui, "Cancel").clicked() {
            close = true;
        }
    });
    if close {
        local.close();
    }
}

/// What was typed without the spaces and hyphens that people put between groups.
fn digits(typed: &str) -> String {
    typed
        .chars()
        .filter(|sign| !sign.is_whitespace() && *sign != '-')
        .collect()
}

/// What is said of the number so far.
fn said(
    now: &Snapshot,
    number: Option<&NhsNumber>,
    typed: &str,
) -> (String, eframe::egui::Color32) {
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    match number {
        Some(number) => {
            let open = now
                .opened
                .as_ref()
                .filter(|message| message.row.nhs_number == *number);
            let words = match open.map(|message| &message.card) {
                Some(Card::One { name, .. }) => {
                    format!("{name}, the patient of the message that is open.")
                }
                Some(_) => "The patient of the message that is open.".to_owned(),
                None => "The number is well formed.".to_owned(),
            };
            (words, INK_SOFT)
        }
        None if digits < 10 => (
            "The widget's supplier is told who you are and which patient this is.".to_owned(),
            INK_SOFT,
        ),
        None => (
            format!(
                "{} This is not an NHS number. Check its digits.",
                Tone::Bad.sign()
            ),
            Tone::Bad.ink(),
        ),
    }
}
