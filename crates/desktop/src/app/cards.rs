//! The windows of notices: small, at the bottom right, above everything, and never with the focus.

use super::shell::{Shared, Shell};
use super::windows::{menu_on_request, screen};
use crate::command::Command;
use crate::look;
use crate::place::Place;
use crate::screens::notices::{self, GAP, SHOWN, WIDTH};
use crate::snapshot::Notice;
use eframe::egui::{
    CentralPanel, Context, Frame, Ui, ViewportBuilder, ViewportId, X11WindowType, pos2, vec2,
};
use std::time::Duration;

/// A card's age grows by this.
const TICK: Duration = Duration::from_millis(500);

/// Shows the oldest few; the others wait for room.
pub(super) fn show(ctx: &Context, shared: &Shared, news: bool) {
    let shown: Vec<Notice> = shared.with(|shell| {
        let all = shell.now.as_ref().map(|now| now.notices.clone());
        let all = all.unwrap_or_default();
        shell
            .cards
            .retain(|id, _| all.iter().any(|notice| notice.id == *id));
        all.iter().take(SHOWN).cloned().collect()
    });
    let screen = screen(ctx);
    let mut bottom = screen.y - GAP;
    for notice in shown {
        let size = vec2(WIDTH, notices::height(&notice));
        let at = pos2(screen.x - size.x - GAP, bottom - size.y);
        bottom -= size.y + GAP;
        let id = ViewportId::from_hash_of(("notice", notice.id));
        let builder = ViewportBuilder::default()
            .with_title("Notice")
            .with_inner_size(size)
            .with_position(at)
            .with_decorations(false)
            .with_resizable(false)
            .with_taskbar(false)
            .with_active(false)
            .with_always_on_top()
            .with_window_type(X11WindowType::Notification)
            // No window manager gives it the focus, then.
            .with_override_redirect(true);
        let shared = shared.clone();
        ctx.show_viewport_deferred(id, builder, move |ui, _| draw(ui, &notice, &shared));
        if news {
            ctx.request_repaint_of(id);
        }
    }
}

fn draw(ui: &mut Ui, notice: &Notice, shared: &Shared) {
    let ctx = ui.ctx().clone();
    let again = shared.with(|shell| {
        let before = shell.out.len();
        let Some(now) = shell.at_present() else {
            return false;
        };
        let Shell { cards, out, .. } = shell;
        let card = cards.entry(notice.id).or_default();
        // A frame that comes late counts for what it is; one that comes at once, for nothing.
        let passed = ui.input(|input| f64::from(input.unstable_dt));
        if !card.hovered {
            card.age += passed.min(TICK.as_secs_f64() * 2.0);
        }
        CentralPanel::default()
            .frame(Frame::new().fill(look::PAPER))
            .show(ui, |ui| notices::card(ui, &now, notice, card, out));
        if card.over(notice) || ui.input(|input| input.viewport().close_requested()) {
            out.push(Command::Dismiss { notice: notice.id });
        }
        if let Some(reference) = card.open.take() {
            shell.inbox.open(&reference);
            shell.go(Place::Inbox);
        }
        menu_on_request(ui, shell);
        shell.out.len() > before || shell.open.contains(&Place::Menu) || !shell.front.is_empty()
    });
    ctx.request_repaint_after(TICK);
    if again {
        ctx.request_repaint_of(ViewportId::ROOT);
    }
}
