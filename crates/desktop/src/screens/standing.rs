//! Where the toolbar stands, in words: the mark on the bar, the strip above other screens, and a screen of its own that
//! says what is wrong, since when, and what to do.

use crate::command::Command;
use crate::look::{self, Tone};
use crate::place::Place;
use crate::snapshot::{Snapshot, Standing, Who};
use crate::when;
use eframe::egui::Ui;

/// The window that somebody asked for, if one.
#[derive(Default)]
pub struct StandingState {
    /// To be taken by who opens windows.
    pub wants: Option<Place>,
}

/// Its mark: how grave, and in how few words.
pub fn mark(standing: &Standing) -> (Tone, &'static str) {
    match standing {
        Standing::Starting => (Tone::Plain, "Starting"),
        Standing::NotRegistered { .. } => (Tone::Warn, "Not registered"),
        Standing::SignedOut { .. } => (Tone::Warn, "Signed out"),
        Standing::Connecting { .. } => (Tone::Plain, "Connecting"),
        Standing::Online { .. } => (Tone::Good, "Connected"),
        Standing::Offline { .. } => (Tone::Bad, "Offline"),
        Standing::Leaving => (Tone::Plain, "Signing out"),
        Standing::Blocked { .. } => (Tone::Bad, "Blocked"),
        Standing::Broken { .. } => (Tone::Bad, "Not working"),
    }
}

/// Who is signed in, as far as that is known.
pub fn who(standing: &Standing) -> Option<&Who> {
    match standing {
        Standing::Connecting { who } | Standing::Online { who } => Some(who),
        Standing::Offline { who, .. } => who.as_ref(),
        _ => None,
    }
}

/// The whole screen.
pub fn show(ui: &mut Ui, now: &Snapshot, local: &mut StandingState, out: &mut Vec<Command>) {
    look::title(ui, "Connection");
    ui.add_space(4.0);
    explain(ui, now, local, out);
    ui.add_space(6.0);
    if let Some(who) = who(&now.standing) {
        look::fact(ui, 130.0, "Signed in", &who.name);
        look::fact(ui, 130.0, "Spine User ID", &who.spine_user_id);
        if !who.practice.is_empty() {
            look::fact(
                ui,
                130.0,
                "Practice",
                &format!("{} ({})", who.practice, who.ods_code),
            );
        }
    }
    look::fact(ui, 130.0, "Platform", &now.settings.platform);
}

/// A strip above another screen, and nothing while all is well.
pub fn strip(ui: &mut Ui, now: &Snapshot, local: &mut StandingState, out: &mut Vec<Command>) {
    if !matches!(now.standing, Standing::Online { .. }) {
        explain(ui, now, local, out);
    }
}

fn explain(ui: &mut Ui, now: &Snapshot, local: &mut StandingState, out: &mut Vec<Command>) {
    let (tone, _) = mark(&now.standing);
    look::banner(ui, tone, &words(&now.standing), |ui| {
        more(ui, now, local, out);
    });
}

fn more(ui: &mut Ui, now: &Snapshot, local: &mut StandingState, out: &mut Vec<Command>) {
    let pressed = |ui: &mut Ui, words: &str| look::button(ui, words).clicked();
    match &now.standing {
        Standing::Offline {
            since, next_try, ..
        } => {
            let since = when::clock(now.now, &now.zone, *since);
            let next = match next_try {
                Some(at) if *at <= now.now => " It is being tried now.".to_owned(),
                Some(at) => format!(" The next try is {}.", when::until(now.now, *at)),
                None => String::new(),
            };
            look::soft(ui, &format!("Offline since {since}.{next}"));
            look::soft(
                ui,
                "Nothing is lost: messages wait at the platform, and arrive when the connection is back.",
            );
            out.extend(pressed(ui, "Retry now").then_some(Command::RetryNow));
        }
        Standing::SignedOut {
            by_choice: true, ..
        } => out.extend(pressed(ui, "Sign in").then_some(Command::SignIn)),
        Standing::NotRegistered { .. } => {
            let wanted = pressed(ui, "Register this PC…").then_some(Place::Registration);
            local.wants = local.wants.or(wanted);
        }
        Standing::Broken { .. } => {
            out.extend(pressed(ui, "Try again").then_some(Command::RetryNow));
        }
        Standing::Blocked { .. } => {
            look::soft(
                ui,
                "The practice's administrator can ask for this PC to be let in again. It tries again by itself.",
            );
        }
        _ => {}
    }
}

/// What is the case, in whole sentences.
fn words(standing: &Standing) -> String {
    match standing {
        Standing::Starting => "The toolbar has just started.".to_owned(),
        Standing::NotRegistered { reason } => sentence(
            "This PC is not registered with the messaging platform.",
            reason,
        ),
        Standing::SignedOut { reason, .. } => sentence("Nobody is signed in.", reason),
        Standing::Connecting { who } => format!("Signing {} in.", who.name),
        Standing::Online { .. } => {
            "Connected. Messages arrive as soon as they are sent.".to_owned()
        }
        Standing::Offline { reason, .. } => sentence("The platform can't be reached.", reason),
        Standing::Leaving => "Signing out. What was decided is being carried out.".to_owned(),
        Standing::Broken { reason } => sentence("The toolbar can't start on this PC.", reason),
        Standing::Blocked { reason } => sentence("The platform doesn't let this PC in.", reason),
    }
}

fn sentence(first: &str, reason: &str) -> String {
    if reason.is_empty() {
        first.to_owned()
    } else {
        format!("{first} {reason}")
    }
}
