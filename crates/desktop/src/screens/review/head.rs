//! What the message is: topic, sender, times, and why it waits.

use crate::look::{INK, INK_SOFT, Tone};
use crate::screens::inbox::{times, why};
use crate::screens::parts;
use crate::snapshot::{OpenMessage, Snapshot};
use crate::topic;
use eframe::egui::{Label, RichText, TextStyle, Ui, accesskit};

/// Draws it.
pub(super) fn show(ui: &mut Ui, now: &Snapshot, message: &OpenMessage) {
    ui.scope(|ui| lines(ui, now, message));
}

fn lines(ui: &mut Ui, now: &Snapshot, message: &OpenMessage) {
    let row = &message.row;
    ui.spacing_mut().item_spacing.y = 4.0;
    let topic = topic::in_words(&row.topic);
    let heading = parts::bold(ui, &topic, 20.0, INK);
    ui.ctx().accesskit_node_builder(heading.id, |node| {
        node.set_role(accesskit::Role::Heading);
        node.set_label(topic.as_str());
    });
    if topic != row.topic {
        heading.on_hover_text(format!("Topic as sent: {}", row.topic));
    }
    let small = |words: String| RichText::new(words).text_style(TextStyle::Small);
    ui.add(
        Label::new(
            small(format!(
                "From {} · received {}, {} ago",
                row.sender,
                times::moment(&now.zone, row.received_at),
                times::age(now.now, row.received_at),
            ))
            .color(INK_SOFT),
        )
        .wrap(),
    );
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        let (tone, words) = why(row);
        let (sign, ink) = signed(tone);
        let reason = match &row.reason {
            Some(reason) => format!("{sign}{words}: {reason}"),
            None => format!("{sign}{words}"),
        };
        ui.label(small(reason).color(ink));
        let soon = times::is_soon(now.now, row.expires_at);
        let (sign, ink) = signed(if soon { Tone::Warn } else { Tone::Plain });
        ui.label(
            small(format!(
                "{sign}Expires {}, on {}",
                times::left(now.now, row.expires_at),
                times::moment(&now.zone, row.expires_at),
            ))
            .color(ink),
        );
    });
}

fn signed(tone: Tone) -> (String, eframe::egui::Color32) {
    match tone {
        Tone::Plain | Tone::Good => (String::new(), INK_SOFT),
        Tone::Warn | Tone::Bad => (format!("{} ", tone.sign()), tone.ink()),
    }
}
