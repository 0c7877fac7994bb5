//! The client systems that hold a permission, and how one is withdrawn.

use super::{CodesState, Withdrawing};
use crate::command::Command;
use crate::look::{self, INK, INK_SOFT, Tone};
use crate::screens::inbox::times;
use crate::screens::parts;
use crate::snapshot::{Permission, Snapshot};
use eframe::egui::{Align, Context, Label, Layout, RichText, TextStyle, Ui};

/// Draws the list.
pub(super) fn show(ui: &mut Ui, now: &Snapshot, local: &mut CodesState, out: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        look::heading(ui, "Who may send in your name");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if look::button(ui, "Read again").clicked() {
                out.push(Command::ReadPermissions);
            }
        });
    });
    if let Some(trouble) = &now.permissions.trouble {
        let words = format!("The list can't be read now: {trouble}");
        look::banner(ui, Tone::Warn, &words, |_| ());
    }
    match &now.permissions.list {
        None if now.permissions.trouble.is_none() => {
            look::soft(ui, "Being read\u{2026}");
        }
        None => {}
        Some(list) if list.is_empty() => {
            look::soft(ui, "Nobody. Every message waits in the inbox for you.");
        }
        Some(list) => {
            for permission in list.iter() {
                look::rule(ui);
                row(ui, now, permission, local);
            }
            look::rule(ui);
        }
    }
}

fn row(ui: &mut Ui, now: &Snapshot, permission: &Permission, local: &mut CodesState) {
    let used = permission.last_used_at.map_or_else(
        || "never".to_owned(),
        |at| times::recently(now.now, &now.zone, at),
    );
    let made = times::recently(now.now, &now.zone, permission.made_at);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let shown = look::button(ui, "Withdraw")
                .accessible_name(format!("Withdraw from {}", permission.client));
            if shown.clicked() {
                local.withdrawing = Some(Withdrawing {
                    token_id: permission.token_id.clone(),
                    shown_before: false,
                });
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.add(Label::new(RichText::new(&permission.client).color(INK)).truncate());
                    let words = format!("Made {made} · last used {used}");
                    let text = RichText::new(words)
                        .text_style(TextStyle::Small)
                        .color(INK_SOFT);
                    ui.add(Label::new(text).truncate());
                });
            });
        });
    });
}

/// Draws the question before a permission is withdrawn.
pub(super) fn confirm(
    ctx: &Context,
    now: &Snapshot,
    local: &mut CodesState,
    out: &mut Vec<Command>,
) {
    let Some(withdrawing) = &mut local.withdrawing else {
        return;
    };
    let list = now.permissions.list.as_deref();
    let client = list.and_then(|list| {
        list.iter()
            .find(|each| each.token_id == withdrawing.token_id)
            .map(|each| each.client.clone())
    });
    let Some(client) = client else {
        // It is gone already.
        local.withdrawing = None;
        return;
    };
    let title = format!("Withdraw the permission of {client}?");
    let (done, close) = parts::dialog(ctx, "withdraw", &title, 520.0, |ui| {
        ui.add(
            Label::new(format!(
                "From now on nothing that {client} sends with it goes into the record by itself. Messages on their way wait in the inbox for you to decide. What is in the record already stays there."
            ))
            .wrap(),
        );
        look::soft(
            ui,
            "This can't be undone. A new access code gives a new permission.",
        );
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            if look::danger_if(ui, true, "Withdraw").clicked() {
                out.push(Command::Withdraw {
                    token_id: withdrawing.token_id.clone(),
                });
                return true;
            }
            let keep = look::button(ui, "Keep it");
            if !withdrawing.shown_before {
                keep.request_focus();
                withdrawing.shown_before = true;
            }
            keep.clicked()
        })
        .inner
    });
    if done || close {
        local.withdrawing = None;
    }
}
