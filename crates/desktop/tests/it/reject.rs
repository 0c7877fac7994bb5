//! Rejecting a message.

use crate::asked::deeds;
use crate::inbox::inbox;
use crate::open;
use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

#[test]
fn a_reason_and_words_are_shown_as_the_sender_will_read_them() {
    let mut harness = inbox(open::opened(open::message()));
    harness.get_by_label("Reject…").click();
    harness.run();
    harness.get_by_role_and_label(Role::Dialog, "Reject this message");
    harness.get_by_label("Choose a reason.");
    assert!(
        harness
            .get_by_role_and_label(Role::Button, "Reject")
            .accesskit_node()
            .is_disabled()
    );
    harness
        .get_by_label("Wrong patient in the document")
        .click();
    harness.run();
    harness.get_by_label("In your words, if you like").focus();
    harness.run();
    harness
        .get_by_label("In your words, if you like")
        .type_text("Page 2 is about somebody else.");
    harness.run();
    harness.get_by_label("Wrong patient in the document. Page 2 is about somebody else.");
    harness.get_by_label("61 of 500 characters");
    harness
        .get_by_role_and_label(Role::Button, "Reject")
        .click();
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        ["reject: Wrong patient in the document. Page 2 is about somebody else."]
    );
    assert!(harness.query_by_label("Reject this message").is_none());
}

#[test]
fn other_needs_words() {
    let mut harness = inbox(open::opened(open::message()));
    harness.key_press(Key::R);
    harness.run();
    harness.get_by_label("Other").click();
    harness.run();
    harness.get_by_label("Write the reason in words.");
    harness
        .get_by_role_and_label(Role::Button, "Reject")
        .click();
    harness.run();
    assert!(deeds(&harness.state().asked).is_empty());
}

#[test]
fn too_many_characters_are_counted_and_not_sent() {
    let mut harness = inbox(open::opened(open::message()));
    harness.key_press(Key::R);
    harness.run();
    harness.get_by_label("Duplicate").click();
    harness.run();
    harness.get_by_label("In your words, if you like").focus();
    harness.run();
    harness
        .get_by_label("In your words, if you like")
        .type_text(&"w".repeat(490));
    harness.run();
    harness.get_by_label_contains("501 of 500 characters");
    harness.get_by_label("1 character too long.");
    assert!(
        harness
            .get_by_role_and_label(Role::Button, "Reject")
            .accesskit_node()
            .is_disabled()
    );
}

#[test]
fn escape_and_cancel_reject_nothing() {
    let mut harness = inbox(open::opened(open::message()));
    for leave_by_key in [true, false] {
        harness.key_press(Key::R);
        harness.run();
        harness.get_by_label("Duplicate").click();
        harness.run();
        if leave_by_key {
            harness.key_press(Key::Escape);
        } else {
            harness.get_by_label("Cancel").click();
        }
        harness.run();
        assert!(harness.query_by_label("Reject this message").is_none());
    }
    assert!(deeds(&harness.state().asked).is_empty());
}

#[test]
fn letters_typed_as_words_are_not_taken_for_keys() {
    let mut harness = inbox(open::opened(open::message()));
    harness.key_press(Key::R);
    harness.run();
    harness.get_by_label("In your words, if you like").focus();
    harness.run();
    for key in [Key::I, Key::R, Key::Slash] {
        harness.key_press(key);
        harness.run();
    }
    assert!(deeds(&harness.state().asked).is_empty());
    harness.get_by_role_and_label(Role::Dialog, "Reject this message");
}
