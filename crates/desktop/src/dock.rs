//! The bar's place: along the top of the screen, above other windows, on ground that maximised windows leave free.
//!
//! Only X11 takes a program's word about places; on a Wayland screen with Xwayland, the window goes through that.

#[cfg(all(unix, not(target_os = "macos")))]
mod x11;

use crate::screens::bar::HEIGHT;
use eframe::egui::{Context, Pos2, Vec2, ViewportBuilder, ViewportCommand, X11WindowType, vec2};

/// The bar's window as it is made, before the screen's size is known.
///
/// As a dock it is out of the way of Alt+Tab; where it is everything there is, it must not be.
pub(crate) fn viewport(one_window: bool) -> ViewportBuilder {
    let kind = if one_window {
        X11WindowType::Normal
    } else {
        X11WindowType::Dock
    };
    ViewportBuilder::default()
        .with_title(crate::TITLE)
        .with_app_id("baton-toolbar")
        .with_position(Pos2::ZERO)
        .with_inner_size(vec2(1280.0, HEIGHT))
        .with_decorations(false)
        .with_resizable(false)
        .with_taskbar(one_window)
        .with_always_on_top()
        .with_window_type(kind)
}

/// Chooses X11 where there is a choice.
pub(crate) fn event_loop() -> Option<eframe::EventLoopBuilderHook> {
    #[cfg(all(unix, not(target_os = "macos")))]
    if std::env::var_os("DISPLAY").is_some() {
        use winit::platform::x11::EventLoopBuilderExtX11 as _;
        return Some(Box::new(|builder| {
            builder.with_x11();
        }));
    }
    None
}

/// Keeps the bar where it belongs.
pub(crate) struct Dock {
    /// The screen, the scale and the height for which it was placed; the latter two as bits, to be compared.
    placed: Option<(Vec2, u32, u32)>,
    /// An ordinary window, which reserves no ground: it would be put below its own.
    ordinary: bool,
    #[cfg(all(unix, not(target_os = "macos")))]
    window: Option<u32>,
}

impl Dock {
    /// The bar's.
    pub(crate) fn of(creation: &eframe::CreationContext<'_>, one_window: bool) -> Self {
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        let _ = creation;
        Self {
            placed: None,
            ordinary: one_window,
            #[cfg(all(unix, not(target_os = "macos")))]
            window: x11::window(creation),
        }
    }

    /// Places it when the screen has become known, or another, or `height` is another: that of the bar and what it
    /// shows below itself. Only the bar's own ground is kept free.
    pub(crate) fn keep(&mut self, ctx: &Context, height: f32, one_window: bool) {
        if self.ordinary != one_window {
            self.ordinary = one_window;
            self.placed = None;
            self.become_other(ctx);
        }
        let Some(screen) = ctx.input(|input| input.viewport().monitor_size) else {
            return;
        };
        let scale = ctx.pixels_per_point();
        let height = height.min(screen.y);
        let place = (screen, scale.to_bits(), height.to_bits());
        if self.placed == Some(place) {
            return;
        }
        let before = self.placed.replace(place);
        let grown = before.is_some_and(|(known, at, _)| known == place.0 && at == place.1);
        ctx.send_viewport_cmd(ViewportCommand::OuterPosition(Pos2::ZERO));
        ctx.send_viewport_cmd(ViewportCommand::InnerSize(vec2(screen.x, height)));
        if grown || self.ordinary {
            return;
        }
        #[cfg(all(unix, not(target_os = "macos")))]
        if let Some(window) = self.window
            && let Err(error) = x11::reserve(window, screen.x * scale, HEIGHT * scale)
        {
            tracing::info!(%error, "other windows may lie under the bar");
        }
    }

    /// From a dock, which no window manager gives the keyboard, to an ordinary window, or back.
    fn become_other(&self, ctx: &Context) {
        #[cfg(all(unix, not(target_os = "macos")))]
        if let Some(window) = self.window {
            // A window's kind is looked at when it comes on screen.
            ctx.send_viewport_cmd(ViewportCommand::Visible(false));
            if let Err(error) = x11::change_kind(window, self.ordinary) {
                tracing::info!(%error, "the window manager was not told what this window is");
            }
        }
        ctx.send_viewport_cmd(ViewportCommand::Visible(true));
        if self.ordinary {
            ctx.send_viewport_cmd(ViewportCommand::Focus);
        }
    }
}
