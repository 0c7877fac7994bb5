//! The guard against the wrong patient.

use crate::asked::deeds;
use crate::inbox::inbox;
use crate::{open, sample};
use desktop::snapshot::{Content, Holding, Snapshot};
use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use preview::Part;
use std::sync::Arc;

const READ: &str =
    "I have read the document; it is about JONES, Mary (Mrs), NHS number 954\u{a0}785\u{a0}2140";
const IMPORT: &str = "Import for this patient";

fn suspicious() -> (Snapshot, String) {
    let other = sample::nhs_number(77);
    let words = other.spaced().replace(' ', "\u{a0}");
    let mut message = open::message();
    message.searched = Some(open::searched(&[other]));
    (open::opened(message), words)
}

#[test]
fn another_number_is_named_with_its_place() {
    let (now, other) = suspicious();
    let harness = inbox(now);
    harness.get_by_label(&format!(
        "Check the patient. This message may be about somebody else: it also holds NHS number {other} (page 2 of discharge letter.pdf)."
    ));
}

#[test]
fn the_import_needs_a_tick_and_a_button_and_enter_only_cancels() {
    let (now, _) = suspicious();
    let mut harness = inbox(now);
    harness.get_by_label("Import…").click();
    harness.run();
    harness.get_by_role_and_label(Role::Dialog, "Is this the right patient?");
    assert!(harness.get_by_label("Cancel").is_focused());
    assert!(harness.get_by_label(IMPORT).accesskit_node().is_disabled());
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.query_by_label(IMPORT).is_none());
    assert!(deeds(&harness.state().asked).is_empty());

    harness.get_by_label("Import…").click();
    harness.run();
    harness.get_by_label(READ).click();
    harness.run();
    harness.get_by_label(IMPORT).click();
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["import, confirmed true"]);
    assert!(harness.query_by_label(IMPORT).is_none());
}

#[test]
fn enter_does_not_confirm_even_on_the_button_and_space_does() {
    let (now, _) = suspicious();
    let mut harness = inbox(now);
    harness.key_press(Key::I);
    harness.run();
    harness.get_by_label(READ).focus();
    harness.run();
    harness.key_press(Key::Space);
    harness.run();
    harness.get_by_label(IMPORT).focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert!(deeds(&harness.state().asked).is_empty());
    harness.key_press(Key::Space);
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["import, confirmed true"]);
}

#[test]
fn the_key_that_opened_the_guard_does_not_pass_it() {
    let (now, _) = suspicious();
    let mut harness = inbox(now);
    for _ in 0..5 {
        harness.key_press(Key::I);
        harness.run();
    }
    harness.key_press(Key::Escape);
    harness.run();
    assert!(deeds(&harness.state().asked).is_empty());
    assert!(harness.query_by_label(IMPORT).is_none());
}

#[test]
fn a_message_that_changes_meanwhile_closes_the_guard() {
    let (now, _) = suspicious();
    let mut harness = inbox(now);
    harness.key_press(Key::I);
    harness.run();
    harness.state_mut().now.opened = None;
    harness.run();
    assert!(harness.query_by_label(IMPORT).is_none());
}

#[test]
fn without_another_number_one_key_imports() {
    let mut harness = inbox(open::opened(open::message()));
    harness.key_press(Key::I);
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["import, confirmed false"]);
}

#[test]
fn a_document_that_was_not_searched_is_named_and_does_not_block() {
    let mut message = open::message();
    let mut searched = open::searched(&[]);
    searched.unsearchable = true;
    searched.unread = vec![Part::Attachment(1)];
    message.searched = Some(searched);
    let mut harness = inbox(open::opened(message));
    harness.get_by_label_contains(
        "Not searched for NHS numbers: wound.jpg. Look at the name in it yourself.",
    );
    harness
        .get_by_role_and_label(Role::Button, "Import")
        .click();
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["import, confirmed false"]);
}

#[test]
fn a_message_that_is_lost_meanwhile_closes_its_dialogs() {
    for key in [Key::I, Key::R] {
        let (now, _) = suspicious();
        let mut harness = inbox(now);
        harness.key_press(key);
        harness.run();
        assert_eq!(harness.query_all_by_role(Role::Dialog).count(), 1);
        let mut lost = open::message();
        lost.searched = Some(open::searched(&[sample::nhs_number(77)]));
        lost.holding = Holding::Lost {
            reason: "it was imported at another PC.".to_owned(),
        };
        harness.state_mut().now.opened = Some(Arc::new(lost));
        harness.run();
        harness.run();
        assert_eq!(harness.query_all_by_role(Role::Dialog).count(), 0);
        harness
            .get_by_label("This message is no longer held for you: it was imported at another PC.");
    }
}

#[test]
fn what_ought_to_have_words_and_was_not_searched_needs_the_confirmation() {
    let mut message = open::message();
    let mut searched = open::searched(&[]);
    searched.unsearchable = true;
    searched.unread = vec![Part::Attachment(0)];
    searched.failed = vec![Part::Attachment(0)];
    message.searched = Some(searched);
    let mut harness = inbox(open::opened(message));
    let words = "discharge letter.pdf could not be searched for other patients' NHS numbers.";
    harness.get_by_label(&format!("Check the patient. {words}"));
    harness.key_press(Key::I);
    harness.run();
    assert!(deeds(&harness.state().asked).is_empty());
    harness.get_by_label(words);
    harness.get_by_label(READ).click();
    harness.run();
    harness.get_by_label(IMPORT).click();
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["import, confirmed true"]);
}

#[test]
fn a_document_that_nobody_could_read_needs_a_confirmation_of_its_own() {
    let mut message = open::message();
    let reason = "This document is damaged, so it cannot be shown here.";
    message.documents = vec![open::document(
        "broken.pdf",
        "PDF",
        Content::NotShown {
            reason: reason.to_owned(),
        },
    )];
    let mut harness = inbox(open::opened(message));
    harness.get_by_label(reason);
    harness.get_by_label_contains("reject the message as \u{201C}Unreadable\u{201D}");
    harness.get_by_label("Check the patient. Nobody has been able to read broken.pdf here.");
    harness.get_by_label("Import\u{2026}").click();
    harness.run();
    assert!(deeds(&harness.state().asked).is_empty());
    harness
        .get_by_label_contains("I could not read broken.pdf, and still want it in the record of")
        .click();
    harness.run();
    harness.get_by_label(IMPORT).click();
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["import, confirmed true"]);
}

#[test]
fn pictures_among_the_words_are_told() {
    let mut message = open::message();
    let mut searched = open::searched(&[]);
    searched.pictures = true;
    message.searched = Some(searched);
    let harness = inbox(open::opened(message));
    harness.get_by_label_contains("and no other. Pictures in it were not searched.");
}
