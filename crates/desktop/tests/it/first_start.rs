//! The first start: the form, what is missing, what is refused.

use crate::sample;
use crate::stage::{Stage, play};
use desktop::command::Command;
use desktop::screens::registration::{self, RegistrationState};
use desktop::snapshot::{RecordsChoice, Registering, Snapshot, Standing};
use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

fn unknown() -> Snapshot {
    sample::standing(Standing::NotRegistered {
        reason: String::new(),
    })
}

fn form<'a>(now: Snapshot) -> Harness<'a, Stage<RegistrationState>> {
    play(
        vec2(600.0, 820.0),
        now,
        RegistrationState::default(),
        registration::show,
    )
}

fn fill(harness: &mut Harness<'_, Stage<RegistrationState>>, label: &str, text: &str) {
    harness.get_by_label(label).focus();
    harness.run();
    harness.get_by_label(label).type_text(text);
    harness.run();
}

#[test]
fn both_key_parts_and_the_practice_register_this_pc() {
    let mut harness = form(unknown());
    fill(&mut harness, "Key part 1", " brk-one ");
    fill(&mut harness, "Key part 2", "second-part");
    fill(&mut harness, "Practice code", "gpprac001");
    harness.get_by_label("Register").click();
    harness.run();
    let [Command::Register(form)] = harness.state().asked.as_slice() else {
        panic!("not registered");
    };
    assert_eq!(form.key_part1.reveal(), "brk-one");
    assert_eq!(form.key_part2.reveal(), "second-part");
    assert_eq!(form.practice, "GPPRAC001");
    assert_eq!(form.device_name, "Reception 2");
}

#[test]
fn nothing_is_sent_while_a_field_is_empty() {
    let mut harness = form(unknown());
    fill(&mut harness, "Key part 1", "brk-one");
    harness.get_by_label("Register").click();
    harness.run();
    assert!(harness.state().asked.is_empty());
    harness.get_by_label("Please fill in every field.");
}

#[test]
fn a_refused_key_is_told_in_the_platforms_words() {
    let mut now = unknown();
    now.registering = Registering::Refused("This key was used up.".to_owned());
    let harness = form(now);
    harness.get_by_label("This key was used up.");
    harness.get_by_label("Register");
}

#[test]
fn the_second_part_is_hidden() {
    let mut harness = form(unknown());
    fill(&mut harness, "Key part 2", "second-part");
    let value = harness.get_by_label("Key part 2").value();
    assert_ne!(value.as_deref(), Some("second-part"));
}

#[test]
fn a_pc_without_settings_is_asked_for_them_too() {
    let mut now = unknown();
    now.settings.platform = String::new();
    let mut harness = form(now);
    fill(
        &mut harness,
        "Address of the messaging platform",
        "https://messages.example.nhs.uk",
    );
    harness.get_by_label("A watched folder").click();
    harness.run();
    fill(&mut harness, "Folder", "/srv/records");
    fill(&mut harness, "Key part 1", "one");
    fill(&mut harness, "Key part 2", "two");
    fill(&mut harness, "Practice code", "A81001");
    harness.get_by_label("Register").click();
    harness.run();
    let [
        Command::SaveSettings { platform, records },
        Command::Register(_),
    ] = harness.state().asked.as_slice()
    else {
        panic!("not both");
    };
    assert_eq!(platform, "https://messages.example.nhs.uk");
    assert_eq!(*records, RecordsChoice::Folder("/srv/records".to_owned()));
}

#[test]
fn while_it_is_sent_it_is_not_sent_again() {
    let mut now = unknown();
    now.registering = Registering::Sent;
    let mut harness = form(now);
    harness.get_by_label("Registering …").click();
    harness.run();
    assert!(harness.state().asked.is_empty());
}

#[test]
fn why_this_pc_could_not_keep_its_registration_is_told() {
    let reason = "This PC could not keep its registration: the key of this PC: locked.";
    let harness = form(sample::standing(Standing::NotRegistered {
        reason: reason.to_owned(),
    }));
    harness.get_by_label_contains(reason);
    let harness = form(sample::standing(Standing::NotRegistered {
        reason: "This PC is not registered. Register it with a two-part key.".to_owned(),
    }));
    assert!(harness.query_by_label_contains("two-part key").is_none());
}
