//! The patient: the message's NHS number beside what the record system says of it, and who holds the message.

use crate::command::Command;
use crate::look::{self, INK, INK_SOFT, PAPER, Tone};
use crate::screens::inbox::times;
use crate::screens::parts;
use crate::snapshot::{Card, Holding, OpenMessage, Snapshot};
use eframe::egui::{
    Align, CornerRadius, Frame, Label, Layout, Margin, RichText, Stroke, TextStyle, Ui, accesskit,
};

/// Draws them.
pub(super) fn show(ui: &mut Ui, now: &Snapshot, message: &OpenMessage, out: &mut Vec<Command>) {
    patient(ui, now, message, out);
    holding(ui, message, out);
}

fn patient(ui: &mut Ui, now: &Snapshot, message: &OpenMessage, out: &mut Vec<Command>) {
    let tone = tone(&message.card);
    let stroke = match tone {
        Tone::Plain => Stroke::new(1.0, look::EDGE),
        _ => Stroke::new(2.0, tone.ink()),
    };
    let shown = Frame::new()
        .fill(PAPER)
        .stroke(stroke)
        .corner_radius(CornerRadius::same(4))
        .inner_margin(Margin::symmetric(14, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            let number = message.row.nhs_number.spaced();
            if let Card::One {
                name,
                born,
                deceased,
                record,
            } = &message.card
            {
                ui.horizontal(|ui| {
                    if let Some(address) = record {
                        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                            if look::button(ui, "Open record").clicked() {
                                out.push(Command::OpenRecord {
                                    address: address.clone(),
                                });
                            }
                            ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                                parts::bold(ui, name, 19.0, INK);
                            });
                        });
                    } else {
                        parts::bold(ui, name, 19.0, INK);
                    }
                });
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing.x = 18.0;
                    fact(ui, "Born", &birth(now, *born));
                    fact(ui, "NHS number", &number);
                    small(ui, "the same in message and record");
                });
                if *deceased {
                    let words = "This patient has died, the record says.";
                    ui.label(
                        RichText::new(format!("{} {words}", Tone::Bad.sign()))
                            .color(Tone::Bad.ink()),
                    );
                }
            } else {
                fact(ui, "NHS number in the message", &number);
                let words = words(&message.card);
                let said = if tone == Tone::Plain {
                    words
                } else {
                    format!("{} {words}", tone.sign())
                };
                let ink = if tone == Tone::Plain { INK } else { tone.ink() };
                let shown = ui.add(Label::new(RichText::new(said).color(ink)).wrap());
                parts::announce(&shown);
            }
        });
    ui.ctx().accesskit_node_builder(shown.response.id, |node| {
        node.set_role(accesskit::Role::Group);
        node.set_label("Patient");
    });
}

fn tone(card: &Card) -> Tone {
    match card {
        Card::One { deceased: true, .. } | Card::Nobody | Card::Several(_) => Tone::Bad,
        Card::NotAsked | Card::Silent { .. } => Tone::Warn,
        Card::One { .. } | Card::Asking => Tone::Plain,
    }
}

/// What the record system said, and what that means for importing.
fn words(card: &Card) -> String {
    match card {
        Card::Asking => "Asking your record system who this is.".to_owned(),
        Card::One { name, .. } => name.clone(),
        Card::Nobody => "Nobody in your records has this NHS number, so the message can't be imported. Register the patient first and open it again, or reject it.".to_owned(),
        Card::Several(n) => format!(
            "{n} patients in your records have this NHS number, so the message can't be imported until the records are put right."
        ),
        Card::NotAsked => "Your record system can't be asked about patients. Compare name and date of birth in the document with the record yourself before you import.".to_owned(),
        Card::Silent { reason } => format!(
            "Your record system did not answer ({reason}), so the patient could not be compared. Import only if you have compared them yourself. If it is still silent then, nothing is lost: the message stays here."
        ),
    }
}

fn birth(now: &Snapshot, born: Option<jiff::civil::Date>) -> String {
    born.map_or_else(
        || "not in the record".to_owned(),
        |day| {
            format!(
                "{} ({} y)",
                times::date(day),
                times::years(now.now, &now.zone, day)
            )
        },
    )
}

fn fact(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(RichText::new(name).color(INK_SOFT));
        parts::bold(ui, value, 15.5, INK);
    });
}

fn small(ui: &mut Ui, words: &str) {
    let text = RichText::new(words)
        .text_style(TextStyle::Small)
        .color(INK_SOFT);
    ui.add(Label::new(text).wrap());
}

fn holding(ui: &mut Ui, message: &OpenMessage, out: &mut Vec<Command>) {
    match &message.holding {
        Holding::Ours => {}
        Holding::Asking => {
            let shown = look::soft(ui, "Opening it for you\u{2026}");
            parts::announce(&shown);
        }
        Holding::Theirs { name } => {
            let whose = name.as_deref().map_or_else(
                || "Somebody else has it open".to_owned(),
                |name| format!("Open at {}", parts::owners(name)),
            );
            let words = format!(
                "{whose}. You can read it; import and reject wait until it is closed there."
            );
            look::banner(ui, Tone::Warn, &words, |_| ());
        }
        Holding::Lost { reason } => {
            let words = format!("This message is no longer held for you: {reason}");
            look::banner(ui, Tone::Warn, &words, |ui| {
                if look::button(ui, "Open again").clicked() {
                    out.push(Command::Open {
                        reference: message.row.reference.clone(),
                    });
                }
            });
        }
    }
}
