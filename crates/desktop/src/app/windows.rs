//! Every window but the bar and the notices.

use super::shell::{Shared, Shell};
use crate::look;
use crate::place::Place;
use crate::screens::{about, codes, inbox, menu, registration, settings, standing, widgets};
use crate::snapshot::{CodeOnScreen, Snapshot, Standing};
use eframe::egui::{
    self, CentralPanel, Context, Frame, Key, Modifiers, Pos2, ScrollArea, Ui, Vec2,
    ViewportBuilder, ViewportCommand, ViewportId, X11WindowType, pos2, vec2,
};
use std::time::Duration;

/// A countdown moves this often.
const TICK: Duration = Duration::from_millis(250);
/// Ages are looked at this often.
const SELDOM: Duration = Duration::from_secs(15);

fn id(place: Place) -> ViewportId {
    ViewportId::from_hash_of(place.title())
}

/// Shows the open ones; `news` says that there is something new to draw.
pub(super) fn show(ctx: &Context, shared: &Shared, news: bool) {
    let (open, front, menu_at) = shared.with(|shell| {
        let front = std::mem::take(&mut shell.front);
        (shell.open.clone(), front, shell.menu_at)
    });
    for place in open {
        let shared = shared.clone();
        let builder = builder(ctx, place, menu_at, &shared);
        ctx.show_viewport_deferred(id(place), builder, move |ui, _| draw(ui, place, &shared));
        if news {
            ctx.request_repaint_of(id(place));
        }
        if front.contains(&place) {
            ctx.send_viewport_cmd_to(id(place), ViewportCommand::Minimized(false));
            ctx.send_viewport_cmd_to(id(place), ViewportCommand::Focus);
        }
    }
}

fn builder(ctx: &Context, place: Place, menu_at: Pos2, shared: &Shared) -> ViewportBuilder {
    let screen = screen(ctx);
    let size = Vec2::from(place.size());
    if place == Place::Menu {
        let most = (screen - size).max(Vec2::ZERO);
        let at = pos2(menu_at.x.clamp(0.0, most.x), menu_at.y.clamp(0.0, most.y));
        return ViewportBuilder::default()
            .with_title(place.title())
            .with_inner_size(size)
            .with_position(at)
            .with_decorations(false)
            .with_resizable(false)
            .with_taskbar(false)
            .with_always_on_top()
            .with_window_type(X11WindowType::PopupMenu);
    }
    let title = match place {
        Place::Widget => shared.with(|shell| shell.widgets.title()),
        _ => place.title(),
    };
    let size = size.min((screen - vec2(40.0, 110.0)).max(vec2(320.0, 240.0)));
    ViewportBuilder::default()
        .with_title(format!("{title} - {}", crate::TITLE))
        .with_app_id("baton-toolbar")
        .with_inner_size(size)
        .with_min_inner_size(size.min(least(place)))
        .with_position(pos2(
            ((screen.x - size.x) / 2.0).max(0.0),
            ((screen.y - size.y) / 2.0).max(crate::screens::bar::HEIGHT + 12.0),
        ))
}

/// Smaller than this a window is of no use, in points.
fn least(place: Place) -> Vec2 {
    match place {
        Place::Inbox => vec2(1000.0, 700.0),
        _ => vec2(420.0, 300.0),
    }
}

/// How large the screen is; a usual one where that isn't told.
pub(super) fn screen(ctx: &Context) -> Vec2 {
    ctx.input(|input| input.viewport().monitor_size)
        .unwrap_or(vec2(1920.0, 1080.0))
}

/// Where the menu opens when it was not asked for at the pointer: under the bar's right end.
pub(super) fn below_bar(ui: &Ui) -> Pos2 {
    pos2(
        screen(ui.ctx()).x - menu::SIZE[0],
        crate::screens::bar::HEIGHT,
    )
}

/// Where the menu opens when somebody comes to it from another program, by keyboard.
pub(super) fn middle(ctx: &Context) -> Pos2 {
    ((screen(ctx) - Vec2::from(menu::SIZE)) / 2.0).to_pos2()
}

/// Right-click, Shift+F10 and the Menu key, in every window.
pub(super) fn menu_on_request(ui: &Ui, shell: &mut Shell) {
    let keyboard = ui.input_mut(|input| {
        input.consume_key(Modifiers::SHIFT, Key::F10)
            || input.consume_key(Modifiers::NONE, Key::Menu)
    });
    let corner = ui
        .input(|input| input.viewport().inner_rect)
        .map_or(Pos2::ZERO, |rect| rect.min);
    let pointer = ui.input(|input| {
        let clicked = input.pointer.secondary_clicked();
        clicked.then(|| input.pointer.interact_pos()).flatten()
    });
    let at = match pointer {
        Some(at) => at,
        None if keyboard => pos2(24.0, 40.0),
        None => return,
    };
    shell.menu_at = corner + at.to_vec2();
    // Another place on the screen is another window.
    shell.open.remove(&Place::Menu);
    shell.go(Place::Menu);
}

fn draw(ui: &mut Ui, place: Place, shared: &Shared) {
    let ctx = ui.ctx().clone();
    let again = shared.with(|shell| {
        let before = (shell.open.clone(), shell.out.len());
        let Some(now) = shell.at_present() else {
            return true;
        };
        if place == Place::Inbox {
            shell.in_inbox = ui.input(|input| input.viewport().focused) == Some(true);
        }
        screen_of(ui, place, &now, shell);
        after(ui, place, shell);
        if let Some(pause) = pause(place, &now) {
            ctx.request_repaint_after(pause);
        }
        before != (shell.open.clone(), shell.out.len()) || !shell.front.is_empty()
    });
    if again {
        // The bar carries orders to the bridge, and opens and closes windows.
        ctx.request_repaint_of(ViewportId::ROOT);
    }
}

pub(super) fn screen_of(ui: &mut Ui, place: Place, now: &Snapshot, shell: &mut Shell) {
    let bare = Frame::new().fill(look::PAPER);
    match place {
        Place::Menu => {
            CentralPanel::default().frame(bare).show(ui, |ui| {
                menu::show(ui, now, &mut shell.menu, &mut shell.out);
            });
        }
        Place::Inbox => {
            trouble_strip(ui, now, shell);
            CentralPanel::default().frame(bare).show(ui, |ui| {
                inbox::show(ui, now, &mut shell.inbox, &mut shell.out);
            });
        }
        Place::Permissions => {
            trouble_strip(ui, now, shell);
            CentralPanel::default().frame(look::page()).show(ui, |ui| {
                codes::show(ui, now, &mut shell.codes, &mut shell.out);
            });
        }
        Place::About => {
            CentralPanel::default().frame(look::page()).show(ui, |ui| {
                about::show(ui, now, &mut shell.about, &mut shell.out);
            });
        }
        Place::Widget => {
            CentralPanel::default().frame(look::page()).show(ui, |ui| {
                widgets::ask(ui, now, &mut shell.widgets, &mut shell.out);
            });
        }
        Place::Settings => form(ui, |ui| {
            settings::show(ui, now, &mut shell.settings, &mut shell.out);
        }),
        Place::Registration => form(ui, |ui| {
            registration::show(ui, now, &mut shell.registration, &mut shell.out);
        }),
        Place::Connection => form(ui, |ui| {
            standing::show(ui, now, &mut shell.standing, &mut shell.out);
        }),
    }
}

/// A page that scrolls when the screen is small.
fn form(ui: &mut Ui, draw: impl FnOnce(&mut Ui)) {
    CentralPanel::default().frame(look::page()).show(ui, |ui| {
        ScrollArea::vertical()
            .auto_shrink([false, true])
            .show(ui, draw);
    });
}

/// Above what can't be used now, why.
fn trouble_strip(ui: &mut Ui, now: &Snapshot, shell: &mut Shell) {
    if matches!(now.standing, Standing::Online { .. }) {
        return;
    }
    egui::Panel::top("standing")
        .frame(Frame::new().fill(look::PAPER).inner_margin(10))
        .show(ui, |ui| {
            standing::strip(ui, now, &mut shell.standing, &mut shell.out);
        });
}

/// What was asked of the window itself.
fn after(ui: &Ui, place: Place, shell: &mut Shell) {
    if place == Place::Menu {
        return after_menu(ui, shell);
    }
    menu_on_request(ui, shell);
    if let Some(place) = shell.standing.wants.take() {
        shell.go(place);
    }
    let closed = ui.input(|input| input.viewport().close_requested());
    let escaped = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if closed || escaped {
        shell.leave(place);
    }
}

fn after_menu(ui: &Ui, shell: &mut Shell) {
    let focused = ui.input(|input| input.viewport().focused);
    if focused == Some(true) {
        shell.menu_focused = true;
    } else if !shell.menu_focused {
        ui.ctx().send_viewport_cmd(ViewportCommand::Focus);
    }
    let lost = shell.menu_focused && focused == Some(false);
    let closed = ui.input(|input| input.viewport().close_requested());
    let escaped = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if lost || closed || escaped || shell.menu.done {
        shell.leave(Place::Menu);
    }
    if let Some(place) = shell.menu.wants.take() {
        shell.go(place);
    }
}

/// When a window has to be drawn again although nothing happened.
pub(super) fn pause(place: Place, now: &Snapshot) -> Option<Duration> {
    let offline = matches!(now.standing, Standing::Offline { .. });
    match place {
        Place::Permissions if matches!(now.code, CodeOnScreen::Shown { .. }) => Some(TICK),
        Place::Inbox if now.pending.is_some() => Some(TICK),
        Place::Connection | Place::Inbox | Place::Permissions if offline => {
            Some(Duration::from_secs(1))
        }
        Place::Inbox | Place::Permissions => Some(SELDOM),
        _ => None,
    }
}
