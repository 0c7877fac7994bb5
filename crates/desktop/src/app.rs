//! The windows: the bar is the main one, everything else opens beside it and is drawn only when it changes.

mod cards;
mod one_window;
mod shell;
mod windows;

use crate::bridge::{Bridge, BridgeConfig};
use crate::command::Command;
use crate::dock::{self, Dock};
use crate::look;
use crate::place::Place;
use crate::screens::bar;
use eframe::egui::{self, ViewportCommand};
use model::Clock;
use one_window::Choice;
use shell::{Shared, Shell};
use std::sync::Arc;
use std::time::Duration;

/// Ages and counts on the bar are looked at this often when nothing happens.
const SELDOM: Duration = Duration::from_secs(30);
/// A countdown moves this often.
const TICK: Duration = Duration::from_secs(1);

/// How the windows are arranged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    /// Everything in one window, which grows below the bar: only a program's main window is told to screen readers.
    pub one_window: bool,
}

/// Opens the bar and stays until somebody quits.
///
/// # Errors
/// When the screen can't be drawn on, or the operating system gives no thread.
pub fn run(config: BridgeConfig, mode: Mode) -> eframe::Result {
    let choice = Choice::read(&config.data_dir, mode.one_window);
    let options = eframe::NativeOptions {
        viewport: dock::viewport(choice.is_on()),
        event_loop_builder: dock::event_loop(),
        persist_window: false,
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        crate::TITLE,
        options,
        Box::new(|creation| {
            look::apply(&creation.egui_ctx);
            let clock = Arc::clone(&config.clock);
            let (shared, wake) = (Shared::default(), creation.egui_ctx.clone());
            let bridge = Bridge::start(config, Arc::new(move || wake.request_repaint()))?;
            Ok(Box::new(App {
                dock: Dock::of(creation, choice.is_on()),
                bridge,
                clock,
                shared,
                choice,
                seen: 0,
                quitting: false,
            }))
        }),
    )
}

struct App {
    dock: Dock,
    bridge: Bridge,
    clock: Arc<dyn Clock>,
    shared: Shared,
    choice: Choice,
    /// Which of the bridge's snapshots is on screen.
    seen: u64,
    quitting: bool,
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        if self.bridge.is_over() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
            return;
        }
        let listening = one_window::name(&ctx);
        let shared = self.shared.clone();
        let (news, mut orders, height) = shared.with(|shell| {
            let news = self.take_news(&ctx, shell);
            shell.arrange(self.choice.now(listening));
            Self::draw_bar(ui, shell);
            if shell.one_window {
                one_window::draw(ui, shell);
            }
            windows::menu_on_request(ui, shell);
            shell.settle();
            let height = one_window::height(shell, windows::screen(&ctx).y);
            (news, std::mem::take(&mut shell.out), height)
        });
        let one_window = self.shared.with(|shell| shell.one_window);
        self.dock.keep(&ctx, height, one_window);
        one_window::take_choices(&mut orders, &mut self.choice, &self.shared);
        if !self.shared.with(|shell| shell.one_window) {
            windows::show(&ctx, &self.shared, news);
            cards::show(&ctx, &self.shared, news);
        }
        for order in orders {
            self.quitting |= matches!(order, Command::Quit);
            self.bridge.order(order);
        }
        self.end_in_order(&ctx);
        let often = self.shared.with(|shell| shell.counts_down());
        ctx.request_repaint_after(if often { TICK } else { SELDOM });
    }

    fn clear_color(&self, _: &egui::Visuals) -> [f32; 4] {
        look::PAPER.to_normalized_gamma_f32()
    }
}

impl App {
    /// Takes what the bridge has; says whether it is new.
    fn take_news(&mut self, ctx: &egui::Context, shell: &mut Shell) -> bool {
        let (number, now) = self.bridge.snapshot();
        let news = number != self.seen;
        self.seen = number;
        let summoned = shell.now.as_ref().map_or(now.summoned, |old| old.summoned);
        if now.summoned > summoned {
            shell.menu_at = windows::middle(ctx);
            shell.go(Place::Menu);
        }
        shell.now = Some(now);
        shell.see_what_waits();
        shell.clock = Some(Arc::clone(&self.clock));
        news
    }

    fn draw_bar(ui: &mut egui::Ui, shell: &mut Shell) {
        let Some(now) = shell.at_present() else {
            return;
        };
        let Shell {
            bar: local,
            widgets,
            out,
            ..
        } = shell;
        let panel = egui::Panel::top("bar").frame(egui::Frame::NONE);
        panel
            .exact_size(bar::HEIGHT)
            .show_separator_line(false)
            .show(ui, |ui| {
                bar::show(ui, &now, local, out, |ui, out| {
                    crate::screens::widgets::strip(ui, &now, widgets, out);
                });
            });
        if let Some(place) = shell.bar.wants.take() {
            if place == Place::Menu {
                shell.menu_at = windows::below_bar(ui);
            }
            if std::mem::take(&mut shell.bar.failed) {
                shell.inbox.show_failed();
            }
            shell.go(place);
        }
    }

    /// Closing the bar is quitting: first what was decided is carried out.
    fn end_in_order(&mut self, ctx: &egui::Context) {
        if ctx.input(|input| input.viewport().close_requested()) {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            if !self.quitting {
                self.quitting = true;
                self.bridge.order(Command::Quit);
            }
        }
        if self.quitting {
            ctx.request_repaint_after(Duration::from_millis(100));
        }
    }
}
