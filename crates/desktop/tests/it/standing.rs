//! Where the toolbar stands: offline, blocked, signed out, and the bar's words for each.

use crate::sample;
use crate::stage::{Stage, play};
use desktop::command::Command;
use desktop::place::Place;
use desktop::screens::bar::{self, BarState};
use desktop::screens::standing::{self, StandingState};
use desktop::snapshot::{Snapshot, Standing, Why};
use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

fn page<'a>(standing: Standing) -> Harness<'a, Stage<StandingState>> {
    play(
        vec2(560.0, 420.0),
        sample::standing(standing),
        StandingState::default(),
        standing::show,
    )
}

fn on_bar<'a>(now: Snapshot) -> Harness<'a, Stage<BarState>> {
    play(
        vec2(1400.0, 84.0),
        now,
        BarState::default(),
        |ui, now, local, out| bar::show(ui, now, local, out, |_, _| ()),
    )
}

fn offline() -> Standing {
    Standing::Offline {
        who: Some(sample::okafor()),
        reason: "The connection was refused.".to_owned(),
        since: "2026-11-21T10:24:00Z".parse().unwrap(),
        next_try: Some("2026-11-21T10:30:12Z".parse().unwrap()),
    }
}

#[test]
fn offline_says_since_when_and_when_it_tries_again() {
    let mut harness = page(offline());
    harness.get_by_label("The platform can't be reached. The connection was refused.");
    harness.get_by_label("Offline since 10:24. The next try is in 12 s.");
    harness.get_by_label("Retry now").click();
    harness.run();
    assert!(matches!(
        harness.state().asked.as_slice(),
        [Command::RetryNow]
    ));
}

#[test]
fn a_blocked_pc_says_so_and_offers_no_button() {
    let harness = page(Standing::Blocked {
        reason: "This toolbar was blocked.".to_owned(),
    });
    harness.get_by_label("The platform doesn't let this PC in. This toolbar was blocked.");
    assert!(
        harness
            .query_by_role(eframe::egui::accesskit::Role::Button)
            .is_none()
    );
}

#[test]
fn nobody_at_the_record_system_is_told_what_to_do() {
    let harness = page(Standing::SignedOut {
        reason: "Log in to the record system on this PC: the toolbar signs in by itself."
            .to_owned(),
        by_choice: false,
    });
    harness.get_by_label_contains("Log in to the record system");
    assert!(harness.query_by_label("Sign in").is_none());
}

#[test]
fn who_signed_out_by_choice_can_sign_in_again() {
    let mut harness = page(Standing::SignedOut {
        reason: "You signed out.".to_owned(),
        by_choice: true,
    });
    harness.get_by_label("Sign in").click();
    harness.run();
    assert!(matches!(
        harness.state().asked.as_slice(),
        [Command::SignIn]
    ));
}

#[test]
fn the_bar_names_practitioner_practice_connection_and_what_waits() {
    let mut rows: Vec<_> = (0..5).map(sample::row).collect();
    rows.push(desktop::snapshot::Row {
        why: Why::Importing,
        ..sample::row(9)
    });
    let mut harness = on_bar(sample::with(rows));
    harness.get_by_label("Dr Amara Okafor");
    harness.get_by_label("Riverside Test Practice");
    harness.get_by_label("✔ Connected");
    harness.get_by_label("✖ 1 failed");
    harness.get_by_label("Inbox: 5 waiting").click();
    harness.run();
    assert_eq!(harness.state().local.wants, Some(Place::Inbox));
}

#[test]
fn the_bar_of_an_unknown_pc_leads_to_registration() {
    let mut harness = on_bar(sample::standing(Standing::NotRegistered {
        reason: String::new(),
    }));
    assert!(harness.query_by_label_contains("Inbox").is_none());
    harness.get_by_label("Register this PC…").click();
    harness.run();
    assert_eq!(harness.state().local.wants, Some(Place::Registration));
}

#[test]
fn the_bars_mark_leads_to_what_is_wrong() {
    let mut harness = on_bar(sample::standing(offline()));
    harness.get_by_label("✖ Offline").click();
    harness.run();
    assert_eq!(harness.state().local.wants, Some(Place::Connection));
}

#[test]
fn every_target_on_the_bar_is_large_enough() {
    let harness = on_bar(sample::with(vec![sample::row(0)]));
    for button in harness.get_all_by_role(eframe::egui::accesskit::Role::Button) {
        let size = button.rect().size();
        assert!(size.x >= 32.0 && size.y >= 32.0, "{size:?}");
    }
}
