//! What the windows have in common: what is shown, what was typed, which windows are open.

use crate::command::Command;
use crate::place::Place;
use crate::screens::about::AboutState;
use crate::screens::bar::BarState;
use crate::screens::codes::CodesState;
use crate::screens::inbox::InboxState;
use crate::screens::menu::MenuState;
use crate::screens::notices::CardState;
use crate::screens::registration::RegistrationState;
use crate::screens::settings::SettingsState;
use crate::screens::standing::StandingState;
use crate::screens::widgets::WidgetsState;
use crate::snapshot::{Happened, Snapshot, Standing};
use eframe::egui::Pos2;
use model::Clock;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The shell, for every window.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Shell>>);

impl Shared {
    /// Does something with it; no window is shown meanwhile.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Shell) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the windows have in common.
#[derive(Default)]
pub(super) struct Shell {
    pub(super) now: Option<Snapshot>,
    /// Everything is in the main window.
    pub(super) one_window: bool,
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) out: Vec<Command>,
    pub(super) open: BTreeSet<Place>,
    /// To be brought to the front: they were asked for and are open already.
    pub(super) front: BTreeSet<Place>,
    /// The page below the bar has just been opened: it gets the focus.
    pub(super) fresh: bool,
    /// The inbox has the focus.
    pub(super) in_inbox: bool,
    pub(super) menu_at: Pos2,
    /// The menu's window had the focus; when it loses it, it closes.
    pub(super) menu_focused: bool,
    /// The first start was answered with the registration once.
    greeted: bool,
    pub(super) bar: BarState,
    pub(super) inbox: InboxState,
    pub(super) codes: CodesState,
    pub(super) widgets: WidgetsState,
    pub(super) menu: MenuState,
    pub(super) registration: RegistrationState,
    pub(super) settings: SettingsState,
    pub(super) about: AboutState,
    pub(super) standing: StandingState,
    pub(super) cards: BTreeMap<u64, CardState>,
}

impl Shell {
    /// What is shown, at this very moment.
    pub(super) fn at_present(&self) -> Option<Snapshot> {
        let mut now = self.now.clone()?;
        if let Some(clock) = &self.clock {
            now.now = clock.now();
        }
        now.settings.one_window = self.one_window;
        Some(now)
    }

    /// Opens a window, or brings it to the front.
    pub(super) fn go(&mut self, place: Place) {
        if place == Place::Menu {
            self.menu = MenuState::opened();
            self.menu_focused = false;
        }
        if self.one_window && place != Place::Menu {
            // One at a time; the menu lies over it.
            for other in Place::ALL {
                if other != place && self.open.contains(&other) {
                    self.leave(other);
                }
            }
        }
        self.fresh = true;
        if place == Place::Inbox {
            self.dismiss_what_waits();
        }
        if !self.open.insert(place) {
            self.front.insert(place);
        }
    }

    /// Who looks at the inbox needs no notice of what is in it.
    fn dismiss_what_waits(&mut self) {
        let notices = self.now.iter().flat_map(|now| now.notices.iter());
        for notice in notices {
            if matches!(notice.what, Happened::Failed { .. } | Happened::Waiting) {
                self.out.push(Command::Dismiss { notice: notice.id });
            }
        }
    }

    /// As [`Self::dismiss_what_waits`], while somebody looks at it: a failure is told all the same.
    pub(super) fn see_what_waits(&mut self) {
        let Some(now) = self.now.as_mut().filter(|_| self.in_inbox) else {
            return;
        };
        let all = Arc::make_mut(&mut now.notices);
        all.retain(|notice| {
            let seen = notice.what == Happened::Waiting;
            if seen {
                self.out.push(Command::Dismiss { notice: notice.id });
            }
            !seen
        });
    }

    /// What is shown below the bar when everything is in one window.
    pub(super) fn below(&self) -> Option<Place> {
        if self.open.contains(&Place::Menu) {
            return Some(Place::Menu);
        }
        self.open.first().copied()
    }

    /// Puts everything into one window, or lets every part have its own.
    pub(super) fn arrange(&mut self, one_window: bool) {
        if self.one_window == one_window {
            return;
        }
        self.one_window = one_window;
        if let Some(place) = self.below() {
            self.go(place);
        }
    }

    /// Closes a window, and ends what it was for.
    pub(super) fn leave(&mut self, place: Place) {
        self.open.remove(&place);
        self.front.remove(&place);
        match place {
            Place::Inbox => {
                self.in_inbox = false;
                self.out.push(Command::Close);
            }
            Place::Permissions => self.out.push(Command::HideCode),
            Place::Registration => self.registration = RegistrationState::default(),
            Place::Settings => self.settings = SettingsState::default(),
            Place::Widget => self.widgets.close(),
            Place::Menu | Place::About | Place::Connection => {}
        }
    }

    /// Opens and closes what follows from where the toolbar stands.
    pub(super) fn settle(&mut self) {
        let Some(now) = &self.now else { return };
        match now.standing {
            Standing::NotRegistered { .. } if !self.greeted => {
                self.greeted = true;
                self.go(Place::Registration);
            }
            Standing::NotRegistered { .. } | Standing::Starting => {}
            _ => {
                if self.open.contains(&Place::Registration) {
                    self.leave(Place::Registration);
                }
            }
        }
        if self.widgets.wants_window() {
            if !self.open.contains(&Place::Widget) {
                self.go(Place::Widget);
            }
        } else if self.open.contains(&Place::Widget) {
            self.leave(Place::Widget);
        }
    }

    /// Whether the bar itself counts seconds.
    pub(super) fn counts_down(&self) -> bool {
        matches!(
            self.now.as_ref().map(|now| &now.standing),
            Some(Standing::Starting)
        )
    }
}
