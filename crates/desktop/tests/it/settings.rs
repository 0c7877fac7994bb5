//! Settings and About.

use crate::sample;
use crate::stage::{Stage, play};
use desktop::command::Command;
use desktop::screens::about::{self, AboutState};
use desktop::screens::settings::{self, SettingsState};
use desktop::snapshot::{RecordsChoice, Snapshot};
use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

fn settings<'a>(now: Snapshot) -> Harness<'a, Stage<SettingsState>> {
    play(
        vec2(680.0, 900.0),
        now,
        SettingsState::default(),
        settings::show,
    )
}

#[test]
fn a_folder_can_take_the_place_of_fhir() {
    let mut harness = settings(sample::online());
    harness.get_by_label("A watched folder").click();
    harness.run();
    harness.get_by_label("Folder").focus();
    harness.run();
    harness.get_by_label("Folder").type_text("C:\\Records\\In");
    harness.run();
    harness.get_by_label("Save").click();
    harness.run();
    let [Command::SaveSettings { platform, records }] = harness.state().asked.as_slice() else {
        panic!("not saved");
    };
    assert_eq!(platform, "https://messages.example.nhs.uk");
    assert_eq!(
        *records,
        RecordsChoice::Folder("C:\\Records\\In".to_owned())
    );
}

#[test]
fn nothing_can_be_saved_that_did_not_change() {
    let mut harness = settings(sample::online());
    harness.get_by_label("Save").click();
    harness.run();
    assert!(harness.state().asked.is_empty());
}

#[test]
fn faults_are_told_in_words_to_who_saved() {
    let words = "The platform must be reached by https.";
    let mut now = sample::online();
    now.settings.saved = Some(Err(words.to_owned()));
    let mut harness = settings(now);
    // What the last visit came to is not told again.
    assert!(harness.query_by_label(words).is_none());
    let field = "Page of a patient's record";
    harness.get_by_label(field).focus();
    harness.run();
    harness.get_by_label(field).type_text(" x");
    harness.run();
    harness.get_by_label("Save").click();
    harness.run();
    harness.get_by_label(words);
}

#[test]
fn enter_in_a_field_saves() {
    let mut harness = settings(sample::online());
    let field = "Address of the record system";
    harness.get_by_label(field).focus();
    harness.run();
    harness.get_by_label(field).type_text("/r4");
    harness.run();
    harness.key_press(eframe::egui::Key::Enter);
    harness.run();
    assert!(matches!(
        harness.state().asked.as_slice(),
        [Command::SaveSettings { .. }]
    ));
}

#[test]
fn unregistering_asks_first() {
    let mut harness = settings(sample::online());
    harness.get_by_label("Unregister this PC…").click();
    harness.run();
    assert!(harness.state().asked.is_empty());
    harness.get_by_label("Unregister").click();
    harness.run();
    assert!(matches!(
        harness.state().asked.as_slice(),
        [Command::Unregister]
    ));
}

#[test]
fn one_window_can_be_chosen() {
    let mut harness = settings(sample::online());
    harness
        .get_by_label("Keep everything in one window (for screen readers)")
        .click();
    harness.run();
    assert!(matches!(
        harness.state().asked.as_slice(),
        [Command::OneWindow(true)]
    ));
}

#[test]
fn about_says_version_licence_folder_and_where_the_key_is() {
    let harness = play(
        vec2(620.0, 700.0),
        sample::online(),
        AboutState,
        about::show,
    );
    harness.get_by_label(env!("CARGO_PKG_VERSION"));
    harness.get_by_label("the operating system's keyring");
    harness.get_by_label("/srv/reception/baton-toolbar");
    harness.get_by_label_contains("Apache License");
}
